package trackers

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// nagiosState is the exit code of a Nagios plugin.
type nagiosState int

// The states.
const (
	nagiosOK nagiosState = iota
	nagiosWarning
	nagiosCritical
	nagiosUnknown
)

func (s nagiosState) String() string { return [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}[s] }

// worse is the one that counts of two: what is certainly down goes before what is not known.
func (s nagiosState) worse(t nagiosState) nagiosState {
	if s == nagiosCritical || t == nagiosCritical {
		return nagiosCritical
	}
	return max(s, t)
}

// nagios prints what a monitoring plugin prints, and exits as those do: a line of the state with its performance data, and
// of several trackers a line each after it.
func nagios(con *console.Console, g *gathered, f *announceFlags) error {
	all := g.all
	state, wrong := nagiosOK, []string{}
	var lines, data []string
	for _, s := range all {
		one, text := nagiosOf(con, s, g.random, f)
		state = state.worse(one)
		tracker := con.URL(s.query.Tracker)
		lines = append(lines, fmt.Sprintf("%s %s - %s", one, tracker, text))
		label := ""
		if len(all) > 1 {
			label = tracker + " "
		} else {
			wrong = append(wrong, text)
		}
		if len(all) > 1 && one != nagiosOK {
			wrong = append(wrong, tracker+": "+text)
		}
		data = append(data, perfdata(label, s, f)...)
	}
	name, text := "TRACKER", strings.Join(wrong, "; ")
	if len(all) > 1 {
		name = "TRACKERS"
		text = fmt.Sprintf("%d of %d OK", len(all)-len(wrong), len(all))
		if len(wrong) > 0 {
			text += ": " + strings.Join(wrong, "; ")
		}
	}
	con.Printf("%s %s - %s | %s", name, state, nagiosText(text), strings.Join(data, " "))
	if len(all) > 1 {
		for _, line := range lines {
			con.Print(console.Words(nagiosText(line)))
		}
	}
	if state == nagiosOK {
		return nil
	}
	return console.Said(int(state))
}

// nagiosText keeps a bar from beginning the performance data.
func nagiosText(s string) string { return strings.ReplaceAll(console.EscapeSentence(s), "|", "/") }

// nagiosOf judges one tracker: critical is no good answer, or one slower than --crit; a warning is loss, an answer slower
// than --warn, a warning of the tracker, and a certificate that ends within two weeks. A tracker that refuses a random infohash
// as not listed is alive, but nothing shows that it serves those that it lists: that is a warning, until one is named.
func nagiosOf(con *console.Console, s *series, random bool, f *announceFlags) (nagiosState, string) {
	r, mean := &s.last, s.stats.Mean()
	slower := func(than time.Duration) bool { return than > 0 && mean > than }
	switch {
	case s.stats.Good == 0 && r.Failure == nil:
		return nagiosCritical, "no answer"
	case s.stats.Good == 0 && (r.Failure.Code == announce.BadRequest || r.Failure.Code == announce.PrivateAddress || r.Failure.Code == announce.Shortage):
		return nagiosUnknown, string(r.Failure.Code) + ": " + failureText(con, r.Failure, r.Tracker)
	case s.stats.Good == 0 && random && r.Failure.Code == announce.Unregistered:
		return nagiosWarning, "alive, and serves listed torrents only: name an infohash that it lists, to see that it does"
	case s.stats.Good == 0:
		return nagiosCritical, string(r.Failure.Code) + ": " + failureText(con, r.Failure, r.Tracker)
	case slower(f.crit):
		return nagiosCritical, fmt.Sprintf("%s is more than %s", con.Times.Answer(mean), f.crit)
	case s.stats.Loss() > 0:
		return nagiosWarning, fmt.Sprintf("%d of %d without a good answer", s.stats.Sent-s.stats.Good, s.stats.Sent)
	case slower(f.warn):
		return nagiosWarning, fmt.Sprintf("%s is more than %s", con.Times.Answer(mean), f.warn)
	case r.TLS != nil && r.TLS.NotAfter.Sub(con.Now()) < 14*24*time.Hour:
		return nagiosWarning, "the certificate ends " + console.FormatTime(r.TLS.NotAfter)
	case r.Reply.Warning != "":
		return nagiosWarning, trackerText(con, r.Reply.Warning, r.Tracker)
	}
	seeds, leeches := countCells(r)
	return nagiosOK, "seeds " + seeds.Human + ", leeches " + leeches.Human
}

// perfdata are the values of one tracker: 'label'=value;warn;crit;min;max.
func perfdata(prefix string, s *series, f *announceFlags) []string {
	limit := func(d time.Duration) string {
		if d == 0 {
			return ""
		}
		return strconv.FormatFloat(d.Seconds(), 'f', -1, 64)
	}
	label := func(name string) string {
		if prefix == "" {
			return name
		}
		return "'" + strings.NewReplacer("'", "_", "=", "_", "|", "_").Replace(console.Escape(prefix+name)) + "'"
	}
	list := []string{fmt.Sprintf("%s=%.1f%%;;;0;100", label("loss"), 100*s.stats.Loss())}
	if s.stats.Good > 0 {
		list = append([]string{fmt.Sprintf("%s=%.6fs;%s;%s;0", label("time"), s.stats.Mean().Seconds(), limit(f.warn), limit(f.crit))}, list...)
	}
	if p := s.last.Reply; p != nil {
		for _, e := range []struct {
			name string
			n    int64
		}{{"seeds", p.Seeds}, {"leeches", p.Leeches}} {
			if e.n != announce.Unknown {
				list = append(list, fmt.Sprintf("%s=%d;;;0", label(e.name), e.n))
			}
		}
	}
	return list
}

// AsPlugin turns trouble of a command that was called as a plugin of Nagios into its state unknown, also where the call was
// wrong.
func AsPlugin(ctx context.Context, con *console.Console, cmd *cobra.Command, args []string, err error) error {
	if err == nil || cmd == nil || cmd.Name() != "announce" || !asksForNagios(args) || console.IsSaid(err) || console.ExitCode(ctx, err) != console.ExitTrouble {
		return err
	}
	con.Print(console.Words("TRACKER UNKNOWN - " + nagiosText(con.Redact(err.Error()))))
	return console.Said(int(nagiosUnknown))
}

// asksForNagios reads arguments that may not have been understood.
func asksForNagios(args []string) bool {
	for i, arg := range args {
		if arg == "--nagios" || arg == "--nagios=true" || arg == "--report=nagios" || arg == "nagios" && i > 0 && args[i-1] == "--report" {
			return true
		}
	}
	return false
}
