package inspect

import (
	"bytes"
	"math"
)

// What libtorrent's decoder takes (src/bdecode.cpp, include/libtorrent/bdecode.hpp).
const (
	rasterbarDepth  = 100 // load_torrent_limits::max_decode_depth
	rasterbarDigits = 20  // of an integer; what does not fit into 64 bits is read as 0
	rasterbarHeader = 17  // bytes of the length of a string and its colon
)

// rasterbarDecoder reads bencode as libtorrent does: to the end of the first
// value, with its own limits. It keeps nothing of what it reads.
type rasterbarDecoder struct {
	doc    []byte
	pos    int
	tokens int // that may still come; negative for no limit
	depth  int
	stack  [rasterbarDepth]rasterbarFrame
	// soft is the first place that is not canonical (bdecode_node::has_soft_error),
	// which is refused in the info of a torrent that has a meta version.
	soft   string
	softAt int
}

type rasterbarFrame struct {
	dict, value bool // whether a value comes next
	key         []byte
	keys        int
}

// value reads one value, and tells why not.
func (d *rasterbarDecoder) value() string {
	for {
		switch {
		case d.pos >= len(d.doc):
			return "the torrent ends in the middle"
		case d.depth == len(d.stack):
			return "it is nested too deep"
		case d.tokens == 0:
			return "it has too many values"
		}
		d.tokens--
		var above *rasterbarFrame
		if d.depth > 0 {
			above = &d.stack[d.depth-1]
		}
		if why := d.token(above); why != "" {
			return why
		}
		if above != nil {
			above.value = !above.value
		}
		if d.depth == 0 {
			return ""
		}
	}
}

// token reads a bracket, an integer or a string.
func (d *rasterbarDecoder) token(above *rasterbarFrame) string {
	c := d.doc[d.pos]
	isKey := above != nil && above.dict && !above.value
	switch {
	case c >= '0' && c <= '9':
		return d.str(above, isKey)
	case c == 'e' && above != nil && (isKey || !above.dict):
		d.depth--
		d.pos++
		return ""
	case isKey:
		return "a key of a dictionary is no string"
	case c == 'd' || c == 'l':
		d.stack[d.depth] = rasterbarFrame{dict: c == 'd'}
		d.depth++
		d.pos++
		return ""
	case c == 'i':
		return d.integer()
	}
	return "there is something that is no value"
}

func (d *rasterbarDecoder) integer() string {
	at := d.pos
	d.pos++
	if d.pos < len(d.doc) && d.doc[d.pos] == '-' {
		d.pos++
	}
	first := d.pos
	for d.pos < len(d.doc) && d.doc[d.pos] >= '0' && d.doc[d.pos] <= '9' {
		d.pos++
	}
	switch n := d.pos - first; {
	case n == 0 || d.pos == len(d.doc) || d.doc[d.pos] != 'e':
		return "an integer is malformed"
	case n > rasterbarDigits:
		return "an integer has too many digits"
	}
	if d.doc[at+1] == '0' && d.doc[at+2] != 'e' {
		d.flaw("a number has a leading zero", at)
	}
	d.pos++
	return ""
}

func (d *rasterbarDecoder) str(above *rasterbarFrame, isKey bool) string {
	at, n := d.pos, int64(0)
	for ; d.pos < len(d.doc) && d.doc[d.pos] != ':'; d.pos++ {
		c := d.doc[d.pos]
		if c < '0' || c > '9' || n > (math.MaxInt64-int64(c-'0'))/10 {
			return "the length of a string is malformed"
		}
		n = n*10 + int64(c-'0')
	}
	start := d.pos + 1
	switch {
	case start > len(d.doc) || n > int64(len(d.doc)-start):
		return "a string is longer than the rest"
	case start-at > rasterbarHeader:
		return "the length of a string has too many digits"
	}
	if d.doc[at] == '0' && d.doc[at+1] != ':' {
		d.flaw("a number has a leading zero", at)
	}
	d.pos = start + int(n)
	if !isKey {
		return ""
	}
	key := d.doc[start:d.pos]
	if above.keys++; above.keys > 1 && bytes.Compare(above.key, key) >= 0 {
		d.flaw("keys are out of order or stand twice", at)
	}
	above.key = key
	return ""
}

func (d *rasterbarDecoder) flaw(what string, at int) {
	if d.soft == "" {
		d.soft, d.softAt = what, at
	}
}
