package announce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/metainfo"
)

// CheckerConfig is the configuration of Torrust's tracker checker, as that
// tool reads it from a file or from TORRUST_CHECKER_CONFIG.
type CheckerConfig struct {
	UDPTrackers  []string // with the scheme, which may be left out in the file
	HTTPTrackers []string // as they stand there: see CheckerAnnounceURL
	HealthChecks []string
}

// CheckerHash is the infohash that Torrust's tracker checker asks about. It does
// not care what it is, but trackers that list torrents do.
func CheckerHash() metainfo.HashV1 {
	h, _ := metainfo.ParseHash("9c38422213e30bff212b30c360d26f9a02136422")
	return h.Swarms()[0]
}

// notJSON says where a text is no JSON, and no object.
func notJSON(raw []byte, err error) string {
	var wrong *json.SyntaxError
	switch {
	case !errors.As(err, &wrong):
		return "not an object"
	case wrong.Offset >= int64(len(raw)):
		return "the JSON ends in the middle"
	}
	return fmt.Sprintf("no JSON from byte %d on", wrong.Offset-1)
}

// ParseCheckerConfig reads the JSON: an object that has all three lists. As for
// Torrust's tool, other keys mean nothing.
func ParseCheckerConfig(raw []byte) (CheckerConfig, error) {
	var c CheckerConfig
	if len(raw) > MaxReply {
		return c, errors.New("longer than 2 MiB")
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return c, errors.New("not a checker configuration: " + notJSON(raw, err))
	}
	for _, list := range []struct {
		key string
		to  *[]string
	}{{"udp_trackers", &c.UDPTrackers}, {"http_trackers", &c.HTTPTrackers}, {"health_checks", &c.HealthChecks}} {
		value, ok := object[list.key]
		if !ok {
			return c, fmt.Errorf("not a checker configuration: %s is missing", list.key)
		}
		if err := json.Unmarshal(value, list.to); err != nil || *list.to == nil {
			return c, fmt.Errorf("not a checker configuration: %s is not a list of strings", list.key)
		}
	}
	for i, u := range c.UDPTrackers {
		if !strings.HasPrefix(u, "udp://") {
			u = "udp://" + u
		}
		if err := checkTracker(u, UDP); err != nil {
			return c, fmt.Errorf("udp_trackers[%d]: %w", i, err)
		}
		c.UDPTrackers[i] = u
	}
	for i, u := range c.HTTPTrackers {
		if err := checkTracker(u, HTTP, HTTPS); err != nil {
			return c, fmt.Errorf("http_trackers[%d]: %w", i, err)
		}
	}
	for i, u := range c.HealthChecks {
		if err := checkTracker(u, HTTP, HTTPS); err != nil {
			return c, fmt.Errorf("health_checks[%d]: %w", i, err)
		}
	}
	return c, nil
}

// CheckerAnnounceURL is where an HTTP tracker of a configuration is announced to:
// at /announce where its URL has no path. Torrust's tool asks there whatever the
// path is, which bare says.
func CheckerAnnounceURL(tracker string, bare bool) string {
	u, err := url.Parse(tracker)
	if err != nil || !bare && u.Path != "" && u.Path != "/" {
		return tracker
	}
	if u.Path = "/announce"; bare {
		u.RawPath, u.RawQuery, u.Fragment = "", "", ""
	}
	return u.String()
}

func checkTracker(raw string, allowed ...Transport) error {
	e, f := parseTracker(raw)
	if f != nil {
		return f
	}
	if !slices.Contains(allowed, e.transport) {
		return errors.New("a " + string(e.transport) + " URL does not belong here")
	}
	return nil
}

// Health asks a health-check URL with GET: any status of success (2xx) is a good
// answer, which is then an empty Reply.
func Health(ctx context.Context, healthURL string, opt Options) Result {
	q := Query{Tracker: healthURL}
	s := opt.fill(q)
	return s.eachAddress(ctx, q, s.health)[0].Result
}

func (s *settings) health(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *ScrapeResult) {
	if e.transport != HTTP && e.transport != HTTPS {
		r.Failure = fail(BadRequest, "a health check is asked over HTTP, not "+secret.URL(e.raw))
		return
	}
	started := time.Now()
	c := s.openHTTP(e, addrs, &r.Result)
	defer c.close()
	ans, f := c.get(ctx, "health check", e.url)
	if f == nil && ans.status/100 != 2 {
		f = statusFailure(ans.status, ans.statusOut, ans.header)
	}
	r.Failure = f
	if f == nil {
		r.Reply = &Reply{Seeds: Unknown, Leeches: Unknown, Downloaded: Unknown, Downloaders: Unknown, Form: FormNone}
	}
	r.Timing.Total = r.Timing.DNS + time.Since(started)
}
