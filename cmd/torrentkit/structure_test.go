package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/mutant"
	"github.com/torrentkit/torrentkit/metainfo"
)

// structureCommands are the commands that read torrents and ask nobody, each in
// text or JSON. IN is the torrent, GOOD another one, EMPTY a folder, OUT a file
// that is written.
var structureCommands = [][]string{
	{"inspect", "IN"},
	{"inspect", "--files", "--pads", "IN"},
	{"inspect", "--query", "info/files/0/path", "IN"},
	{"lint", "--for", "libtorrent", "--for", "transmission", "--for", "rtorrent", "--for", "torrust-index", "IN"},
	{"diff", "GOOD", "IN"},
	{"dump", "IN"},
	{"magnet", "IN"},
	{"inspect", "--tree", "IN"},
	{"inspect", "--table", "IN"},
	{"edit", "--comment", "edited", "--add-tracker", "https://new.example.org/announce", "--strip-secrets", "-o", "OUT", "IN"},
	{"edit", "--name", "renamed", "--new-infohash", "-o", "OUT", "IN"},
	{"verify", "IN", "EMPTY"},
	{"create", "--reuse", "IN", "--no-created-by", "-o", "OUT", "CONTENT"},
}

// Torrents that are wrong in their structure go through all commands: no command
// panics, prints a raw control character or takes for ever, and an edit outside
// of info keeps the infohash.
func TestStructure(t *testing.T) {
	const each = 250
	if first, err := strconv.Atoi(os.Getenv("TORRENTKIT_TEST_STRUCTURE")); err == nil {
		newStructure(t).tryAll(t, first, each)
		return
	}
	if !longtest.Whole() {
		for first := range 4 {
			t.Run(strconv.Itoa(first), func(t *testing.T) {
				t.Parallel()
				newStructure(t).tryAll(t, 15*first, 15)
			})
		}
		return
	}
	// cobra remembers every command line, so that a process has its share only.
	for first := 0; first < 5_000; first += each {
		t.Run(strconv.Itoa(first), func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestStructure$")
			cmd.Env = append(os.Environ(), "TORRENTKIT_TEST_STRUCTURE="+strconv.Itoa(first))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

type structure struct {
	places map[string]string // what stands for what in structureCommands
}

func newStructure(t *testing.T) *structure {
	dir := t.TempDir()
	s := &structure{places: map[string]string{}}
	for _, name := range []string{"IN", "GOOD", "OUT", "EMPTY", "CONTENT"} {
		s.places[name] = filepath.Join(dir, strings.ToLower(name))
	}
	good := "d4:infod6:lengthi20000e4:name8:film.mkv12:piece lengthi16384e6:pieces40:" + strings.Repeat("0123456789", 4) + "ee"
	for name, text := range map[string]string{"GOOD": good, "CONTENT": strings.Repeat("content ", 100)} {
		if err := os.WriteFile(s.places[name], []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(s.places["EMPTY"], 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

// works holds that the command lines are ones that do something.
func (s *structure) works(t *testing.T) {
	t.Helper()
	good := *s
	good.places = maps.Clone(s.places)
	good.places["IN"] = s.places["GOOD"]
	for _, command := range structureCommands {
		if code := good.run(t, 0, good.args(command)); code == 2 {
			t.Errorf("%q ends with 2, with a good torrent", command)
		}
		_ = os.Remove(s.places["OUT"])
	}
}

// args puts places into a command line.
func (s *structure) args(command []string) []string {
	args := make([]string, 0, len(command)+1)
	for _, a := range command {
		if p, ok := s.places[a]; ok {
			a = p
		}
		args = append(args, a)
	}
	return args
}

func (s *structure) tryAll(t *testing.T, first, n int) {
	s.works(t)
	for seed := first; seed < first+n; seed++ {
		s.try(t, uint64(seed))
	}
}

func (s *structure) try(t *testing.T, seed uint64) {
	doc := mutant.Make(seed)
	if err := os.WriteFile(s.places["IN"], doc, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, command := range structureCommands {
		args := s.args(command)
		if (seed+uint64(i))%2 == 0 {
			args = append(args, "--json")
		}
		s.run(t, seed, args)
		if command[0] == "edit" || command[0] == "create" {
			s.edited(t, seed, doc, command[0] == "edit", command[1] == "--comment")
		}
	}
}

// run runs a command line, which may fail, but not break a promise.
func (s *structure) run(t *testing.T, seed uint64, args []string) int {
	t.Helper()
	e, out, stderr := consoletest.Env()
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("seed %d: %q panics: %v", seed, args, r)
		}
	}()
	code := run(t.Context(), e, args) // which go test ends, in time, if it hangs
	if code < 0 || code > 2 {
		t.Errorf("seed %d: %q ends with %d", seed, args, code)
	}
	for _, printed := range []string{out.String(), stderr.String()} {
		if i := strings.IndexFunc(printed, raw); i >= 0 {
			t.Errorf("seed %d: %q prints a raw control character: %.200q", seed, args, printed[max(0, i-50):])
		}
	}
	return code
}

// raw finds control characters, and those that turn the direction of text.
func raw(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0xfffd
}

// edited judges what was written, if anything was.
func (s *structure) edited(t *testing.T, seed uint64, doc []byte, edit, keeps bool) {
	t.Helper()
	now, err := os.ReadFile(s.places["OUT"])
	if err != nil {
		return
	}
	if err := os.Remove(s.places["OUT"]); err != nil {
		t.Fatal(err)
	}
	before, _ := metainfo.Read(doc)
	_, wasBad := metainfo.Parse(doc)
	after, problems := metainfo.Read(now)
	_, isBad := metainfo.Parse(now)
	switch {
	case after == nil || isBad != nil && (wasBad == nil || !edit):
		t.Errorf("seed %d: what was written cannot be read: %v", seed, problems)
	case keeps && before.Hashes() != after.Hashes():
		t.Errorf("seed %d: the edit changes the infohash", seed)
	}
}
