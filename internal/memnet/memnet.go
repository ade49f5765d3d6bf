// Package memnet is a network in memory, so that testing/synctest can simulate
// the clock of programs that wait for each other over it: streams and datagrams
// with addresses, ports and deadlines, like those of TCP and UDP. It has no names,
// every address is in it, and nothing but tests imports it.
package memnet

import (
	"context"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// Network is a network with nobody in it at first. Its methods may be called at
// once from many goroutines.
type Network struct {
	mu        sync.Mutex
	listeners map[netip.AddrPort]*listener
	packets   map[netip.AddrPort]*packetConn
	port      uint16 // the last that was given out
}

// Listen listens at host:port, where the port may be 0 for one that nobody has.
func (n *Network) Listen(_, address string) (net.Listener, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at, err := n.place(address)
	if err != nil {
		return nil, err
	}
	if n.listeners == nil {
		n.listeners = make(map[netip.AddrPort]*listener)
	}
	if n.listeners[at] != nil {
		return nil, errInUse
	}
	l := &listener{network: n, at: at, conns: make(chan net.Conn), closed: make(chan struct{})}
	n.listeners[at] = l
	return l, nil
}

// ListenPacket is Listen for datagrams.
func (n *Network) ListenPacket(_, address string) (net.PacketConn, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	at, err := n.place(address)
	if err != nil {
		return nil, err
	}
	return n.bind(at)
}

var errInUse = &net.OpError{Op: "listen", Net: "memory", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}

func (n *Network) place(address string) (netip.AddrPort, error) {
	at, err := netip.ParseAddrPort(address)
	if err == nil && at.Port() == 0 {
		at = n.free(at.Addr())
	}
	return at, err
}

func (n *Network) free(a netip.Addr) netip.AddrPort {
	n.port++
	return netip.AddrPortFrom(a, 1024+n.port)
}

func (n *Network) bind(at netip.AddrPort) (*packetConn, error) {
	if n.packets == nil {
		n.packets = make(map[netip.AddrPort]*packetConn)
	}
	if n.packets[at] != nil {
		return nil, errInUse
	}
	p := &packetConn{network: n, at: at}
	p.init()
	n.packets[at] = p
	return p, nil
}

// Dial connects to an address over "tcp" or "udp", from another, or from any.
func (n *Network) Dial(ctx context.Context, network string, from netip.Addr, to netip.AddrPort) (net.Conn, error) {
	n.mu.Lock()
	if !from.IsValid() {
		from = to.Addr()
	}
	own := n.free(from)
	if network[:3] == "udp" {
		defer n.mu.Unlock()
		p, err := n.bind(own)
		if err != nil {
			return nil, err
		}
		return &datagramConn{packetConn: p, peer: to}, nil
	}
	l := n.listeners[to]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	if l == nil {
		return nil, refused
	}
	there, back := newStream(), newStream()
	client := &conn{local: own, remote: to, in: back, out: there}
	server := &conn{local: to, remote: own, in: there, out: back}
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, refused
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: network, Err: ctx.Err()}
	}
}

type listener struct {
	network *Network
	at      netip.AddrPort
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Addr() net.Addr { return net.TCPAddrFromAddrPort(l.at) }

func (l *listener) Close() error {
	l.once.Do(func() {
		l.network.mu.Lock()
		delete(l.network.listeners, l.at)
		l.network.mu.Unlock()
		close(l.closed)
	})
	return nil
}

// conn is one end of a connection.
type conn struct {
	local, remote netip.AddrPort
	in, out       *stream
}

func (c *conn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *conn) Write(p []byte) (int, error) { return c.out.write(p) }

// CloseWrite ends what is sent, as TCP can.
func (c *conn) CloseWrite() error { return c.out.end(io.EOF, net.ErrClosed) }

func (c *conn) Close() error {
	c.out.end(io.EOF, net.ErrClosed)
	return c.in.end(net.ErrClosed, errReset)
}

func (c *conn) LocalAddr() net.Addr  { return net.TCPAddrFromAddrPort(c.local) }
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.remote) }

func (c *conn) SetDeadline(t time.Time) error {
	c.in.until(&c.in.reading, t)
	return c.SetWriteDeadline(t)
}
func (c *conn) SetReadDeadline(t time.Time) error  { return c.in.until(&c.in.reading, t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.out.until(&c.out.writing, t) }

// waiting is a lock under which one waits for a change, or until a time.
type waiting struct {
	mu      sync.Mutex
	changed sync.Cond
}

func (w *waiting) init() { w.changed.L = &w.mu }

// until sets the time of one who waits; zero is for ever.
func (w *waiting) until(deadline *time.Time, t time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	*deadline = t
	w.changed.Broadcast()
	if !t.IsZero() {
		time.AfterFunc(time.Until(t), func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.changed.Broadcast()
		})
	}
	return nil
}

func over(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

// errReset is what who writes to a closed connection gets.
var errReset = &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.ECONNRESET)}

// capacity is how much of a stream is on its way at most.
const capacity = 256 << 10

// stream is the bytes that go one way.
type stream struct {
	waiting
	data             []byte
	readErr          error // once data is read; nil while the stream goes on
	writeErr         error
	reading, writing time.Time // until when
}

func newStream() *stream {
	s := new(stream)
	s.init()
	return s
}

// end ends the stream for who reads and who writes, if it has not ended for them.
func (s *stream) end(reading, writing error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if reading == net.ErrClosed { // what was not read is lost
		s.data, s.readErr = nil, reading
	} else if s.readErr == nil {
		s.readErr = reading
	}
	if s.writeErr == nil {
		s.writeErr = writing
	}
	s.changed.Broadcast()
	return nil
}

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; ; s.changed.Wait() {
		switch {
		case over(s.reading):
			return 0, os.ErrDeadlineExceeded
		case len(s.data) > 0:
			n := copy(p, s.data)
			s.data = s.data[n:]
			s.changed.Broadcast()
			return n, nil
		case s.readErr != nil || len(p) == 0:
			return 0, s.readErr
		}
	}
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; ; s.changed.Wait() {
		switch {
		case over(s.writing):
			return n, os.ErrDeadlineExceeded
		case s.writeErr != nil:
			return n, s.writeErr
		}
		if k := min(len(p)-n, capacity-len(s.data)); k > 0 {
			s.data = append(s.data, p[n:n+k]...)
			n += k
			s.changed.Broadcast()
		}
		if n == len(p) {
			return n, nil
		}
	}
}
