package announce

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// udpSession is a socket connected to one address of a tracker, with the
// connection id that the tracker gave.
type udpSession struct {
	s    *settings
	res  *Result
	conn net.Conn
	host string
	addr netip.AddrPort
	path string // of the URL with its query, for BEP 41
	buf  []byte

	id     uint64
	idFrom time.Time // zero while there is none

	strays int    // datagrams that answered nothing we asked
	before int    // those of them that came before the present question
	stray  string // what the last one was
	blind  []byte // an error packet with transaction id 0 that came for the present question
}

// connectionLife is how long a client may use a connection id (BEP 15).
const connectionLife = time.Minute

func (s *settings) socketUDP(ctx context.Context, e endpoint, addr netip.AddrPort, r *Result) (*udpSession, *Failure) {
	u := &udpSession{s: s, res: r, host: e.host, addr: addr, path: urlData(e)}
	var err error
	if s.Proxy != nil {
		u.conn, err = dialSOCKS5UDP(ctx, s, e.host, e.port)
	} else {
		u.conn, err = s.dialer(e.host).Connect(ctx, "udp", e.host, addr)
	}
	if err != nil {
		return nil, netFailure(ctx, "opening a UDP socket for "+u.name(), err)
	}
	return u, nil
}

// urlData is what BEP 41 carries: the path with the query.
func urlData(e endpoint) string {
	if e.url.Path == "" && e.url.RawQuery == "" {
		return ""
	}
	return e.url.RequestURI()
}

func (u *udpSession) name() string {
	if u.addr.IsValid() {
		return u.addr.String()
	}
	return "the tracker behind the proxy"
}

func (u *udpSession) close() { u.conn.Close() }

// wait is how long an answer to the nth sending is awaited.
func (u *udpSession) wait(n int) time.Duration { return u.s.interval << n }

// ask sends what packet builds, again and again by the schedule, until an
// answer with the same transaction id arrives. Other datagrams are counted
// and passed over. Some trackers refuse what they cannot read with transaction id
// 0: that is the answer where none follows with ours.
func (u *udpSession) ask(ctx context.Context, name string, packet func(tid uint32) []byte) ([]byte, *Failure) {
	stop := context.AfterFunc(ctx, func() { u.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	tid := randomUint32()
	started := time.Now()
	u.before, u.blind = u.strays, nil
	for n := 0; ; n++ {
		p := packet(tid)
		if _, err := u.conn.Write(p); err != nil {
			return nil, u.failure(ctx, name, n, err)
		}
		u.res.Sent++
		until := time.Time{}
		if n < u.s.retries {
			until = time.Now().Add(u.wait(n))
		}
		got, err := u.receive(ctx, tid, until)
		if err != nil && u.blind != nil {
			got, err = u.blind, nil
		}
		if err != nil && isTimeout(err) && ctx.Err() == nil && n < u.s.retries {
			u.record(name, p, nil, time.Since(started))
			continue
		}
		u.record(name, p, got, time.Since(started))
		if err != nil {
			return nil, u.failure(ctx, name, n+1, err)
		}
		return got, nil
	}
}

// receive waits for a datagram with the transaction id, until the time, or to
// the context's end where that is zero.
func (u *udpSession) receive(ctx context.Context, tid uint32, until time.Time) ([]byte, error) {
	u.conn.SetReadDeadline(until)
	if u.buf == nil {
		u.buf = make([]byte, maxDatagram)
	}
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n, err := u.conn.Read(u.buf)
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, err
		}
		switch {
		case n < 8:
			u.strays++
			u.stray = fmt.Sprintf("of %d bytes", n)
		case be.Uint32(u.buf[4:]) == 0 && isAction(u.buf[:n], actError):
			u.blind = bytes.Clone(u.buf[:n])
			if soon := time.Now().Add(u.s.interval); until.IsZero() || soon.Before(until) {
				until = soon
				u.conn.SetReadDeadline(until)
			}
		case be.Uint32(u.buf[4:]) != tid:
			u.strays++
			u.stray = "with another transaction id"
		default:
			return bytes.Clone(u.buf[:n]), nil
		}
	}
}

func (u *udpSession) failure(ctx context.Context, name string, sent int, err error) *Failure {
	f := netFailure(ctx, fmt.Sprintf("sending %s to %s", name, u.name()), err)
	if f.Code != Timeout {
		return f
	}
	f.Detail = fmt.Sprintf("%s to %s: no answer in time (%s sent)", name, u.name(), plural(sent, "datagram"))
	if strays := u.strays - u.before; strays > 0 {
		f.Code = Malformed
		f.Detail = fmt.Sprintf("%s to %s: %s came, the last one %s, and no answer", name, u.name(), plural(strays, "stray datagram"), u.stray)
	}
	return f
}

func plural[N int | int64](n N, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func (u *udpSession) record(name string, sent, got []byte, took time.Duration) {
	if u.s.Record {
		u.res.Exchanges = append(u.res.Exchanges, Exchange{Transport: UDP, Addr: u.addr, Name: name, Sent: sent, Received: got, Elapsed: took})
	}
}

func randomUint32() uint32 {
	var b [4]byte
	rand.Read(b[:])
	return be.Uint32(b[:])
}

// connect gets a connection id where there is none that still lives.
func (u *udpSession) connect(ctx context.Context) *Failure {
	if !u.idFrom.IsZero() && time.Since(u.idFrom) < connectionLife {
		return nil
	}
	elsewhere := u.overhear(ctx)
	p, f := u.ask(ctx, "connect", func(tid uint32) []byte { return head(udpMagic, actConnect, tid) })
	from, sent := elsewhere()
	u.res.Sent += sent
	switch {
	case f != nil && from.IsValid():
		return fail(Unreachable, fmt.Sprintf("connect to %s: the answer came from %s, where nobody had asked: clients pass over it", u.name(), from))
	case f != nil:
		return f
	}
	if f := u.answers("connect", actConnect, p); f != nil {
		return f
	}
	if len(p) < headSize {
		return fail(Malformed, fmt.Sprintf("a connect answer of %d bytes where 16 are the least", len(p)))
	}
	u.id, u.idFrom = be.Uint64(p[8:]), time.Now()
	return nil
}

// overhear asks once more from a socket that hears everybody, if the answer does not
// come at once: some trackers answer from another address or port than they were
// asked at, and the socket of a client does not hear them. What is returned ends that,
// and tells who else answered, and how many datagrams it took.
func (u *udpSession) overhear(ctx context.Context) func() (netip.AddrPort, int) {
	ctx, cancel := context.WithCancel(ctx)
	var from netip.AddrPort
	sent := 0
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-ctx.Done():
			return
		case <-time.After(u.wait(0)):
		}
		if u.s.Proxy != nil || u.s.retries == 0 { // nothing is asked a second time
			return
		}
		conn, err := u.s.dialer(u.host).Overhear(u.host, u.addr)
		if err != nil {
			return
		}
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })()
		sent, from = 1, u.heard(conn)
	}()
	return func() (netip.AddrPort, int) {
		cancel()
		<-ended
		return from, sent
	}
}

// heard is who answers in the place of the one who is asked.
func (u *udpSession) heard(conn net.PacketConn) (from netip.AddrPort) {
	tid, buf := randomUint32(), make([]byte, headSize)
	if _, err := conn.WriteTo(head(udpMagic, actConnect, tid), net.UDPAddrFromAddrPort(u.addr)); err != nil {
		return from
	}
	for {
		n, a, err := conn.ReadFrom(buf)
		if err != nil {
			return from
		}
		if at := dial.AddrPort(a); n == headSize && be.Uint32(buf[4:]) == tid && at != u.addr {
			return at
		}
	}
}

// request connects where needed and asks one thing. A connection id that
// expires while the answer is awaited is replaced.
func (u *udpSession) request(ctx context.Context, name string, packet func(id uint64, tid uint32) []byte) ([]byte, *Failure) {
	if f := u.connect(ctx); f != nil {
		return nil, f
	}
	asked := time.Now()
	p, f := u.ask(ctx, name, func(tid uint32) []byte {
		if time.Since(u.idFrom) >= connectionLife {
			u.renew(ctx)
		}
		return packet(u.id, tid)
	})
	u.res.Timing.FirstByte = time.Since(asked)
	return p, f
}

// answers tells why a packet is no answer of the action that was asked for.
func (u *udpSession) answers(name string, want action, p []byte) *Failure {
	switch got := action(be.Uint32(p)); got {
	case want:
		return nil
	case actError:
		f, notes := decodeUDPError(p)
		u.res.Findings = append(u.res.Findings, notes...)
		return f
	default:
		return fail(Malformed, fmt.Sprintf("action %s answers %s", got, name))
	}
}

// renew asks for a new connection id with a single datagram, in the middle of
// BEP 15's long schedule; without an answer the old one is used on.
func (u *udpSession) renew(ctx context.Context) {
	tid := randomUint32()
	if _, err := u.conn.Write(head(udpMagic, actConnect, tid)); err != nil {
		return
	}
	u.res.Sent++
	p, err := u.receive(ctx, tid, time.Now().Add(u.s.interval))
	if err == nil && len(p) >= 16 && action(be.Uint32(p)) == actConnect {
		u.id, u.idFrom = be.Uint64(p[8:]), time.Now()
	}
}

func (u *udpSession) announce(ctx context.Context, s *settings, r *Result, event Event) (*Reply, *Failure) {
	u.s, u.res = s, r
	if event == EventPaused {
		r.note("paused-over-udp", Info, 21, "UDP has no event for paused; none was sent in its place")
	}
	p, f := u.request(ctx, "announce", func(id uint64, tid uint32) []byte {
		return s.announcePacket(id, tid, r.Query, event, u.path)
	})
	if f != nil {
		return nil, f
	}
	reply, f := u.read(p)
	if u.strays > 0 && f == nil {
		r.note("stray-datagrams", Warning, 15, fmt.Sprintf("%s came, the last one %s", plural(u.strays, "stray datagram"), u.stray))
	}
	return reply, f
}

func (u *udpSession) connected() bool { return true }

// read judges the answer to an announce.
func (u *udpSession) read(p []byte) (*Reply, *Failure) {
	if f := u.answers("announce", actAnnounce, p); f != nil {
		return nil, f
	}
	reply, notes, f := decodeUDPAnnounce(p, u.v4())
	u.res.Findings = append(u.res.Findings, notes...)
	return reply, f
}

// v4 says whether peers come with addresses of 4 bytes.
func (u *udpSession) v4() bool { return !u.addr.IsValid() || u.addr.Addr().Is4() }

// openUDP connects to whichever address answers first.
func (s *settings) openUDP(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) (*udpSession, *Failure) {
	if s.Proxy != nil {
		addrs = []netip.AddrPort{{}}
	}
	var mu sync.Mutex
	var lost []*udpSession
	won := make(map[net.Conn]*udpSession)
	conn, err := race(ctx, r, addrs, func(ctx context.Context, a netip.AddrPort) (net.Conn, error) {
		u, f := s.socketUDP(ctx, e, a, &Result{}) // a losing address must not write into r
		if f != nil {
			return nil, f
		}
		f = u.connect(ctx)
		mu.Lock()
		defer mu.Unlock()
		if f != nil {
			u.close()
			lost = append(lost, u)
			return nil, f
		}
		won[u.conn] = u // if none was faster
		return u.conn, nil
	})
	mu.Lock()
	defer mu.Unlock()
	u := won[conn]
	if err == nil {
		lost = append(lost, u)
	}
	for _, l := range lost {
		r.Sent += l.res.Sent
		r.Findings = append(r.Findings, l.res.Findings...)
		r.Exchanges = append(r.Exchanges, l.res.Exchanges...)
	}
	if err != nil {
		return nil, netFailure(ctx, "asking "+e.hostPort(), err)
	}
	u.res = r
	r.Addr = u.addr
	r.Local = dial.AddrPort(u.conn.LocalAddr())
	return u, nil
}
