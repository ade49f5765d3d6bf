package trackers

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// metric is one family of Prometheus's text format. Its series have the same names and labels whether the tracker is up
// or down: what is not known is NaN.
type metric struct {
	name, help string
	value      func(*announce.Result) float64
	secure     bool // of trackers over TLS only
}

func resultMetrics() []metric {
	count := func(n func(*announce.Reply) int64) func(*announce.Result) float64 {
		return func(r *announce.Result) float64 {
			if r.Reply == nil || n(r.Reply) == announce.Unknown {
				return math.NaN()
			}
			return float64(n(r.Reply))
		}
	}
	timing := func(part func(*announce.Timing) time.Duration) func(*announce.Result) float64 {
		return func(r *announce.Result) float64 {
			if d := part(&r.Timing); d > 0 {
				return d.Seconds()
			}
			return math.NaN()
		}
	}
	return []metric{
		{name: "tracker_up", help: "whether the tracker gave a good answer", value: func(r *announce.Result) float64 { return truth(r.Good()) }},
		{name: "tracker_seeds", help: "seeders that the tracker counts", value: count(func(p *announce.Reply) int64 { return p.Seeds })},
		{name: "tracker_leeches", help: "leechers that the tracker counts", value: count(func(p *announce.Reply) int64 { return p.Leeches })},
		{name: "tracker_interval_seconds", help: "interval between announces that the tracker asks for", value: count(func(p *announce.Reply) int64 { return int64(p.Interval.Seconds()) })},
		{name: "tracker_findings", help: "rules that the answer breaks", value: func(r *announce.Result) float64 { return float64(len(r.Findings)) }},
		{name: "tracker_dns_seconds", help: "time of the name lookup", value: timing(func(t *announce.Timing) time.Duration { return t.DNS })},
		{name: "tracker_connect_seconds", help: "time of the TCP handshake or the UDP connect action", value: timing(func(t *announce.Timing) time.Duration { return t.Connect })},
		{name: "tracker_tls_seconds", help: "time of the TLS handshake", value: timing(func(t *announce.Timing) time.Duration { return t.TLS }), secure: true},
		{name: "tracker_first_byte_seconds", help: "time from the request to the first byte of the answer", value: timing(func(t *announce.Timing) time.Duration { return t.FirstByte })},
		{name: "tracker_duration_seconds", help: "time of the whole probe", value: timing(func(t *announce.Timing) time.Duration { return t.Total })},
		{name: "tracker_certificate_end_seconds", help: "when the certificate ends, as Unix time", secure: true, value: func(r *announce.Result) float64 {
			if r.TLS == nil {
				return math.NaN()
			}
			return float64(r.TLS.NotAfter.Unix())
		}},
	}
}

func truth(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// exposition is a text in Prometheus's format.
type exposition struct{ strings.Builder }

// gauge begins a family.
func (e *exposition) gauge(name, help string) {
	fmt.Fprintf(e, "# HELP torrentkit_%s %s\n# TYPE torrentkit_%s gauge\n", name, help, name)
}

func (e *exposition) sample(name string, labels []string, value float64) {
	fmt.Fprintf(e, "torrentkit_%s{%s} %v\n", name, strings.Join(labels, ","), value)
}

// metricsReport writes the last results, in the order of their trackers, so that runs can be compared, and the statistics
// of a ping.
func metricsReport(con *console.Console, g *gathered) []byte {
	all := slices.Clone(g.all)
	slices.SortStableFunc(all, func(x, y *series) int { return strings.Compare(x.query.Tracker, y.query.Tracker) })
	var e exposition
	if len(all) == 0 {
		return nil
	}
	for _, m := range resultMetrics() {
		begun := false
		for _, s := range all {
			if t := s.last.Transport; m.secure && t != announce.HTTPS && t != announce.WSS {
				continue
			}
			if !begun {
				e.gauge(m.name, m.help)
				begun = true
			}
			e.sample(m.name, g.labels(con, s), m.value(&s.last))
		}
	}
	e.gauge("tracker_failure", "why there is no good answer: 1 of the code that says so, 0 of the others")
	for _, s := range all {
		for _, code := range announce.Codes() {
			e.sample("tracker_failure", append(g.labels(con, s), label("code", string(code))), truth(s.last.Failure != nil && s.last.Failure.Code == code))
		}
	}
	if g.pings {
		e.gauge("tracker_ping_loss", "part of the probes without a good answer")
		for _, s := range all {
			e.sample("tracker_ping_loss", g.labels(con, s), s.stats.Loss())
		}
		e.gauge("tracker_ping_seconds", "times of the good answers")
		for _, s := range all {
			for _, p := range pingTimes(&s.stats) {
				v := math.NaN()
				if s.stats.Good > 0 {
					v = p.d.Seconds()
				}
				e.sample("tracker_ping_seconds", append(g.labels(con, s), label("statistic", p.name)), v)
			}
		}
	}
	return []byte(e.String())
}

// labels tell a series from others, of this run and of the next: a random infohash is none.
func (g *gathered) labels(con *console.Console, s *series) []string {
	list := []string{label("tracker", con.URL(s.query.Tracker))}
	if !g.random {
		list = append(list, label("infohash", s.query.Hash.String()))
	}
	if g.each {
		address := ""
		if s.last.Addr.IsValid() {
			address = s.last.Addr.String()
		}
		list = append(list, label("address", address))
	}
	return list
}

func label(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(console.Escape(value)) + `"`
}
