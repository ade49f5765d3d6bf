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

// metric is one family of Prometheus's text format, with its value for one tracker. Its series have the same names and labels
// whether the tracker is up or down: what is not known is NaN.
type metric struct {
	name, help string
	value      float64
	secure     bool // of trackers over TLS only
}

// resultMetrics are always as many, in the same order.
func resultMetrics(r *announce.Result) []metric {
	p, end := &announce.Reply{Seeds: announce.Unknown, Leeches: announce.Unknown, Interval: announce.Unknown * time.Second}, math.NaN()
	if r.Reply != nil {
		p = r.Reply
	}
	if r.TLS != nil {
		end = float64(r.TLS.NotAfter.Unix())
	}
	return []metric{
		{"tracker_up", "whether the tracker gave a good answer", truth(r.Good()), false},
		{"tracker_seeds", "seeders that the tracker counts", counted(p.Seeds), false},
		{"tracker_leeches", "leechers that the tracker counts", counted(p.Leeches), false},
		{"tracker_interval_seconds", "interval between announces that the tracker asks for", counted(int64(p.Interval.Seconds())), false},
		{"tracker_findings", "rules that the answer breaks", float64(len(r.Findings)), false},
		{"tracker_dns_seconds", "time of the name lookup", spent(r.Timing.DNS), false},
		{"tracker_connect_seconds", "time of the TCP handshake or the UDP connect action", spent(r.Timing.Connect), false},
		{"tracker_tls_seconds", "time of the TLS handshake", spent(r.Timing.TLS), true},
		{"tracker_first_byte_seconds", "time from the request to the first byte of the answer", spent(r.Timing.FirstByte), false},
		{"tracker_duration_seconds", "time of the whole probe", spent(r.Timing.Total), false},
		{"tracker_certificate_end_seconds", "when the certificate ends, as Unix time", end, true},
	}
}

func counted(n int64) float64 {
	if n == announce.Unknown {
		return math.NaN()
	}
	return float64(n)
}

func spent(d time.Duration) float64 {
	if d <= 0 {
		return math.NaN()
	}
	return d.Seconds()
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
	for i, m := range resultMetrics(&announce.Result{}) {
		begun := false
		for _, s := range all {
			if t := s.last.Transport; m.secure && t != announce.HTTPS && t != announce.WSS {
				continue
			}
			if !begun {
				e.gauge(m.name, m.help)
				begun = true
			}
			e.sample(m.name, g.labels(con, s), resultMetrics(&s.last)[i].value)
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
