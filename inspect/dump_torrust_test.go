package inspect

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// recorded is one input of bencode2json 0.1.0 with what came of it.
type recorded struct {
	taken           bool
	input, expected []byte
}

func recordings(t *testing.T) []recorded {
	t.Helper()
	text, err := os.ReadFile("testdata/bencode2json.txt")
	if err != nil {
		t.Fatal(err)
	}
	var list []recorded
	for line := range strings.Lines(string(text)) {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		in, err1 := hex.DecodeString(f[1])
		out, err2 := hex.DecodeString(f[2])
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		list = append(list, recorded{f[0] == "0", in, out})
	}
	if len(list) < 300 {
		t.Fatalf("only %d recordings", len(list))
	}
	return list
}

// torrustDump dumps, and gathers what the style cannot hold.
func torrustDump(doc []byte, style DumpStyle) (out []byte, lost []metainfo.Problem, err error) {
	var b bytes.Buffer
	err = Dump(&b, bytes.NewReader(doc), DumpOptions{Style: style, Indent: "  ", Lost: func(p metainfo.Problem) { lost = append(lost, p) }})
	return b.Bytes(), lost, err
}

// What is dumped is what bencode2json writes, byte for byte, and comes back unless it was said that it does not.
func TestDumpTorrustAsRecorded(t *testing.T) {
	program, _ := exec.LookPath("bencode2json")
	whole, lossy := 0, 0
	for _, r := range recordings(t) {
		if program != "" {
			cmd := exec.Command(program)
			cmd.Stdin = bytes.NewReader(r.input)
			if now, _ := cmd.Output(); !bytes.Equal(now, r.expected) {
				t.Fatalf("the installed bencode2json makes %q of %q, which is not what was recorded", now, r.input)
			}
		}
		got, lost, err := torrustDump(r.input, DumpTorrust)
		if !bytes.Equal(got, r.expected) {
			t.Errorf("%q: %q, want %q", r.input, got, r.expected)
		}
		if !r.taken || len(bytes.TrimSpace(r.input)) == 0 {
			if err == nil && len(lost) == 0 {
				t.Errorf("%q is taken without a word", r.input)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", r.input, err)
		}
		if len(lost) > 0 {
			lossy++
			continue
		}
		whole++
		comesBack(t, r.input, got, DumpTorrust)
		next, lost, err := torrustDump(r.input, DumpTorrustNext)
		if err != nil || len(lost) > 0 {
			t.Errorf("%q: %v, %v", r.input, lost, err)
		}
		comesBack(t, r.input, next, DumpTorrustNext)
	}
	if whole < 150 || lossy < 20 {
		t.Errorf("%d inputs came back, and %d were said not to", whole, lossy)
	}
}

func comesBack(t *testing.T, doc, dumped []byte, style DumpStyle) {
	t.Helper()
	var b bytes.Buffer
	if err := Restore(&b, bytes.NewReader(dumped), style); err != nil || !bytes.Equal(b.Bytes(), doc) {
		t.Errorf("%s: %q comes back as %q, %v", style, doc, b.Bytes(), err)
	}
}

// What is not recorded as lost is not lost, and the other way round.
func TestDumpTorrustSaysWhatIsLost(t *testing.T) {
	for _, tt := range []struct {
		doc, plain, tagged, lost string
	}{
		{"i03e", "03", "03", "leading zeros is no JSON"},
		{"i-0e", "-0", "-0", ""},
		{"03:abc", `"abc"`, `"<string>abc</string>"`, "no leading zeros in the length"},
		{"i5e\n", "5", "5", "no line feeds"},
		{"2:\xff\xfe", `"<hex>fffe</hex>"`, `"<hex>fffe</hex>"`, ""},
		{"15:<hex>fffe</hex>", `"<hex>fffe</hex>"`, `"<string><hex>fffe</hex></string>"`, "reads like bytes"},
		{"15:<hex>FFFE</hex>", `"<hex>FFFE</hex>"`, `"<string><hex>FFFE</hex></string>"`, ""},
		{"15:<hex>6162</hex>", `"<hex>6162</hex>"`, `"<string><hex>6162</hex></string>"`, ""},
		{"i123456789012345678901234567890e", "123456789012345678901234567890", "123456789012345678901234567890", ""},
		{"4:\x7f\u202e", "\"\x7f\u202e\"", "\"<string>\x7f\u202e</string>\"", ""},
	} {
		for style, want := range map[DumpStyle]string{DumpTorrust: tt.plain, DumpTorrustNext: tt.tagged} {
			got, lost, _ := torrustDump([]byte(tt.doc), style)
			if string(got) != want {
				t.Errorf("%s: %q: %q, want %q", style, tt.doc, got, want)
			}
			expected := tt.lost
			if style == DumpTorrustNext && expected == "reads like bytes" {
				expected = ""
			}
			if expected == "" && len(lost) > 0 || expected != "" && (len(lost) != 1 || !strings.Contains(lost[0].Message, expected)) {
				t.Errorf("%s: %q: lost %v, want %q", style, tt.doc, lost, expected)
			}
			if expected == "" {
				comesBack(t, []byte(tt.doc), got, style)
			}
		}
	}
}

// A long string is text where all of it is, wherever characters fall on the borders of what is read at once.
func TestDumpTorrustLongStrings(t *testing.T) {
	long := strings.Repeat("aé日👩", 120_000) // 1.2 MB
	for _, text := range []string{long, "x" + long, long + "\xff", "\xff" + long, long + "\xc3", long[:3<<18] + "\xff" + long} {
		doc := fmt.Appendf(nil, "%d:%s", len(text), text)
		for _, style := range []DumpStyle{DumpTorrust, DumpTorrustNext} {
			got, lost, err := torrustDump(doc, style)
			if err != nil || len(lost) > 0 {
				t.Fatalf("%d bytes: %v, %v", len(text), lost, err)
			}
			if isText := !strings.Contains(string(got[:20]), "<hex>"); isText != (text == long || text == "x"+long) {
				t.Errorf("%s: %d bytes are taken for text: %v", style, len(text), isText)
			}
			comesBack(t, doc, got, style)
		}
	}
	_, _, err := torrustDump(fmt.Appendf(nil, "%d:%s", maxText+chunkSize+1, strings.Repeat("a", maxText+chunkSize+1)), DumpTorrust)
	if err == nil || !strings.Contains(err.Error(), "text of more than 32 MiB") {
		t.Errorf("%v", err)
	}
	_, _, err = torrustDump([]byte("99999999999:abc"), DumpTorrust)
	if err == nil || !strings.Contains(err.Error(), "longer than the rest") {
		t.Errorf("%v", err)
	}
}
