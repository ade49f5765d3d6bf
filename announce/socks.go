package announce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// socksUDP is a UDP association of a SOCKS5 proxy (RFC 1928, section 7): each
// datagram goes through the proxy under a header that names the tracker.
type socksUDP struct {
	net.Conn          // the UDP socket, connected to the proxy's relay
	control  net.Conn // the association lives as long as this connection
	head     []byte
}

// dialSOCKS5UDP asks the proxy of s for an association and returns a
// connection on which plain datagrams are written and read.
func dialSOCKS5UDP(ctx context.Context, s *settings, host string, port uint16) (net.Conn, error) {
	d := &dial.Dialer{AllowPrivate: true, Network: s.network} // the person's proxy, and where it says that its relay is
	control, err := d.DialContext(ctx, "tcp", authority(s.Proxy))
	if err != nil {
		return nil, err
	}
	defer interrupt(ctx, control)()
	relay, err := socksRequest(control, s, 3, "UDP", "0.0.0.0", "0")
	if err == nil && !relay.IsValid() {
		err = errors.New("the proxy names its UDP relay by a host name")
	}
	if err == nil && relay.Addr().IsUnspecified() { // the relay is where the proxy is
		relay = netip.AddrPortFrom(dial.AddrPort(control.RemoteAddr()).Addr(), relay.Port())
	}
	var conn net.Conn
	if err == nil {
		conn, err = d.DialContext(ctx, "udp", relay.String())
	}
	if err != nil {
		control.Close()
		return nil, err
	}
	return &socksUDP{Conn: conn, control: control, head: append([]byte{0, 0, 0}, socksAddr(host, port)...)}, nil
}

// socksRequest greets, logs in where asked to, and requests what the command
// says for a host. It returns the address that the proxy answers, zero where that is a name.
func socksRequest(c net.Conn, s *settings, command byte, what, host, port string) (netip.AddrPort, error) {
	var none netip.AddrPort
	methods := []byte{5, 1, 0}
	if s.Proxy.User != nil {
		methods = []byte{5, 2, 0, 2}
	}
	if _, err := c.Write(methods); err != nil {
		return none, err
	}
	var reply [4]byte
	if _, err := io.ReadFull(c, reply[:2]); err != nil {
		return none, err
	}
	switch {
	case reply[0] != 5 || reply[1] != 0 && reply[1] != 2:
		return none, errors.New("the proxy is no SOCKS5 proxy, or wants a login")
	case reply[1] == 2:
		if err := socksLogin(c, s); err != nil {
			return none, err
		}
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return none, err
	}
	if _, err := c.Write(append([]byte{5, command, 0}, socksAddr(host, uint16(n))...)); err != nil {
		return none, err
	}
	if _, err := io.ReadFull(c, reply[:]); err != nil {
		return none, err
	}
	if reply[1] != 0 {
		return none, fmt.Errorf("the proxy refuses %s (SOCKS5 reply %d)", what, reply[1])
	}
	size := 0
	switch reply[3] {
	case 1:
		size = 4
	case 4:
		size = 16
	case 3:
		if _, err := io.ReadFull(c, reply[:1]); err != nil {
			return none, err
		}
		size = int(reply[0])
	}
	raw := make([]byte, size+2)
	if _, err := io.ReadFull(c, raw); err != nil || reply[3] == 3 {
		return none, err
	}
	a, _ := netip.AddrFromSlice(raw[:size])
	return netip.AddrPortFrom(a, be.Uint16(raw[size:])), nil
}

// socksLogin is RFC 1929.
func socksLogin(c net.Conn, s *settings) error {
	user := s.Proxy.User.Username()
	pass, _ := s.Proxy.User.Password()
	if len(user) > 255 || len(pass) > 255 {
		return errors.New("the login of the proxy is longer than SOCKS5 allows")
	}
	b := append([]byte{1, byte(len(user))}, user...)
	b = append(append(b, byte(len(pass))), pass...)
	if _, err := c.Write(b); err != nil {
		return err
	}
	var reply [2]byte
	if _, err := io.ReadFull(c, reply[:]); err != nil {
		return err
	}
	if reply[1] != 0 {
		return errors.New("the proxy refuses the login")
	}
	return nil
}

func socksAddr(host string, port uint16) []byte {
	a, err := netip.ParseAddr(host)
	var b []byte
	switch {
	case err != nil:
		host = host[:min(len(host), 255)]
		b = append([]byte{3, byte(len(host))}, host...)
	case a.Unmap().Is4():
		v4 := a.Unmap().As4()
		b = append([]byte{1}, v4[:]...)
	default:
		v6 := a.As16()
		b = append([]byte{4}, v6[:]...)
	}
	return be.AppendUint16(b, port)
}

// Write sends one datagram to the tracker.
func (c *socksUDP) Write(p []byte) (int, error) {
	if _, err := c.Conn.Write(append(append([]byte(nil), c.head...), p...)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Read receives one datagram and takes the proxy's header off it. One with a
// broken header reads as empty, which the caller counts as a stray.
func (c *socksUDP) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		return 0, err
	}
	if n < 5 || p[2] != 0 {
		return 0, nil
	}
	size := 4 + 2
	switch p[3] {
	case 1:
		size += 4
	case 3:
		size += 1 + int(p[4])
	case 4:
		size += 16
	default:
		return 0, nil
	}
	if n < size {
		return 0, nil
	}
	return copy(p, p[size:n]), nil
}

// Close ends the association too.
func (c *socksUDP) Close() error {
	return errors.Join(c.Conn.Close(), c.control.Close())
}
