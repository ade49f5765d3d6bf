package dial

import (
	"net/netip"
	"testing"

	"github.com/torrentkit/torrentkit/internal/dialtest"
)

func TestPublic(t *testing.T) {
	forms := dialtest.Private()
	if len(forms) < 60 {
		t.Fatalf("only %d forms of addresses: the table is to have 60 at least", len(forms))
	}
	for _, f := range forms {
		if Public(f.Addr) {
			t.Errorf("%v is said to be public", f.Addr)
		}
		if mapped := netip.AddrFrom16(f.Addr.As16()); Public(mapped) {
			t.Errorf("%v is said to be public", mapped)
		}
	}
	for _, s := range dialtest.Public() {
		if a := netip.MustParseAddr(s); !Public(a) || Private(a) || Loopback(a) {
			t.Errorf("%v: public %v, private %v, loopback %v", a, Public(a), Private(a), Loopback(a))
		}
	}
	if Public(netip.Addr{}) || Public(netip.MustParseAddr("2606:4700:4700::1111%lo")) {
		t.Error("no address, or one with a zone, is said to be public")
	}
}

// An address of IPv4 is judged alike however IPv6 carries it, where it can be reached so.
func TestCarried(t *testing.T) {
	for _, s := range append(dialtest.Public(), "127.0.0.1", "10.1.2.3", "100.64.0.1", "198.18.0.1", "240.0.0.1") {
		v4 := netip.MustParseAddr(s)
		if !v4.Is4() {
			continue
		}
		b := v4.As4()
		for _, prefix := range []string{"::ffff:0:0", "64:ff9b::", "2606:4700::5efe:0:0", "2606:4700::200:5efe:0:0"} {
			c := netip.MustParseAddr(prefix).As16()
			copy(c[12:], b[:])
			if a := netip.AddrFrom16(c); Public(a) != Public(v4) || Private(a) != Private(v4) || Loopback(a) != Loopback(v4) {
				t.Errorf("%v is judged as %v is not", a, v4)
			}
		}
		for _, c := range [][16]byte{{0x20, 2, b[0], b[1], b[2], b[3]}, {0x20, 1, 12: ^b[0], ^b[1], ^b[2], ^b[3]}, {12: b[0], b[1], b[2], b[3]}} {
			if a := netip.AddrFrom16(c); Public(a) || Private(a) != Private(v4) || Loopback(a) != Loopback(v4) {
				t.Errorf("%v: public %v, private %v, loopback %v", a, Public(a), Private(a), Loopback(a))
			}
		}
	}
}

func TestLocal(t *testing.T) {
	for _, c := range []struct {
		addr              string
		loopback, private bool
	}{
		{"127.9.9.9", true, false}, {"0.0.0.0", true, false}, {"::", true, false}, {"::1", true, false}, {"64:ff9b::7f00:1", true, false},
		{"10.0.0.1", false, true}, {"169.254.1.1", false, true}, {"100.64.0.1", false, true}, {"fe80::1%lo", false, true},
		{"fec0::1", false, true}, {"fd00::1", false, true}, {"2002:a00:1::", false, true},
		{"192.0.2.1", false, false}, {"224.0.0.1", false, false}, {"2001:db8::1", false, false},
	} {
		a := netip.MustParseAddr(c.addr)
		if Loopback(a) != c.loopback || Private(a) != c.private {
			t.Errorf("%s: loopback %v, private %v", c.addr, Loopback(a), Private(a))
		}
	}
}

func TestParseHost(t *testing.T) {
	for _, f := range dialtest.Private() {
		if a, ok := ParseHost(f.Host); !ok || a.WithZone("") != f.Addr {
			t.Errorf("%s is read as %v, not %v", f.Host, a, f.Addr)
		}
	}
	for _, host := range []string{"", ".", "example.org", "1.2.3.4.5", "256.0.0.1", "1.2.3.256", "1.16777216", "4294967296", "0x100000000",
		"08.0.0.1", "1..2", "1.2.3.4x", "0x", "a.0x", "localhost.example", "notlocalhost", "-1", "+1", "1_0", "99999999999999999999"} {
		if a, ok := ParseHost(host); ok && host != "0x" {
			t.Errorf("%q is read as %v", host, a)
		}
	}
}

func FuzzPublic(f *testing.F) {
	for _, form := range dialtest.Private() {
		f.Add(form.Host)
	}
	for _, s := range dialtest.Public() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, host string) {
		a, ok := ParseHost(host)
		if !ok {
			return
		}
		if !a.IsValid() {
			t.Fatalf("%q is no address", host)
		}
		// Never more than the standard library would, but for translated addresses.
		if Public(a) && (Private(a) || Loopback(a) || !a.IsGlobalUnicast() || a.IsPrivate() || a.IsMulticast()) {
			t.Errorf("%v is public and something else", a)
		}
	})
}
