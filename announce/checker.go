package announce

import (
	"bytes"
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
)

// CheckerConfig is the configuration of Torrust's tracker checker, as that
// tool reads it from a file or from TORRUST_CHECKER_CONFIG.
type CheckerConfig struct {
	UDPTrackers  []string `json:"udp_trackers"`
	HTTPTrackers []string `json:"http_trackers"`
	HealthChecks []string `json:"health_checks"`
}

// ParseCheckerConfig reads the JSON. UDP trackers may be host:port without a
// scheme; what it returns are announce URLs, as Torrust's tool asks them: with
// the path /announce where a URL has none.
func ParseCheckerConfig(raw []byte) (CheckerConfig, error) {
	var c CheckerConfig
	if len(raw) > MaxReply {
		return c, errors.New("longer than 2 MiB")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("not a checker configuration: %w", err)
	}
	for i, u := range c.UDPTrackers {
		if !strings.Contains(u, "://") {
			u = "udp://" + u
		}
		if err := checkTracker(u, UDP); err != nil {
			return c, fmt.Errorf("udp_trackers[%d]: %w", i, err)
		}
		c.UDPTrackers[i] = u
	}
	for i, raw := range c.HTTPTrackers {
		if err := checkTracker(raw, HTTP, HTTPS); err != nil {
			return c, fmt.Errorf("http_trackers[%d]: %w", i, err)
		}
		if u, err := url.Parse(raw); err == nil && (u.Path == "" || u.Path == "/") {
			u.Path = "/announce"
			c.HTTPTrackers[i] = u.String()
		}
	}
	for i, u := range c.HealthChecks {
		if err := checkTracker(u, HTTP, HTTPS); err != nil {
			return c, fmt.Errorf("health_checks[%d]: %w", i, err)
		}
	}
	return c, nil
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

// Health asks a health-check URL with GET: status 200 is a good answer, which
// is then an empty Reply.
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
	if f == nil && ans.status != 200 {
		f = fail(statusCode(ans.status), "HTTP status "+ans.statusOut)
	}
	r.Failure = f
	if f == nil {
		r.Reply = &Reply{Seeds: Unknown, Leeches: Unknown, Downloaded: Unknown, Downloaders: Unknown, Form: FormNone}
	}
	r.Timing.Total = r.Timing.DNS + time.Since(started)
}
