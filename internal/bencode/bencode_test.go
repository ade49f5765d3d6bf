package bencode

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/peertest"
)

func TestScanRefuses(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", "empty, not bencode (byte 0)"},
		{"x", "not the start of a value: 'x' (byte 0)"},
		{"\x00", "not the start of a value: byte 0x00 (byte 0)"},
		{"e", "not the start of a value: 'e' (byte 0)"},
		{"i12", "ends in an integer (byte 0)"},
		{"ie", "malformed integer (byte 0)"},
		{"i-e", "malformed integer (byte 0)"},
		{"i+5e", "malformed integer (byte 0)"},
		{"i1x2e", "malformed integer (byte 0)"},
		{"ifooe", "malformed integer (byte 0)"},
		{"5:abc", "string is longer than the rest of the input (byte 0)"},
		{"2147483647:", "string is longer than the rest of the input (byte 0)"},
		{"99999999999999999999999999:", "string is longer than the rest of the input (byte 0)"},
		{"3", "ends in the length of a string (byte 0)"},
		{"3x", "malformed string length (byte 0)"},
		{"l", "ends in the middle of a value (byte 1)"},
		{"d", "ends in the middle of a value (byte 1)"},
		{"di1ei2ee", "dictionary key is not a string (byte 1)"},
		{"d+1:ai1ee", "dictionary key is not a string (byte 1)"},
		{"d1:ae", "a: key without a value (byte 4)"},
		{"d1:a", "a: ends in the middle of a value (byte 4)"},
		{"d4:infod5:filesl3:abcd6:lengthi0xee", "info.files[1].length: malformed integer (byte 30)"},
		{"d4:infod4:a\x1b[mi0x", `info."a\x1b[m": malformed integer (byte 14)`},
		{"i1ei2e", "data after the end of the value (byte 3)"},
		{"i1e\n", "data after the end of the value (byte 3)"},
		{strings.Repeat("l", MaxDepth+1), TooDeep},
	} {
		_, _, err := Scan([]byte(tt.in))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Scan(%q) = %v, want %q", tt.in, err, tt.want)
		}
	}
}

// ScanLoosely goes on behind an integer that is no number, and behind a key that is one.
func TestScanLoosely(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"d1:ai1.5e1:bi2ee", "a: malformed integer (byte 4)"},
		{"d1:aliei-ei+1ei 1ee1:bi2ee", "a[0]: malformed integer (byte 5)"},
		{"di1e1:x1:bi2ee", "key that is no string (byte 1)"},
		{"d1:bi2ei1ei2ei1ei3ee", "key that is no string (byte 7)"},
		{"\n\nd1:ai1.5e1:bi2ee", "a: malformed integer (byte 6)"},
	} {
		lead := strings.Count(tt.in, "\n")
		v, flaws, err := ScanLoosely([]byte(tt.in), lead)
		if err != nil || len(flaws) == 0 || flaws[0].String() != tt.want {
			t.Errorf("ScanLoosely(%q) = %v, %v, want %s", tt.in, flaws, err, tt.want)
			continue
		}
		b, _ := v.Get("b")
		if n, ok := b.Int(); n != 2 || !ok || v.Offset() != lead || v.End() != len(tt.in) || string(v.Map()["b"].Raw()) != "i2e" {
			t.Errorf("%q: b is %d, %v, of %d to %d", tt.in, n, ok, v.Offset(), v.End())
		}
		again := []byte("d")
		for k, val := range v.Entries() {
			again = append(append(again, k.Raw()...), val.Raw()...)
			if _, ok := val.Int(); ok && string(val.Raw()) == "i1.5e" {
				t.Errorf("%q: i1.5e is a number", tt.in)
			}
		}
		if string(append(again, 'e')) != tt.in[lead:] {
			t.Errorf("%q has the entries %q", tt.in, again)
		}
		if _, _, err := Scan([]byte(tt.in)); err == nil {
			t.Errorf("Scan(%q) does not fail", tt.in)
		}
	}
	for _, in := range []string{"d1:ai1.5", "d1:ai" + strings.Repeat("x", 100) + "ee", "dle1:ae", "d-1:xi1ee", "d1:ae"} {
		if _, _, err := ScanLoosely([]byte(in), 0); err == nil {
			t.Errorf("ScanLoosely(%q) does not fail", in)
		}
	}
}

func TestPathsEnd(t *testing.T) {
	_, _, err := Scan([]byte(strings.Repeat("d80:"+strings.Repeat("\x01", 80), 60) + "x"))
	var e *Error
	if !errors.As(err, &e) || len(e.Path) > 1500 || !strings.HasSuffix(e.Path, "...") {
		t.Errorf("%v", err)
	}
}

func TestScanTrailing(t *testing.T) {
	v, _, err := Scan([]byte("d1:ai1ee\r\n"))
	var e *Error
	if !errors.As(err, &e) || !e.Trailing || e.Offset != 8 {
		t.Fatalf("error is %v", err)
	}
	if string(v.Raw()) != "d1:ai1ee" {
		t.Errorf("value before the trailing bytes is %q", v.Raw())
	}
}

func TestScanFlaws(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"d1:ai1e1:bi2ee", ""},
		{"d1:bi1e1:ai2ee", "a: key out of order (byte 7)"},
		{"d1:ai1e1:ai2ee", "a: duplicate key (byte 7)"},
		{"d1:ai1e01:ai2ee", "leading zero (byte 7)|a: duplicate key (byte 7)"},
		{"d1:bi1e1:ai2e1:bi3ee", "a: key out of order (byte 7)|b: duplicate key (byte 13)"},
		{"d4:infod1:bi1e1:ai2eee", "info.a: key out of order (byte 14)"},
		{"i03e", "leading zero (byte 0)"},
		{"i00e", "leading zero (byte 0)"},
		{"i-03e", "leading zero (byte 0)"},
		{"i-0e", "negative zero (byte 0)"},
		{"i0e", ""},
		{"03:abc", "leading zero (byte 0)"},
		{"0:", ""},
		{"li9223372036854775807ei-9223372036854775808ee", ""},
		{"li1ei9223372036854775808ee", "[1]: integer over 64 bits (byte 4)"},
		{"i-9223372036854775809e", "integer over 64 bits (byte 0)"},
		{"i999999999999999999999999999999999999999e", "integer over 64 bits (byte 0)"},
	} {
		_, flaws, err := Scan([]byte(tt.in))
		if err != nil {
			t.Errorf("Scan(%q): %v", tt.in, err)
			continue
		}
		var got []string
		for _, f := range flaws {
			got = append(got, f.String())
		}
		if s := strings.Join(got, "|"); s != tt.want {
			t.Errorf("flaws of %q = %q, want %q", tt.in, s, tt.want)
		}
	}
}

func TestValue(t *testing.T) {
	v, _, err := Scan([]byte("d4:listli-7e3:abcdee3:numi42e3:str0:e"))
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for k, val := range v.Entries() {
		s, _ := k.Text()
		keys = append(keys, fmt.Sprintf("%s@%d=%s", s, val.Offset(), val.Raw()))
	}
	want := []string{"list@7=li-7e3:abcdee", "num@25=i42e", "str@34=0:"}
	if !slices.Equal(keys, want) {
		t.Errorf("entries = %q, want %q", keys, want)
	}
	list, _ := v.Get("list")
	var kinds []Kind
	for i, item := range list.Items() {
		if i != len(kinds) {
			t.Errorf("index %d, want %d", i, len(kinds))
		}
		kinds = append(kinds, item.Kind())
	}
	if !slices.Equal(kinds, []Kind{Integer, String, Dict}) {
		t.Errorf("kinds = %v", kinds)
	}
	if n, ok := v.Get("num"); !ok {
		t.Error("num is missing")
	} else if i, ok := n.Int(); i != 42 || !ok {
		t.Errorf("num = %d, %v", i, ok)
	}
	none, ok := v.Get("nosuch")
	if _, isInt := none.Int(); ok || isInt || none.Kind() != None {
		t.Error("a key that is not there is something")
	}
}

// The inputs that ended, or starved, programs that decode without a scan.
func TestScanHostile(t *testing.T) {
	inputs := map[string][]byte{
		"two million lists":      bytes.Repeat([]byte("l"), 2_000_000),
		"nested, closed":         append(bytes.Repeat([]byte("l"), 1_000_000), bytes.Repeat([]byte("e"), 1_000_000)...),
		"many empty dicts":       slices.Concat([]byte("l"), bytes.Repeat([]byte("de"), 2_500_000), []byte("e")),
		"huge unsorted dict":     hugeDict(500_000),
		"unsorted at all levels": slices.Concat(bytes.Repeat([]byte("d1:bi1e1:a"), MaxDepth-1), hugeDict(400_000), bytes.Repeat([]byte("e"), MaxDepth-1)),
		// What has the flaw is short, and its path as long as paths get.
		"flaws at the end of a long path":      slices.Concat(bytes.Repeat([]byte("d80:"+strings.Repeat("\x01", 80)), 60), []byte("l"), bytes.Repeat([]byte("i00e"), 1_200_000), []byte("e"), bytes.Repeat([]byte("e"), 60)),
		"duplicates at the end of a long path": slices.Concat(bytes.Repeat([]byte("d80:"+strings.Repeat("\x01", 80)), 60), []byte("d"), bytes.Repeat([]byte("1:a0:"), 900_000), []byte("e"), bytes.Repeat([]byte("e"), 60)),
		"a long integer":                       slices.Concat([]byte("i"), bytes.Repeat([]byte("9"), 5_000_000), []byte("e")),
	}
	for name, in := range inputs {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, flaws, _ := Scan(in)
			runtime.ReadMemStats(&after)
			if spent := after.TotalAlloc - before.TotalAlloc; spent > 20<<20 {
				t.Errorf("scanning %d bytes allocated %d", len(in), spent)
			}
			if len(flaws) > maxFlaws {
				t.Errorf("%d flaws remembered", len(flaws))
			}
		})
	}
}

// hugeDict has n keys in descending order.
func hugeDict(n int) []byte {
	b := []byte("d")
	for i := range n {
		b = fmt.Appendf(b, "6:%06di0e", n-i)
	}
	return append(b, 'e')
}

func TestMarshal(t *testing.T) {
	for _, tt := range []struct {
		in   any
		want string
	}{
		{map[string]any{"b": 1, "a": "x"}, "d1:a1:x1:bi1ee"},
		{[][]string{{"u1", "u2"}, {"u3"}}, "ll2:u12:u2el2:u3ee"},
		{[]byte{0, 255}, "2:\x00\xff"},
		{int64(math.MinInt64), "i-9223372036854775808e"},
	} {
		got, err := Marshal(tt.in)
		if err != nil || string(got) != tt.want {
			t.Errorf("Marshal(%v) = %q, %v, want %q", tt.in, got, err, tt.want)
		}
	}
	if _, err := Marshal(nil); err == nil {
		t.Error("Marshal(nil) is no error")
	}
}

func TestAppendDict(t *testing.T) {
	name := func(dst []byte) []byte { return AppendString(dst, "n") }
	got := AppendDict(nil, []Entry{{Key: "name", Append: name}, {Key: "length", Value: AppendInt(nil, -3)}})
	if want := "d6:lengthi-3e4:name1:ne"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// walk rebuilds a value from its views.
func walk(v Value) []byte {
	switch v.Kind() {
	case List:
		b := []byte("l")
		for _, item := range v.Items() {
			b = append(b, walk(item)...)
		}
		return append(b, 'e')
	case Dict:
		b := []byte("d")
		for k, val := range v.Entries() {
			b = append(append(b, k.Raw()...), walk(val)...)
		}
		return append(b, 'e')
	}
	return v.Raw()
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{"d4:infod4:name1:aee", "i03e", "l1:ae", "d1:bi1e1:ai2ee", "d1:ali1eee5:x", "i-0e", "3:ab"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if v, _, err := ScanLoosely(raw, 0); err == nil && !bytes.Equal(walk(v), raw) {
			t.Fatalf("loose views of %q rebuild %q", raw, walk(v))
		}
		v, _, err := Scan(raw)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(raw) {
				t.Fatalf("error %v", err)
			}
			return
		}
		if got := walk(v); !bytes.Equal(got, raw) {
			t.Fatalf("views of %q rebuild %q", raw, got)
		}
	})
}

func BenchmarkScan(b *testing.B) {
	doc := []byte("l")
	for i := range 200_000 {
		doc = fmt.Appendf(doc, "d6:lengthi%de4:pathl8:folder%02d12:file%08dee", i, i%100, i)
	}
	doc = append(doc, 'e')
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := Scan(doc); err != nil {
			b.Fatal(err)
		}
	}
}

// A view of a value that was scanned is the value.
func TestView(t *testing.T) {
	for _, doc := range []string{"i-5e", "3:abc", "le", "d1:ali1e1:xee"} {
		scanned, _, err := Scan([]byte(doc))
		if err != nil {
			t.Fatal(err)
		}
		if v := View([]byte(doc)); v.Kind() != scanned.Kind() || string(v.Raw()) != doc || v.End() != scanned.End() {
			t.Errorf("the view of %s is %v %s", doc, v.Kind(), v.Raw())
		}
	}
	if v := View([]byte{}); v.Kind() != None {
		t.Errorf("a view of nothing is %v", v.Kind())
	}
}

// Changes are told in the order of the keys, by the first value of each.
func TestChanges(t *testing.T) {
	a := View([]byte("d1:zi1e1:bi1e1:bi2e1:ci1e1:alee"))
	b := View([]byte("d1:bi1e1:ci01e1:ni0ee"))
	var got []string
	for _, c := range Changes(a, b) {
		got = append(got, c.Key+" "+string(c.Old.Raw())+" "+string(c.New.Raw()))
	}
	if want := []string{"a le ", "c i1e i01e", "n  i0e", "z i1e "}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if list := Changes(a, a); len(list) > 0 {
		t.Errorf("a dictionary differs from itself by %v", list)
	}
}

// libtorrent reads what is nested as deep as MaxDepth, and no deeper.
func TestDepthOfLibtorrent(t *testing.T) {
	t.Parallel()
	nested := func(n int) []byte {
		deep := strings.Repeat("l", n-1) + strings.Repeat("e", n-1)
		return []byte("d1:a" + deep + "4:infod6:lengthi1e4:name1:n12:piece lengthi16384e6:pieces20:hhhhhhhhhhhhhhhhhhhhee")
	}
	answers := peertest.LibtorrentLoads(t, [][]byte{nested(MaxDepth), nested(MaxDepth + 1)})
	if answers[0] != "" || answers[1] == "" {
		t.Errorf("at %d levels libtorrent says %q, deeper %q", MaxDepth, answers[0], answers[1])
	}
}
