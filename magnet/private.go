package magnet

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// guardedDialer returns a dialer that, unless all is set, refuses addresses
// that are not public. A link or a tracker could otherwise make us knock at
// doors inside the user's network.
func guardedDialer(all bool) *net.Dialer {
	d := &net.Dialer{Timeout: 10 * time.Second}
	if !all {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			if ap, err := netip.ParseAddrPort(address); err != nil || !public(ap.Addr()) {
				return fmt.Errorf("%w: %s", errPrivateAddress, address)
			}
			return nil
		}
	}
	return d
}

// public reports whether an address can be that of a stranger on the internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	if a.Is4() {
		b := a.As4()
		return b[0] != 0 && b[0] < 224 && !(b[0] == 100 && b[1]&0xc0 == 64) // RFC 6598
	}
	return true
}
