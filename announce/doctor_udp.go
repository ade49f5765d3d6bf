package announce

import (
	"bytes"
	"context"
	"fmt"
	"time"
)

// udp sends what packet builds and returns the answer of whatever action.
func (d *doctor) udp(name string, packet func(id uint64, tid uint32) []byte) ([]byte, *Failure) {
	ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
	defer cancel()
	if d.u == nil {
		var f *Failure
		if d.u, f = d.s.reachUDP(ctx, d.e, d.addrs, &d.udpRes); f != nil {
			return nil, f
		}
	}
	if f := d.u.connect(ctx); f != nil {
		return nil, f
	}
	return d.exchange(ctx, d.u, name, packet)
}

// exchange sends over an open session and keeps what happened for the verdict.
func (d *doctor) exchange(ctx context.Context, u *udpSession, name string, packet func(id uint64, tid uint32) []byte) ([]byte, *Failure) {
	got, f := u.ask(ctx, name, func(tid uint32) []byte { return packet(u.id, tid) })
	if n := len(u.log); n > 0 {
		d.show(&u.log[n-1])
		u.log = u.log[:0]
	}
	if isAction(got, actError) {
		d.errors = append(d.errors, got)
	}
	return got, f
}

// quick asks with a short patience, for what a tracker may leave unanswered.
func (d *doctor) quick(name string, packet func(id uint64, tid uint32) []byte) ([]byte, *Failure) {
	old := d.opt.Timeout
	d.opt.Timeout = min(old, time.Second)
	defer func() { d.opt.Timeout = old }()
	return d.udp(name, packet)
}

// packet is an announce of member c.
func (d *doctor) packet(edit func([]byte) []byte) func(uint64, uint32) []byte {
	return func(id uint64, tid uint32) []byte {
		m := d.member("c")
		s := d.s
		s.PeerID, s.Port, s.left, s.NumWant = m.id, m.port, 1<<20, 50
		b := s.announcePacket(id, tid, Query{Hash: d.hash}, EventNone, "")
		if edit != nil {
			b = edit(b)
		}
		return b
	}
}

func put32(at int, v uint32) func([]byte) []byte {
	return func(b []byte) []byte { be.PutUint32(b[at:], v); return b }
}

func add(extra ...byte) func([]byte) []byte {
	return func(b []byte) []byte { return append(b, extra...) }
}

func isAction(p []byte, a action) bool { return len(p) >= 8 && action(be.Uint32(p)) == a }

func errorText(p []byte) string { return clip(textValue(p[min(8, len(p)):])) }

// accepts is the verdict on an announce that should be answered.
func (d *doctor) accepts(edit func([]byte) []byte) (*Reply, State, string) {
	p, f := d.udp("announce", d.packet(edit))
	switch {
	case f != nil:
		return nil, Fail, words(f)
	case isAction(p, actError):
		return nil, Fail, "error packet: " + errorText(p)
	case !isAction(p, actAnnounce):
		return nil, Fail, fmt.Sprintf("action %d answers announce", be.Uint32(p))
	}
	r, _, f := decodeUDPAnnounce(p, d.u.v4())
	if f != nil {
		return nil, Fail, words(f)
	}
	return r, Pass, "answered"
}

func udpAnnounce(d *doctor) (State, string) {
	d.ask("a", EventNone, asSeed())
	_, state, text := d.accepts(nil)
	if state == Pass && (len(d.received)-20)%(addressSize(d.u.v4())+2) != 0 {
		return Fail, fmt.Sprintf("%d bytes of peers, which is not a multiple of 6 (IPv4) or 18 (IPv6)", len(d.received)-20)
	}
	return state, text
}

func udpAccepts(c Check, edit func([]byte) []byte) check {
	return check{c, func(d *doctor) (State, string) { _, state, text := d.accepts(edit); return state, text }}
}

func udpChecks() []check {
	return []check{
		{Check{"udp.connect", "the connect answer has 16 bytes and echoes the transaction id", 15, "Connect", Error, "send action 0, the transaction id, and 8 bytes of connection id"}, udpConnect},
		{Check{"udp.announce", "the announce answer has 20 bytes and whole peers", 15, "Announce", Error, "6 bytes a peer over IPv4, 18 over IPv6"}, udpAnnounce},
		{Check{"udp.interval", "the interval is between a second and a week", 15, "Announce", Warning, "1800 s is usual"}, func(d *doctor) (State, string) {
			r, state, text := d.accepts(nil)
			if state == Fail && r == nil {
				return state, text
			}
			if r.Interval <= 0 || r.Interval > 7*24*time.Hour {
				return Fail, "interval is " + r.Interval.String()
			}
			return Pass, r.Interval.String()
		}},
		{Check{"udp.counts", "counts are below 2147483648", 15, "Announce", Error, "a count that went below zero looks like four billion"}, func(d *doctor) (State, string) {
			r, state, text := d.accepts(nil)
			if r != nil && (r.Seeds == Unknown || r.Leeches == Unknown) {
				return Fail, "one is larger, or negative"
			}
			return state, text
		}},
		{Check{"udp.counts-order", "leechers come before seeders", 15, "Announce", Error, "the order is interval, leechers, seeders"}, udpOrder},
		{Check{"udp.numwant-1", "num want 1 gives at most one peer", 15, "Announce", Warning, "obey num want"}, udpNumWant(1)},
		{Check{"udp.numwant-default", "num want -1 leaves the number to the tracker", 15, "Announce", Error, "read num want as a signed number"}, udpNumWant(-1)},
		{Check{"udp.unknown-action", "an unknown action gives an error packet", 15, "Errors", Info, "silence makes clients wait for minutes"}, udpUnknownAction},
		{Check{"udp.short-packet", "an announce of 97 bytes is not taken for one", 15, "Announce", Error, "check the length before reading fields"}, udpShort},
		udpAccepts(Check{"udp.bep41", "URL data is taken", 41, "", Warning, "without it passkeys cannot be sent over UDP"}, func(b []byte) []byte { return appendURLData(b, "/announce?torrentkit=1") }),
		udpAccepts(Check{"udp.bep41-unknown", "unknown options are skipped", 41, "", Warning, "skip as many bytes as the option's length says"}, add(0x7f, 2, 'x', 'y', 0)),
		udpAccepts(Check{"udp.bep41-nop", "an option that does nothing is skipped", 41, "", Info, "option 1 has no length byte"}, add(1, 1, 0)),
		{Check{"udp.event-4", "event 4 is answered, as an announce or with an error", 15, "Announce", Info, "silence makes clients wait for minutes"}, udpAnswered(put32(80, 4))},
		{Check{"udp.event-large", "event 4294967295 is answered, as an announce or with an error", 15, "Announce", Info, "silence makes clients wait for minutes"}, udpAnswered(put32(80, 0xffffffff))},
		{Check{"udp.unlisted", "a torrent that is not tracked is refused with an error packet", 15, "Errors", Error, "send action 3 and a text"}, udpUnlisted},
	}
}

func udpConnect(d *doctor) (State, string) {
	ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
	defer cancel()
	u, f := d.s.reachUDP(ctx, d.e, d.addrs, &Result{})
	if f != nil {
		return Fail, words(f)
	}
	defer u.close()
	p, f := d.exchange(ctx, u, "connect", func(_ uint64, tid uint32) []byte { return head(udpMagic, actConnect, tid) })
	if f != nil {
		return Fail, words(f)
	}
	if len(p) != 16 {
		return Fail, fmt.Sprintf("%d bytes", len(p))
	}
	return Pass, "16 bytes"
}

// udpOrder has one seeder and two leechers, so that the counts tell them apart.
func udpOrder(d *doctor) (State, string) {
	for _, f := range []*Failure{d.ask("a", EventNone, asSeed()).Failure, d.ask("b", EventNone).Failure} {
		if f != nil {
			return Skip, words(f)
		}
	}
	r, state, text := d.accepts(nil)
	switch {
	case r == nil:
		return state, text
	case r.Seeds == 2 && r.Leeches == 1:
		return Fail, "1 seeder and 2 leechers are answered as 2 and 1"
	case r.Seeds != 1 || r.Leeches != 2:
		return Skip, fmt.Sprintf("%d seeders and %d leechers where 1 and 2 were expected", r.Seeds, r.Leeches)
	}
	return Pass, "1 seeder, 2 leechers"
}

func udpNumWant(n int32) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		d.ask("a", EventNone, asSeed())
		d.ask("b", EventNone)
		r, state, text := d.accepts(put32(92, uint32(n)))
		switch {
		case state == Fail:
			return state, text
		case n < 0 && r.Peers.Len() == 0:
			if fifty, _, _ := d.accepts(nil); fifty != nil && fifty.Peers.Len() == 0 {
				return Skip, "no peers come where 50 are wanted either"
			}
			return Fail, "0 peers came"
		case n > 0 && r.Peers.Len() > int(n):
			return Fail, plural(r.Peers.Len(), "peer") + " came"
		}
		return Pass, plural(r.Peers.Len(), "peer") + " came"
	}
}

func udpUnknownAction(d *doctor) (State, string) {
	p, f := d.quick("action 99", func(id uint64, tid uint32) []byte { return head(id, 99, tid) })
	switch {
	case f != nil:
		return Fail, words(f)
	case !isAction(p, actError):
		return Fail, fmt.Sprintf("action %d came", be.Uint32(p))
	}
	return Pass, "error packet: " + errorText(p)
}

// someErrors returns the error packets that came so far. Where there is none it
// provokes one: with an unknown action, an unlisted torrent, a bad connection id.
func someErrors(d *doctor) [][]byte {
	if len(d.errors) == 0 {
		d.quick("action 99", func(id uint64, tid uint32) []byte { return head(id, 99, tid) })
	}
	if len(d.errors) == 0 {
		udpUnlisted(d)
	}
	if len(d.errors) == 0 {
		udpIDChecked(d)
	}
	return d.errors
}

const noErrors = "no error packet could be provoked"

func udpErrorText(d *doctor) (State, string) {
	for _, p := range someErrors(d) {
		if bytes.HasSuffix(p, []byte{0}) {
			d.received = p
			return Fail, "the text ends in NUL: " + errorText(p)
		}
	}
	if len(d.errors) == 0 {
		return Skip, noErrors
	}
	return Pass, errorText(d.errors[0])
}

func udpErrorTransaction(d *doctor) (State, string) {
	for _, p := range someErrors(d) {
		if be.Uint32(p[4:]) == 0 {
			d.received = p
			return Fail, "transaction id 0 is with the error " + errorText(p)
		}
	}
	if len(d.errors) == 0 {
		return Skip, noErrors
	}
	return Pass, plural(len(d.errors), "error packet")
}

func udpShort(d *doctor) (State, string) {
	p, f := d.quick("a short announce", d.packet(func(b []byte) []byte { return b[:97] }))
	switch how := turnedAway(p, f); {
	case how != "":
		return Pass, how
	case f != nil:
		return Fail, words(f)
	}
	return Fail, fmt.Sprintf("answered with action %d", be.Uint32(p))
}

// turnedAway tells how a tracker did not serve what it should not: by silence, or
// by an error packet. It is empty where the tracker did neither.
func turnedAway(p []byte, f *Failure) string {
	switch {
	case f != nil && f.Code == Timeout:
		return "no answer"
	case f == nil && isAction(p, actError):
		return "error packet: " + errorText(p)
	}
	return ""
}

func udpAnswered(edit func([]byte) []byte) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		p, f := d.quick("announce", d.packet(edit))
		switch {
		case f != nil:
			return Fail, words(f)
		case isAction(p, actError):
			return Pass, "error packet: " + errorText(p)
		case isAction(p, actAnnounce):
			return Pass, "answered as an announce"
		}
		return Fail, fmt.Sprintf("action %d came", be.Uint32(p))
	}
}

func udpUnlisted(d *doctor) (State, string) {
	h := RandomHash()
	p, f := d.udp("announce", d.packet(func(b []byte) []byte { copy(b[16:], h[:]); return b }))
	switch {
	case f != nil:
		return Fail, words(f)
	case isAction(p, actError):
		return Pass, "error packet: " + errorText(p)
	case len(p) < 20:
		return Fail, fmt.Sprintf("an announce answer of %d bytes, which is neither an answer nor an error", len(p))
	}
	d.aside(func() {
		d.udp("stopped", d.packet(func(b []byte) []byte { copy(b[16:], h[:]); return put32(80, 3)(b) }))
	})
	return Pass, "any torrent is tracked"
}
