package internal_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scanned are what is done with a large torrent, and how often package bencode may scan anything for it.
func scanned() map[string]struct {
	scans int
	do    func(t *testing.T, raw []byte)
} {
	parse := func(t *testing.T, raw []byte) *metainfo.Torrent {
		m, err := metainfo.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	type use = struct {
		scans int
		do    func(t *testing.T, raw []byte)
	}
	return map[string]use{
		"lint": {1, func(t *testing.T, raw []byte) {
			r, err := inspect.Lint(raw, inspect.LintOptions{Now: time.Now(), Targets: inspect.Targets()})
			if err != nil || r.Index == nil {
				t.Fatal(err, "or no prediction")
			}
		}},
		"diff": {2, func(t *testing.T, raw []byte) { // of two torrents
			other := strings.Replace(string(raw), "10:created by", "10:created_by", 1)
			if d := inspect.Diff(parse(t, raw), parse(t, []byte(other))); len(d.OtherKeys) != 2 {
				t.Fatalf("%+v", d.OtherKeys)
			}
		}},
		"index": {0, func(t *testing.T, raw []byte) { // which reads as the index does
			if _, err := inspect.PredictIndex(raw); err != nil {
				t.Fatal(err)
			}
		}},
		"edit": {2, func(t *testing.T, raw []byte) { // what was, and what came of it
			source, comment := "x", "y"
			e, err := create.Edit(raw, metainfo.Edit{Source: &source, Comment: &comment, NewInfoHash: true,
				Trackers: metainfo.TierEdit{Add: [][]string{{"http://t.example/announce"}}}, WebSeeds: metainfo.ListEdit{Add: []string{"http://w.example/"}}})
			if err != nil || len(e.Changes) != 4 {
				t.Fatal(err, e)
			}
		}},
	}
}

// largeTorrent has nearly all of its bytes, 20 MB in a whole run, in a long list of files.
func largeTorrent(t *testing.T) []byte {
	files := make([]metainfo.File, longtest.Rounds(20_000, 250_000))
	for i := range files {
		files[i] = metainfo.File{Path: fmt.Sprintf("a folder with a name/a file that has a long name %08d", i), Length: 1}
	}
	d, err := metainfo.NewDraft(metainfo.Shape{Format: metainfo.V1, Name: "name", PieceLength: 16 << 10}, files, metainfo.Fields{CreatedBy: "me"})
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := d.Encode()
	if len(raw) < 80*len(files) {
		t.Fatalf("only %d bytes", len(raw))
	}
	return raw
}

// No byte of a torrent is scanned twice. The calls of bencode.Scan and ScanLoosely are counted, where both come by, by the coverage of a test binary, which
// is this one, built anew, with what it is to do as its argument.
func TestScans(t *testing.T) {
	args := os.Args[1:]
	if use, ok := scanned()[args[len(args)-1]]; ok {
		use.do(t, largeTorrent(t))
		return
	}
	dir := t.TempDir()
	binary, profile := filepath.Join(dir, "scans.test"), filepath.Join(dir, "profile")
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
		}
	}
	run("go", "test", "-c", "-ldflags=-s -w", "-covermode=count", "-coverpkg="+module+"internal/bencode", "-o", binary, ".")
	for what, use := range scanned() {
		run(binary, "-test.run=^TestScans$", "-test.coverprofile="+profile, what)
		if got := callsOf(t, profile, "bencode/scan.go", "scan"); got != use.scans {
			t.Errorf("%s scans %d times, not %d times", what, got, use.scans)
		}
	}
}

// callsOf reads out of a coverage profile how often a function was called.
func callsOf(t *testing.T, profile, file, function string) int {
	t.Helper()
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(profile)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range parsed.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == function {
			first := regexp.MustCompile(fmt.Sprintf(`(?m)%s:%d\.\S+ \d+ (\d+)$`, regexp.QuoteMeta(file), fset.Position(f.Body.Pos()).Line))
			if m := first.FindSubmatch(text); m != nil {
				n, _ := strconv.Atoi(string(m[1]))
				return n
			}
		}
	}
	t.Fatalf("the profile does not count %s of %s:\n%.2000s", function, file, text)
	return 0
}
