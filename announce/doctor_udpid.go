package announce

import (
	"context"
	"fmt"
	"net/netip"
	"time"
)

// udpIDChecks are about connection ids. Some trackers ban an address after a
// few bad ones, so a run announces with one at most, and scrapes with one: a check
// that is refused as it should be leaves those after it nothing to send.
func udpIDChecks() []check {
	return []check{
		{Check{"udp.connection-id", "connection ids differ and are not guessable", 15, "Connect", Error, "ids that anybody knows make the tracker a reflector for spoofed addresses"}, udpIDRandom},
		{Check{"udp.connection-id-lives", "a connection id is good for a second use", 15, "Connect", Error, "ids live for two minutes"}, udpIDLives},
		{Check{"udp.connection-id-expires", "a connection id expires", 15, "Connect", Warning, "ids live for two minutes"}, udpIDExpires},
		{Check{"udp.connection-id-bound", "a connection id is good for one address only", 15, "Connect", Warning, "bind ids to the address that asked"}, udpIDBound},
		{Check{"udp.connection-id-checked", "an invented connection id is not accepted", 15, "Connect", Error, "check ids, and answer others with an error packet"}, udpIDChecked},
		{Check{"udp.connection-id-error", "a bad connection id is answered with an error packet", 15, "Errors", Info, "silence makes clients wait for minutes"}, udpIDError},
		{Check{"udp.connection-id-scrape", "an invented connection id is not good for a scrape", 15, "Connect", Error, "check ids of scrapes as those of announces"}, udpIDScrape},
		{Check{"udp.error-transaction", "error packets carry the transaction id of what they refuse", 15, "Errors", Warning, "echo bytes 12 to 16 of the request: clients pass over another id, and wait"}, udpErrorTransaction},
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

const oneBadID = "one announce a run has a bad connection id at most; run this check alone with --only"

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

// udpIDScrape scrapes with an id of our own making, once.
func udpIDScrape(d *doctor) (State, string) {
	if _, state, text := d.accepts(nil); state == Fail {
		return Skip, text
	}
	ctx, cancel := context.WithTimeout(d.ctx, min(d.opt.Timeout, time.Second))
	defer cancel()
	defer d.u.patient(d.u.once())
	p, f := d.exchange(ctx, d.u, "scrape", func(id uint64, tid uint32) []byte {
		return append(head(id^0x5a5a5a5a5a5a5a5a, actScrape, tid), d.hash[:]...)
	})
	switch how := turnedAway(p, f); {
	case how != "":
		return Pass, how
	case f != nil:
		return Skip, words(f)
	}
	return Fail, "answered"
}

// once sends an announce with this connection id a single time.
func (d *doctor) once(ctx context.Context, u *udpSession, id uint64) ([]byte, *Failure) {
	defer u.patient(u.once())
	return d.exchange(ctx, u, "announce", func(_ uint64, tid uint32) []byte { return d.packet(nil)(id, tid) })
}

// once makes the session send what it asks a single time, until patient is told
// the settings that it returns.
func (u *udpSession) once() *settings {
	old, s := u.s, *u.s
	s.retries = 0
	u.s = &s
	return old
}

func (u *udpSession) patient(s *settings) { u.s = s }

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
		d.aside(func() {
			d.exchange(ctx, u, "stopped", func(_ uint64, tid uint32) []byte {
				return put32(80, udpEvent(EventStopped))(d.packet(nil)(d.u.id, tid))
			})
		})
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
