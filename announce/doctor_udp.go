package announce

import (
	"context"
	"fmt"
	"time"
)

// patience is how long the doctor waits for a datagram.
type patience int

const (
	patient patience = iota
	quick            // for what a tracker may leave unanswered
	once             // the same, and sent a single time
)

// builder makes a datagram.
type builder = func(id uint64, tid uint32) []byte

// udp sends what packet builds over the doctor's session, and returns the answer of
// whatever action.
func (d *doctor) udp(how patience, name string, packet builder) ([]byte, *Failure) {
	ctx, cancel := d.within(how)
	defer cancel()
	if d.u == nil {
		var f *Failure
		if d.u, f = d.s.openUDP(ctx, d.e, d.addrs, new(Result)); f != nil {
			return nil, f
		}
	}
	d.u.s = &d.s
	if f := d.u.connect(ctx); f != nil {
		return nil, f
	}
	return d.over(ctx, d.u, how, name, packet)
}

func (d *doctor) within(how patience) (context.Context, context.CancelFunc) {
	limit := d.opt.Timeout
	if how != patient {
		limit = min(limit, time.Second)
	}
	return context.WithTimeout(d.ctx, limit)
}

// over sends over an open session and keeps what happened for the verdict.
func (d *doctor) over(ctx context.Context, u *udpSession, how patience, name string, packet builder) ([]byte, *Failure) {
	s := d.s
	if how == once {
		s.retries = 0
	}
	u.s, u.res = &s, new(Result)
	got, f := u.ask(ctx, name, func(tid uint32) []byte { return packet(u.id, tid) })
	d.keep(u.res)
	if d.odd = nil; name != "announce" && name != "connect" {
		d.odd = []string{name}
	}
	return got, f
}

// edit changes a datagram before it is sent.
type edit func([]byte) []byte

// packet is an announce of member c.
func (d *doctor) packet(edits ...edit) builder {
	return func(id uint64, tid uint32) []byte {
		m := d.member("c")
		s := d.s
		s.PeerID, s.Port, s.left, s.NumWant = m.id, m.port, 1<<20, 50
		b := s.announcePacket(id, tid, Query{Hash: d.hash}, EventNone, "")
		for _, e := range edits {
			b = e(b)
		}
		return b
	}
}

func put32(at int, v uint32) edit {
	return func(b []byte) []byte { be.PutUint32(b[at:], v); return b }
}

func putEvent(e Event) edit { return put32(80, udpEvent(e)) }

func add(extra ...byte) edit {
	return func(b []byte) []byte { return append(b, extra...) }
}

func isAction(p []byte, a action) bool { return len(p) >= 8 && action(be.Uint32(p)) == a }

// showError quotes an error packet.
func showError(p []byte) string {
	return fmt.Sprintf("error packet: %q", clip(string(p[min(8, len(p)):])))
}

// udpAnnounce announces as member c, with a datagram that edits changed.
func (d *doctor) udpAnnounce(how patience, edits ...edit) *answer {
	p, f := d.udp(how, "announce", d.packet(edits...))
	d.odd = oddBytes(d.packet(edits...)(0, 0), d.packet()(0, 0))
	a := new(answer)
	if a.Failure = f; f == nil {
		d.u.res = &a.Result
		a.Reply, a.Failure = d.u.read(p)
	}
	return a
}

// oddBytes lists what a datagram has that a plain one has not: bytes, and options of any kind.
func oddBytes(b, plain []byte) (out []string) {
	for i, c := range plain {
		if i < len(b) && b[i] != c {
			out = append(out, fmt.Sprintf("byte %d is %d", i, b[i]))
		}
	}
	if len(b) > len(plain) {
		out = append(out, "options")
	}
	return out
}

func udpAccepts(edits ...edit) func(*doctor) outcome {
	return func(d *doctor) outcome { return d.udpAnnounce(patient, edits...).good() }
}

// udpAnswers sends a datagram that may be answered or refused.
func udpAnswers(edits ...edit) func(*doctor) outcome {
	return func(d *doctor) outcome { return d.udpAnnounce(quick, edits...).unharmed() }
}

func udpFinding(show shown, ids ...string) func(*doctor) outcome {
	return func(d *doctor) outcome {
		a := d.udpAnnounce(patient)
		return a.finding(d.received, show, ids...)
	}
}

func udpNumWant(d *doctor, n int) *answer { return d.udpAnnounce(patient, put32(92, uint32(int32(n)))) }

func udpChecks() []check {
	return []check{
		{Check{"udp.connect", "the connect answer has at least 16 bytes and echoes the transaction id", 15, "Connect", Error, "send action 0, the transaction id, and 8 bytes of connection id"}, udpConnect},
		{Check{"udp.announce", "the announce answer has 20 bytes and whole peers", 15, "Announce", Error, "6 bytes a peer over IPv4, 18 over IPv6"}, func(d *doctor) outcome {
			a := d.udpAnnounce(patient)
			if a.bad() != nil {
				return a.good()
			}
			return a.finding(d.received, showDatagram, "peers-length")
		}},
		{Check{"udp.interval", "the interval is between a second and a week", 15, "Announce", Warning, "1800 s is usual"}, udpFinding(showInterval, "interval-odd")},
		{Check{"udp.counts", "counts are below 2147483648", 15, "Announce", Error, "a count that went below zero looks like four billion"}, udpFinding(showCounts, "number-negative")},
		{Check{"udp.peer-address", "peers have an address and a port", 15, "Announce", Warning, "leave out peers to which nobody can connect: 0.0.0.0, and port 0"}, udpFinding(showReply, "peer-address")},
		{Check{"udp.counts-order", "leechers come before seeders", 15, "Announce", Error, "the order is interval, leechers, seeders"}, udpOrder},
		{Check{"udp.numwant-1", "num want 1 gives at most one peer", 15, "Announce", Warning, "obey num want"}, obeysNumWant(1, udpNumWant)},
		{Check{"udp.numwant-default", "num want -1 leaves the number to the tracker", 15, "Announce", Error, "read num want as a signed number"}, obeysNumWant(-1, udpNumWant)},
		{Check{"udp.unknown-action", "an unknown action gives an error packet", 15, "Errors", Info, "send an error packet, as to anything that cannot be understood"}, udpUnknownAction},
		{Check{"udp.short-packet", "an announce of 97 bytes is not taken for one", 15, "Announce", Error, "check the length before reading fields"}, udpShort},
		{Check{"udp.bep41", "URL data is taken", 41, "", Warning, "without it passkeys cannot be sent over UDP"}, udpAccepts(func(b []byte) []byte { return appendURLData(b, "/announce?torrentkit=1") })},
		{Check{"udp.bep41-unknown", "unknown options are skipped", 41, "", Warning, "skip as many bytes as the option's length says"}, udpAccepts(add(0x7f, 2, 'x', 'y', 0))},
		{Check{"udp.bep41-nop", "an option that does nothing is skipped", 41, "", Info, "option 1 has no length byte"}, udpAccepts(add(1, 1, 0))},
		{Check{"udp.event-4", "event 4 is answered, as an announce or with an error", 15, "Announce", Info, "take it for an announce without event, or send an error packet"}, udpAnswers(put32(80, 4))},
		{Check{"udp.event-large", "event 4294967295 is answered, as an announce or with an error", 15, "Announce", Info, "take it for an announce without event, or send an error packet"}, udpAnswers(put32(80, 0xffffffff))},
		{Check{"udp.unlisted", "a torrent that is not tracked is refused with an error packet", 15, "Errors", Error, "send action 3 and a text"}, unlisted},
	}
}

func udpConnect(d *doctor) outcome {
	ctx, cancel := d.within(patient)
	defer cancel()
	u, f := d.s.openUDP(ctx, d.e, d.addrs, new(Result))
	if f != nil {
		return failedFor(words(f))
	}
	defer u.close()
	p, f := d.over(ctx, u, patient, "connect", func(_ uint64, tid uint32) []byte { return head(udpMagic, actConnect, tid) })
	switch {
	case f != nil:
		return failedFor(words(f))
	case len(p) < headSize:
		return failed("%d bytes", len(p))
	}
	return passed("%d bytes", len(p))
}

// udpOrder looks which of the counts is one more when a leecher joins.
func udpOrder(d *doctor) outcome {
	return steadily(d.named, func(int) (o outcome, still bool) {
		if d.members["b"] != nil {
			d.ask("b", EventStopped)
		}
		before := d.udpAnnounce(patient)
		b := d.ask("b", EventStarted)
		after := d.udpAnnounce(patient)
		d.aside(func() { d.ask("b", EventStopped) })
		last := d.udpAnnounce(patient)
		for _, a := range []*answer{before, b, after, last} {
			if a.bad() != nil {
				return skippedFor(a.Failure), false
			}
		}
		still = last.Reply.Seeds == before.Reply.Seeds && last.Reply.Leeches == before.Reply.Leeches
		seeders, leechers := after.Reply.Seeds-before.Reply.Seeds, after.Reply.Leeches-before.Reply.Leeches
		text := fmt.Sprintf("when a leecher joins: leeches %+d, seeds %+d", leechers, seeders)
		switch {
		case seeders == 1 && leechers == 0:
			return failed("%s", text), still
		case seeders != 0 || leechers != 1:
			return skipped("%s", text), still
		}
		return passed("%s", text), still
	})
}

func unknownAction(id uint64, tid uint32) []byte { return head(id, 99, tid) }

func udpUnknownAction(d *doctor) outcome {
	p, f := d.udp(quick, "action 99", unknownAction)
	switch {
	case f != nil:
		return failedFor(words(f))
	case !isAction(p, actError):
		return failed("action %d came", be.Uint32(p))
	}
	return passed("%s", showError(p))
}

// udpErrors judges the error packets that came so far. Where there is none it
// provokes one: with an unknown action, an unlisted torrent, a bad connection id.
func udpErrors(wrong func(p []byte) bool, text string) func(*doctor) outcome {
	return func(d *doctor) outcome {
		for _, provoke := range []func(*doctor) outcome{udpUnknownAction, unlisted, udpIDChecked} {
			if len(d.errors) == 0 {
				provoke(d)
			}
		}
		for _, p := range d.errors {
			if wrong(p) {
				d.received = p
				return failed("%s: %s", text, showError(p))
			}
		}
		if len(d.errors) == 0 {
			return skipped("no error packet could be provoked")
		}
		return passed("%s, such as %s", plural(len(d.errors), "error packet"), showError(d.errors[0]))
	}
}

func udpShort(d *doctor) outcome {
	return turnedAway(d.udp(quick, "a short announce", d.packet(func(b []byte) []byte { return b[:97] })))
}

// turnedAway is the verdict on what a tracker should not serve: it may be silent, or
// send an error packet.
func turnedAway(p []byte, f *Failure) outcome {
	switch {
	case f != nil && f.Code == Timeout:
		return passed("%s", f.Error())
	case f != nil:
		return failedFor(words(f))
	case isAction(p, actError):
		return passed("%s", showError(p))
	}
	return failed("accepted: action %d (%s) in %s", be.Uint32(p), action(be.Uint32(p)), plural(len(p), "byte"))
}
