package magnet

import (
	"net/netip"
	"strconv"
	"strings"
)

// add appends a value of a list parameter once.
func (p *parser) add(f field, list *[]string, value string) {
	if id := f.name + "\x00" + value; p.seen[id] {
		p.report(IssueRepeated, f.key, f.offset, "%q stands twice", clip(value))
	} else {
		p.seen[id] = true
		*list = append(*list, value)
	}
}

// address reads x.pe and dht: an IPv4 address, an IPv6 address in brackets or a
// host name, and a port.
func (p *parser) address(f field, list *[]string) {
	text := withoutSpace(p.text(f))
	if f.name == "x.pe" && strings.Contains(f.raw, "%") {
		p.report(IssueEscape, f.key, f.at, "the address is percent-escaped, which libtorrent does not read")
	}
	if reason := checkAddress(text); reason != "" {
		p.report(IssueDropped, f.key, f.at, "%q %s", clip(text), reason)
		return
	}
	p.add(f, list, text)
}

func checkAddress(s string) string {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "has no port"
	}
	host, port := s[:i], s[i+1:]
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "has no port between 1 and 65535"
	}
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		if a, err := netip.ParseAddr(host[1 : len(host)-1]); err != nil || !a.Is6() {
			return "has no IPv6 address in its brackets"
		}
		return ""
	}
	switch {
	case strings.IndexByte(host, ':') >= 0:
		return "is an IPv6 address without brackets, so that its port is uncertain"
	case host == "" || len(host) > 253 || strings.ContainsFunc(host, notHostRune):
		return "has no host"
	}
	return ""
}

func notHostRune(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune("\"'/\\?#@[]<>%&=+,;{}|^`", r)
}

// ranges reads so (BEP 53) without expanding it.
func (p *parser) ranges(f field) {
	p.soAt = f.at
	text := withoutSpace(p.text(f))
	for part := range strings.SplitSeq(text, ",") {
		if part == "" {
			continue
		}
		if r, ok := parseRange(part); ok {
			p.link.Select = append(p.link.Select, r)
		} else {
			p.report(IssueDropped, f.key, f.at, "%q is no range of file indices", clip(part))
		}
	}
}

func parseRange(s string) (Range, bool) {
	from, to, two := strings.Cut(s, "-")
	if !two {
		to = from
	}
	first, ok1 := parseIndex(from)
	last, ok2 := parseIndex(to)
	return Range{first, last}, ok1 && ok2 && first <= last
}

func parseIndex(s string) (int64, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	return int64(n), err == nil
}

// ParseRanges reads file indices as BEP 53 writes them, like 0,2,4-6.
func ParseRanges(s string) ([]Range, error) {
	var out []Range
	for part := range strings.SplitSeq(s, ",") {
		r, ok := parseRange(strings.TrimSpace(part))
		if !ok {
			return nil, &Error{0, strconv.Quote(clip(part)) + " is no range of file indices"}
		}
		out = append(out, r)
	}
	out, _ = normalRanges(out)
	return out, nil
}
