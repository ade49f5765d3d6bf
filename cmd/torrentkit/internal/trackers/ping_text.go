package trackers

import (
	"fmt"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

func showPing(con *console.Console, s *announce.PingStats) {
	var f console.Fields
	f.Count("sent", int64(s.Sent))
	f.Count("answered", int64(s.Good))
	f.Add("loss", console.Cell{Human: fmt.Sprintf("%.1f %%", 100*s.Loss()), Raw: fmt.Sprintf("%.4f", s.Loss())})
	for _, e := range pingTimes(s) {
		f.Add(e.name, timeCell(e.d))
	}
	con.Show(&f)
}

type pingTime struct {
	name string
	d    time.Duration
}

func pingTimes(s *announce.PingStats) []pingTime {
	return []pingTime{
		{"minimum", s.Min()}, {"average", s.Mean()}, {"p50", s.Percentile(50)}, {"p95", s.Percentile(95)}, {"p99", s.Percentile(99)}, {"maximum", s.Max()},
	}
}

// nagios prints the one line that a monitoring plugin prints, and exits as those do: 0 OK, 1 warning (loss, a warning
// of the tracker, a certificate that ends within two weeks), 2 critical.
func nagios(con *console.Console, s *announce.PingStats, r *announce.Result) error {
	state, code, text := "OK", console.ExitYes, ""
	switch {
	case s.Good == 0 && r.Failure != nil:
		state, code, text = "CRITICAL", nagiosCritical, string(r.Failure.Code)+": "+failureText(con, r.Failure, r.Tracker)
	case s.Good == 0:
		state, code, text = "CRITICAL", nagiosCritical, "no answer"
	case s.Loss() > 0:
		state, code, text = "WARNING", nagiosWarning, fmt.Sprintf("%d of %d without a good answer", s.Sent-s.Good, s.Sent)
	case r.TLS != nil && r.TLS.NotAfter.Sub(con.Now()) < 14*24*time.Hour:
		state, code, text = "WARNING", nagiosWarning, "the certificate ends "+console.FormatTime(r.TLS.NotAfter)
	case r.Reply != nil && r.Reply.Warning != "":
		state, code, text = "WARNING", nagiosWarning, trackerText(con, r.Reply.Warning, r.Tracker)
	default:
		text = numberCell(r.Reply.Seeds).Human + " seeds, " + numberCell(r.Reply.Leeches).Human + " leeches"
	}
	// A bar would begin the performance data.
	text = strings.ReplaceAll(console.EscapeSentence(text), "|", "/")
	con.Printf("TRACKER %s - %s | time=%.6fs;;;0 loss=%.1f%%;;;0;100", state, text, s.Mean().Seconds(), 100*s.Loss())
	if code != console.ExitYes {
		return console.Said(code)
	}
	return nil
}
