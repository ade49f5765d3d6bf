package memnet

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

type packet struct {
	data []byte
	from netip.AddrPort
}

// most is how many datagrams wait to be received.
const most = 1000

// packetConn sends and receives datagrams. Those for which there is no room are
// lost, and those to nobody too.
type packetConn struct {
	network *Network
	at      netip.AddrPort
	waiting
	in      []packet
	closed  bool
	reading time.Time // until when
}

func (p *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	k, err := p.next()
	if err != nil {
		return 0, nil, err
	}
	return copy(b, k.data), net.UDPAddrFromAddrPort(k.from), nil
}

// next returns the next datagram.
func (p *packetConn) next() (packet, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ; ; p.changed.Wait() {
		switch {
		case over(p.reading):
			return packet{}, os.ErrDeadlineExceeded
		case p.closed:
			return packet{}, net.ErrClosed
		case len(p.in) > 0:
			k := p.in[0]
			p.in = p.in[1:]
			return k, nil
		}
	}
}

func (p *packetConn) WriteTo(b []byte, to net.Addr) (int, error) {
	at, err := netip.ParseAddrPort(to.String())
	if err != nil {
		return 0, err
	}
	n, _, err := p.send(b, at)
	return n, err
}

// send tells, too, whether there is somebody at the address.
func (p *packetConn) send(b []byte, to netip.AddrPort) (n int, there bool, err error) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return 0, false, net.ErrClosed
	}
	p.network.mu.Lock()
	other := p.network.packets[to]
	p.network.mu.Unlock()
	if other == nil {
		return len(b), false, nil
	}
	other.mu.Lock()
	defer other.mu.Unlock()
	if len(other.in) < most {
		other.in = append(other.in, packet{slices.Clone(b), p.at})
		other.changed.Broadcast()
	}
	return len(b), true, nil
}

func (p *packetConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.at) }

func (p *packetConn) Close() error {
	p.network.mu.Lock()
	if p.network.packets[p.at] == p {
		delete(p.network.packets, p.at)
	}
	p.network.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.changed.Broadcast()
	return nil
}

func (p *packetConn) SetDeadline(t time.Time) error     { return p.SetReadDeadline(t) }
func (p *packetConn) SetReadDeadline(t time.Time) error { return p.until(&p.reading, t) }

// SetWriteDeadline does nothing: who sends never waits.
func (p *packetConn) SetWriteDeadline(time.Time) error { return nil }

// datagramConn exchanges datagrams with one address.
type datagramConn struct {
	*packetConn
	peer    netip.AddrPort
	mu      sync.Mutex
	refused bool // what was sent last
}

func (c *datagramConn) Read(b []byte) (int, error) {
	c.mu.Lock()
	refused := c.refused
	c.refused = false
	c.mu.Unlock()
	if refused {
		return 0, &net.OpError{Op: "read", Net: "udp", Err: os.NewSyscallError("read", syscall.ECONNREFUSED)}
	}
	for {
		k, err := c.next()
		if err != nil || k.from == c.peer {
			return copy(b, k.data), err
		}
	}
}

func (c *datagramConn) Write(b []byte) (int, error) {
	n, there, err := c.send(b, c.peer)
	c.mu.Lock()
	c.refused = err == nil && !there
	c.mu.Unlock()
	return n, err
}

func (c *datagramConn) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.peer) }
