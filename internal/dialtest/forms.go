// Package dialtest is what tests need to prove that strangers cannot make the
// program connect to addresses that are not public: such addresses in all forms, a
// resolver that knows them, and a network in which every address is this machine.
// Nothing but tests imports it.
package dialtest

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// Form is a way to write an address that is not public.
type Form struct {
	Host string // as in a URL, without brackets
	Addr netip.Addr
}

// Private returns addresses that are not public, and every way to write them.
func Private() []Form {
	var all []Form
	for line := range strings.Lines(private) {
		text, _, _ := strings.Cut(line, "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		addr := netip.MustParseAddr(words[0])
		for _, host := range words {
			all = append(all, Form{Host: host, Addr: addr})
		}
	}
	return all
}

// private has an address in each line, and other ways to write it.
const private = `
127.0.0.1 127.1 127.0.1 2130706433 0177.0.0.1 0177.1 017700000001 0x7f.1 0x7f000001 0X7F.0.0.1 0x7f.0.0x0.01 0x7F.0x0.0x0.0x1 00000177.1 127.000.000.001 127.0.0.1. 2130706433. localhost LOCALHOST www.localhost localhost.
127.255.255.254
0.0.0.0 0 0x0 00.0
0.1.2.3
10.0.0.1 0xa.1 012.0.0.1 167772161
10.255.255.255
100.64.0.1
100.127.255.254
169.254.169.254 2852039166 0xA9FEA9FE 169.254.43518 # where clouds keep their keys
172.16.0.1
172.31.255.254
192.0.0.1
192.0.0.170
192.0.2.1
192.88.99.1
192.168.1.1 0300.0250.1.1 3232235777 192.168.257
198.18.0.1
198.19.255.254
198.51.100.1
203.0.113.1
224.0.0.1
239.255.255.250
240.0.0.1
255.255.255.255 4294967295
:: 0:0:0:0:0:0:0:0
::1 0:0:0:0:0:0:0:1 0000:0000:0000:0000:0000:0000:0000:0001 ::0.0.0.1 ::1%lo
::7f00:1 ::127.0.0.1 # IPv4-compatible
::a00:1
::ffff:7f00:1 ::ffff:127.0.0.1 ::FFFF:7F00:0001 0:0:0:0:0:ffff:127.0.0.1 # IPv4-mapped
::ffff:169.254.169.254
::ffff:c0a8:101
::ffff:0:127.0.0.1 # IPv4-translated
64:ff9b::7f00:1 64:ff9b::127.0.0.1 # NAT64
64:ff9b::a00:1
64:ff9b::169.254.169.254
64:ff9b:1::7f00:1 # NAT64 of a network's own
64:ff9b:1:a00:0:100::
64:ff9b:1::808:808
2002:7f00:1:: 2002:7f00:0001:0:0:0:0:0 # 6to4
2002:c0a8:101::1
2002:808:808::1
2001::1 # Teredo
2001:0:4136:e378:8000:63bf:80ff:fffe
2001:0:7f00:1::1
2606:4700::5efe:127.0.0.1 # ISATAP
2606:4700::200:5efe:a00:1
100::1
2001:2::1
2001:10::1
2001:20::1
2001:db8::1
3fff::1
5f00::1
1::1
4000::1
e000::1
fc00::1
fd12:3456::1
fe80::1 fe80::1%lo fe80::1%1
fe80::5efe:192.168.1.1
fec0::1
ff02::1
ff0e::1
`

// Disguised returns forms that are addresses to who maps names of other scripts to
// ASCII (UTS 46), as HTTP clients do. Not even the person can name an address so.
func Disguised() []string {
	return strings.Fields("１２７.０.０.１ 127。0。0。1 ①②⑦.⓪.⓪.① ⑯⑨.254.⑯⑨.254 ｌocalhost")
}

// Public returns addresses that hosts on the internet have, some of them just
// beside those that are reserved.
func Public() []string {
	return strings.Fields(`1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1
		169.253.255.255 169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.0.3.1 192.31.196.1 192.88.98.1 192.167.255.255
		192.169.0.1 198.17.255.255 198.20.0.1 198.51.99.1 203.0.112.1 223.255.255.255 ::ffff:8.8.8.8 64:ff9b::808:808
		2000::1 2001:200::1 2001:db7:ffff::1 2001:db9::1 2003::1 2606:4700:4700::1111 2606:4700::5efe:8.8.8.8 2a00:1450::1
		3ffe::1 3fff:1000::1`)
}

// Resolver knows the forms of addresses as the most obliging system does, and
// names that were given to it. Its methods may be called at once.
type Resolver struct {
	mu    sync.Mutex
	names map[string][][]netip.Addr
	asked map[string][]uint16 // kinds of addresses, by the DNS in this round
}

// Set gives a name addresses: those of the first look-up, of the second, and so
// on; the last ones stay.
func (r *Resolver) Set(name string, rounds ...[]netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.names == nil {
		r.names = make(map[string][][]netip.Addr)
	}
	r.names[name] = rounds
	delete(r.asked, name)
}

// LookupNetIP finds addresses.
func (r *Resolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rounds := r.names[host]; len(rounds) > 0 {
		if len(rounds) > 1 {
			r.names[host] = rounds[1:]
		}
		return rounds[0], nil
	}
	if addrs := form(host); addrs != nil {
		return addrs, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// form is the address that is written so, as some systems and hostile name servers read it.
func form(host string) []netip.Addr {
	for _, f := range Private() {
		if f.Host == host {
			return []netip.Addr{f.Addr}
		}
	}
	if slices.Contains(Disguised(), host) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	}
	return nil
}

// LookupTXT finds nothing.
func (r *Resolver) LookupTXT(_ context.Context, name string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}
