package inspect

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// The Torrust index reads uploads with serde_bencode 0.2.4 into structures whose fields have types: it looks at nothing else, not at the
// order of keys nor at what follows, and refuses all where one field is of another type.

// indexDepth is how deep values may be nested, which the index bounds by its stack only.
const indexDepth = 1000

// Kinds of tokens are their first bytes, and 0 where there is none.
const (
	indexInt   = 'i'
	indexBytes = 's'
	indexList  = 'l'
	indexDict  = 'd'
	indexEnd   = 'e'
)

// indexReader reads tokens as serde_bencode does.
type indexReader struct {
	doc   []byte
	pos   int
	at    int // where the last token began
	n     int64
	b     []byte
	fault *IndexRefusal
}

// fail notes the first fault. Who reads something larger puts its key before the fault's.
func (r *indexReader) fail(why string) bool {
	if r.fault == nil {
		r.fault = &IndexRefusal{Offset: r.at, Why: why}
	}
	return false
}

// under puts the key of what was being read before that of a fault in it.
func (r *indexReader) under(key string) bool {
	if rest := r.fault.Key; rest != "" && rest[0] != '[' {
		key += "."
	}
	r.fault.Key = key + r.fault.Key
	return false
}

// next reads a token.
func (r *indexReader) next() byte {
	r.at = r.pos
	if r.pos == len(r.doc) {
		r.fail("the torrent ends in the middle")
		return 0
	}
	switch c := r.doc[r.pos]; {
	case c == indexList || c == indexDict || c == indexEnd:
		r.pos++
		return c
	case c == 'i':
		return r.integer()
	case '0' <= c && c <= '9':
		return r.text()
	}
	r.fail("not the start of a value")
	return 0
}

// until reads up to a byte that ends a number.
func (r *indexReader) until(from int, end byte) (string, bool) {
	i := bytes.IndexByte(r.doc[from:], end)
	if i < 0 {
		r.pos = len(r.doc)
		return "", r.fail("the torrent ends in the middle")
	}
	r.pos = from + i + 1
	return string(r.doc[from : from+min(i, 64)]), i <= 64 || r.fail("a number with more than 64 digits")
}

func (r *indexReader) integer() byte {
	digits, ok := r.until(r.pos+1, 'e')
	if !ok {
		return 0
	}
	var err error
	if r.n, err = strconv.ParseInt(digits, 10, 64); err != nil {
		r.fail("not an integer of 64 bits")
		return 0
	}
	return indexInt
}

func (r *indexReader) text() byte {
	digits, ok := r.until(r.pos, ':')
	if !ok {
		return 0
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err != nil:
		r.fail("not the length of a string")
		return 0
	case n > uint64(len(r.doc)-r.pos):
		r.fail("the torrent ends in a string")
		return 0
	}
	r.b = r.doc[r.pos : r.pos+int(n)]
	r.pos += int(n)
	return indexBytes
}

// skip passes over a value that begins with a token of a kind. In info, keys of dictionaries must be strings.
func (r *indexReader) skip(kind byte, inInfo bool) bool {
	type level struct{ dict, value bool } // whether a value comes next
	var stack []level
	for {
		switch kind {
		case 0:
			return false
		case indexEnd:
			top := len(stack) - 1
			if top < 0 || stack[top].value {
				return r.fail("a value is missing")
			}
			stack = stack[:top]
		case indexList, indexDict:
			if len(stack) == indexDepth {
				return r.fail("nested so deep that the index may end of it")
			}
			stack = append(stack, level{dict: kind == indexDict})
		}
		if len(stack) == 0 {
			return true
		}
		kind = r.next()
		if top := &stack[len(stack)-1]; top.dict && kind != indexEnd {
			if inInfo && !top.value && kind != indexBytes {
				return r.fail("a key that is not a string")
			}
			top.value = !top.value
		}
	}
}

// dict reads a dictionary: each is called for every key, and reads its value. A key that is known may be there once.
func (r *indexReader) dict(known []string, each func(key string) bool) bool {
	if r.next() != indexDict {
		return r.fail("not a dictionary")
	}
	seen := make([]bool, len(known))
	for {
		switch r.next() {
		case indexEnd:
			return true
		case indexBytes:
		default:
			return r.fail("a key that is not a string")
		}
		if !utf8.Valid(r.b) {
			return r.fail("a key that is not UTF-8")
		}
		key := string(r.b)
		if i := slices.Index(known, key); i >= 0 {
			if seen[i] {
				r.fail("it is there twice")
				return r.under(bencode.JoinKey("", key))
			}
			seen[i] = true
		}
		if !each(key) {
			return r.under(bencode.JoinKey("", key))
		}
	}
}

// list reads a list, whose items each reads.
func (r *indexReader) list(each func() bool) bool {
	if r.next() != indexList {
		return r.fail("not a list")
	}
	for i := 0; ; i++ {
		if r.pos < len(r.doc) && r.doc[r.pos] == indexEnd {
			r.pos++
			return true
		}
		if !each() {
			return r.under("[" + strconv.Itoa(i) + "]")
		}
	}
}

// words reads a string that is text.
func (r *indexReader) words(to *[]byte) bool {
	switch {
	case r.next() != indexBytes:
		return r.fail("not a string")
	case !utf8.Valid(r.b):
		return r.fail("not UTF-8")
	}
	*to = r.b
	return true
}

func (r *indexReader) number(to **int64, least, most int64) bool {
	switch {
	case r.next() != indexInt:
		return r.fail("not an integer")
	case r.n < least || r.n > most:
		return r.fail("not an integer from " + strconv.FormatInt(least, 10) + " to " + strconv.FormatInt(most, 10))
	}
	n := r.n
	*to = &n
	return true
}

// texts reads a list of texts.
func (r *indexReader) texts(to *[][]byte) bool {
	*to = [][]byte{}
	return r.list(func() bool {
		var s []byte
		if !r.words(&s) {
			return false
		}
		*to = append(*to, s)
		return true
	})
}

// bytes reads a string, or a list of its bytes.
func (r *indexReader) bytes(to *[]byte) bool {
	if r.pos < len(r.doc) && r.doc[r.pos] == indexList {
		*to = []byte{}
		return r.list(func() bool {
			var n *int64
			if !r.number(&n, 0, 255) {
				return false
			}
			*to = append(*to, byte(*n))
			return true
		})
	}
	if r.next() != indexBytes {
		return r.fail("not a string")
	}
	*to = r.b
	return true
}

// node reads the host and the port of a node of the DHT, and nothing else.
func (r *indexReader) node() bool {
	var host []byte
	var port *int64
	switch {
	case r.next() != indexList:
		return r.fail("not a list")
	case !r.words(&host) || !r.number(&port, -1<<63, 1<<63-1):
		return false
	case r.next() != indexEnd:
		return r.fail("not a host and a port")
	}
	return true
}

// cleanHeader tells whether a name can stand in the head of a reply, where the index puts it.
func cleanHeader(name []byte) bool {
	return !strings.ContainsFunc(string(name), func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f })
}
