package magnet

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// bare reads an infohash that stands alone.
func (p *parser) bare(body string, base int) bool {
	h, err := metainfo.ParseHash(strings.Trim(body, "\"'`<>"))
	if err != nil {
		return false
	}
	p.report(IssueScheme, "", base, "a bare infohash instead of a link")
	p.link.V1, p.link.V2 = h.V1, h.V2
	return true
}

// topic reads xt.
func (p *parser) topic(f field) {
	text := withoutSpace(p.text(f))
	switch {
	case hasPrefixFold(text, "urn:btih:"), hasPrefixFold(text, "urn:btmh:"):
		prefix, hash := text[:len("urn:btih:")], text[len("urn:btih:"):]
		if prefix != strings.ToLower(prefix) {
			p.report(IssueHash, f.key, f.at, "%q is in upper case, which libtorrent does not read", prefix)
		}
		p.hash(f, hash, strings.ToLower(prefix[len("urn:"):len(prefix)-1]))
	case hasPrefixFold(text, "urn:btpk:"):
		p.report(IssueHash, f.key, f.offset, "a public key belongs into xs, not xt")
		p.publicKey(f, text[len("urn:btpk:"):])
	case hasPrefixFold(text, "btih:"), hasPrefixFold(text, "btmh:"):
		p.report(IssueHash, f.key, f.at, "urn: is missing in front of %q", text[:5])
		p.hash(f, text[len("btih:"):], strings.ToLower(text[:4]))
	case hasPrefixFold(text, "urn:"):
		p.add(f, &p.link.Topics, text)
	default:
		if _, err := metainfo.ParseHash(text); err == nil {
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
	digits := text[start:end]
	h, err := metainfo.ParseHash(digits)
	if err != nil {
		at := f.at
		if i := strings.Index(f.raw, digits); i >= 0 {
			at += i + wrongDigit(err)
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
	isV2 := len(digits) > 40
	switch {
	case namespace == "btmh" && !isV2:
		p.badTopic(f, f.at, "a btmh topic is the multihash of a SHA-256: 1220 and 64 hex characters")
		return
	case namespace == "btih" && isV2:
		p.report(IssueHash, f.key, f.at, "a v2 infohash under urn:btih:; it belongs under urn:btmh:1220")
	case namespace == "btmh" && len(digits) != 68 && len(digits) != 55:
		p.report(IssueHash, f.key, f.at, "1220 is missing in front of the v2 infohash")
	}
	if isV2 {
		p.set(f, p.link.V2[:], h.V2[:], "v2 infohash")
	} else {
		p.set(f, p.link.V1[:], h.V1[:], "v1 infohash")
	}
}

// set stores a value that a link can have once.
func (p *parser) set(f field, dst, value []byte, what string) {
	zeros := make([]byte, len(dst))
	switch {
	case bytes.Equal(value, zeros):
		p.badTopic(f, f.at, "the "+what+" is all zeros")
	case bytes.Equal(dst, zeros):
		copy(dst, value)
	case bytes.Equal(dst, value):
		p.report(IssueRepeated, f.key, f.offset, "the %s stands twice", what)
	default:
		p.report(IssueConflict, f.key, f.offset, "a second %s, %x, is left out", what, value)
	}
}

// wrongDigit is where in the text of an infohash an error of parsing it points.
func wrongDigit(err error) int {
	var bad *metainfo.HashError
	if errors.As(err, &bad) {
		return bad.At
	}
	return 0
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
	p.set(f, p.link.Key[:], raw, "public key")
}
