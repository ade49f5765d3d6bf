package bencode

import (
	"bytes"
	"cmp"
	"iter"
	"math"
	"slices"
	"sort"
)

// Kind is the type of a value.
type Kind byte

// The four kinds; None is the kind of the zero Value.
const (
	None    Kind = 0
	Integer Kind = 'i'
	String  Kind = 's'
	List    Kind = 'l'
	Dict    Kind = 'd'
)

func (k Kind) String() string {
	switch k {
	case Integer:
		return "integer"
	case String:
		return "string"
	case List:
		return "list"
	case Dict:
		return "dictionary"
	}
	return "nothing"
}

// Value is a view of one bencoded value inside input that Scan or ScanLoosely
// accepted. It shares the input's memory. The zero Value has kind None, and asking it for
// anything gives nothing.
type Value struct {
	doc      *document // nil where there is nothing
	off, end int
}

// document is what all values of an input share: a value is handed on by its copies, which are to be small.
type document struct {
	raw  []byte
	ends []span // of what is long in raw; nil if that is not known
}

// View is a view of bytes that are exactly one value, which Scan has accepted
// before: nothing is looked at twice. It must not be used for any others, which
// its methods could read beyond their end.
func View(raw []byte) Value {
	if len(raw) == 0 {
		return Value{}
	}
	return ViewIn(raw, 0, len(raw))
}

// ViewIn is View for the bytes of doc from one offset to another, which keep
// their offsets.
func ViewIn(doc []byte, from, to int) Value {
	return Value{&document{raw: doc}, from, to}
}

// Kind tells what v is.
func (v Value) Kind() Kind {
	if v.doc == nil {
		return None
	}
	switch c := v.doc.raw[v.off]; c {
	case 'i', 'l', 'd':
		return Kind(c)
	}
	return String
}

// Raw returns the exact bytes of v.
func (v Value) Raw() []byte {
	if v.doc == nil {
		return nil
	}
	return v.doc.raw[v.off:v.end:v.end]
}

// Offset returns where v starts in the input, in bytes.
func (v Value) Offset() int { return v.off }

// End returns the offset just behind v.
func (v Value) End() int { return v.end }

// Bytes returns the content of a string.
func (v Value) Bytes() ([]byte, bool) {
	if v.Kind() != String {
		return nil, false
	}
	start, end := stringAt(v.doc.raw, v.off)
	return v.doc.raw[start:end:end], true
}

// Text returns the content of a string as a Go string, which need not be UTF-8.
func (v Value) Text() (string, bool) {
	b, ok := v.Bytes()
	return string(b), ok
}

// Int returns an integer that fits into 64 bits.
func (v Value) Int() (int64, bool) {
	if v.Kind() != Integer {
		return 0, false
	}
	digits, neg := bytes.CutPrefix(v.doc.raw[v.off+1:v.end-1], []byte("-"))
	return parseInt(neg, digits)
}

// Items yields the elements of a list with their indices.
func (v Value) Items() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.Kind() != List {
			return
		}
		for i, pos := 0, v.off+1; v.doc.raw[pos] != 'e'; i++ {
			end := v.skip(pos)
			if !yield(i, Value{v.doc, pos, end}) {
				return
			}
			pos = end
		}
	}
}

// Entries yields the keys and values of a dictionary in the order in which
// they stand there. Keys are strings, with offsets of their own; ScanLoosely
// accepts integers.
func (v Value) Entries() iter.Seq2[Value, Value] {
	return func(yield func(Value, Value) bool) {
		if v.Kind() != Dict {
			return
		}
		for pos := v.off + 1; v.doc.raw[pos] != 'e'; {
			_, keyEnd := keyAt(v.doc.raw, pos)
			end := v.skip(keyEnd)
			if !yield(Value{v.doc, pos, keyEnd}, Value{v.doc, keyEnd, end}) {
				return
			}
			pos = end
		}
	}
}

// Depth is how deep lists and dictionaries are nested: 1 for one without others.
func (v Value) Depth() int {
	deepest, depth := 0, 0
	for pos := v.off; pos < v.end; {
		switch v.doc.raw[pos] {
		case 'l', 'd':
			depth++
			deepest = max(deepest, depth)
			pos++
		case 'e':
			depth--
			pos++
		default:
			pos = skip(v.doc.raw, pos)
		}
	}
	return deepest
}

// Get returns the value of a key, the first one if the key stands there more
// than once.
func (v Value) Get(key string) (Value, bool) {
	for k, val := range v.Entries() {
		start, end := keyAt(k.doc.raw, k.off)
		if string(k.doc.raw[start:end]) == key {
			return val, true
		}
	}
	return Value{}, false
}

// Map returns the values of a dictionary by their keys, the first one of a key
// that stands there more than once.
func (v Value) Map() map[string]Value {
	m := make(map[string]Value)
	for k, val := range v.Entries() {
		key, isText := k.Text()
		if _, ok := m[key]; !ok && isText {
			m[key] = val
		}
	}
	return m
}

// Change is a key whose value is not the same in two dictionaries. Either value
// is of kind None where the key is missing.
type Change struct {
	Key      string
	Old, New Value
}

// Changes compares two dictionaries byte for byte, by the values of Map, and
// returns what differs in the order of the keys.
func Changes(old, now Value) []Change {
	before, after := old.Map(), now.Map()
	var list []Change
	for key, v := range before {
		if w := after[key]; !bytes.Equal(v.Raw(), w.Raw()) {
			list = append(list, Change{key, v, w})
		}
	}
	for key, w := range after {
		if _, ok := before[key]; !ok {
			list = append(list, Change{key, Value{}, w})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Key < list[j].Key })
	return list
}

// stringAt returns the span of the content of the string at pos.
func stringAt(doc []byte, pos int) (start, end int) {
	n := 0
	for doc[pos] != ':' {
		n = n*10 + int(doc[pos]-'0')
		pos++
	}
	return pos + 1, pos + 1 + n
}

// keyAt is stringAt for a key of a dictionary: of one that is an integer it is all.
func keyAt(doc []byte, pos int) (start, end int) {
	if doc[pos] == 'i' {
		return pos, skip(doc, pos)
	}
	return stringAt(doc, pos)
}

// span is where a list or dictionary lies.
type span struct{ start, end uint32 }

// long is how many bytes a list or dictionary has whose end is kept: who goes down
// into what is nested would read all of it again on each level.
const long = 128

// skip returns the end of the value at pos.
func (v Value) skip(pos int) int {
	if len(v.doc.ends) == 0 {
		return skip(v.doc.raw, pos)
	}
	if end, done := skipWithin(v.doc.raw, pos, pos+long); done {
		return end
	}
	i, known := slices.BinarySearchFunc(v.doc.ends, uint32(pos), func(s span, start uint32) int { return cmp.Compare(s.start, start) })
	if !known {
		return skip(v.doc.raw, pos)
	}
	return int(v.doc.ends[i].end)
}

// skip returns the end of the value at pos.
func skip(doc []byte, pos int) int {
	end, _ := skipWithin(doc, pos, math.MaxInt)
	return end
}

// skipWithin tells the end of the value at pos, unless it goes on at a place
// behind most.
func skipWithin(doc []byte, pos, most int) (end int, done bool) {
	for depth := 0; ; {
		switch doc[pos] {
		case 'l', 'd':
			depth++
			pos++
		case 'e':
			depth--
			pos++
		case 'i':
			for doc[pos] != 'e' {
				pos++
			}
			pos++
		default:
			_, pos = stringAt(doc, pos)
		}
		if depth == 0 {
			return pos, true
		}
		if pos > most {
			return 0, false
		}
	}
}

// parseInt reads decimal digits; false when there are none, others, or so many
// that the number needs more than 64 bits.
func parseInt(neg bool, digits []byte) (int64, bool) {
	var n uint64
	for _, c := range digits {
		d := uint64(c - '0')
		if d > 9 || n > (math.MaxUint64-d)/10 {
			return 0, false
		}
		n = n*10 + d
	}
	if len(digits) == 0 {
		return 0, false
	}
	if neg {
		return -int64(n), n <= 1<<63
	}
	return int64(n), n <= math.MaxInt64
}
