package create

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// checkURLs refuses URLs that no client could use. Its errors name the field
// and quote no more of a URL than its scheme, since announce URLs hold secrets.
func checkURLs(f *metainfo.Fields) error {
	for _, tier := range f.Trackers {
		for _, u := range tier {
			if err := checkURL("tracker", u, metainfo.TrackerSchemes()...); err != nil {
				return err
			}
		}
	}
	for _, u := range f.WebSeeds {
		if err := checkURL("web seed", u, metainfo.WebSeedSchemes()...); err != nil {
			return err
		}
	}
	for _, u := range f.HTTPSeeds {
		if err := checkURL("http seed", u, "http", "https"); err != nil {
			return err
		}
	}
	return nil
}

// URLError is a URL that cannot be used. URL may hold a secret and is not part
// of the message.
type URLError struct {
	Field  string // tracker, web seed, ...
	URL    string
	Reason string
}

func (e *URLError) Error() string { return fmt.Sprintf("%s URL: %s", e.Field, e.Reason) }

func checkURL(field, s string, schemes ...string) error {
	bad := func(format string, args ...any) error {
		return &URLError{Field: field, URL: s, Reason: fmt.Sprintf(format, args...)}
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }); i >= 0 {
		return bad("white space or a control character at byte %d: a blank in a URL is %%20", i)
	}
	scheme, _, ok := strings.Cut(s, "://")
	if !ok {
		return bad("no scheme: want one of %s", strings.Join(schemes, ", "))
	}
	if scheme = strings.ToLower(scheme); !slices.Contains(schemes, scheme) {
		return bad("unknown scheme %q: want one of %s", scheme, strings.Join(schemes, ", "))
	}
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return bad("malformed")
	case u.Hostname() == "":
		return bad("no host")
	case scheme == "udp" && u.Port() == "":
		return bad("udp trackers need a port")
	}
	return nil
}
