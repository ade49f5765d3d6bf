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

// packetConn sends and receives datagrams. Those for which there is no room are
// lost, and those to nobody too.
type packetConn struct {
	network          *Network
	at               netip.AddrPort
	in               chan packet
	closed           chan struct{}
	once             sync.Once
	reading, writing deadline
}

func (p *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	k, err := p.next(netip.AddrPort{})
	if err != nil {
		return 0, nil, err
	}
	return copy(b, k.data), net.UDPAddrFromAddrPort(k.from), nil
}

// next returns the next datagram, from an address if one is given.
func (p *packetConn) next(from netip.AddrPort) (packet, error) {
	for {
		over, moved := p.reading.channels()
		select {
		case <-over:
			return packet{}, os.ErrDeadlineExceeded
		case <-p.closed:
			return packet{}, net.ErrClosed
		default:
		}
		select {
		case k := <-p.in:
			if !from.IsValid() || k.from == from {
				return k, nil
			}
		case <-p.closed:
		case <-over:
		case <-moved:
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
	select {
	case <-p.closed:
		return 0, false, net.ErrClosed
	default:
	}
	p.network.mu.Lock()
	other := p.network.packets[to]
	p.network.mu.Unlock()
	if other == nil {
		return len(b), false, nil
	}
	select {
	case other.in <- packet{slices.Clone(b), p.at}:
	default:
	}
	return len(b), true, nil
}

func (p *packetConn) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(p.at) }

func (p *packetConn) Close() error {
	p.once.Do(func() {
		p.network.mu.Lock()
		delete(p.network.packets, p.at)
		p.network.mu.Unlock()
		close(p.closed)
	})
	return nil
}

func (p *packetConn) SetDeadline(t time.Time) error {
	p.reading.set(t)
	p.writing.set(t)
	return nil
}
func (p *packetConn) SetReadDeadline(t time.Time) error  { p.reading.set(t); return nil }
func (p *packetConn) SetWriteDeadline(t time.Time) error { p.writing.set(t); return nil }

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
	k, err := c.next(c.peer)
	if err != nil {
		return 0, err
	}
	return copy(b, k.data), nil
}

func (c *datagramConn) Write(b []byte) (int, error) {
	n, there, err := c.send(b, c.peer)
	c.mu.Lock()
	c.refused = err == nil && !there
	c.mu.Unlock()
	return n, err
}

func (c *datagramConn) RemoteAddr() net.Addr { return net.UDPAddrFromAddrPort(c.peer) }
