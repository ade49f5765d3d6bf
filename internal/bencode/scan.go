package bencode

import (
	"bytes"
	"math"
	"sort"
)

// Scan checks that raw is exactly one bencoded value and returns a view of it
// together with what is not canonical in it (at most 100 flaws). Memory does
// not grow with the input, but for eight bytes for each list and dictionary of
// 128 bytes or more, whose ends are kept, and for each key of a dictionary that is
// unsorted, to find duplicates.
//
// Where a whole value is followed by other bytes, the view is returned beside
// an *Error whose Trailing is set.
func Scan(raw []byte) (Value, []Flaw, error) { return scan(raw, 0, false) }

// ScanLoosely is Scan for a value that begins at an offset of raw, and in which
// somebody may look for what is still good: an integer that is no number and a
// key that is an integer are flaws. Such an integer has no [Value.Int], and such a
// key is of kind Integer.
func ScanLoosely(raw []byte, offset int) (Value, []Flaw, error) { return scan(raw, offset, true) }

func scan(raw []byte, offset int, loose bool) (Value, []Flaw, error) {
	s := scanner{doc: raw, pos: offset, loose: loose}
	if len(raw) == offset {
		return Value{}, nil, &Error{Offset: offset, Reason: "empty, not bencode"}
	}
	if uint64(len(raw)) > math.MaxUint32 {
		return Value{}, nil, &Error{Reason: "larger than 4 GiB"}
	}
	end, err := s.value()
	if err != nil {
		return Value{}, s.flaws, err
	}
	v := Value{&document{raw, s.ends}, offset, end}
	if end != len(raw) {
		return v, s.flaws, &Error{Offset: end, Trailing: true, Reason: "data after the end of the value"}
	}
	return v, s.flaws, nil
}

// frame is one open list or dictionary.
type frame struct {
	start     int
	span      int // in the scanner's ends
	dict      bool
	wantValue bool // a key was read, its value comes next
	unsorted  bool
	count     int // elements read
	keyOff    int // the last key, as the span of its string
	keyEnd    int
}

type scanner struct {
	doc   []byte
	pos   int
	loose bool
	depth int
	stack [MaxDepth]frame
	flaws []Flaw
	ends  []span // of what is long, in the order of their starts
}

// value scans one value from the current position and returns its end.
func (s *scanner) value() (int, error) {
	for {
		if s.pos >= len(s.doc) {
			return 0, s.short(len(s.doc), "ends in the middle of a value")
		}
		c := s.doc[s.pos]
		if s.depth > 0 {
			f := &s.stack[s.depth-1]
			if f.dict && !f.wantValue && c != 'e' {
				if err := s.key(f); err != nil {
					return 0, err
				}
				continue
			}
		}
		if err := s.step(c); err != nil {
			return 0, err
		}
		if s.depth == 0 {
			return s.pos, nil
		}
	}
}

// step scans one token: a string, an integer, or a bracket.
func (s *scanner) step(c byte) error {
	switch {
	case c == 'l' || c == 'd':
		if s.depth == MaxDepth {
			return s.fail(s.pos, TooDeep)
		}
		s.stack[s.depth] = frame{start: s.pos, span: len(s.ends), dict: c == 'd'}
		s.ends = append(s.ends, span{start: uint32(s.pos)})
		s.depth++
		s.pos++
		return nil
	case c == 'e':
		return s.close()
	case c == 'i':
		return s.integer()
	case '0' <= c && c <= '9':
		if _, _, err := s.str(); err != nil {
			return err
		}
		s.element()
		return nil
	}
	return s.fail(s.pos, "not the start of a value: "+quoteByte(c))
}

// element notes that one value was completed.
func (s *scanner) element() {
	if s.depth > 0 {
		f := &s.stack[s.depth-1]
		f.count++
		f.wantValue = false
	}
}

func (s *scanner) close() error {
	if s.depth == 0 {
		return s.fail(s.pos, "not the start of a value: 'e'")
	}
	f := &s.stack[s.depth-1]
	if f.wantValue {
		return s.fail(s.pos, "key without a value")
	}
	s.pos++
	s.depth--
	if s.pos-f.start < long {
		s.ends = s.ends[:f.span] // nor is anything in it long
	} else {
		s.ends[f.span].end = uint32(s.pos)
	}
	if f.unsorted {
		s.duplicates(f)
	}
	s.element()
	return nil
}

func (s *scanner) key(f *frame) error {
	at := s.pos
	var start, end int
	var err error
	switch c := s.doc[at]; {
	case c >= '0' && c <= '9':
		start, end, err = s.str()
	case c == 'i' && s.loose:
		start, end, err = s.badKey()
	default:
		return s.fail(at, "dictionary key is not a string")
	}
	if err != nil {
		return err
	}
	if f.count > 0 {
		// Equal neighbours are found with all other duplicates when the dictionary ends.
		if cmp := bytes.Compare(s.doc[f.keyOff:f.keyEnd], s.doc[start:end]); cmp >= 0 {
			if cmp > 0 && !f.unsorted && s.flawsWanted() {
				s.flaw(UnsortedKeys, JoinKey(s.path(s.depth-1), string(s.doc[start:end])), at)
			}
			f.unsorted = true
		}
	}
	f.keyOff, f.keyEnd = start, end
	f.wantValue = true
	return nil
}

// badKey scans a key that is an integer.
func (s *scanner) badKey() (start, end int, err error) {
	start = s.pos
	if s.flawsWanted() {
		s.flaw(BadKey, s.path(s.depth), start)
	}
	if err := s.digits(); err != nil {
		return 0, 0, err
	}
	return start, s.pos, nil
}

// duplicates goes over a dictionary that is not in strict order once more,
// this time with an index of its keys.
func (s *scanner) duplicates(f *frame) {
	keys := make([]int, 0, f.count) // where they begin
	for pos := f.start + 1; s.doc[pos] != 'e'; {
		_, end := keyAt(s.doc, pos)
		keys = append(keys, pos)
		pos = skip(s.doc, end)
	}
	text := func(pos int) []byte {
		start, end := keyAt(s.doc, pos)
		return s.doc[start:end]
	}
	sort.SliceStable(keys, func(a, b int) bool { return bytes.Compare(text(keys[a]), text(keys[b])) < 0 })
	path := s.path(s.depth)
	for i := 1; i < len(keys) && s.flawsWanted(); i++ {
		if key := text(keys[i]); bytes.Equal(text(keys[i-1]), key) {
			s.flaw(DuplicateKey, JoinKey(path, string(key)), keys[i])
		}
	}
}

// str scans a string and returns the span of its content.
func (s *scanner) str() (start, end int, err error) {
	at := s.pos
	n := 0
	for {
		if s.pos >= len(s.doc) {
			return 0, 0, s.short(at, "ends in the length of a string")
		}
		c := s.doc[s.pos]
		if c == ':' {
			break
		}
		if c < '0' || c > '9' {
			return 0, 0, s.fail(at, "malformed string length")
		}
		n = min(n*10+int(c-'0'), len(s.doc)+1) // saturates: too long stays too long
		s.pos++
	}
	if s.doc[at] == '0' && s.pos > at+1 && s.flawsWanted() {
		s.flaw(LeadingZero, s.path(s.depth), at)
	}
	s.pos++
	if n > len(s.doc)-s.pos {
		return 0, 0, s.short(at, "string is longer than the rest of the input")
	}
	start = s.pos
	s.pos += n
	return start, s.pos, nil
}

func (s *scanner) integer() error {
	if err := s.digits(); err != nil {
		return err
	}
	s.element()
	return nil
}

// digits scans an integer, without counting it as an element.
func (s *scanner) digits() error {
	at := s.pos
	s.pos++
	neg := s.pos < len(s.doc) && s.doc[s.pos] == '-'
	if neg {
		s.pos++
	}
	first := s.pos
	for s.pos < len(s.doc) && s.doc[s.pos] >= '0' && s.doc[s.pos] <= '9' {
		s.pos++
	}
	if s.pos >= len(s.doc) {
		return s.short(at, "ends in an integer")
	}
	if s.pos == first || s.doc[s.pos] != 'e' {
		return s.badInteger(at)
	}
	digits := s.doc[first:s.pos]
	s.pos++
	if s.flawsWanted() {
		s.judge(neg, digits, at)
	}
	return nil
}

// maxBadInteger is how long an integer may be that is none.
const maxBadInteger = 64

// badInteger goes on behind the end of an integer that is no number.
func (s *scanner) badInteger(at int) error {
	n := bytes.IndexByte(s.doc[at:min(at+maxBadInteger, len(s.doc))], 'e')
	if !s.loose || n < 0 {
		return s.fail(at, "malformed integer")
	}
	if s.flawsWanted() {
		s.flaw(BadInteger, s.path(s.depth), at)
	}
	s.pos = at + n + 1
	return nil
}

// judge looks for what is not canonical in an integer.
func (s *scanner) judge(neg bool, digits []byte, at int) {
	switch {
	case digits[0] == '0' && len(digits) > 1:
		s.flaw(LeadingZero, s.path(s.depth), at)
	case digits[0] == '0' && neg:
		s.flaw(NegativeZero, s.path(s.depth), at)
	}
	if _, ok := parseInt(neg, digits); !ok {
		s.flaw(BigInteger, s.path(s.depth), at)
	}
}

func (s *scanner) fail(offset int, reason string) error {
	return &Error{Path: s.path(s.depth), Offset: offset, Reason: reason}
}

// short is fail for what ends too early.
func (s *scanner) short(offset int, reason string) error {
	return &Error{Path: s.path(s.depth), Offset: offset, Reason: reason, Short: true}
}

// flawsWanted tells whether flaws are still remembered. It is asked before a
// path is made for one: a path can be much longer than what has the flaw.
func (s *scanner) flawsWanted() bool { return len(s.flaws) < maxFlaws }

func (s *scanner) flaw(k FlawKind, path string, offset int) {
	if s.flawsWanted() {
		s.flaws = append(s.flaws, Flaw{k, path, offset})
	}
}

// path names the value being read inside the outermost depth frames.
func (s *scanner) path(depth int) string {
	var p []byte
	for i := range s.stack[:depth] {
		switch f := &s.stack[i]; {
		case !f.dict:
			p = appendIndex(p, f.count)
		case f.wantValue:
			p = AppendKey(p, s.doc[f.keyOff:f.keyEnd])
		}
	}
	return string(p)
}

func quoteByte(c byte) string {
	if c < 0x20 || c >= 0x7f {
		const hex = "0123456789abcdef"
		return "byte 0x" + string([]byte{hex[c>>4], hex[c&15]})
	}
	return "'" + string(rune(c)) + "'"
}
