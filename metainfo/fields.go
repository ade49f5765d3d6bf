package metainfo

import (
	"net"
	"strconv"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// textIn is text for a key of a dictionary that may be deep in the document.
func (p *parser) textIn(in place, key string, v bencode.Value) string {
	if v.Kind() == bencode.String || v.Kind() == bencode.None || !p.room(Warning, "mistyped") {
		return p.text("", v)
	}
	return p.text(in(key), v)
}

// text reads an optional string; anything else is ignored with a warning.
func (p *parser) text(path string, v bencode.Value) string {
	s, ok := v.Text()
	if !ok && v.Kind() != bencode.None {
		p.warn("mistyped", path, v, "a %v where a string was expected: ignored", v.Kind())
	}
	return s
}

func (p *parser) either(m map[string]bencode.Value, keys ...string) string {
	for _, k := range keys {
		if s := p.text(k, m[k]); s != "" {
			return s
		}
	}
	return ""
}

// tiers merges announce and announce-list as BEP 12 says: the list counts
// where there is one. A flat list of URLs, which some programs write, is read
// as a tier each.
func (p *parser) tiers(announce, list bencode.Value) [][]string {
	if list.Kind() != bencode.List && list.Kind() != bencode.None {
		p.warn("mistyped", "announce-list", list, "a %v where a list was expected: ignored", list.Kind())
	}
	n := 0
	for range list.Items() {
		n++
	}
	tiers := make([][]string, 0, n)
	for i, v := range list.Items() {
		if tier := p.tier(i, v); len(tier) > 0 {
			tiers = append(tiers, tier)
		}
	}
	s := p.text("announce", announce)
	switch {
	case len(tiers) > 0:
		return tiers
	case s != "":
		return [][]string{{s}}
	}
	return nil
}

// tier reads one element of announce-list.
func (p *parser) tier(i int, v bencode.Value) []string {
	if v.Kind() == bencode.List {
		return p.texts(v, func() string { return bencode.JoinIndex("announce-list", i) })
	}
	what := "a %v where a tier (a list) was expected: ignored"
	s, isText := v.Text()
	if isText {
		what = "a %v where a tier (a list) was expected: read as a tier of one"
	}
	if p.room(Warning, "mistyped") {
		p.warn("mistyped", bencode.JoinIndex("announce-list", i), v, what, v.Kind())
	}
	if s == "" {
		return nil
	}
	return []string{s}
}

func (p *parser) stringOrList(path string, v bencode.Value) []string {
	if v.Kind() != bencode.List {
		if s := p.text(path, v); s != "" {
			return []string{s}
		}
		return nil
	}
	return p.texts(v, func() string { return path })
}

// texts reads a list of strings, without empty ones and those that are something else.
func (p *parser) texts(list bencode.Value, path func() string) []string {
	var all []string
	for i, item := range list.Items() {
		s, ok := item.Text()
		switch {
		case !ok && p.room(Warning, "mistyped"):
			p.text(bencode.JoinIndex(path(), i), item)
		case s != "":
			all = append(all, s)
		}
	}
	return all
}

// nodes reads pairs of host and port (BEP 5).
func (p *parser) nodes(v bencode.Value) []string {
	if v.Kind() != bencode.List && v.Kind() != bencode.None {
		p.warn("mistyped", "nodes", v, "a %v where a list was expected: ignored", v.Kind())
	}
	var nodes []string
	for i, item := range v.Items() {
		var parts []bencode.Value
		for _, part := range item.Items() {
			if parts = append(parts, part); len(parts) > 2 {
				break
			}
		}
		if len(parts) == 2 {
			host, isText := parts[0].Text()
			port, isInt := parts[1].Int()
			if isText && isInt && port > 0 && port < 1<<16 {
				nodes = append(nodes, net.JoinHostPort(host, strconv.FormatInt(port, 10)))
				continue
			}
		}
		if p.room(Warning, "mistyped") {
			p.warn("mistyped", bencode.JoinIndex("nodes", i), item, "not a pair of host and port: ignored")
		}
	}
	return nodes
}

// year9999 is where it ends: its last second. RFC 3339 has four digits for years.
const year9999 = 253402300799

// date reads seconds since 1970, up to the year 9999.
func (p *parser) date(v bencode.Value) time.Time {
	if v.Kind() == bencode.None {
		return time.Time{}
	}
	n, ok := v.Int()
	if !ok || n < 0 || n > year9999 {
		p.warn("creation-date", "creation date", v, "not a number of seconds since 1970: ignored")
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}

func (p *parser) private(v bencode.Value) bool {
	if v.Kind() == bencode.None {
		return false
	}
	n, ok := v.Int()
	switch {
	case !ok:
		p.warn("mistyped", "info.private", v, "neither 0 nor 1: read as not private, as other clients do")
	case n != 0 && n != 1:
		p.warn("mistyped", "info.private", v, "neither 0 nor 1: read as private, as other clients do")
	}
	return ok && n != 0
}
