package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/announce"
)

// trackerText makes a text about a tracker printable: what is secret in its URL is hidden, also where the tracker
// repeats it.
func (a *app) trackerText(s, tracker string) string {
	if a.options.ShowSecrets {
		return s
	}
	return announce.Scrub(s, tracker)
}

// trackerURL is a tracker's URL for people.
func (a *app) trackerURL(s string) string {
	if a.options.ShowSecrets {
		return s
	}
	return announce.Redact(s)
}

// failureText is what a failure says, without its code.
func (a *app) failureText(f *announce.Failure, tracker string) string {
	text := a.trackerText(f.Error(), tracker)
	if f.Retry.Never {
		text += " (do not retry)"
	} else if f.Retry.Set {
		text += " (retry in " + f.Retry.After.String() + ")"
	}
	return text
}

func numberCell(n int64) cell {
	if n == announce.Unknown {
		return cell{human: "?", raw: "", right: true}
	}
	return countCell(n)
}

// timeCell is a duration: rounded for people, milliseconds in a pipe.
func timeCell(d time.Duration) cell {
	return cell{human: roundTime(d), raw: strconv.FormatFloat(d.Seconds()*1000, 'f', 3, 64), right: true}
}

// secondsCell is a duration that is whole seconds.
func secondsCell(d time.Duration) cell {
	return cell{human: d.String(), raw: strconv.FormatInt(int64(d/time.Second), 10)}
}

func roundTime(d time.Duration) string {
	switch {
	case d < time.Millisecond:
		return d.Round(time.Microsecond).String()
	case d < time.Second:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(10 * time.Millisecond).String()
}

// showResult prints everything about the only result.
func (a *app) showResult(r *announce.Result, peers bool) {
	var f fields
	f.text("tracker", a.trackerURL(r.Tracker))
	f.text("infohash", r.Hash.String())
	if r.Failure != nil {
		f.add("result", textCell(string(r.Failure.Code)).in(red))
		f.text("reason", a.failureText(r.Failure, r.Tracker))
	} else {
		f.add("result", textCell("ok").in(green))
	}
	if r.Reply != nil {
		a.replyFields(&f, r.Reply, r.Tracker)
	}
	a.connectionFields(&f, r)
	for _, n := range r.Findings {
		f.add("finding", findingCell(n, a.trackerText(n.Text, r.Tracker)))
	}
	if peers && r.Reply != nil {
		for _, p := range r.Reply.Peers {
			f.text("peer", strings.TrimSpace(peerAddress(p)+"  "+p.Client()))
		}
	}
	a.show(&f)
}

func (a *app) replyFields(f *fields, r *announce.Reply, tracker string) {
	f.add("seeds", numberCell(r.Seeds))
	f.add("leeches", numberCell(r.Leeches))
	if r.Downloaded != announce.Unknown {
		f.add("downloaded", numberCell(r.Downloaded))
	}
	f.add("interval", secondsCell(r.Interval))
	if r.MinInterval > 0 {
		f.add("min interval", secondsCell(r.MinInterval))
	}
	f.count("peers given", int64(len(r.Peers)))
	for _, e := range [][2]string{{"warning", r.Warning}, {"tracker id", r.TrackerID}} {
		if e[1] != "" {
			f.text(e[0], a.trackerText(e[1], tracker))
		}
	}
	if r.ExternalIP.IsValid() {
		f.text("external ip", r.ExternalIP.String())
	}
}

func (a *app) connectionFields(f *fields, r *announce.Result) {
	if r.Addr.IsValid() {
		f.text("address", r.Addr.String())
	}
	for _, t := range r.Tried {
		f.text("tried", t.Addr.String()+": "+a.trackerText(t.Failure.Error(), r.Tracker))
	}
	for _, u := range r.Redirects {
		f.text("redirected to", a.trackerURL(u))
	}
	for _, e := range []struct {
		label string
		d     time.Duration
	}{{"dns time", r.Timing.DNS}, {"connect time", r.Timing.Connect}, {"tls time", r.Timing.TLS}, {"first byte time", r.Timing.FirstByte}, {"total time", r.Timing.Total}} {
		if e.d > 0 {
			f.add(e.label, timeCell(e.d))
		}
	}
	if r.TLS != nil {
		f.text("tls", r.TLS.Version+", "+r.TLS.Subject)
		f.time("certificate ends", r.TLS.NotAfter)
		if r.TLS.Invalid != "" {
			f.add("certificate", textCell(r.TLS.Invalid).in(red))
		}
	}
	f.yesNo("stopped", r.Stopped)
}

func findingCell(n announce.Finding, text string) cell {
	c := textCell(string(n.Severity) + " " + n.ID + ": " + text)
	if n.BEP > 0 {
		c = textCell(fmt.Sprintf("%s %s (BEP %d): %s", n.Severity, n.ID, n.BEP, text))
	}
	if n.Severity == announce.Info {
		return c
	}
	return c.in(yellow)
}

func peerAddress(p announce.Peer) string {
	if p.Addr.IsValid() {
		return p.Addr.String()
	}
	return p.Host + ":" + strconv.Itoa(int(p.Port))
}

// showLine prints one of several results on a line of its own, which is not aligned to those that are still to come.
// In a pipe it is a row: result, tracker, address, infohash, seeds, leeches, downloaded, interval, milliseconds, reason;
// rows of its findings and peers follow, which begin with those words.
func (a *app) showLine(r *announce.Result, withHash, peers bool) {
	if !a.onTerminal() {
		a.pipedLine(r, peers)
		return
	}
	head := words(padRight("ok", 16)).in(green)
	if !r.Good() {
		head = words(padRight(string(r.Failure.Code), 16)).in(red)
	}
	parts := []string{escape(a.trackerURL(r.Tracker))}
	if r.Addr.IsValid() {
		parts[0] += " (" + r.Addr.String() + ")"
	}
	if withHash {
		parts = append(parts, r.Hash.String()[:8])
	}
	if r.Good() {
		p := r.Reply
		parts = append(parts, numberCell(p.Seeds).human+" seeds", numberCell(p.Leeches).human+" leeches", "interval "+p.Interval.String(), roundTime(r.Timing.Total))
	} else {
		parts = append(parts, a.failureText(r.Failure, r.Tracker))
	}
	a.print(head, words(strings.Join(parts, "  ")))
	for _, n := range r.Findings {
		a.printf("%16s%s", "", findingCell(n, a.trackerText(n.Text, r.Tracker)).human)
	}
	if peers && r.Reply != nil {
		for _, p := range r.Reply.Peers {
			a.printf("%16s%s", "", escape(strings.TrimSpace(peerAddress(p)+"  "+p.Client())))
		}
	}
}

func (a *app) pipedLine(r *announce.Result, peers bool) {
	t := newTable(-1)
	row := []cell{textCell("ok"), textCell(a.trackerURL(r.Tracker)), textCell(""), textCell(r.Hash.String())}
	if r.Addr.IsValid() {
		row[2] = textCell(r.Addr.String())
	}
	if r.Good() {
		p := r.Reply
		row = append(row, numberCell(p.Seeds), numberCell(p.Leeches), numberCell(p.Downloaded), secondsCell(p.Interval), timeCell(r.Timing.Total), textCell(""))
	} else {
		row[0] = textCell(string(r.Failure.Code))
		row = append(row, textCell(""), textCell(""), textCell(""), textCell(""), timeCell(r.Timing.Total), textCell(a.failureText(r.Failure, r.Tracker)))
	}
	t.row(row...)
	for _, n := range r.Findings {
		t.row(textCell("finding"), textCell(a.trackerURL(r.Tracker)), textCell(n.ID), textCell(string(n.Severity)), textCell(a.trackerText(n.Text, r.Tracker)))
	}
	if peers && r.Reply != nil {
		for _, p := range r.Reply.Peers {
			t.row(textCell("peer"), textCell(a.trackerURL(r.Tracker)), textCell(peerAddress(p)), textCell(r.Hash.String()), textCell(p.Client()))
		}
	}
	a.showTable(t)
}
