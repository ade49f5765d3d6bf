package announce

import (
	"net/url"
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
	return conventionalURL(announce, "announce", "scrape")
}

// conventionalURL writes the one word in a URL's path for the other, by the convention.
// A URL that has the other already stays as it is.
func conventionalURL(tracker *url.URL, from, to string) (*url.URL, bool) {
	parts := strings.Split(tracker.EscapedPath(), "/")
	last := len(parts) - 1
	for i := last; i >= 0; i-- {
		part := parts[i]
		rest, ok := strings.CutPrefix(part, from)
		if ok = ok && (i == last || rest == "" || rest[0] == '.'); ok {
			parts[i] = to + rest
		} else if ok = i == last && strings.HasPrefix(part, to); !ok {
			continue
		}
		path := strings.Join(parts, "/")
		plain, err := url.PathUnescape(path)
		if err != nil {
			return nil, false
		}
		u := *tracker
		u.Path, u.RawPath = plain, path
		return &u, true
	}
	return nil, false
}

// announceURL is where a tracker is announced to that is named by its announce URL, or
// by a scrape URL that a convention makes of one.
func announceURL(tracker *url.URL) (*url.URL, bool) {
	if u, ok := conventionalURL(tracker, "announce", "scrape"); !ok || u.String() != tracker.String() {
		return tracker, true
	}
	return conventionalURL(tracker, "scrape", "announce")
}
