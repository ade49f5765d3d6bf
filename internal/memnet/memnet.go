// Package memnet is a network in memory, so that testing/synctest can simulate
// the clock of programs that wait for each other over it: streams like TCP's, with
// addresses, ports, deadlines and halves that are closed one by one. It has no
// datagrams and no names, and nothing but tests imports it.
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
	listeners map[string]*listener
	port      uint16 // the last that was given out
}

// Listen listens at 127.0.0.1, at a port that nobody has.
func (n *Network) Listen() net.Listener {
	n.mu.Lock()
	defer n.mu.Unlock()
	l := &listener{network: n, addr: n.address(), conns: make(chan net.Conn), closed: make(chan struct{})}
	if n.listeners == nil {
		n.listeners = make(map[string]*listener)
	}
	n.listeners[l.addr.String()] = l
	return l
}

func (n *Network) address() *net.TCPAddr {
	n.port++
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 1024+n.port))
}

// DialContext connects to a host:port that somebody listens at.
func (n *Network) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	l := n.listeners[address]
	from := n.address()
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: network, Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	if l == nil {
		return nil, refused
	}
	there, back := newStream(), newStream()
	client := &conn{local: from, remote: l.addr, in: back, out: there}
	server := &conn{local: l.addr, remote: from, in: there, out: back}
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
	addr    *net.TCPAddr
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

func (l *listener) Addr() net.Addr { return l.addr }

func (l *listener) Close() error {
	l.once.Do(func() {
		l.network.mu.Lock()
		delete(l.network.listeners, l.addr.String())
		l.network.mu.Unlock()
		close(l.closed)
	})
	return nil
}

// conn is one end of a connection.
type conn struct {
	local, remote    *net.TCPAddr
	in, out          *stream
	reading, writing deadline
}

func (c *conn) Read(p []byte) (int, error)  { return c.in.read(p, &c.reading) }
func (c *conn) Write(p []byte) (int, error) { return c.out.write(p, &c.writing) }

// CloseWrite ends what is sent, as TCP can.
func (c *conn) CloseWrite() error { return c.out.end(io.EOF, net.ErrClosed) }

func (c *conn) Close() error {
	c.out.end(io.EOF, net.ErrClosed)
	return c.in.end(net.ErrClosed, errReset)
}

func (c *conn) LocalAddr() net.Addr  { return c.local }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(t time.Time) error {
	c.reading.set(t)
	c.writing.set(t)
	return nil
}
func (c *conn) SetReadDeadline(t time.Time) error  { c.reading.set(t); return nil }
func (c *conn) SetWriteDeadline(t time.Time) error { c.writing.set(t); return nil }

// errReset is what who writes to a closed connection gets.
var errReset = &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", syscall.ECONNRESET)}

// capacity is how much of a stream is on its way at most.
const capacity = 256 << 10

// stream is the bytes that go one way.
type stream struct {
	mu       sync.Mutex
	changed  chan struct{} // closed and made anew when something below changes
	data     []byte
	readErr  error // once data is read; nil while the stream goes on
	writeErr error
}

func newStream() *stream { return &stream{changed: make(chan struct{})} }

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
	s.tell()
	return nil
}

func (s *stream) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *stream) read(p []byte, until *deadline) (n int, err error) {
	err = s.wait(until, func() (bool, error) {
		switch {
		case len(s.data) > 0:
			n = copy(p, s.data)
			s.data = s.data[n:]
			s.tell()
			return true, nil
		case s.readErr != nil:
			return true, s.readErr
		}
		return len(p) == 0, nil
	})
	return n, err
}

func (s *stream) write(p []byte, until *deadline) (n int, err error) {
	err = s.wait(until, func() (bool, error) {
		if s.writeErr != nil {
			return true, s.writeErr
		}
		k := min(len(p)-n, capacity-len(s.data))
		if k > 0 {
			s.data = append(s.data, p[n:n+k]...)
			n += k
			s.tell()
		}
		return n == len(p), nil
	})
	return n, err
}

// wait calls try, with the lock, at once and whenever the stream has changed,
// until it is done or its time is up.
func (s *stream) wait(until *deadline, try func() (done bool, err error)) error {
	for {
		over, moved := until.channels()
		select {
		case <-over:
			return os.ErrDeadlineExceeded
		default:
		}
		s.mu.Lock()
		done, err := try()
		changed := s.changed
		s.mu.Unlock()
		if done || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-over:
		case <-moved:
		}
	}
}

// deadline is when an end of a connection stops to read, or to write.
type deadline struct {
	mu    sync.Mutex
	timer *time.Timer
	over  chan struct{} // closed when the time is up
	move  chan struct{} // closed when another time is set
}

// channels returns both, as they are for the time that is set.
func (d *deadline) channels() (over, move <-chan struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.over == nil {
		d.over, d.move = make(chan struct{}), make(chan struct{})
	}
	return d.over, d.move
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	if d.move != nil {
		close(d.move)
	}
	over := make(chan struct{})
	d.timer, d.over, d.move = nil, over, make(chan struct{})
	switch wait := time.Until(t); {
	case t.IsZero():
	case wait <= 0:
		close(over)
	default:
		d.timer = time.AfterFunc(wait, func() { close(over) })
	}
}
