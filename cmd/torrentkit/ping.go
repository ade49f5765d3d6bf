package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/announce"
)

// ping asks one tracker again and again, and sums up.
func (a *app) ping(ctx context.Context, queries []announce.Query, opt announce.Options, f *announceFlags) error {
	if len(queries) != 1 || f.all {
		return errors.New("--count, --duration and --nagios ask one tracker about one infohash at one address")
	}
	q := queries[0]
	asking, cancel, count := ctx, context.CancelFunc(func() {}), f.count
	if f.duration > 0 {
		asking, cancel = context.WithTimeout(ctx, f.duration)
	} else {
		count = max(count, 1)
	}
	defer cancel()
	var stats announce.PingStats
	var last announce.Result
	for r := range announce.Ping(asking, q, opt, count, f.interval) {
		stats.Add(&r)
		last = r
		switch {
		case f.nagios || f.metrics:
		case a.options.JSON:
			if err := a.json(a.resultToJSON(&r, false)); err != nil {
				return err
			}
		default:
			a.showLine(&r, false, f.peers)
			a.flush()
		}
	}
	switch {
	case f.nagios:
		return a.nagios(&stats, &last)
	case f.metrics:
		a.showMetrics([]announce.Result{last})
		a.pingMetrics(q, &stats)
	case a.options.JSON:
		if err := a.json(pingToJSON(q, &stats)); err != nil {
			return err
		}
	default:
		a.showPing(&stats)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	sum := tally{good: stats.Good, failed: stats.Sent - stats.Good}
	return sum.verdict(f.failOn)
}

func (a *app) showPing(s *announce.PingStats) {
	var f fields
	f.count("sent", int64(s.Sent))
	f.count("answered", int64(s.Good))
	f.add("loss", cell{human: fmt.Sprintf("%.1f %%", 100*s.Loss()), raw: fmt.Sprintf("%.4f", s.Loss())})
	for _, e := range pingTimes(s) {
		f.add(e.name, timeCell(e.d))
	}
	a.show(&f)
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

func pingToJSON(q announce.Query, s *announce.PingStats) map[string]any {
	v := map[string]any{"tracker": q.Tracker, "sent": s.Sent, "answered": s.Good, "loss": s.Loss()}
	times := make(map[string]float64)
	for _, e := range pingTimes(s) {
		times[e.name] = milliseconds(e.d)
	}
	v["milliseconds"] = times
	return v
}

// Exit codes of Nagios plugins.
const (
	nagiosWarning  = 1
	nagiosCritical = 2
)

// nagios prints the one line that a monitoring plugin prints, and exits as those do: 0 OK, 1 warning (loss, a warning
// of the tracker, a certificate that ends within two weeks), 2 critical.
func (a *app) nagios(s *announce.PingStats, r *announce.Result) error {
	state, code, text := "OK", exitYes, ""
	switch {
	case s.Good == 0 && r.Failure != nil:
		state, code, text = "CRITICAL", nagiosCritical, string(r.Failure.Code)+": "+a.failureText(r.Failure, r.Tracker)
	case s.Good == 0:
		state, code, text = "CRITICAL", nagiosCritical, "no answer"
	case s.Loss() > 0:
		state, code, text = "WARNING", nagiosWarning, fmt.Sprintf("%d of %d without a good answer", s.Sent-s.Good, s.Sent)
	case r.TLS != nil && r.TLS.NotAfter.Sub(a.now()) < 14*24*time.Hour:
		state, code, text = "WARNING", nagiosWarning, "the certificate ends "+formatTime(r.TLS.NotAfter)
	case r.Reply != nil && r.Reply.Warning != "":
		state, code, text = "WARNING", nagiosWarning, a.trackerText(r.Reply.Warning, r.Tracker)
	default:
		text = numberCell(r.Reply.Seeds).human + " seeds, " + numberCell(r.Reply.Leeches).human + " leeches"
	}
	// A bar would begin the performance data.
	text = strings.ReplaceAll(escapeSentence(text), "|", "/")
	a.printf("TRACKER %s - %s | time=%.6fs;;;0 loss=%.1f%%;;;0;100", state, text, s.Mean().Seconds(), 100*s.Loss())
	if code != exitYes {
		return said(code)
	}
	return nil
}
