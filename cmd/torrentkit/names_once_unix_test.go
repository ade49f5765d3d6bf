//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// badNames makes a folder with 25 files of each kind of name that is bad somewhere.
func badNames(t *testing.T, dir string) {
	t.Helper()
	for i := range 25 {
		for _, name := range []string{
			fmt.Sprintf("con.%02d", i), fmt.Sprintf("tab%02d\t", i), fmt.Sprintf("zero%02d\u200b", i), fmt.Sprintf("e\u0301%02d", i),
			fmt.Sprintf("bidi%02d\u202egnp", i), strings.Repeat("folder.of.a.long.name/", 11) + fmt.Sprintf("%02d", i), fmt.Sprintf("Case%02d", i), fmt.Sprintf("caSe%02d", i),
		} {
			path := filepath.Join(dir, "names", name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte("content"), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A bad name is one line, not two of two judges, and more than ten of a kind are summed up.
func TestWarningsAreSaidOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	badNames(t, dir)
	torrent := filepath.Join(dir, "names.torrent")
	subject := regexp.MustCompile(`^torrentkit: warning: ("[^"]*"): |(info\.files\[[0-9]+\])`)
	kind := regexp.MustCompile(`torrentkit: warning: (?:"[^"]*": )?([a-z -]+)`)
	for _, args := range [][]string{
		{"create", "--symlinks", "skip", "-o", torrent, filepath.Join(dir, "names")},
		{"create", "--force", "-f", "hybrid", "-o", torrent, filepath.Join(dir, "names")},
		{"verify", torrent},
		{"edit", "--comment", "x", torrent},
		{"inspect", torrent},
		{"magnet", torrent},
		{"lint", torrent},
	} {
		e, out, stderr := consoletest.Env()
		e.OutTTY = args[0] == "lint"
		if code := run(t.Context(), e, args); code == 2 {
			t.Fatalf("%q: %s", args, stderr)
		}
		told, kinds := map[string]int{}, map[string]int{}
		for line := range strings.Lines(stderr.String() + out.String()) {
			if told[line]++; told[line] == 2 && strings.Contains(line, "warning") {
				t.Errorf("%q says twice: %s", args, line)
			}
			if args[0] == "create" {
				if m := subject.FindStringSubmatch(line); m != nil {
					if name := m[1] + m[2]; name != "" {
						if told[name]++; told[name] == 2 {
							t.Errorf("%q has two lines about %s: %s", args, name, line)
						}
					}
				}
			}
			if m := kind.FindStringSubmatch(line); m != nil {
				if kinds[m[1]]++; kinds[m[1]] == 12 {
					t.Errorf("%q says more than eleven times: %s", args, m[1])
				}
			}
		}
		if args[0] == "create" && kinds["not portable"] != 10 {
			t.Errorf("%q warns %d times of names: %s", args, kinds["not portable"], stderr)
		}
		if n := strings.Count(stderr.String(), "\n"); n > 40 {
			t.Errorf("%q says %d lines:\n%s", args, n, stderr)
		}
	}
}
