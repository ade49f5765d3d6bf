package content

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

// gitVerdicts asks git which of the paths it ignores.
func gitVerdicts(t *testing.T, git, dir string, paths []string) map[string]bool {
	t.Helper()
	cmd := exec.Command(git, "-c", "core.excludesFile=/dev/null", "check-ignore", "--no-index", "-z", "--stdin")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\x00") + "\x00")
	out, err := cmd.Output()
	if exit, ok := err.(*exec.ExitError); err != nil && (!ok || exit.ExitCode() != 1) {
		t.Fatalf("git check-ignore: %v", err)
	}
	ignored := map[string]bool{}
	for _, p := range bytes.Split(out, []byte{0}) {
		ignored[string(p)] = true
	}
	return ignored
}

// ignoredPath decides about a path as a walk does: an ignored folder hides what is in it.
func ignoredPath(t *testing.T, root, path string) bool {
	t.Helper()
	var s ignores
	parts := strings.Split(path, "/")
	for i := range parts {
		var err error
		if s, err = s.enter(filepath.Join(append([]string{root}, parts[:i]...)...), strings.Join(parts[:i], "/")); err != nil {
			t.Fatal(err)
		}
		full := strings.Join(parts[:i+1], "/")
		info, err := os.Stat(filepath.Join(root, filepath.FromSlash(full)))
		if err != nil {
			t.Fatal(err)
		}
		if s.verdict(full, parts[i], info.IsDir()) != nil {
			return true
		}
	}
	return false
}

func TestIgnoreAgainstGit(t *testing.T) {
	t.Parallel()
	git := peertest.Need(t, "git")
	rng := rand.New(rand.NewPCG(200, 1))
	dir := t.TempDir()
	if out, err := exec.Command(git, "init", "-q", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var paths []string
	for _, p := range []string{"a", "b.txt", "a b ", "c/a", "c/b.txt", "c/d/a", "c/d/e.o", "d/x/y/z", "d/x/y.o", "f/[a]", "f/a*", "f/é", "g/-", "g/]", "g/!a", "g/#b", `g/h\i`,
		"build/out/x.o", "build/keep.txt", "src/build/y", "foo/bar/foo", "bar/foo/bar", "A", "c/D2/Z9", ".x", "c/.y"} {
		full := filepath.Join(dir, filepath.FromSlash(p))
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		parts := strings.Split(p, "/")
		for i := range parts {
			paths = append(paths, strings.Join(parts[:i+1], "/"))
		}
	}
	fixed := []string{
		"*\n!*/\n!*.txt\n", "[!a]\n", "[^a]*\n", "/*\n!/c\n/c/*\n!/c/d\n", "c/**\n", "**/d\n", "c/**/e.o\n", "c**\n", "**\n!c\n", "a\\ b\\ \n", "a b \n", "\\!a\n", "\\#b\n",
		"# comment\na\r\n", "\xef\xbb\xbfa\n", "build/\n!build/keep.txt\n", "foo/bar\n", "/foo\n", "*.o\n!y.o\n", "f/[[]a]\n", "f/\\[a\\]\n", "f/a\\*\n", "[[:upper:]]\n", "[a-c].txt\n", "g/[]-]\n",
		"g/[-a]\n", "[", "a[\n", "a\\\n", "f/??\n", "d/*/y\n", "d/**/y/\n", "d/x/**/\n", "***/a\n", "a/***\n", "**/**/z\n", "/**/a\n", "c/d/**/*\n", "!a\na\n!a\n", "g/h\\\\i\n", "[[:bad:]]\n", "[z-a]\n", "c/d/\n!c/d/a\n", "//a\n", "/\n", "!\n", "**/\n", "*/\n!c/\n",
	}
	pieces := []string{"a", "b", "c", "d", "x", "y", "*", "**", "?", "/", "/", ".o", ".txt", "[a-d]", "[!a]", "build", "foo", "bar", "\\", "e", "[[:alpha:]]"}
	cases, patterns := 0, 0
	for cases < longtest.Rounds(60, 400) {
		var text string
		if cases < len(fixed) {
			text = fixed[cases]
		} else {
			for range 1 + rng.IntN(4) {
				if rng.IntN(4) == 0 {
					text += "!"
				}
				for range 1 + rng.IntN(5) {
					text += pieces[rng.IntN(len(pieces))]
				}
				text += "\n"
			}
		}
		nested := filepath.Join(dir, "c", ".gitignore")
		os.Remove(nested)
		if cases%3 == 2 {
			if err := os.WriteFile(nested, []byte(fmt.Sprintf("!a\n*.o\n%s", text)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, ".gitignore"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		want := gitVerdicts(t, git, dir, paths)
		for _, p := range paths {
			if got := ignoredPath(t, dir, p); got != want[p] {
				t.Errorf("patterns %q, path %q: ignored is %v, git says %v", text, p, got, want[p])
			}
			patterns++
		}
		cases++
	}
	t.Logf("%d cases, %d verdicts", cases, patterns)
}

// No pattern takes long, however its stars are nested.
func TestWildmatchIsQuick(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("a", 2000)
	for _, glob := range []string{strings.Repeat("*a", 30) + "b", strings.Repeat("a*", 30) + "b", strings.Repeat("**/", 30) + "b"} {
		soon(t, func() {
			if wildmatch(glob, text) || wildmatch(glob, strings.Repeat("a/", 60)) {
				t.Errorf("%s matches", glob)
			}
		})
	}
}
