package magnet

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"strings"
)

var base32Hash = base32.StdEncoding.WithPadding(base32.NoPadding)

// bare reads an infohash that stands alone.
func (p *parser) bare(body string, base int) bool {
	h, _, err := decodeHash(strings.Trim(body, "\"'`<>"))
	if err != nil || h.v1.IsZero() && h.v2.IsZero() {
		return false
	}
	p.report(IssueScheme, "", base, "a bare infohash instead of a link")
	p.link.V1, p.link.V2 = h.v1, h.v2
	return true
}

// topic reads xt.
func (p *parser) topic(f field) {
	text := withoutSpace(p.text(f))
	switch {
	case hasPrefixFold(text, "urn:btih:"):
		p.hash(f, text[len("urn:btih:"):], "btih")
	case hasPrefixFold(text, "urn:btmh:"):
		p.hash(f, text[len("urn:btmh:"):], "btmh")
	case hasPrefixFold(text, "urn:btpk:"):
		p.report(IssueHash, f.key, f.offset, "a public key belongs into xs, not xt")
		p.publicKey(f, text[len("urn:btpk:"):])
	case hasPrefixFold(text, "btih:"), hasPrefixFold(text, "btmh:"):
		p.report(IssueHash, f.key, f.at, "urn: is missing in front of %q", text[:5])
		p.hash(f, text[len("btih:"):], strings.ToLower(text[:4]))
	case hasPrefixFold(text, "urn:"):
		p.add(f, &p.link.Topics, text)
	default:
		if _, _, err := decodeHash(text); err == nil {
			p.report(IssueHash, f.key, f.at, "urn:btih: is missing in front of the infohash")
			p.hash(f, text, "")
			return
		}
		p.badTopic(f, f.at, fmt.Sprintf("the topic %q is no urn", clip(text)))
	}
}

func (p *parser) badTopic(f field, at int, reason string) {
	p.report(IssueDropped, f.key, at, "%s", reason)
	if p.topicErr == nil {
		p.topicErr = &Error{at, reason}
	}
}

// hash reads the infohash of a topic of the given namespace, "" if it has none.
func (p *parser) hash(f field, text, namespace string) {
	start := strings.IndexFunc(text, isAlnum)
	if start < 0 {
		p.badTopic(f, f.at+len(f.raw), "the infohash is missing")
		return
	}
	end := start + strings.IndexFunc(text[start:]+"#", func(r rune) bool { return !isAlnum(r) })
	h, pos, err := decodeHash(text[start:end])
	if err != nil {
		at := f.at
		if i := strings.Index(f.raw, text[start:end]); i >= 0 {
			at += i + pos
		}
		p.badTopic(f, at, err.Error())
		return
	}
	if around := strings.Trim(text[:start]+text[end:], "="); around != "" {
		kind := IssueHash
		if strings.IndexFunc(around, isAlnum) >= 0 {
			kind = IssueDropped
		}
		p.report(kind, f.key, f.at, "%q around the infohash is left out", clip(around))
	}
	isV2 := !h.v2.IsZero()
	switch {
	case namespace == "btmh" && !isV2:
		p.badTopic(f, f.at, "a btmh topic is the multihash of a SHA-256: 1220 and 64 hex characters")
		return
	case namespace == "btih" && isV2:
		p.report(IssueHash, f.key, f.at, "a v2 infohash under urn:btih:; it belongs under urn:btmh:1220")
	case namespace == "btmh" && !h.multi:
		p.report(IssueHash, f.key, f.at, "1220 is missing in front of the v2 infohash")
	}
	if isV2 {
		set(p, f, &p.link.V2, h.v2, "v2 infohash")
	} else {
		set(p, f, &p.link.V1, h.v1, "v1 infohash")
	}
}

// set stores a value that a link can have once.
func set[T interface {
	comparable
	IsZero() bool
	String() string
}](p *parser, f field, dst *T, value T, what string) {
	switch {
	case value.IsZero():
		p.badTopic(f, f.at, "the "+what+" is all zeros")
	case (*dst).IsZero():
		*dst = value
	case *dst == value:
		p.report(IssueRepeated, f.key, f.offset, "the %s stands twice", what)
	default:
		p.report(IssueConflict, f.key, f.offset, "a second %s, %s, is left out", what, value.String())
	}
}

type anyHash struct {
	v1    HashV1
	v2    HashV2
	multi bool // was written as a multihash
}

// decodeHash reads an infohash in every form that is found: hex or base32, v1
// or v2, v2 with and without its multihash prefix. pos is the character that an
// error is about.
func decodeHash(s string) (h anyHash, pos int, err error) {
	raw, pos, err := decodeDigits(s)
	if err != nil {
		return h, pos, err
	}
	switch {
	case len(raw) == 20:
		h.v1 = HashV1(raw)
	case len(raw) == 32:
		h.v2 = HashV2(raw)
	default:
		if raw[0] != 0x12 || raw[1] != 32 {
			return h, 0, fmt.Errorf("multihash %#02x of %d bytes is not a SHA-256 (1220)", raw[0], raw[1])
		}
		h.v2, h.multi = HashV2(raw[2:]), true
	}
	return h, 0, nil
}

// decodeDigits returns 20, 32 or 34 bytes.
func decodeDigits(s string) (raw []byte, pos int, err error) {
	switch len(s) {
	case 40, 64, 68:
		for i := range len(s) {
			if hexValue(s[i]) < 0 {
				return nil, i, fmt.Errorf("character %d of the infohash, %q, is not hex", i+1, s[i:i+1])
			}
		}
		raw, err = hex.DecodeString(s)
		return raw, 0, err
	case 32, 52, 55:
		for i := range len(s) { // the decoder passes over line feeds, and some runes have upper cases of other lengths
			if !isBase32(s[i]) {
				return nil, i, fmt.Errorf("character %d of the infohash, %q, is not base32", i+1, s[i:i+1])
			}
		}
		raw, err = base32Hash.DecodeString(strings.ToUpper(s))
		return raw, 0, err
	}
	return nil, 0, fmt.Errorf("the infohash %q has %d characters; 40 hex or 32 base32 are needed, or 64 hex in v2", clip(s), len(s))
}

func isBase32(c byte) bool {
	return c >= '2' && c <= '7' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func isAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// source reads xs: a mutable torrent's key (BEP 46) or a URL.
func (p *parser) source(f field) {
	text := withoutSpace(p.text(f))
	if hasPrefixFold(text, "urn:btpk:") {
		p.publicKey(f, text[len("urn:btpk:"):])
		return
	}
	p.url(f, &p.link.Sources)
}

func (p *parser) publicKey(f field, text string) {
	if strings.Trim(strings.ToLower(text), "0123456789abcdef") != "" || len(text) != 64 {
		p.badTopic(f, f.at, fmt.Sprintf("the public key %q is not 64 hex characters", clip(text)))
		return
	}
	raw, _ := hex.DecodeString(text)
	set(p, f, &p.link.Key, PublicKey(raw), "public key")
}
