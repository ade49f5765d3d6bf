package announce

import (
	"net/url"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/secret"
)

// scrapeURL is where an HTTP tracker is scraped: what the options say, or else by
// the convention.
func (s *settings) scrapeURL(e endpoint) (*url.URL, *Failure) {
	if s.ScrapeURL == "" {
		if u, ok := conventionalScrapeURL(e.url); ok {
			return u, nil
		}
		return nil, fail(BadRequest, "no scrape URL: the path of "+secret.URL(e.raw)+" has no part that is announce (BEP 48)")
	}
	own, f := parseTracker(s.ScrapeURL)
	if f == nil && own.transport != HTTP && own.transport != HTTPS {
		f = fail(BadRequest, "a scrape URL has the scheme http or https, not that of "+secret.URL(s.ScrapeURL))
	}
	return own.url, f
}

// conventionalScrapeURL makes an announce URL a scrape URL: the last part of its path
// begins with announce (BEP 48), or one before it is announce or announce.php and a
// key follows, as with Torrust, Gazelle and UNIT3D. A scrape URL stays as it is.
func conventionalScrapeURL(announce *url.URL) (*url.URL, bool) {
	parts := strings.Split(announce.EscapedPath(), "/")
	last := len(parts) - 1
	for i, part := range slices.Backward(parts) {
		rest, ok := strings.CutPrefix(part, "announce")
		if ok = ok && (i == last || rest == "" || rest[0] == '.'); ok {
			parts[i] = "scrape" + rest
		} else if ok = i == last && strings.HasPrefix(part, "scrape"); !ok {
			continue
		}
		path := strings.Join(parts, "/")
		plain, err := url.PathUnescape(path)
		if err != nil {
			return nil, false
		}
		u := *announce
		u.Path, u.RawPath = plain, path
		return &u, true
	}
	return nil, false
}
