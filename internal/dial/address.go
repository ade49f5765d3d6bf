package dial

import (
	"net/netip"
	"strconv"
	"strings"
)

// reserved are the addresses that nobody on the internet can have: those that
// IANA's registries of special-purpose addresses (RFC 6890) do not call globally
// reachable. 192.0.0.0/24 and 2001::/23 have exceptions in them, which are
// anycast services of the nearest network and identifiers, and nobody's host.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),       // this host (RFC 1122)
	netip.MustParsePrefix("10.0.0.0/8"),      // private (RFC 1918)
	netip.MustParsePrefix("100.64.0.0/10"),   // shared behind a carrier's NAT (RFC 6598)
	netip.MustParsePrefix("127.0.0.0/8"),     // loopback (RFC 1122)
	netip.MustParsePrefix("169.254.0.0/16"),  // link-local (RFC 3927)
	netip.MustParsePrefix("172.16.0.0/12"),   // private (RFC 1918)
	netip.MustParsePrefix("192.0.0.0/24"),    // IETF protocols (RFC 6890)
	netip.MustParsePrefix("192.0.2.0/24"),    // documentation (RFC 5737)
	netip.MustParsePrefix("192.88.99.0/24"),  // relays of 6to4, retired (RFC 7526)
	netip.MustParsePrefix("192.168.0.0/16"),  // private (RFC 1918)
	netip.MustParsePrefix("198.18.0.0/15"),   // benchmarks (RFC 2544)
	netip.MustParsePrefix("198.51.100.0/24"), // documentation (RFC 5737)
	netip.MustParsePrefix("203.0.113.0/24"),  // documentation (RFC 5737)
	netip.MustParsePrefix("224.0.0.0/4"),     // multicast (RFC 5771)
	netip.MustParsePrefix("240.0.0.0/4"),     // reserved, and broadcast (RFC 1112, RFC 919)
	netip.MustParsePrefix("2001::/23"),       // IETF protocols, Teredo among them (RFC 2928, RFC 4380)
	netip.MustParsePrefix("2001:db8::/32"),   // documentation (RFC 3849)
	netip.MustParsePrefix("2002::/16"),       // 6to4, whose relays are gone (RFC 3056, RFC 7526)
	netip.MustParsePrefix("3fff::/20"),       // documentation (RFC 9637)
}

// unicast is all of IPv6 that is given out to hosts (RFC 4291). Everything else is
// local, reserved or multicast: fc00::/7, fe80::/10, fec0::/10, 64:ff9b:1::/48, ...
var unicast = netip.MustParsePrefix("2000::/3")

// nat64 are IPv4 addresses behind a translator (RFC 6052). In a network that has
// only IPv6, the DNS answers with them for every IPv4 host (RFC 6147), so that they
// are as public as the address in them.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// Public reports whether somebody on the internet can have the address. An IPv4
// address that an IPv6 address carries is judged too, however it is carried. What
// a network's own translator makes of addresses (RFC 6052, 2.2) cannot be told from
// the address.
func Public(a netip.Addr) bool {
	if a.Zone() != "" || !a.IsValid() {
		return false // only addresses on a link of this machine have one
	}
	a = a.Unmap()
	if v4, ok := carried(a); ok && !Public(v4) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(a) {
			return false
		}
	}
	return a.Is4() || unicast.Contains(a) || nat64.Contains(a)
}

// Loopback reports whether an address is that of this machine: loopback or
// unspecified, itself or in an IPv6 address that carries it.
func Loopback(a netip.Addr) bool {
	a = plain(a)
	return a.IsLoopback() || a.IsUnspecified() || a.Is4() && a.As4()[0] == 0
}

// Private reports whether an address is inside of somebody's network: private,
// unique local, link-local, site-local, or behind a carrier's NAT. It may be carried
// in an IPv6 address.
func Private(a netip.Addr) bool {
	a = plain(a)
	if a.Is4() {
		return a.IsPrivate() || a.IsLinkLocalUnicast() || netip.MustParsePrefix("100.64.0.0/10").Contains(a)
	}
	return a.IsPrivate() || a.IsLinkLocalUnicast() || netip.MustParsePrefix("fec0::/10").Contains(a)
}

// plain is the IPv4 address that an address carries, or the address.
func plain(a netip.Addr) netip.Addr {
	a = a.WithZone("").Unmap()
	if v4, ok := carried(a); ok && !a.IsLoopback() && !a.IsUnspecified() {
		return v4
	}
	return a
}

// carried returns the IPv4 address that an IPv6 address carries: compatible
// (::a.b.c.d), translated (::ffff:0:a.b.c.d), NAT64, 6to4, Teredo, or ISATAP.
func carried(a netip.Addr) (netip.Addr, bool) {
	if !a.Is6() {
		return a, false
	}
	b := a.As16()
	v4 := func(at int) (netip.Addr, bool) { return netip.AddrFrom4([4]byte(b[at:])), true }
	within := func(prefix string) bool { return netip.MustParsePrefix(prefix).Contains(a) }
	switch {
	case within("::/96"), within("::ffff:0:0:0/96"), nat64.Contains(a):
		return v4(12)
	case within("2002::/16"):
		return v4(2)
	case within("2001::/32"): // the client's, with each bit turned
		for i := 12; i < 16; i++ {
			b[i] = ^b[i]
		}
		return v4(12)
	case b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe: // RFC 5214
		return v4(12)
	}
	return a, false
}

// ParseHost reads what a host of a URL says without asking anybody: an IP address
// in any of the forms that resolvers of some system take, with parts left out, in
// octal or hexadecimal; and localhost.
func ParseHost(host string) (netip.Addr, bool) {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return a, true
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") { // RFC 6761
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), true
	}
	return parseLoose(host)
}

// parseLoose reads an IPv4 address as inet_aton does: of one to four numbers, each
// decimal, octal or hexadecimal, of which the last fills the bytes that are left.
func parseLoose(host string) (netip.Addr, bool) {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}, false
	}
	var sum uint64
	for i, part := range parts {
		base := 10
		digits, hex := strings.CutPrefix(part, "0x")
		switch {
		case hex:
			base = 16
		case len(part) > 1 && part[0] == '0':
			base = 8
		}
		if hex && digits == "" {
			digits = "0"
		}
		n, err := strconv.ParseUint(digits, base, 32)
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if err != nil || n>>bits != 0 {
			return netip.Addr{}, false
		}
		sum = sum<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}), true
}
