package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// visibleOnly fails where text from a torrent reaches the terminal as it is.
func visibleOnly(t *testing.T, args []string, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Fatalf("%v: not UTF-8: %q", args, text)
	}
	if i := strings.IndexFunc(text, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || r == 0xfeff || r == 0x2028 || r == 0x2029
	}); i >= 0 {
		t.Fatalf("%v: raw control character at %d of %q", args, i, text)
	}
}

func FuzzOutputIsVisible(f *testing.F) {
	for _, rule := range []string{"control-character", "bidi-character", "not-utf8", "bencode", "no-info", "piece-layers"} {
		doc, err := os.ReadFile(filepath.Join("../../inspect/testdata/lint", rule+".refused.torrent"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(doc)
	}
	const evil = "a\x1b[2J\u202e\x00\xff\r\n\t\u0085"
	key := bstring(evil)
	f.Add([]byte("d8:announce" + bstring("http://"+evil) + "7:comment" + key + key + "i1e4:infod" + key + "i1e5:filesld4:attr" + key + key + "i1e6:lengthi10e4:pathl" + key +
		"eee4:name" + key + "12:piece lengthi16384e6:pieces20:012345678901234567896:source" + key + "e8:url-listl" + key + "ee"))
	f.Fuzz(func(t *testing.T, doc []byte) {
		for _, args := range [][]string{
			{"inspect"}, {"inspect", "--tree", "--pads"}, {"inspect", "--files"}, {"inspect", "--pieces"}, {"inspect", "--json"}, {"inspect", "--table"},
			{"inspect", "--stats"}, {"inspect", "--group-by", "source"}, {"inspect", "--query", "info"}, {"inspect", "--query", "comment"},
			{"inspect", "--field", "paths", "--field", "trackers", "--field", "unknown-keys", "--field", "comment", "--field", "magnet"},
			{"lint", "--for", "torrust-index"}, {"lint", "--json"}, {"lint", "--format", "github"}, {"lint", "--format", "sarif"},
			{"dump"}, {"dump", "--style", "torrust"}, {"dump", "--json"},
		} {
			args = append(args, "-")
			for _, tty := range []bool{false, true} {
				exact := !tty && slices.Contains(args, "torrust") // the bytes of another program
				code, out, err := runFor(t, tty, string(doc), args...)
				if !exact {
					visibleOnly(t, args, out)
				}
				visibleOnly(t, args, err)
				if code > console.ExitTrouble {
					t.Fatalf("%v: exit code %d", args, code)
				}
				if isJSON := args[1] == "--json" || args[0] == "dump" && args[1] != "--style" || args[1] == "--format" && args[2] == "sarif"; isJSON && out != "" && !json.Valid(bytes.TrimSpace([]byte(out))) {
					t.Fatalf("%v: no JSON: %s", args, out)
				}
			}
		}
	})
}

// bstring is a bencoded string.
func bstring(s string) string { return strconv.Itoa(len(s)) + ":" + s }
