package announce

import (
	"bytes"
	"fmt"
	"net/netip"
	"time"
)

// udpIDChecks are about connection ids. Some trackers ban an address after a
// few bad ones, so a run announces with one at most from each of ours, and scrapes with one: a check
// that is refused as it should be leaves those after it nothing to send.
func udpIDChecks() []check {
	return []check{
		{Check{"udp.connection-id", "connection ids are not guessable", 15, "Connect", Error, "ids that anybody knows make the tracker a reflector for spoofed addresses"}, udpIDRandom},
		{Check{"udp.connection-id-lives", "a connection id is good for a second use", 15, "Connect", Error, "ids live for two minutes"}, udpIDLives},
		{Check{"udp.connection-id-expires", "a connection id expires", 15, "Connect", Warning, "ids live for two minutes"}, udpIDExpires},
		{Check{"udp.connection-id-checked", "an invented connection id is not accepted", 15, "Connect", Error, "check ids, and answer others with an error packet"}, udpIDChecked},
		{Check{"udp.connection-id-error", "a bad connection id is answered with an error packet", 15, "Errors", Info, "silence makes clients wait for minutes"}, udpIDError},
		{Check{"udp.connection-id-scrape", "an invented connection id is not good for a scrape", 15, "Connect", Error, "check ids of scrapes as those of announces"}, udpIDScrape},
		{Check{"udp.connection-id-bound", "a connection id is good for one address only", 15, "Connect", Warning, "bind ids to the address that asked"}, udpIDBound},
		{Check{"udp.error-transaction", "error packets carry the transaction id of what they refuse", 15, "Errors", Warning, "echo bytes 12 to 16 of the request: clients pass over another id, and wait"},
			udpErrors(func(p []byte) bool { return be.Uint32(p[4:]) == 0 }, "transaction id 0 is with the error")},
		{Check{"udp.error-text", "error texts end without NUL", 15, "Errors", Info, "the length of the datagram ends the text"},
			udpErrors(func(p []byte) bool { return bytes.HasSuffix(p[8:], []byte{0}) }, "the text ends in NUL")},
	}
}

func udpIDRandom(d *doctor) outcome {
	from := []netip.Addr{d.s.LocalAddr, d.s.LocalAddr}
	if besides(d.addrs) {
		from = append(from, elsewhere())
	}
	var ids []uint64
	for _, local := range from {
		s, r := d.s, new(Result)
		s.LocalAddr = local
		ctx, cancel := d.within(patient)
		u, f := s.openUDP(ctx, d.e, d.addrs, r)
		cancel()
		switch {
		case f != nil && len(ids) == 2: // not every machine has it
		case f != nil:
			return failedFor(words(f))
		default:
			u.close()
			d.keep(r)
			ids = append(ids, u.id)
		}
	}
	text := fmt.Sprintf("same address: %016x and %016x", ids[0], ids[1])
	if ids[0] == ids[1] { // which it may be for a while
		text = fmt.Sprintf("same address: same id, %016x", ids[0])
	}
	switch {
	case len(ids) > 2 && ids[0] == ids[2]: // both may look alike to a tracker in a container
		text += "; another address: same id"
	case len(ids) > 2:
		text += fmt.Sprintf("; another address: another id, %016x", ids[2])
	}
	switch {
	case ids[0] == udpMagic:
		return failed("%s, which is the protocol id", text)
	case ids[0] < 1<<16:
		return failed("%s: small numbers are guessed", text)
	}
	return passed("%s", text)
}

// elsewhere is another address of ours, where the tracker is on our own machine.
func elsewhere() netip.Addr { return netip.AddrFrom4([4]byte{127, 0, 0, 9}) }

// besides tells whether a tracker can be asked from elsewhere, too.
func besides(addrs []netip.AddrPort) bool {
	return len(addrs) > 0 && addrs[0].Addr().IsLoopback() && addrs[0].Addr().Is4()
}

func udpIDLives(d *doctor) outcome {
	if a := d.udpAnnounce(patient); a.bad() != nil {
		return skippedFor(a.Failure)
	}
	d.pause(min(d.opt.Timeout/4, 500*time.Millisecond))
	return d.udpAnnounce(patient).good()
}

const oneBadID = "one announce a run has a bad connection id at most; run this check alone with --only"

// badID is what became of the one announce that had a bad connection id.
type badID struct {
	sent, silent bool // and refused, or not answered at all
	said         string
}

// withBadID judges what the one announce brings that has a connection id that should
// not be good. There must be a good one before.
func withBadID(send func(d *doctor, good uint64) ([]byte, *Failure)) func(*doctor) outcome {
	return func(d *doctor) outcome {
		if d.bad.sent {
			return skipped(oneBadID)
		}
		if a := d.udpAnnounce(patient); a.bad() != nil {
			return skippedFor(a.Failure)
		}
		p, f := send(d, d.u.id)
		o := turnedAway(p, f)
		d.bad = badID{sent: f != nil || isAction(p, actError), silent: f != nil && f.Code == Timeout, said: o.detail}
		return o
	}
}

// withID is an announce with this connection id.
func (d *doctor) withID(id uint64, edits ...edit) builder {
	return func(_ uint64, tid uint32) []byte { return d.packet(edits...)(id, tid) }
}

// invented is a connection id that the tracker did not give.
func invented(id uint64) uint64 { return id ^ 0x5a5a5a5a5a5a5a5a }

func udpIDExpires(d *doctor) outcome {
	if d.opt.ExpiryWait <= 0 {
		return skipped("takes minutes of waiting, which were not asked for")
	}
	return withBadID(func(d *doctor, good uint64) ([]byte, *Failure) {
		d.pause(d.opt.ExpiryWait)
		ctx, cancel := d.within(once)
		defer cancel()
		return d.over(ctx, d.u, once, "announce", d.withID(good))
	})(d)
}

// udpIDScrape scrapes with an id of our own making, once.
func udpIDScrape(d *doctor) outcome {
	if a := d.udpAnnounce(patient); a.bad() != nil {
		return skippedFor(a.Failure)
	}
	return turnedAway(d.udp(once, "scrape", func(id uint64, tid uint32) []byte {
		return append(head(invented(id), actScrape, tid), d.hash[:]...)
	}))
}

// udpIDBound uses the id of one of our addresses from another, which only
// loopback has for certain.
func udpIDBound(d *doctor) outcome {
	if !besides(d.addrs) {
		return skipped("needs a second address of ours")
	}
	defer func(kept badID) { d.bad = kept }(d.bad)
	d.bad = badID{} // it is another address that sends this one
	s := d.s
	s.LocalAddr = elsewhere()
	u, f := s.socketUDP(d.ctx, d.e, d.addrs[0], new(Result))
	if f != nil {
		return skippedFor(f)
	}
	defer u.close()
	var known netip.Addr
	o := withBadID(func(d *doctor, good uint64) ([]byte, *Failure) {
		ctx, cancel := d.within(once)
		defer cancel()
		p, f := d.over(ctx, u, once, "announce", d.withID(good))
		if isAction(p, actAnnounce) { // the tracker has a peer there now
			d.aside(func() {
				if sees := d.ask("b", EventNone, want(50)); sees.Reply != nil {
					known = sees.Reply.Peers.knownAs(elsewhere(), d.member("c").port)
				}
				d.over(ctx, u, once, "stopped", d.withID(good, putEvent(EventStopped)))
			})
		}
		return p, f
	})(d)
	if o.state == Fail && known.IsValid() { // as in a container, whose peers all come from one address
		return skipped("the tracker knows our address %s as %s, so that it cannot tell it from others", elsewhere(), known)
	}
	return o
}

// knownAs is at which other address a tracker knows the peer that is at this one, where it does.
func (p Peers) knownAs(address netip.Addr, port uint16) (other netip.Addr) {
	for peer := range p.All() {
		switch {
		case peer.Port != port:
		case peer.Addr.Addr() == address:
			return netip.Addr{}
		default:
			other = peer.Addr.Addr()
		}
	}
	return other
}

func udpIDChecked(d *doctor) outcome {
	return withBadID(func(d *doctor, good uint64) ([]byte, *Failure) {
		return d.udp(once, "announce", d.withID(invented(good)))
	})(d)
}

// udpIDError judges what the one bad connection id brought.
func udpIDError(d *doctor) outcome {
	if !d.bad.sent {
		udpIDChecked(d)
	}
	switch {
	case !d.bad.sent:
		return skipped("every connection id is accepted")
	case d.bad.silent:
		return failed("%s", d.bad.said)
	}
	return passed("%s", d.bad.said)
}
