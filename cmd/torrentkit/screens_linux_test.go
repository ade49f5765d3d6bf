package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// seasonOf makes a season of 13 files, its torrent, and a copy of it that is damaged in four ways.
func seasonOf(t *testing.T, dir string) {
	t.Helper()
	const name = "The.Wonderful.Adventures.of.Nils.Holgersson.S01.1080p.BluRay.x264-EXAMPLE"
	write := func(folder, file string, data []byte) {
		path := filepath.Join(dir, folder, name, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint64(13) {
		file := strings.Replace(name, "S01", fmt.Sprintf("S01E%02d", i+1), 1) + ".mkv"
		data := seededBytes(70_000, i)
		write("good", file, data)
		bad := append([]byte(nil), data...)
		switch i + 1 {
		case 3:
			bad[30_000] ^= 0xff
		case 5:
			bad = bad[:40_000]
		case 8:
			continue
		case 11:
			bad = append(bad, "more"...)
		}
		write("bad", file, bad)
	}
	subtitle := "Subs/日本語の字幕ファイルの名前.S01E01.srt"
	write("good", subtitle, []byte("hi"))
	write("bad", subtitle, []byte("hi"))
	program := program(t, "torrentkit", "create", "-q", "--no-date", "--no-created-by", "-t", "https://tracker.example/announce", "-o", "season.torrent", "good/"+name)
	program.Dir = dir
	if out, err := program.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// mayBeLong are lines that people copy, which stand alone.
var mayBeLong = regexp.MustCompile(`^(magnet:\S+|\S+://\S+|[0-9a-f]{40,}|curl .*)$`)

var duration = regexp.MustCompile(`in [0-9.]+ m?s, [0-9.]+ [KMG]?i?B/s`)

// Screens are what people get, colours and all, on terminals of three widths: go test ./cmd/torrentkit -run TestScreens -update
// writes them into testdata/screens.
func TestScreens(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	seasonOf(t, dir)
	const url = "https://seed.example/files/"
	screens := []struct{ name, line string }{
		{"verify", "verify season.torrent bad"},
		{"verify-good", "verify season.torrent good"},
		{"verify-nothing", "verify season.torrent empty"},
		{"verify-search", "verify season.torrent bad --search good"},
		{"inspect", "inspect season.torrent"},
		{"inspect-tree", "inspect --tree season.torrent"},
		{"inspect-files", "inspect --files season.torrent"},
		{"lint", "lint season.torrent"},
		{"create", "create --force --no-date -w " + url + " -o made.torrent good"},
		{"create-plan", "create --plan good"},
		{"create-dry-run", "create --dry-run good"},
		{"create-list", "create --list good"},
		{"announce-refused", "announce udp://127.0.0.1:1"},
		{"doctor-list", "doctor --list-checks"},
		{"no-such-file", "verify a.torrent.with.a.name.that.is.rather.long.so.that.it.does.not.fit.anywhere.torrent"},
	}
	if err := os.Mkdir(filepath.Join(dir, "empty"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, columns := range []uint16{50, 80, 120} {
		for _, s := range screens {
			t.Run(fmt.Sprintf("%s-%d", s.name, columns), func(t *testing.T) {
				if s.name == "announce-refused" {
					s.line += " 5a7399982742b61a70287833f982e3d9fa9fe873 --timeout 1m --retries 0"
				}
				cmd := program(t, append([]string{"torrentkit"}, strings.Fields(s.line)...)...)
				cmd.Dir = dir
				cmd.Env = append(cmd.Environ(), "TERM=xterm", "PAGER=cat", "LC_ALL=C.UTF-8", "NO_COLOR=")
				text, _ := onTerminal(t, cmd, columns, 200).end()
				text = duration.ReplaceAllString(text, "in 0.01 s, 99 MiB/s")
				holdsToWidth(t, text, int(columns))
				if s.name == "announce-refused" || s.name == "doctor-list" || s.name == "verify-search" {
					return // times, checks and temporary folders change
				}
				golden(t, filepath.Join("testdata", "screens", fmt.Sprintf("%s-%d.txt", s.name, columns)), text)
			})
		}
	}
}

// holdsToWidth demands that a terminal breaks no line of a screen, but those that people copy.
func holdsToWidth(t *testing.T, screen string, columns int) {
	t.Helper()
	for line := range strings.Lines(screen) {
		plain := sequence.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")
		if n := console.DisplayWidth(plain); n > columns && !mayBeLong.MatchString(plain) {
			t.Errorf("a line of %d columns: %s", n, plain)
		}
	}
}

func golden(t *testing.T, name, text string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("the screen is not %s any more: run go test ./cmd/torrentkit -run TestScreens -update, and look at it. It is\n%s", name, text)
	}
}
