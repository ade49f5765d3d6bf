package trackertest

import (
	"io"
	"net"
	"net/netip"
	"strconv"
	"testing"
)

// SOCKS5 runs a proxy that wants this login and carries TCP and UDP to IPv4
// addresses, and returns its host:port.
func SOCKS5(t testing.TB, user, password string) string {
	t.Helper()
	l := listen(t, system{}, "tcp4", "127.0.0.1:0")
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				socks(c, user, password)
			}()
		}
	}()
	return l.Addr().String()
}

// field reads n bytes, or returns nil.
func field(c net.Conn, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(c, b); err != nil {
		return nil
	}
	return b
}

func login(c net.Conn, user, password string) bool {
	b := field(c, 2)
	if b == nil || field(c, int(b[1])) == nil {
		return false
	}
	c.Write([]byte{5, 2})
	if b = field(c, 2); b == nil {
		return false
	}
	u := field(c, int(b[1]))
	n := field(c, 1)
	if n == nil {
		return false
	}
	p := field(c, int(n[0]))
	good := string(u) == user && string(p) == password
	status := byte(1)
	if good {
		status = 0
	}
	c.Write([]byte{1, status})
	return good
}

func socks(c net.Conn, user, password string) {
	if !login(c, user, password) {
		return
	}
	b := field(c, 4)
	if b == nil || b[3] != 1 {
		return
	}
	dst := field(c, 6)
	if dst == nil {
		return
	}
	if b[1] == 3 {
		relay(c)
		return
	}
	to, err := net.Dial("tcp4", net.JoinHostPort(net.IP(dst[:4]).String(), strconv.Itoa(int(be.Uint16(dst[4:])))))
	if err != nil {
		c.Write([]byte{5, 1, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	defer to.Close()
	c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
	go io.Copy(to, c)
	io.Copy(c, to)
}

// relay carries datagrams for as long as the control connection is open.
func relay(c net.Conn) {
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return
	}
	defer pc.Close()
	addr := netip.MustParseAddrPort(pc.LocalAddr().String())
	c.Write(be.AppendUint16([]byte{5, 0, 0, 1, 0, 0, 0, 0}, addr.Port()))
	go carry(pc)
	io.Copy(io.Discard, c)
}

func carry(pc net.PacketConn) {
	var client net.Addr
	buf := make([]byte, 64<<10)
	for {
		n, from, err := pc.ReadFrom(buf)
		if err != nil {
			return
		}
		if client == nil {
			client = from
		}
		if from.String() == client.String() && n >= 10 {
			to := net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.AddrFrom4([4]byte(buf[4:8])), be.Uint16(buf[8:])))
			pc.WriteTo(buf[10:n], to)
			continue
		}
		ap := netip.MustParseAddrPort(from.String())
		head := append([]byte{0, 0, 0, 1}, ap.Addr().AsSlice()...)
		pc.WriteTo(append(be.AppendUint16(head, ap.Port()), buf[:n]...), client)
	}
}
