package announce

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
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
	if state == Pass && (len(d.received)-20)%map[bool]int{true: 6, false: 18}[d.u.v4()] != 0 {
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
		case n > 0 && len(r.Peers) > int(n), n < 0 && len(r.Peers) == 0:
			return Fail, plural(len(r.Peers), "peer") + " came"
		}
		return Pass, plural(len(r.Peers), "peer") + " came"
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

// udpErrorText looks at the errors that came so far. Where there is none it
// provokes one: with an unknown action, an unlisted torrent, a bad connection id.
func udpErrorText(d *doctor) (State, string) {
	if len(d.errors) == 0 {
		d.quick("action 99", func(id uint64, tid uint32) []byte { return head(id, 99, tid) })
	}
	if len(d.errors) == 0 {
		udpUnlisted(d)
	}
	if len(d.errors) == 0 {
		udpIDChecked(d)
	}
	if len(d.errors) == 0 {
		return Skip, "no error packet could be provoked"
	}
	for _, p := range d.errors {
		if bytes.HasSuffix(p, []byte{0}) {
			d.received = p
			return Fail, "the text ends in NUL: " + errorText(p)
		}
	}
	return Pass, errorText(d.errors[0])
}

func udpShort(d *doctor) (State, string) {
	p, f := d.quick("a short announce", d.packet(func(b []byte) []byte { return b[:97] }))
	switch {
	case f != nil && f.Code == Timeout:
		return Pass, "no answer"
	case f != nil:
		return Fail, words(f)
	case isAction(p, actError):
		return Pass, "error packet: " + errorText(p)
	}
	return Fail, fmt.Sprintf("answered with action %d", be.Uint32(p))
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
	sent, got := d.sent, d.received
	d.udp("stopped", d.packet(func(b []byte) []byte { copy(b[16:], h[:]); return put32(80, 3)(b) }))
	d.sent, d.received = sent, got
	return Pass, "any torrent is tracked"
}

// udpIDChecks are about connection ids. Some trackers ban an address after a
// few bad ones, so a run sends one at most: a check that is refused as it
// should be leaves those after it nothing to send.
func udpIDChecks() []check {
	return []check{
		{Check{"udp.connection-id", "connection ids differ and are not guessable", 15, "Connect", Error, "ids that anybody knows make the tracker a reflector for spoofed addresses"}, udpIDRandom},
		{Check{"udp.connection-id-lives", "a connection id is good for a second use", 15, "Connect", Error, "ids live for two minutes"}, udpIDLives},
		{Check{"udp.connection-id-expires", "a connection id expires", 15, "Connect", Warning, "ids live for two minutes"}, udpIDExpires},
		{Check{"udp.connection-id-bound", "a connection id is good for one address only", 15, "Connect", Warning, "bind ids to the address that asked"}, udpIDBound},
		{Check{"udp.connection-id-checked", "an invented connection id is not accepted", 15, "Connect", Error, "check ids, and answer others with an error packet"}, udpIDChecked},
		{Check{"udp.connection-id-error", "a bad connection id is answered with an error packet", 15, "Errors", Info, "silence makes clients wait for minutes"}, udpIDError},
		{Check{"udp.error-text", "error texts end without NUL", 15, "Errors", Info, "the length of the datagram ends the text"}, udpErrorText},
	}
}

func udpIDRandom(d *doctor) (State, string) {
	var ids []uint64
	for range 2 {
		ctx, cancel := context.WithTimeout(d.ctx, d.opt.Timeout)
		defer cancel()
		u, f := d.s.reachUDP(ctx, d.e, d.addrs, &Result{})
		if f != nil {
			return Fail, words(f)
		}
		u.close()
		ids = append(ids, u.id)
		if len(u.log) > 0 {
			d.show(&u.log[len(u.log)-1])
		}
	}
	if ids[0] == udpMagic {
		return Fail, "the connection id is the protocol id"
	}
	// The same address may get the same id for a while: only 0 and 1 are guesses.
	if ids[0] < 1<<16 {
		return Fail, fmt.Sprintf("the connection id is %d", ids[0])
	}
	return Pass, fmt.Sprintf("%x and %x", ids[0], ids[1])
}

func udpIDLives(d *doctor) (State, string) {
	if _, state, text := d.accepts(nil); state == Fail {
		return Skip, text
	}
	time.Sleep(min(d.opt.Timeout/4, 500*time.Millisecond))
	_, state, text := d.accepts(nil)
	return state, text
}

const oneBadID = "one bad connection id a run is sent at most; run this check alone with --only"

// badIDVerdict judges the answer to a connection id that should not be good.
func (d *doctor) badIDVerdict(p []byte, f *Failure) (State, string) {
	switch {
	case f != nil && f.Code == Timeout:
		d.badID, d.badSilent = true, true
		return Pass, "no answer"
	case f != nil:
		d.badID = true
		return Fail, words(f)
	case isAction(p, actError):
		d.badID = true
		return Pass, "error packet: " + errorText(p)
	}
	return Fail, "accepted"
}

func udpIDExpires(d *doctor) (State, string) {
	switch {
	case d.opt.ExpiryWait <= 0:
		return Skip, "takes minutes of waiting, which were not asked for"
	case d.badID:
		return Skip, oneBadID
	}
	if _, state, text := d.accepts(nil); state == Fail {
		return Skip, text
	}
	select {
	case <-d.ctx.Done():
		return Skip, "interrupted"
	case <-time.After(d.opt.ExpiryWait):
	}
	ctx, cancel := context.WithTimeout(d.ctx, min(d.opt.Timeout, time.Second))
	defer cancel()
	p, f := d.once(ctx, d.u, d.u.id)
	return d.badIDVerdict(p, f)
}

// once sends an announce with this connection id a single time.
func (d *doctor) once(ctx context.Context, u *udpSession, id uint64) ([]byte, *Failure) {
	s := *u.s
	s.retries = 0
	old := u.s
	u.s = &s
	defer func() { u.s = old }()
	return d.exchange(ctx, u, "announce", func(_ uint64, tid uint32) []byte { return d.packet(nil)(id, tid) })
}

// udpIDBound uses the id of one of our addresses from another, which only
// loopback has for certain.
func udpIDBound(d *doctor) (State, string) {
	if d.badID {
		return Skip, oneBadID
	}
	if len(d.addrs) == 0 || !d.addrs[0].Addr().IsLoopback() || !d.addrs[0].Addr().Is4() {
		return Skip, "needs a second address of ours"
	}
	if _, state, text := d.accepts(nil); state == Fail {
		return Skip, text
	}
	ctx, cancel := context.WithTimeout(d.ctx, min(d.opt.Timeout, time.Second))
	defer cancel()
	s := d.s
	s.LocalAddr = netip.AddrFrom4([4]byte{127, 0, 0, 9})
	u, f := s.openUDP(ctx, d.e, d.addrs[0], &Result{})
	if f != nil {
		return Skip, words(f)
	}
	defer u.close()
	p, f := d.once(ctx, u, d.u.id)
	state, text := d.badIDVerdict(p, f)
	if state == Fail && f == nil { // the tracker has a peer there now
		sent, got := d.sent, d.received
		d.exchange(ctx, u, "stopped", func(_ uint64, tid uint32) []byte {
			return put32(80, udpEvent(EventStopped))(d.packet(nil)(d.u.id, tid))
		})
		d.sent, d.received = sent, got
	}
	return state, text
}

// udpIDError judges what the one bad connection id brought.
func udpIDError(d *doctor) (State, string) {
	if !d.badID {
		udpIDChecked(d)
	}
	switch {
	case !d.badID:
		return Skip, "every connection id is accepted"
	case d.badSilent:
		return Fail, "no answer"
	}
	return Pass, "answered"
}

func udpIDChecked(d *doctor) (State, string) {
	if d.badID {
		return Skip, oneBadID
	}
	if _, state, text := d.accepts(nil); state == Fail {
		return Skip, text
	}
	ctx, cancel := context.WithTimeout(d.ctx, min(d.opt.Timeout, time.Second))
	defer cancel()
	p, f := d.once(ctx, d.u, d.u.id^0x5a5a5a5a5a5a5a5a)
	return d.badIDVerdict(p, f)
}
