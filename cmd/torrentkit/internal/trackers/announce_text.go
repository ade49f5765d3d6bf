package trackers

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// trackerText makes a text about a tracker printable: what is secret in its URL is hidden, also where the tracker
// repeats it.
func trackerText(con *console.Console, s, tracker string) string { return con.Redact(s, tracker) }

// failureText is what a failure says, without its code.
func failureText(con *console.Console, f *announce.Failure, tracker string) string {
	text := trackerText(con, f.Error(), tracker)
	if f.Retry.Never {
		text += " (do not retry)"
	} else if f.Retry.Set {
		text += " (retry in " + f.Retry.After.String() + ")"
	}
	return text
}

func numberCell(n int64) *console.Cell {
	if n == announce.Unknown {
		return &console.Cell{Human: "?", Raw: "", Right: true}
	}
	return console.Count(n)
}

// secondsCell is a duration that is whole seconds.
func secondsCell(d time.Duration) *console.Cell {
	return &console.Cell{Human: console.FormatInterval(d), Raw: strconv.FormatInt(int64(d/time.Second), 10)}
}

// showResult prints everything about the only result.
func showResult(con *console.Console, r *announce.Result, peers bool) {
	var f console.Fields
	f.Text("tracker", con.URL(r.Tracker))
	f.Text("infohash", r.Hash.String())
	if r.Failure != nil {
		f.Add("result", console.Text(string(r.Failure.Code)).In(console.Red))
		f.Text("reason", failureText(con, r.Failure, r.Tracker))
	} else {
		f.Add("result", console.Text("ok").In(console.Green))
	}
	if r.Reply != nil {
		replyFields(con, &f, r)
	}
	connectionFields(con, &f, r)
	for _, n := range r.Findings {
		f.Add("finding", findingCell(n, trackerText(con, n.Text, r.Tracker)))
	}
	if peers && r.Reply != nil {
		f.Each("peer", func(yield func(*console.Cell) bool) {
			for p := range r.Reply.Peers.All() {
				if !yield(console.Text(strings.TrimSpace(peerAddress(p) + "  " + p.Client()))) {
					return
				}
			}
		})
	}
	con.Show(&f)
}

// countCells are the seeds and leeches of an answer. Most trackers count who asks among them, which is said where it shows.
func countCells(r *announce.Result) (seeds, leeches *console.Cell) {
	seeds, leeches = numberCell(r.Reply.Seeds), numberCell(r.Reply.Leeches)
	own := map[string]*console.Cell{"seeds": seeds, "leeches": leeches}[r.CountedIn]
	switch {
	case own == nil:
	case own.Raw == "1":
		own.Human += " (this probe)"
	default:
		own.Human += " (with this probe)"
	}
	return seeds, leeches
}

func replyFields(con *console.Console, f *console.Fields, res *announce.Result) {
	r, tracker := res.Reply, res.Tracker
	seeds, leeches := countCells(res)
	f.Add("seeds", seeds)
	f.Add("leeches", leeches)
	if r.Downloaded != announce.Unknown {
		f.Add("downloaded", numberCell(r.Downloaded))
	}
	f.Add("interval", secondsCell(r.Interval))
	if r.MinInterval > 0 {
		f.Add("min interval", secondsCell(r.MinInterval))
	}
	f.Count("peers given", int64(r.Peers.Len()))
	for _, e := range [][2]string{{"warning", r.Warning}, {"tracker id", r.TrackerID}} {
		if e[1] != "" {
			f.Text(e[0], trackerText(con, e[1], tracker))
		}
	}
	if r.ExternalIP.IsValid() {
		f.Text("external ip", r.ExternalIP.String())
	}
}

func connectionFields(con *console.Console, f *console.Fields, r *announce.Result) {
	if r.Addr.IsValid() {
		f.Text("address", r.Addr.String())
	}
	for _, t := range r.Tried {
		f.Text("tried", t.Addr.String()+": "+trackerText(con, t.Failure.Error(), r.Tracker))
	}
	for _, u := range r.Redirects {
		f.Text("redirected to", con.URL(u))
	}
	for _, e := range []struct {
		label string
		d     time.Duration
	}{{"dns time", r.Timing.DNS}, {"connect time", r.Timing.Connect}, {"tls time", r.Timing.TLS}, {"first byte time", r.Timing.FirstByte}, {"total time", r.Timing.Total}} {
		if e.d > 0 {
			f.Add(e.label, con.Times.AnswerCell(e.d))
		}
	}
	if r.TLS != nil {
		f.Text("tls", r.TLS.Version+", "+r.TLS.Subject)
		f.Time("certificate ends", r.TLS.NotAfter)
		if r.TLS.Invalid != "" {
			f.Add("certificate", console.Text(r.TLS.Invalid).In(console.Red))
		}
	}
	f.YesNo("stopped", r.Stopped)
}

func findingCell(n announce.Finding, text string) *console.Cell {
	c := console.Text(string(n.Severity) + " " + n.ID + ": " + text)
	if n.BEP > 0 {
		c = console.Text(fmt.Sprintf("%s %s (BEP %d): %s", n.Severity, n.ID, n.BEP, text))
	}
	if n.Severity == announce.Info {
		return c
	}
	return c.In(console.Yellow)
}

func peerAddress(p announce.Peer) string {
	if p.Addr.IsValid() {
		return p.Addr.String()
	}
	return p.Host + ":" + strconv.Itoa(int(p.Port))
}

// stateColumns are those of a result's first word.
const stateColumns = 16

// showLine prints one of several results on a line of its own, which is not aligned to those that are still to come.
// round is which it is of those that were asked one after another, or 0. In a pipe it is a row: result, tracker, address,
// infohash, seeds, leeches, downloaded, interval, milliseconds, reason; rows of its findings and peers follow, which begin
// with those words.
func showLine(con *console.Console, r *announce.Result, round int, withHash, peers bool) {
	if !con.Human() {
		pipedLine(con, r, peers)
		return
	}
	head := console.Words(console.PadRight("ok", stateColumns)).In(console.Green)
	if !r.Good() {
		head = console.Words(console.PadRight(string(r.Failure.Code), stateColumns)).In(console.Red)
	}
	parts := []string{console.Escape(con.URL(r.Tracker))}
	if round > 0 {
		parts[0] = fmt.Sprintf("%d  %s", round, parts[0])
	}
	if r.Addr.IsValid() {
		parts[0] += " (" + r.Addr.String() + ")"
	}
	if withHash {
		parts = append(parts, r.Hash.String()[:8])
	}
	if r.Good() {
		seeds, leeches := countCells(r)
		parts = append(parts, fmt.Sprintf("seeds %s  leeches %s  interval %s  %s", seeds.Human, leeches.Human, console.FormatInterval(r.Reply.Interval), con.Times.Answer(r.Timing.Total)))
	} else {
		parts = append(parts, failureText(con, r.Failure, r.Tracker))
	}
	line := strings.Join(parts, "  ")
	if tail := parts[len(parts)-1]; stateColumns+console.DisplayWidth(line) > con.Width() {
		con.Print(head, console.Words(strings.Join(parts[:len(parts)-1], "  ")))
		con.Print(console.Words("    " + tail))
	} else {
		con.Print(head, console.Words(line))
	}
	for _, n := range r.Findings {
		con.Printf("%*s%s", stateColumns, "", findingCell(n, trackerText(con, n.Text, r.Tracker)).Human)
	}
	if peers && r.Reply != nil {
		for p := range r.Reply.Peers.All() {
			con.Printf("%*s%s", stateColumns, "", console.Escape(strings.TrimSpace(peerAddress(p)+"  "+p.Client())))
		}
	}
}

func pipedLine(con *console.Console, r *announce.Result, peers bool) {
	t := console.NewTable()
	row := []*console.Cell{console.Text("ok"), console.Text(con.URL(r.Tracker)), console.Text(""), console.Text(hashText(r))}
	if r.Addr.IsValid() {
		row[2] = console.Text(r.Addr.String())
	}
	if r.Good() {
		p := r.Reply
		row = append(row, numberCell(p.Seeds), numberCell(p.Leeches), numberCell(p.Downloaded), secondsCell(p.Interval), con.Times.AnswerCell(r.Timing.Total), console.Text(""))
	} else {
		row[0] = console.Text(string(r.Failure.Code))
		row = append(row, console.Text(""), console.Text(""), console.Text(""), console.Text(""), con.Times.AnswerCell(r.Timing.Total), console.Text(failureText(con, r.Failure, r.Tracker)))
	}
	t.Row(row...)
	for _, n := range r.Findings {
		t.Row(console.Text("finding"), console.Text(con.URL(r.Tracker)), console.Text(n.ID), console.Text(string(n.Severity)), console.Text(trackerText(con, n.Text, r.Tracker)))
	}
	if peers && r.Reply != nil {
		for p := range r.Reply.Peers.All() {
			if len(t.Rows) > 1000 {
				con.ShowTable(t)
				t.Rows = t.Rows[:0]
			}
			t.Row(console.Text("peer"), console.Text(con.URL(r.Tracker)), console.Text(peerAddress(p)), console.Text(r.Hash.String()), console.Text(p.Client()))
		}
	}
	con.ShowTable(t)
}
