package trackers

import (
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// metric is one family of Prometheus's text format.
type metric struct {
	name, help string
	value      func(*announce.Result) (float64, bool)
}

func resultMetrics() []metric {
	count := func(n func(*announce.Reply) int64) func(*announce.Result) (float64, bool) {
		return func(r *announce.Result) (float64, bool) {
			if r.Reply == nil || n(r.Reply) == announce.Unknown {
				return 0, false
			}
			return float64(n(r.Reply)), true
		}
	}
	return []metric{
		{"tracker_up", "whether the tracker gave a good answer", func(r *announce.Result) (float64, bool) {
			if r.Good() {
				return 1, true
			}
			return 0, true
		}},
		{"tracker_seeds", "seeders that the tracker counts", count(func(p *announce.Reply) int64 { return p.Seeds })},
		{"tracker_leeches", "leechers that the tracker counts", count(func(p *announce.Reply) int64 { return p.Leeches })},
		{"tracker_interval_seconds", "interval between announces that the tracker asks for", count(func(p *announce.Reply) int64 { return int64(p.Interval.Seconds()) })},
		{"tracker_findings", "rules that the answer breaks", func(r *announce.Result) (float64, bool) { return float64(len(r.Findings)), true }},
		{"tracker_dns_seconds", "time of the name lookup", func(r *announce.Result) (float64, bool) { return r.Timing.DNS.Seconds(), true }},
		{"tracker_connect_seconds", "time of the TCP handshake or the UDP connect action", func(r *announce.Result) (float64, bool) { return r.Timing.Connect.Seconds(), true }},
		{"tracker_tls_seconds", "time of the TLS handshake", func(r *announce.Result) (float64, bool) { return r.Timing.TLS.Seconds(), r.TLS != nil }},
		{"tracker_first_byte_seconds", "time from the request to the first byte of the answer", func(r *announce.Result) (float64, bool) { return r.Timing.FirstByte.Seconds(), true }},
		{"tracker_duration_seconds", "time of the whole probe", func(r *announce.Result) (float64, bool) { return r.Timing.Total.Seconds(), true }},
		{"tracker_certificate_end_seconds", "when the certificate ends, as Unix time", func(r *announce.Result) (float64, bool) {
			if r.TLS == nil {
				return 0, false
			}
			return float64(r.TLS.NotAfter.Unix()), true
		}},
	}
}

// showMetrics prints results in Prometheus's text format, sorted so that runs can be compared.
func showMetrics(con *console.Console, results []announce.Result) {
	slices.SortStableFunc(results, func(x, y announce.Result) int { return strings.Compare(x.Tracker, y.Tracker) })
	for _, m := range resultMetrics() {
		first := true
		for i := range results {
			if v, ok := m.value(&results[i]); ok {
				if first {
					gauge(con, m.name, m.help)
				}
				first = false
				con.Printf("torrentkit_%s{%s} %v", m.name, labels(con, &results[i]), v)
			}
		}
	}
}

// gauge prints the head of a family.
func gauge(con *console.Console, name, help string) {
	con.Printf("# HELP torrentkit_%s %s", name, help)
	con.Printf("# TYPE torrentkit_%s gauge", name)
}

func labels(con *console.Console, r *announce.Result) string {
	list := []string{label("tracker", con.URL(r.Tracker)), label("infohash", r.Hash.String())}
	if r.Addr.IsValid() {
		list = append(list, label("address", r.Addr.String()))
	}
	if r.Failure != nil {
		list = append(list, label("code", string(r.Failure.Code)))
	}
	return strings.Join(list, ",")
}

func label(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(strings.ToValidUTF8(value, "\uFFFD")) + `"`
}

func pingMetrics(con *console.Console, q announce.Query, s *announce.PingStats) {
	labels := label("tracker", con.URL(q.Tracker))
	gauge(con, "tracker_ping_loss", "part of the probes without a good answer")
	con.Printf("torrentkit_tracker_ping_loss{%s} %v", labels, s.Loss())
	gauge(con, "tracker_ping_seconds", "times of the good answers")
	for _, e := range pingTimes(s) {
		con.Printf("torrentkit_tracker_ping_seconds{%s,%s} %v", labels, label("statistic", e.name), e.d.Seconds())
	}
}
