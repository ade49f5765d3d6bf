package announce

import (
	"context"
	"net/netip"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// session is a conversation with one tracker, over whatever transport. A question
// is asked by the settings, and tells its result what was sent and received.
type session interface {
	announce(ctx context.Context, s *settings, r *Result, event Event) (*Reply, *Failure)
	// scrape asks for some torrents, or for all where the transport can.
	scrape(ctx context.Context, sr *ScrapeResult, chunk []metainfo.HashV1) ([]Counts, *Failure)
	// connected tells whether the tracker may have what was asked. It may be called at any time.
	connected() bool
	close()
}

// open begins a session with whichever address answers first.
func (s *settings) open(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) (session, *Failure) {
	switch e.transport {
	case UDP:
		return orFailure(s.openUDP(ctx, e, addrs, r))
	case WS, WSS:
		return orFailure(s.openWS(ctx, e, addrs, r))
	}
	return s.openHTTP(e, addrs, r), nil // which connects when it has something to send
}

// orFailure keeps what is nil from becoming a session that is not.
func orFailure[T session](t T, f *Failure) (session, *Failure) {
	if f != nil {
		return nil, f
	}
	return t, nil
}

// announce asks over the transport of e, and says goodbye.
func (s *settings) announce(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) {
	started := time.Now()
	t, f := s.open(ctx, e, addrs, r)
	if f == nil {
		defer t.close()
		r.Reply, f = s.tell(ctx, t, r)
	}
	r.Failure = f
	r.Timing.Total = r.Timing.DNS + time.Since(started)
	if t != nil && !s.NoStop && r.Event != EventStopped && mayBeRegistered(t, r) {
		s.goodbye(ctx, t, r)
	}
}

// grace is how long the answer to an announce is awaited when the caller has had
// enough, and then that to the goodbye: long enough for trackers on the other side
// of the world. One that reads a goodbye before the announce that it belongs to, or
// that gets none, counts in who has left.
const grace = 500 * time.Millisecond

// tell announces, unless the caller has had enough already. What the tracker may
// have is given time for its answer even then.
func (s *settings) tell(ctx context.Context, t session, r *Result) (*Reply, *Failure) {
	if ctx.Err() != nil {
		return nil, netFailure(ctx, "announcing", ctx.Err())
	}
	patient, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	if deadline, ok := ctx.Deadline(); ok {
		patient, cancel = context.WithDeadline(patient, deadline)
		defer cancel()
	}
	defer context.AfterFunc(ctx, func() {
		if !t.connected() {
			cancel()
		}
		select {
		case <-patient.Done():
		case <-time.After(grace):
			cancel()
		}
	})()
	return t.announce(patient, s, r, r.Event)
}

// goodbye says stopped, which must not blur what the probe itself showed.
func (s *settings) goodbye(ctx context.Context, t session, r *Result) {
	ctx, cancel := goodbyeContext(ctx, s, r.Failure)
	defer cancel()
	after, own := Result{Query: r.Query, Transport: r.Transport}, *s
	if r.Reply != nil && r.Reply.TrackerID != "" { // BEP 3: it is sent back from then on
		own.TrackerID = r.Reply.TrackerID
	}
	left, f := t.announce(ctx, &own, &after, EventStopped)
	r.Stopped = f == nil
	if left != nil && r.Reply != nil {
		r.CountedIn = countedIn(r.Reply, left)
	}
	r.Sent += after.Sent
	r.Exchanges = append(r.Exchanges, after.Exchanges...)
}

// countedIn tells which count of an answer has who asked in it: there is one less when he has left.
func countedIn(there, left *Reply) string {
	if !bothKnown(there.Seeds, left.Seeds) || !bothKnown(there.Leeches, left.Leeches) {
		return ""
	}
	switch seeds, leeches := there.Seeds-left.Seeds, there.Leeches-left.Leeches; {
	case seeds == 1 && leeches == 0:
		return "seeds"
	case seeds == 0 && leeches == 1:
		return "leeches"
	}
	return ""
}

// mayBeRegistered says whether the tracker may have counted us in: it took the
// request, and did not refuse it.
func mayBeRegistered(t session, r *Result) bool {
	if r.Failure == nil || r.Transport != HTTP && r.Transport != HTTPS {
		return r.Failure == nil || !r.Failure.TrackerSpoke()
	}
	return !r.Failure.TrackerSpoke() && (r.Status == 200 || (r.Failure.Code == Timeout || r.Failure.Code == Interrupted) && t.connected())
}

// goodbyeContext bounds the announce of stopped, which may outlive the
// probe's timeout by a little, but not the caller's patience. A tracker that
// did not answer the first time is hardly waited for.
func goodbyeContext(ctx context.Context, s *settings, f *Failure) (context.Context, context.CancelFunc) {
	limit := min(s.Timeout, 1500*time.Millisecond)
	if f != nil {
		limit = min(limit, 300*time.Millisecond)
	}
	if ctx.Err() == context.Canceled {
		limit = min(s.Timeout, grace)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}
