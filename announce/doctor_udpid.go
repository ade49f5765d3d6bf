package announce

import (
	"bytes"
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
			udpErrors(func(p []byte) bool { return bytes.HasSuffix(p[8:], []byte{0}) }, "the text ends in NUL:")},
	}
}

func udpIDRandom(d *doctor) outcome {
	var ids []uint64
	for range 2 {
		ctx, cancel := d.within(patient)
		r := new(Result)
		u, f := d.s.openUDP(ctx, d.e, d.addrs, r)
		cancel()
		if f != nil {
			return failedFor(words(f))
		}
		u.close()
		d.keep(r)
		ids = append(ids, u.id)
	}
	switch {
	case ids[0] == udpMagic:
		return failed("the connection id is the protocol id")
	case ids[0] < 1<<16: // the same address may get the same id for a while: only small ones are guesses
		return failed("the connection id is %d", ids[0])
	}
	if ids[0] == ids[1] {
		return passed("%x, and the same for the same address", ids[0])
	}
	return passed("%x and %x", ids[0], ids[1])
}

func udpIDLives(d *doctor) outcome {
	if a := d.udpAnnounce(patient); a.bad() != nil {
		return skippedFor(a.Failure)
	}
	d.pause(min(d.opt.Timeout/4, 500*time.Millisecond))
	return d.udpAnnounce(patient).good()
}

const oneBadID = "one announce a run has a bad connection id at most; run this check alone with --only"

// withBadID judges what the one announce brings that has a connection id that should
// not be good. There must be a good one before.
func withBadID(send func(d *doctor, good uint64) ([]byte, *Failure)) func(*doctor) outcome {
	return func(d *doctor) outcome {
		if d.badID {
			return skipped(oneBadID)
		}
		if a := d.udpAnnounce(patient); a.bad() != nil {
			return skippedFor(a.Failure)
		}
		p, f := send(d, d.u.id)
		d.badID = f != nil || isAction(p, actError)
		d.badSilent = f != nil && f.Code == Timeout
		return turnedAway(p, f)
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
	if len(d.addrs) == 0 || !d.addrs[0].Addr().IsLoopback() || !d.addrs[0].Addr().Is4() {
		return skipped("needs a second address of ours")
	}
	defer func(sent, silent bool) { d.badID, d.badSilent = sent, silent }(d.badID, d.badSilent)
	d.badID = false // it is another address that sends this one
	s := d.s
	s.LocalAddr = netip.AddrFrom4([4]byte{127, 0, 0, 9})
	u, f := s.socketUDP(d.ctx, d.e, d.addrs[0], new(Result))
	if f != nil {
		return skippedFor(f)
	}
	defer u.close()
	return withBadID(func(d *doctor, good uint64) ([]byte, *Failure) {
		ctx, cancel := d.within(once)
		defer cancel()
		p, f := d.over(ctx, u, once, "announce", d.withID(good))
		if isAction(p, actAnnounce) { // the tracker has a peer there now
			d.aside(func() { d.over(ctx, u, once, "stopped", d.withID(good, putEvent(EventStopped))) })
		}
		return p, f
	})(d)
}

func udpIDChecked(d *doctor) outcome {
	return withBadID(func(d *doctor, good uint64) ([]byte, *Failure) {
		return d.udp(once, "announce", d.withID(invented(good)))
	})(d)
}

// udpIDError judges what the one bad connection id brought.
func udpIDError(d *doctor) outcome {
	if !d.badID {
		udpIDChecked(d)
	}
	switch {
	case !d.badID:
		return skipped("every connection id is accepted")
	case d.badSilent:
		return failed("no answer")
	}
	return passed("answered")
}
