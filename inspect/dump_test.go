package inspect

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

func dump(t testing.TB, doc []byte, o DumpOptions) (string, error) {
	t.Helper()
	var b bytes.Buffer
	err := Dump(&b, bytes.NewReader(doc), o)
	if !utf8.Valid(b.Bytes()) || bytes.ContainsFunc(b.Bytes(), func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f || r > 0x9f && !shows(r) }) {
		t.Fatalf("raw control characters or broken UTF-8 in %q, the dump of %q", b.Bytes(), doc)
	}
	if !json.Valid(b.Bytes()) {
		t.Fatalf("no JSON: %s\nof %q", b.Bytes(), doc)
	}
	return b.String(), err
}

// roundTrip holds what Restore makes of a dump against the document.
func roundTrip(t testing.TB, doc []byte, o DumpOptions) {
	t.Helper()
	text, err := dump(t, doc, o)
	if err != nil {
		t.Fatalf("dump of %q: %v", doc, err)
	}
	var b bytes.Buffer
	if err := Restore(&b, strings.NewReader(text), o.Style); err != nil {
		t.Fatalf("%v, from %s", err, text)
	}
	if !bytes.Equal(b.Bytes(), doc) {
		t.Fatalf("restored as %q\nwant        %q\nfrom %s", b.Bytes(), doc, text)
	}
}

var lossless = []DumpOptions{{}, {Style: DumpHex, Indent: "  "}, {Style: DumpBase64}}

// randomValue writes a value that is bencode, canonical or not.
func randomValue(r *rand.Rand, depth int) []byte {
	zeros := strings.Repeat("0", max(0, r.IntN(12)-9))
	text := func() []byte {
		words := []string{"", "a", "$hex", "$", "$$x", "$length:03:$hex:00", "$broken", "path.utf-8", "日本語", "👩‍👩‍👧", "a\x00b\x1b[0m", "\u202e", `"\`, "\xff\xfe", "\ufffd"}
		s := words[r.IntN(len(words))]
		if r.IntN(8) == 0 {
			s = strings.Repeat(s, r.IntN(40))
		}
		return fmt.Appendf(nil, "%s%d:%s", zeros, len(s), s)
	}
	switch n := r.IntN(8); {
	case n < 2:
		sign := strings.Repeat("-", r.IntN(2))
		return fmt.Appendf(nil, "i%s%s%de", sign, zeros, r.Uint64()>>r.IntN(64))
	case n < 5 || depth == 0:
		return text()
	case n == 5:
		b := []byte{'l'}
		for range r.IntN(5) {
			b = append(b, randomValue(r, depth-1)...)
		}
		return append(b, 'e')
	}
	b := []byte{'d'}
	for range r.IntN(5) {
		b = append(append(b, text()...), randomValue(r, depth-1)...)
	}
	return append(b, 'e')
}

func TestDumpRestoresRandomValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for i := range longtest.Rounds(1_000, 10_000) {
		doc := randomValue(r, 5)
		if _, _, err := bencode.Scan(doc); err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		roundTrip(t, doc, lossless[i%len(lossless)])
	}
}

func TestDumpRestoresTorrents(t *testing.T) {
	names, err := filepath.Glob("testdata/lint/*.torrent")
	if err != nil || len(names) < 100 {
		t.Fatalf("%d torrents, %v", len(names), err)
	}
	for _, name := range names {
		doc, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := bencode.Scan(doc); err != nil {
			continue // broken ones have tests of their own
		}
		for _, o := range lossless {
			roundTrip(t, doc, o)
		}
	}
}

func TestDumpText(t *testing.T) {
	for _, tt := range []struct {
		doc   string
		style DumpStyle
		want  string
	}{
		{"d1:b4:spam1:ai-5ee", "", `{"b":"spam","a":-5}`},
		{"d1:ale1:add1:xi1eee", "", ``}, // a dictionary as a key
		{"d1:ale1:ad1:xi1eee", "", `{"a":[],"a":{"x":1}}`},
		{"2:\xff\xfe", "", `{"$hex":"fffe"}`},
		{"2:\xff\xfe", DumpBase64, `{"$base64":"//4="}`},
		{"d4:$hex2:\xff\xfee", DumpBase64, `{"$$hex":{"$base64":"//4="}}`},
		{"d2:\xff\xfe3:bare", "", `{"$hex:fffe":"bar"}`},
		{"i03e", "", `{"$integer":"03"}`},
		{"i-0e", "", `{"$integer":"-0"}`},
		{"i9007199254740991e", "", `9007199254740991`},
		{"i9007199254740992e", "", `{"$integer":"9007199254740992"}`},
		{"i123456789012345678901234567890e", "", `{"$integer":"123456789012345678901234567890"}`},
		{"03:abc", "", `{"$length":"03","$hex":"616263"}`},
		{"d03:abci1ee", "", `{"$length:03:$hex:616263":1}`},
		{"5:a\x1b\u202e", "", `"a\u001b\u202e"`},
	} {
		got, err := dump(t, []byte(tt.doc), DumpOptions{Style: tt.style})
		if tt.want != "" && (got != tt.want+"\n" || err != nil) {
			t.Errorf("%q: %s, %v, want %s", tt.doc, got, err, tt.want)
		}
		if tt.want == "" && err == nil {
			t.Errorf("%q is accepted: %s", tt.doc, got)
		}
	}
	got, _ := dump(t, []byte("d1:ali1ei2ee1:bdee"), DumpOptions{Indent: "  "})
	if want := "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}\n"; got != want {
		t.Errorf("indented: %s, want %s", got, want)
	}
}

func TestDumpBroken(t *testing.T) {
	const reason = `"reason":`
	for _, tt := range []struct{ doc, want string }{
		{"", `{"$broken":{"offset":0,"reason":"ends in the middle of a value"}}`},
		{"x", `{"$broken":{"offset":0,"reason":"not the start of a value"}}`},
		{"d1:a", `{"a":{"$broken":{"offset":4,"reason":"ends in the middle of a value"}}}`},
		{"d1:ai1e", `{"a":1,"$broken":{"offset":7,"reason":"ends in the middle of a value"}}`},
		{"d1:ai1ele", `{"a":1,"$broken":{"offset":7,"reason":"dictionary key is not a string"}}`},
		{"d1:ae", `{"a":{"$broken":{"offset":4,"reason":"key without a value"}}}`},
		{"l5:abc", `[{"$broken":{"offset":1,"reason":"string is longer than the rest of the input","read":"abc"}}]`},
		{"l5:\xff", `[{"$broken":{"offset":1,"reason":"string is longer than the rest of the input","read":{"$hex":"ff"}}}]`},
		{"d9:abc", `{"$broken":{"offset":1,"reason":"string is longer than the rest of the input","read":"abc"}}`},
		{"li1", `[{"$broken":{"offset":1,"reason":"ends in an integer"}}]`},
		{"li1.5", `[{"$broken":{"offset":1,"reason":"malformed integer"}}]`},
		{"l99999999999999999999:", `[{"$broken":{"offset":1,"reason":"string is longer than the rest of the input"}}]`},
		{"li1e3x", `[1,{"$broken":{"offset":4,"reason":"malformed string length"}}]`},
		{"l9000000:abc", `[{"$bytes":9000000,"$hex":["616263"],"$broken":{"offset":1,"reason":"string is longer than the rest of the input"}}]`},
		{"9000000:abc", `{"$bytes":9000000,"$hex":["616263"],"$broken":{"offset":0,"reason":"string is longer than the rest of the input"}}`},
		{"d9000000:abc", `{"$hex:616263":null,"$broken":{"offset":1,"reason":"string is longer than the rest of the input"}}`},
	} {
		got, err := dump(t, []byte(tt.doc), DumpOptions{})
		var p metainfo.Problem
		if got != tt.want+"\n" || !errors.As(err, &p) || !strings.Contains(got, reason+`"`+p.Message) {
			t.Errorf("%q: %s, %v, want %s", tt.doc, got, err, tt.want)
		}
		if err := Restore(io.Discard, strings.NewReader(got), ""); err == nil {
			t.Errorf("restores the broken %s", got)
		}
	}
	got, err := dump(t, []byte("i5ex"), DumpOptions{})
	if p, ok := err.(metainfo.Problem); got != "5\n" || !ok || p.ID != "trailing-data" || p.Offset != 3 {
		t.Errorf("%s, %v", got, err)
	}
	_, err = dump(t, []byte("d1:ald1:b1:"), DumpOptions{})
	if p, ok := err.(metainfo.Problem); !ok || p.Path != "a[0].b" {
		t.Errorf("%v does not name a[0].b", err)
	}
}

// What is no bencode is kept too, where it can be told from what is.
func TestDumpLoose(t *testing.T) {
	for doc, want := range map[string]string{
		"d1:ai1ee\n": `{"a":1,"$trailing":"\u000a"}`, "dexy": `{"$trailing":"xy"}`, "de\xff": `{"$trailing":{"$hex":"ff"}}`,
		"\r\nd1:ai1ee": `{"$leading":"\u000d\u000a","a":1}`, "\xef\xbb\xbfde": `{"$leading":"\ufeff"}`, "\nde\n": `{"$leading":"\u000a","$trailing":"\u000a"}`,
		"d1:ai1.5e1:bi2ee": `{"a":{"$malformed":"1.5"},"b":2}`, "liei-ei1 2ee": `[{"$malformed":""},{"$malformed":"-"},{"$malformed":"1 2"}]`,
		"di5e1:xi-07elee": `{"$integer:5":"x","$integer:-07":[]}`, "d1:adeed1:bee": `{"a":{},"$trailing":"d1:bee"}`,
	} {
		got, err := dump(t, []byte(doc), DumpOptions{})
		if got != want+"\n" || err != nil {
			t.Errorf("%q: %s, %v, want %s", doc, got, err, want)
			continue
		}
		for _, o := range lossless {
			roundTrip(t, []byte(doc), o)
		}
	}
	for _, doc := range []string{"\n5", "\xef\xbb\xbfle", "di1.5e0:e", "dlei1ee", "i1.", "i" + strings.Repeat("x", 100) + "e"} {
		if got, err := dump(t, []byte(doc), DumpOptions{}); err == nil {
			t.Errorf("%q: %s", doc, got)
		}
	}
	if got, err := dump(t, []byte("de"+strings.Repeat("x", wholeString+1)), DumpOptions{}); err == nil || got != "{}\n" {
		t.Errorf("more than 1 MiB: %.100s, %v", got, err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	for _, text := range []string{``, `{`, `[1`, `null`, `true`, `1.5`, `1e3`, `-0`, `1 2`, `{"a":null}`, `{"$hex":"0"}`, `{"$hex":"zz"}`,
		`{"$hex":"00","x":1}`, `{"$integer":"1.5"}`, `{"$integer":""}`, `{"$length":"04","$hex":"616263"}`, `{"$length":"+3","$hex":"616263"}`,
		`{"$nonsense":1}`, `{"$bytes":3,"$hex":["6162"]}`, `{"$bytes":1,"$hex":["6162"]}`, `{"$bytes":-1,"$hex":[]}`, `{"$bytes":1,"$hex":5}`,
		`{"$malformed":"1e5"}`, `{"$malformed":5}`, `{"$integer:x":1}`, `{"$trailing":5}`, `{"$trailing":"x","a":1}`, `{"$leading":{"$nonsense":"00"}}`, `{"a":{"$trailing":"x"}}`,
		strings.Repeat("[", 100) + strings.Repeat("]", 100)} {
		var b bytes.Buffer
		if err := Restore(&b, strings.NewReader(text), ""); err == nil {
			t.Errorf("%s is restored as %q", text, b.String())
		}
	}
	if err := Restore(io.Discard, strings.NewReader(`"plain"`), DumpTorrustNext); err == nil {
		t.Error("a string without tags is restored")
	}
}

// repeated is bencode that is made as it is read.
type repeated struct {
	head, body, tail string
	left             int
	at               *strings.Reader
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.at == nil {
		r.at = strings.NewReader(r.head)
	}
	for {
		if n, err := r.at.Read(p); err == nil {
			return n, nil
		}
		switch {
		case r.left > 0:
			r.left--
			r.at = strings.NewReader(r.body)
		case r.tail != "":
			r.at, r.tail = strings.NewReader(r.tail), ""
		default:
			return 0, io.EOF
		}
	}
}

// counter counts bytes, and the most memory that is in use meanwhile.
type counter struct {
	n, peak uint64
}

func (c *counter) Write(p []byte) (int, error) {
	if c.n/(8<<20) != (c.n+uint64(len(p)))/(8<<20) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.peak = max(c.peak, m.HeapInuse)
	}
	c.n += uint64(len(p))
	return len(p), nil
}

func TestDumpStreams(t *testing.T) {
	const part = 1 << 20
	parts := longtest.Rounds(16, 40)
	long := func() io.Reader {
		return &repeated{head: fmt.Sprintf("d1:a%d:", parts*part), body: strings.Repeat("\xff", part), tail: "e", left: parts}
	}
	many := func() io.Reader {
		return &repeated{head: "l", body: strings.Repeat("d4:name4:text5:valuei1234567ee", part/31), tail: "e", left: parts / 4}
	}
	for name, source := range map[string]func() io.Reader{"one string": long, "many values": many} {
		t.Run(name, func(t *testing.T) {
			dumped, dump := io.Pipe()
			var c, direct counter
			if _, err := io.Copy(&direct, source()); err != nil {
				t.Fatal(err)
			}
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			go func() { dump.CloseWithError(Dump(dump, source(), DumpOptions{Style: DumpBase64})) }()
			if err := Restore(&c, dumped, ""); err != nil {
				t.Fatal(err)
			}
			if c.n != direct.n {
				t.Errorf("%d bytes restored of %d", c.n, direct.n)
			}
			if grown := int64(c.peak) - int64(before.HeapInuse); grown > int64(longtest.Rounds(12, 32))<<20 {
				t.Errorf("the heap grows by %d bytes", grown)
			}
		})
	}
}

func FuzzDump(f *testing.F) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 30 {
		f.Add(randomValue(r, 4))
	}
	f.Add([]byte("d1:a9000000:x"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		_, _, scanned := bencode.Scan(doc)
		for _, o := range lossless {
			text, err := dump(t, doc, o)
			if err != nil && scanned == nil { // more than what is sound is dumped, and comes back
				t.Fatalf("dump: %v", err)
			}
			if err == nil {
				roundTrip(t, doc, o)
			} else if len(text) == 0 {
				t.Fatalf("nothing is shown of %q", doc)
			}
		}
		for _, style := range []DumpStyle{DumpTorrust, DumpTorrustNext} {
			if got, lost, err := torrustDump(doc, style); err == nil && len(lost) == 0 {
				comesBack(t, doc, got, style)
			}
		}
	})
}
