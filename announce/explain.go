package announce

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/secret"
)

// Field is one part of a packet, for an annotated dump.
type Field struct {
	Offset int
	Bytes  []byte
	Name   string
	Value  string
	Secret bool // Bytes and Value may hold a passkey
}

// Fields takes a UDP exchange apart: the datagram sent and the one received,
// which is empty where none came. Other transports have no fields.
func (x *Exchange) Fields() (sent, received []Field) {
	if x.Transport != UDP {
		return nil, nil
	}
	return RequestFields(x.Sent), AnswerFields(x.Received, !x.Addr.IsValid() || x.Addr.Addr().Is4())
}

// cutter takes fields off the front of a packet.
type cutter struct {
	p   []byte
	at  int
	out []Field
}

// take adds a field of n bytes, or of what is left where that is less.
func (c *cutter) take(n int, name string, value func([]byte) string) []byte {
	if c.at == len(c.p) {
		return nil
	}
	short := ""
	if left := len(c.p) - c.at; left < n {
		short = fmt.Sprintf(" (cut short: %d of %d bytes)", left, n)
		n = left
	}
	b := c.p[c.at : c.at+n]
	f := Field{Offset: c.at, Bytes: b, Name: name}
	if short == "" {
		f.Value = value(b)
	} else {
		f.Value = short[1:]
	}
	c.out = append(c.out, f)
	c.at += n
	return b
}

// secret marks the last field.
func (c *cutter) secret() {
	if n := len(c.out); n > 0 {
		c.out[n-1].Secret = true
	}
}

func hexValue(b []byte) string  { return fmt.Sprintf("%x", b) }
func u64Value(b []byte) string  { return fmt.Sprint(be.Uint64(b)) }
func u32Value(b []byte) string  { return fmt.Sprint(be.Uint32(b)) }
func i32Value(b []byte) string  { return fmt.Sprint(int32(be.Uint32(b))) }
func portValue(b []byte) string { return fmt.Sprint(be.Uint16(b)) }
func actValue(b []byte) string  { return fmt.Sprintf("%d (%s)", be.Uint32(b), action(be.Uint32(b))) }
func textValue(b []byte) string { return strings.TrimRight(string(b), "\x00") }
func ipValue(b []byte) string   { a, _ := netip.AddrFromSlice(b); return a.String() }

func eventValue(b []byte) string {
	names := []string{"none", "completed", "started", "stopped"}
	n := be.Uint32(b)
	if int(n) < len(names) {
		return fmt.Sprintf("%d (%s)", n, names[n])
	}
	return fmt.Sprintf("%d (unknown)", n)
}

func connectionValue(b []byte) string {
	if be.Uint64(b) == udpMagic {
		return fmt.Sprintf("%x (protocol id)", b)
	}
	return hexValue(b)
}

// RequestFields takes apart a datagram that a client sends (BEP 15, BEP 41).
func RequestFields(p []byte) []Field {
	c := cutter{p: p}
	c.take(8, "connection id", connectionValue)
	act := c.take(4, "action", actValue)
	c.take(4, "transaction id", hexValue)
	if len(act) < 4 {
		return c.out
	}
	switch action(be.Uint32(act)) {
	case actAnnounce:
		c.announceRequest()
	case actScrape:
		for c.at < len(p) {
			c.take(20, "info hash", hexValue)
		}
	}
	c.take(len(p)-c.at, "more", hexValue)
	return c.out
}

func (c *cutter) announceRequest() {
	c.take(20, "info hash", hexValue)
	c.take(20, "peer id", func(b []byte) string { return fmt.Sprintf("%q", b) })
	c.take(8, "downloaded", u64Value)
	c.take(8, "left", u64Value)
	c.take(8, "uploaded", u64Value)
	c.take(4, "event", eventValue)
	c.take(4, "ip address", ipValue)
	c.take(4, "key", hexValue)
	c.take(4, "num want", i32Value)
	c.take(2, "port", portValue)
	for c.at < len(c.p) {
		kind := c.take(1, "option", func(b []byte) string {
			return fmt.Sprintf("%d (%s)", b[0], map[byte]string{0: "end", 1: "nop", 2: "URL data"}[b[0]])
		})
		if kind[0] == 0 || kind[0] == 1 {
			continue
		}
		n := c.take(1, "option length", func(b []byte) string { return fmt.Sprint(b[0]) })
		if len(n) == 0 || n[0] == 0 {
			continue
		}
		c.take(int(n[0]), "option data", textValue)
		c.secret()
	}
}

// AnswerFields takes apart a datagram that a tracker sends. v4 says that its
// peers have IPv4 addresses.
func AnswerFields(p []byte, v4 bool) []Field {
	c := cutter{p: p}
	act := c.take(4, "action", actValue)
	c.take(4, "transaction id", hexValue)
	if len(act) < 4 {
		return c.out
	}
	switch action(be.Uint32(act)) {
	case actConnect:
		c.take(8, "connection id", connectionValue)
	case actAnnounce:
		c.take(4, "interval", u32Value)
		c.take(4, "leechers", u32Value)
		c.take(4, "seeders", u32Value)
		for c.at < len(p) {
			c.take(addressSize(v4), "peer address", ipValue)
			c.take(2, "peer port", portValue)
		}
	case actScrape:
		for c.at < len(p) {
			c.take(4, "seeders", u32Value)
			c.take(4, "completed", u32Value)
			c.take(4, "leechers", u32Value)
		}
	case actError:
		c.take(len(p)-c.at, "message", textValue)
		c.secret() // it may repeat what was sent
	}
	c.take(len(p)-c.at, "more", hexValue)
	return c.out
}

// Curl returns a shell line that asks the same of the same address, or "" for
// what curl cannot ask. more are arguments to add, such as --cacert and its
// file. Unless secrets are to be shown they are hidden, and the line asks
// something else then.
func (x *Exchange) Curl(opt Options, showSecrets bool, more ...string) string {
	if x.Request == nil {
		return ""
	}
	args := []string{"curl", "-gsS", "--http1.1", "--compressed"}
	if x.Request.Method == "HEAD" {
		args = append(args, "--head")
	}
	e, f := parseTracker(x.Request.URL)
	if f == nil && opt.Proxy == nil && x.Addr.IsValid() && !strings.EqualFold(e.host, x.Addr.Addr().String()) {
		addr := x.Addr.Addr().String()
		if x.Addr.Addr().Is6() {
			addr = "[" + addr + "]"
		}
		args = append(args, "--resolve", fmt.Sprintf("%s:%d:%s", e.host, e.port, addr))
	}
	if opt.Proxy != nil {
		proxy := opt.Proxy.String()
		if !showSecrets {
			proxy = secret.URL(proxy)
		}
		args = append(args, "--proxy", proxy)
	}
	if opt.TLS != nil && opt.TLS.InsecureSkipVerify {
		args = append(args, "--insecure")
	}
	args = append(args, more...)
	for _, h := range x.Request.Header {
		if h[0] == "Authorization" && f == nil && e.url.User != nil {
			continue // curl takes it from the URL
		}
		if !showSecrets && secretHeader(h[0]) {
			h[1] = secret.Mark(h[1])
		}
		args = append(args, "-H", h[0]+": "+h[1])
	}
	if f == nil && x.Request.Host != e.url.Host {
		args = append(args, "-H", "Host: "+x.Request.Host)
	}
	target := x.Request.URL
	if !showSecrets {
		target = secret.URL(target)
	}
	args = append(args, target)
	for i, a := range args {
		args[i] = shellQuote(a)
	}
	return strings.Join(args, " ")
}

func secretHeader(name string) bool {
	switch name {
	case "Authorization", "Proxy-Authorization", "Cookie":
		return true
	}
	return strings.Contains(strings.ToLower(name), "key") || strings.Contains(strings.ToLower(name), "token")
}

func shellQuote(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_./:=,@%+", r))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// maxOutline bounds how many lines Outline makes of a hostile answer.
const maxOutline = 2000

// Outline writes bencode as indented text, a line a value; bytes that are not
// plain ASCII stand in hexadecimal. Of what was cut off it writes the values that are
// whole. It returns nil for what is not bencode.
func Outline(raw []byte) []string {
	top, _, _ := bencode.Scan(raw)
	cut := top.Kind() == bencode.None
	if cut {
		top, _, _ = bencode.Scan(closed(raw))
	}
	if top.Kind() == bencode.None {
		return nil
	}
	var out []string
	outline(&out, "", "", top)
	if cut || len(out) >= maxOutline {
		out = append(out, "...")
	}
	return out
}

// closed ends the lists and dictionaries of bencode that was cut off, behind the last value that is whole. It
// returns nil where there is none, and need not understand what is no bencode.
func closed(raw []byte) []byte {
	const deepest = 64
	type open struct {
		dict bool
		n    int // values and keys so far
	}
	var stack []open
	whole, depth := 0, 0 // to there the bytes are good, with so many open
	for at := 0; at < len(raw) && len(stack) < deepest; {
		switch c := raw[at]; {
		case c == 'd' || c == 'l':
			stack = append(stack, open{dict: c == 'd'})
			at++
			continue
		case c == 'e' && len(stack) > 0:
			stack = stack[:len(stack)-1]
			at++
		case c == 'i':
			n := bytes.IndexByte(raw[at:], 'e')
			if n < 0 {
				at = len(raw)
				continue
			}
			at += n + 1
		default:
			n := bytes.IndexByte(raw[at:], ':')
			size, err := strconv.Atoi(string(raw[at : at+max(n, 0)]))
			if n < 0 || err != nil || size < 0 || size > len(raw)-at-n-1 {
				at = len(raw)
				continue
			}
			at += n + 1 + size
		}
		if len(stack) == 0 {
			return nil // it is whole, and wrong
		}
		top := &stack[len(stack)-1]
		if top.n++; !top.dict || top.n%2 == 0 {
			whole, depth = at, len(stack)
		}
	}
	if whole == 0 {
		return nil
	}
	return append(bytes.Clone(raw[:whole]), bytes.Repeat([]byte{'e'}, depth)...)
}

func outline(out *[]string, indent, label string, v bencode.Value) {
	if len(*out) >= maxOutline {
		return
	}
	line := func(text string) { *out = append(*out, indent+label+text) }
	switch v.Kind() {
	case bencode.Integer:
		raw := v.Raw()
		line(string(raw[1 : len(raw)-1]))
	case bencode.String:
		b, _ := v.Bytes()
		line(showBytes(b))
	case bencode.List:
		line("list")
		for i, item := range v.Items() {
			outline(out, indent+"  ", fmt.Sprintf("[%d] ", i), item)
		}
	case bencode.Dict:
		line("dictionary")
		for k, item := range v.Entries() {
			key, _ := k.Bytes()
			outline(out, indent+"  ", showBytes(key)+": ", item)
		}
	}
}

// showBytes quotes plain text and writes anything else in hexadecimal.
func showBytes(b []byte) string {
	const most = 240
	more := ""
	if len(b) > most {
		more = fmt.Sprintf("... (%d bytes)", len(b))
	}
	for _, c := range b {
		if c < 0x20 || c > 0x7e {
			return fmt.Sprintf("%x", b[:min(len(b), most)]) + more
		}
	}
	return fmt.Sprintf("%q", b[:min(len(b), most)]) + more
}
