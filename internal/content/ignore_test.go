package content

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
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
	s := &ignores{}
	parts := strings.Split(path, "/")
	for i := range parts {
		var err error
		below := ""
		if i > 0 {
			below = strings.Join(parts[:i], "/") + "/"
		}
		if s, err = s.enter(filepath.Join(root, filepath.FromSlash(below)), below, place{base: below}, true); err != nil {
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

// ignoreLines makes up some lines of an ignore file.
func ignoreLines(rng *rand.Rand) string {
	parts := []string{"a", "b", "c", "d", "x", "*", "**", "?", "/", "/", "/", ".o", "[a-c]", "[!a]", "*.o"}
	var text strings.Builder
	for range 1 + rng.IntN(3) {
		if rng.IntN(3) == 0 {
			text.WriteByte('!')
		}
		for range 1 + rng.IntN(4) {
			text.WriteString(parts[rng.IntN(len(parts))])
		}
		text.WriteByte('\n')
	}
	return text.String()
}

// putRepository makes a folder the top of one of git's repositories.
func putRepository(t *testing.T, folder string) {
	t.Helper()
	put(t, folder, ".git/HEAD", "ref: refs/heads/main\n")
	put(t, folder, ".git/objects/", "")
	put(t, folder, ".git/refs/", "")
}

// What a scan takes of random trees, or of a folder in them, is what git lists: with .gitignore files in any folders,
// .git/info/exclude and core.excludesFile.
func TestScanAgainstGit(t *testing.T) {
	t.Parallel()
	git := peertest.Need(t, "git")
	names := []string{"a", "b", "c", "d", "x", "a.o", "b.o"}
	for seed := range longtest.Rounds(16, 600) {
		rng := rand.New(rand.NewPCG(uint64(seed), 22))
		root := makeTree(t, nil)
		putRepository(t, root)
		put(t, root, ".git/info/exclude", ignoreLines(rng))
		put(t, root, ".git/global", ignoreLines(rng))
		for range 16 {
			path := ""
			for range rng.IntN(4) {
				path += names[rng.IntN(4)] + "0/" // no file and folder of one name
			}
			put(t, root, path+names[rng.IntN(len(names))], "")
			if rng.IntN(4) == 0 {
				put(t, root, path+".gitignore", strings.ReplaceAll(ignoreLines(rng), "/", "0/"))
			}
		}
		cmd := exec.Command(git, "-c", "core.excludesFile=.git/global", "ls-files", "--others", "--exclude-standard", "-z")
		cmd.Dir = root
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		all := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
		for _, below := range []string{"", "a0/", "b0/", "a0/b0/"} {
			var want []string
			for _, p := range all {
				if rest, ok := strings.CutPrefix(p, below); ok && p != "" {
					want = append(want, rest)
				}
			}
			if len(want) == 0 && below != "" {
				continue // it may be that git ignores the folder, which is named here and so taken
			}
			tree, _ := scan(t, filepath.Join(root, below), ScanOptions{GitIgnore: true, GitExcludes: ".git/global", KeepJunk: true})
			got := paths(tree)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("tree %d, in %q:\n have %q\n git  %q", seed, below, got, want)
			}
		}
	}
}

// What is in .ignore outranks all that git has, whatever folder it lies in; in the folders above the tree too.
func TestIgnoreRanks(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		files map[string]string
		only  string // the folder that is scanned
		want  string
	}{
		{"git alone", map[string]string{".gitignore": "*.o", "a.o": "", "b": ""}, "", ".gitignore b"},
		{".ignore leaves out", map[string]string{".ignore": "*.o", "a.o": "", "b": ""}, "", ".ignore b"},
		{".ignore takes", map[string]string{".ignore": "!a.o", ".gitignore": "*.o", "a.o": "", "b.o": ""}, "", ".gitignore .ignore a.o"},
		{".ignore takes from a .gitignore further in", map[string]string{".ignore": "!a.o", "d/.gitignore": "*.o", "d/a.o": "", "d/b.o": ""}, "", ".ignore d/.gitignore d/a.o"},
		{".ignore further in", map[string]string{".ignore": "*.o", "d/.ignore": "!a.o", "a.o": "", "d/a.o": "", "d/b.o": ""}, "", ".ignore d/.ignore d/a.o"},
		{"a folder that is left out keeps what is in it", map[string]string{".gitignore": "d/", "d/.ignore": "!a", "d/a": "", "b": ""}, "", ".gitignore b"},
		{".ignore above", map[string]string{".ignore": "/d/a\nb", "d/a": "", "d/b": "", "d/c": ""}, "d", "c"},
		{".gitignore above, in no repository", map[string]string{".gitignore": "b", "d/b": "", "d/c": ""}, "d", "b c"},
		{".gitignore above, in a repository", map[string]string{".git/HEAD": "x", ".gitignore": "/d/b", "d/b": "", "d/c": ""}, "d", "c"},
		{"what is named is taken", map[string]string{".git/HEAD": "x", ".gitignore": "/d/", "d/b": "", "d/c": ""}, "d", "b c"},
		{"a repository in a repository", map[string]string{".git/HEAD": "x", ".gitignore": "b", ".ignore": "a", "d/.git/HEAD": "x", "d/.git/info/exclude": "/c", "d/a": "", "d/b": "", "d/c": "", "b": ""}, "", ".gitignore .ignore d/b"},
		{"a .git that is none", map[string]string{".git/HEAD": "x", ".gitignore": "b", "d/.git/nothing": "", "d/b": "", "d/c": ""}, "", ".gitignore d/c"},
		{"a submodule", map[string]string{".git/HEAD": "x", ".git/modules/d/HEAD": "x", ".git/modules/d/info/exclude": "/c", "d/.git": "gitdir: ../.git/modules/d\n", "d/b": "", "d/c": ""}, "d", "b"},
		{"a work tree", map[string]string{".git/HEAD": "x", ".git/info/exclude": "c", ".git/worktrees/w/HEAD": "x", ".git/worktrees/w/commondir": "../..\n", "w/.git": "gitdir: ../.git/worktrees/w\n", "w/b": "", "w/c": ""}, "w", "b"},
		{"a core.excludesFile is relative to the top of each", map[string]string{".git/HEAD": "x", "global": "/b\nglobal", "b": "", "d/b": "", "e/.git/HEAD": "x", "e/b": "", "e/c": ""}, "", "d/b e/c"},
		{"no core.excludesFile", map[string]string{".git/HEAD": "x", "b": ""}, "", "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tree, _ := scan(t, filepath.Join(makeTree(t, c.files), c.only), ScanOptions{GitIgnore: true, GitExcludes: "global"})
			wantPaths(t, tree, strings.Fields(c.want)...)
		})
	}
}

// What holds for a tree from outside of it is named where it lies; several trees have each their own.
func TestIgnoreAbove(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{".git/HEAD": "x", ".gitignore": "/p/b", "p/a": "", "p/b": "", "q/b": "", "q/.ignore": "/a", "q/a": "", "q/p/b": ""})
	tree, _, err := Scan(t.Context(), []string{filepath.Join(root, "p"), filepath.Join(root, "q")}, ScanOptions{GitIgnore: true, Explain: true})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	wantPaths(t, tree, "p/a", "q/.ignore", "q/b", "q/p/b")
	reasons := map[string]string{}
	for _, d := range tree.Decisions() {
		reasons[d.Path] = d.Reason
	}
	if got, want := reasons["p/b"], filepath.Join(root, ".gitignore")+":1: /p/b"; got != want && !strings.HasSuffix(got, want) {
		t.Errorf("p/b is left out by %q, not %q", got, want)
	}
	if got, want := reasons["q/a"], "q/.ignore:1: /a"; got != want {
		t.Errorf("q/a is left out by %q, not %q", got, want)
	}
	put(t, root, "q/.ignore", strings.Repeat("a\n", maxIgnoreFile))
	if _, _, err := Scan(t.Context(), []string{filepath.Join(root, "q", "p")}, ScanOptions{GitIgnore: true}); err == nil || !strings.Contains(err.Error(), ".ignore") {
		t.Errorf("a scan below an ignore file that cannot be read: %v", err)
	}
}
