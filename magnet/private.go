package magnet

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/torrentkit/torrentkit/internal/dht"
)

// guardedDialer returns a dialer that, unless all is set, refuses addresses
// that are not public. A link or a tracker could otherwise make us knock at
// doors inside the user's network.
func guardedDialer(all bool) *net.Dialer {
	d := &net.Dialer{Timeout: 10 * time.Second}
	if !all {
		d.Control = func(_, address string, _ syscall.RawConn) error {
			if ap, err := netip.ParseAddrPort(address); err != nil || !dht.Routable(ap.Addr()) {
				return fmt.Errorf("%w: %s", errPrivateAddress, address)
			}
			return nil
		}
	}
	return d
}
