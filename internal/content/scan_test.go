package content

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/glob"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// makeTree makes a folder with files (path -> content; a path that ends in a slash is an empty folder).
func makeTree(t testing.TB, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "root")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for p, data := range files {
		put(t, root, p, data)
	}
	return root
}

func put(t testing.TB, root, p, data string) {
	t.Helper()
	full := filepath.Join(root, filepath.FromSlash(p))
	if strings.HasSuffix(p, "/") {
		if err := os.MkdirAll(full, 0o755); err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(data), 0o644); err != nil {
		t.Fatal(err)
	}
}

// symlink makes a link and skips the test where the system does not allow it.
func symlink(t testing.TB, target string, at ...string) {
	t.Helper()
	if err := os.Symlink(target, filepath.Join(at...)); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
}

func scan(t testing.TB, root string, o ScanOptions) (*Tree, Notes) {
	t.Helper()
	tree, notes, err := Scan(t.Context(), []string{root}, o)
	if err != nil {
		t.Fatalf("Scan: %v", err)
	}
	t.Cleanup(func() { tree.Close() })
	return tree, notes
}

func paths(t *Tree) []string {
	list := []string{}
	for _, f := range t.Files() {
		list = append(list, f.Path)
	}
	return list
}

func wantPaths(t *testing.T, tree *Tree, want ...string) {
	t.Helper()
	if got := paths(tree); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

// noteLines are notes without what depends on the machine.
func noteLines(notes Notes) []string {
	words := map[NoteKind]string{NoteJunk: "junk", NoteOutside: "outside", NoteSpecial: "special", NoteLoop: "loop", NoteLink: "link", NoteName: "name"}
	list := []string{}
	for _, n := range notes {
		list = append(list, n.Path+": "+words[n.Kind])
	}
	return list
}

// openAndClose returns the first error of opening file i and closing it unread.
func openAndClose(tree *Tree, i int) error {
	f, err := tree.Open(FileIndex(i))
	if err != nil {
		return err
	}
	return f.Close()
}

func wantNotes(t *testing.T, notes Notes, want ...string) {
	t.Helper()
	if got := noteLines(notes); !slices.Equal(got, want) {
		t.Errorf("notes %q, want %q", got, want)
	}
}

func readAll(t testing.TB, tree *Tree, i int) string {
	t.Helper()
	f, err := tree.Open(FileIndex(i))
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	p := make([]byte, tree.Size(FileIndex(i)))
	if _, err := f.ReadAt(p, 0); err != nil {
		t.Fatalf("ReadAt: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	return string(p)
}

func TestScanOrderAndContent(t *testing.T) {
	t.Parallel()
	data := map[string]string{"a/x": "1", "a-b/x": "22", "a.b": "333", "a/.hidden": "", "z/y/x/w": "4444", "empty/": ""}
	root := makeTree(t, data)
	tree, notes := scan(t, root, ScanOptions{})
	wantPaths(t, tree, "a/.hidden", "a/x", "a-b/x", "a.b", "z/y/x/w")
	wantNotes(t, notes)
	for i, f := range tree.Files() {
		if f.Size != int64(len(data[f.Path])) || readAll(t, tree, i) != data[f.Path] {
			t.Errorf("%q: size %d and content %q, want %q", f.Path, f.Size, readAll(t, tree, i), data[f.Path])
		}
		if f.Hidden() != (f.Path == "a/.hidden") {
			t.Errorf("%q: hidden is %v", f.Path, f.Hidden())
		}
	}
	if got := tree.Changed(t.Context()); len(got) != 0 {
		t.Errorf("changed files %v, want none", got)
	}
}

// soon fails the test if f does not return, such as one that opens a FIFO, which waits for a writer for ever.
func soon(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("still waiting after a minute")
	}
}

func TestScanManyFilesInOrder(t *testing.T) {
	t.Parallel()
	root := makeTree(t, nil)
	const n = 1800
	for i := range n { // in a folder more than one batch of names
		put(t, root, fmt.Sprintf("%d/%d%c%d", i%4/3, i%13, "-/."[i%3], i), "")
	}
	tree, _ := scan(t, root, ScanOptions{})
	got := paths(tree)
	if len(got) != n || !slices.IsSortedFunc(got, layout.ComparePaths) {
		t.Errorf("%d files, want %d in the order of ComparePaths", len(got), n)
	}
}

func TestScanSingleFile(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{".DS_Store": "data"})
	file := filepath.Join(root, ".DS_Store")
	symlink(t, file, root, "link")
	for _, p := range []string{file, filepath.Join(root, "link")} {
		tree, notes := scan(t, p, ScanOptions{Rules: []glob.Rule{{Pattern: "*"}}})
		wantPaths(t, tree, "")
		wantNotes(t, notes)
		if got := readAll(t, tree, 0); got != "data" {
			t.Errorf("content %q", got)
		}
	}
}

func TestScanRelativeRootOutlivesChdir(t *testing.T) {
	root := makeTree(t, map[string]string{"a": "1"})
	t.Chdir(filepath.Dir(root))
	tree, _ := scan(t, "root", ScanOptions{})
	t.Chdir(os.TempDir())
	if got := readAll(t, tree, 0); got != "1" {
		t.Errorf("content %q", got)
	}
}

func TestScanJunk(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{".DS_Store": "", "d/Thumbs.db": "", "d/desktop.ini": "", "d/._x": "", "._folder/kept": "", "x": "",
		".nfs000000000000000a00000001": "", "d/.fuse_hidden000000b500000002": "", ".nfs": "", ".nfs000000000000000a0000000x": ""})
	tree, notes := scan(t, root, ScanOptions{})
	wantPaths(t, tree, "._folder/kept", ".nfs", ".nfs000000000000000a0000000x", "x")
	const left = ": junk"
	wantNotes(t, notes, ".DS_Store"+left, ".nfs000000000000000a00000001"+left, "d/._x"+left, "d/.fuse_hidden000000b500000002"+left, "d/Thumbs.db"+left, "d/desktop.ini"+left)
	tree, notes = scan(t, root, ScanOptions{KeepJunk: true})
	wantPaths(t, tree, ".DS_Store", "._folder/kept", ".nfs", ".nfs000000000000000a00000001", ".nfs000000000000000a0000000x", "d/._x", "d/.fuse_hidden000000b500000002", "d/Thumbs.db", "d/desktop.ini", "x")
	wantNotes(t, notes)
}

func TestScanLinks(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"real/file": "data", "real/sub/x": "x"})
	outside := makeTree(t, map[string]string{"o": "outside"})
	symlink(t, "real/file", root, "one")
	symlink(t, filepath.Join(root, "real", "file"), root, "two")
	symlink(t, "real", root, "zfolder")
	symlink(t, outside, root, "out")
	symlink(t, filepath.Join(outside, "o"), root, "outfile")
	symlink(t, "..", root, "real/sub", "up")     // leads to real
	symlink(t, "../..", root, "real/sub", "top") // leads to the root
	tree, notes := scan(t, root, ScanOptions{})
	wantPaths(t, tree, "one", "out/o", "outfile", "real/file", "real/sub/x", "two", "zfolder/file", "zfolder/sub/x")
	const out, loop = ": outside", ": loop"
	wantNotes(t, notes, "out"+out, "outfile"+out, "real/sub/top"+loop, "real/sub/up"+loop,
		"zfolder/sub/top"+loop, "zfolder/sub/up"+loop)
	if real, _ := filepath.EvalSymlinks(outside); notes[0].Detail != real {
		t.Errorf("note %+v, want where the link leads: %q", notes[0], real)
	}
	for i, f := range tree.Files() {
		if f.Path == "two" && readAll(t, tree, i) != "data" {
			t.Errorf("a link does not read as its target")
		}
	}
	link := filepath.Join(filepath.Dir(root), "rootlink")
	symlink(t, root, link)
	if tree, _ := scan(t, link, ScanOptions{}); len(tree.Files()) != 8 {
		t.Errorf("through a link to the root: %q", paths(tree))
	}
}

func TestScanBrokenLink(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"a": ""})
	symlink(t, "nowhere", root, "broken")
	_, _, err := Scan(t.Context(), []string{root}, ScanOptions{})
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `broken" leads to "nowhere"`) {
		t.Errorf("error %v, want one that names the link and its target", err)
	}
	tree, _ := scan(t, root, ScanOptions{Rules: []glob.Rule{{Pattern: "broken"}}})
	wantPaths(t, tree, "a")
	symlink(t, "self", root, "self")
	_, _, err = Scan(t.Context(), []string{root}, ScanOptions{Rules: []glob.Rule{{Pattern: "broken"}}})
	if err == nil || !strings.Contains(err.Error(), `self" leads to "self"`) {
		t.Errorf("error %v, want one that names the link to itself", err)
	}
}

func TestScanErrors(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"locked/x": ""})
	for name, o := range map[string]ScanOptions{
		filepath.Join(root, "missing"): {},
		"":                             {},
		root:                           {Rules: []glob.Rule{{Pattern: "["}}},
	} {
		if tree, _, err := Scan(t.Context(), []string{name}, o); err == nil {
			t.Errorf("Scan(%q, %v) gives %q and no error", name, o, paths(tree))
		}
	}
	if os.Geteuid() <= 0 {
		t.Skip("permissions do not bind root, nor Windows")
	}
	locked := filepath.Join(root, "locked")
	if err := os.Chmod(locked, 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(locked, 0o755)
	if _, _, err := Scan(t.Context(), []string{root}, ScanOptions{}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "locked") {
		t.Errorf("error %v, want one that names the folder", err)
	}
	tree, _ := scan(t, root, ScanOptions{Rules: []glob.Rule{{Pattern: "locked"}}})
	wantPaths(t, tree)
}

func TestScanCancelled(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"a": ""})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := Scan(ctx, []string{root}, ScanOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestScanRules(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{
		"a.txt": "", "b.bin": "", "build/a.txt": "", "build/keep/k.txt": "", "src/build/x": "", "src/m.o": "", "src/deep/n.o": "", "tmp": "",
	})
	all := []string{"a.txt", "b.bin", "build/a.txt", "build/keep/k.txt", "src/build/x", "src/deep/n.o", "src/m.o", "tmp"}
	without := func(out ...string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(out, s) })
	}
	ex := func(p string) glob.Rule { return glob.Rule{Pattern: p} }
	in := func(p string) glob.Rule { return glob.Rule{Pattern: p, Include: true} }
	for name, c := range map[string]struct {
		rules []glob.Rule
		want  []string
	}{
		"none":                        {nil, all},
		"name at any depth":           {[]glob.Rule{ex("*.o")}, without("src/m.o", "src/deep/n.o")},
		"folder with its content":     {[]glob.Rule{ex("build")}, without("build/a.txt", "build/keep/k.txt", "src/build/x")},
		"tied to the top":             {[]glob.Rule{ex("/build")}, without("build/a.txt", "build/keep/k.txt")},
		"with a slash":                {[]glob.Rule{ex("src/*.o")}, without("src/m.o")},
		"doublestar":                  {[]glob.Rule{ex("src/**/*.o")}, without("src/m.o", "src/deep/n.o")},
		"folders only":                {[]glob.Rule{ex("tmp/"), ex("build/")}, without("build/a.txt", "build/keep/k.txt", "src/build/x")},
		"braces":                      {[]glob.Rule{ex("*.{o,bin}")}, without("src/m.o", "src/deep/n.o", "b.bin")},
		"include brings back":         {[]glob.Rule{ex("build"), in("build/keep")}, without("build/a.txt", "src/build/x")},
		"include a file brings back":  {[]glob.Rule{ex("build"), in("k.txt")}, without("build/a.txt", "src/build/x")},
		"last wins":                   {[]glob.Rule{ex("build"), in("build/keep"), ex("k*")}, without("build/a.txt", "build/keep/k.txt", "src/build/x")},
		"an include that comes first": {[]glob.Rule{in("*.txt")}, []string{"a.txt", "build/a.txt", "build/keep/k.txt"}},
		"all but":                     {[]glob.Rule{ex("*"), in("*.o")}, []string{"src/deep/n.o", "src/m.o"}},
		"include takes a folder":      {[]glob.Rule{ex("**"), in("src/")}, []string{"src/build/x", "src/deep/n.o", "src/m.o"}},
	} {
		tree, _ := scan(t, root, ScanOptions{Rules: c.rules})
		if got := paths(tree); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v gives %q, want %q", name, c.rules, got, c.want)
		}
	}
}

func TestScanRulesWithOddPatterns(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"", "/", "[", "{a", `a\`} {
		if _, err := glob.Compile([]glob.Rule{{Pattern: p}}); err == nil {
			t.Errorf("pattern %q is accepted", p)
		}
	}
}

// changes are what may happen to a file of 4 bytes between being seen and being opened, or while it is open.
var changes = map[string]func(name string) error{
	"grows":   func(name string) error { return rewrite(name, "12345") },
	"shrinks": func(name string) error { return os.Truncate(name, 2) },
	"touched": func(name string) error { return os.Chtimes(name, time.Time{}, time.Unix(1, 0)) },
	"replaced by a file": func(name string) error {
		return replace(name, func() error { return os.WriteFile(name, []byte("9876"), 0o644) })
	},
	"removed": os.Remove,
}

// rewrite keeps the time of modification, so that only the size tells.
func rewrite(name, data string) error {
	fi, err := os.Stat(name)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(name, []byte(data), 0o644), os.Chtimes(name, time.Time{}, fi.ModTime()))
}

// replace puts something else in a file's place, with the same time of modification.
func replace(name string, with func() error) error {
	fi, err := os.Stat(name)
	if err != nil {
		return err
	}
	return errors.Join(os.Rename(name, name+".old"), with(), os.Remove(name+".old"), os.Chtimes(name, time.Time{}, fi.ModTime()))
}

func wantChanged(t *testing.T, tree *Tree, i FileIndex, err error) {
	t.Helper()
	var changed *ChangedError
	if !errors.As(err, &changed) || changed.Path != tree.Path(FileIndex(i)) || !strings.Contains(err.Error(), "b") {
		t.Errorf("error %v, want a ChangedError that names the file", err)
	}
	if got := tree.Changed(t.Context()); len(got) != 1 || got[0].File != i {
		t.Errorf("Changed() = %v, want file %d", got, i)
	}
}

// eachTree runs a test on a scanned and on a located tree of the files a, b and c.
func eachTree(t *testing.T, f func(t *testing.T, tree *Tree, root string)) {
	data := map[string]string{"a": "1", "b": "1234", "c": ""}
	t.Run("scanned", func(t *testing.T) {
		root := makeTree(t, data)
		tree, _ := scan(t, root, ScanOptions{})
		f(t, tree, root)
	})
	t.Run("located", func(t *testing.T) {
		root := makeTree(t, data)
		var want []Want
		for _, p := range slices.Sorted(maps.Keys(data)) {
			want = append(want, Want{Path: p})
		}
		f(t, locate(t, root, want...).Tree, root)
	})
}

func TestChangedBeforeOpen(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		eachTree(t, func(t *testing.T, tree *Tree, root string) {
			if err := change(filepath.Join(root, "b")); err != nil {
				t.Skip(name, err)
			}
			wantChanged(t, tree, 1, openAndClose(tree, 1))
		})
	}
}

// A large file is not read before it is known to be the one that was seen.
func TestLargeFileChangedBeforeOpen(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"a": "", "b": strings.Repeat("x", smallFile+1)})
	tree, _ := scan(t, root, ScanOptions{})
	put(t, root, "b", strings.Repeat("y", smallFile+2))
	_, err := tree.Open(1)
	wantChanged(t, tree, 1, err)
}

// What cannot be read of a small file is explained by its change.
func TestSmallFileChangedBeforeRead(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"a": "", "b": "1234"})
	tree, _ := scan(t, root, ScanOptions{})
	put(t, root, "b", "12")
	f, err := tree.Open(1)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, err = f.ReadAt(make([]byte, 4), 0)
	wantChanged(t, tree, 1, err)
}

func TestChangedWhileOpen(t *testing.T) {
	t.Parallel()
	for name, change := range changes {
		eachTree(t, func(t *testing.T, tree *Tree, root string) {
			f, err := tree.Open(1)
			if err != nil {
				t.Fatal(err)
			}
			if err := change(filepath.Join(root, "b")); err != nil {
				f.Close()
				t.Skip(name, err)
			}
			p := make([]byte, 4)
			if _, err := f.ReadAt(p, 0); name == "shrinks" {
				wantChanged(t, tree, 1, err)
			}
			wantChanged(t, tree, 1, f.Close())
		})
	}
}

func TestReplacedByFolder(t *testing.T) {
	t.Parallel()
	eachTree(t, func(t *testing.T, tree *Tree, root string) {
		name := filepath.Join(root, "b")
		if err := replace(name, func() error { return os.Mkdir(name, 0o755) }); err != nil {
			t.Fatal(err)
		}
		wantChanged(t, tree, 1, openAndClose(tree, 1))
	})
}

func TestReaderLimits(t *testing.T) {
	t.Parallel()
	eachTree(t, func(t *testing.T, tree *Tree, _ string) {
		f, err := tree.Open(1)
		if err != nil {
			t.Fatal(err)
		}
		p := make([]byte, 3)
		if n, err := f.ReadAt(p, 1); n != 3 || err != nil || string(p) != "234" {
			t.Errorf("ReadAt at the end: %d, %v, %q", n, err, p)
		}
		if n, err := f.ReadAt(p, 2); n != 2 || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("ReadAt over the end: %d, %v, want 2 bytes and ErrUnexpectedEOF", n, err)
		}
		if n, err := f.ReadAt(p[:0], 4); n != 0 || err != nil {
			t.Errorf("ReadAt of nothing: %d, %v", n, err)
		}
		if _, err := f.ReadAt(p, -1); err == nil {
			t.Error("ReadAt at a negative offset gives no error")
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if _, err := f.ReadAt(p, 0); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("ReadAt after Close: %v", err)
		}
		if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("second Close: %v", err)
		}
	})
}

// A file counts as settled when another change would show in its times.
func TestSettled(t *testing.T) {
	t.Parallel()
	seen := time.Unix(1_000_000, 500)
	nanos := seen.UnixNano()
	for _, c := range []struct {
		modified, changed int64
		want              bool
	}{
		{nanos - 21e6, nanos - 30e6, true},
		{nanos - 19e6, nanos - 30e6, false},
		{nanos - 30e6, nanos - 19e6, false},
		{nanos + 1e9, 0, false},
		{999_999e9, 999_999e9, false}, // whole seconds: the clock may be that coarse
		{999_997e9, 999_997e9, true},
		{999_999e9, 999_999e9 + 1, true},
	} {
		tree := &Tree{seen: seen, files: []File{{Path: "a", sighting: sighting{mtime: c.modified, ctime: c.changed}}}}
		if _, got := tree.AppendState(nil, 0); got != c.want {
			t.Errorf("changed at %d and %d, seen at %d: settled %v", c.modified, c.changed, nanos, got)
		}
	}
}

// What is said of a path that is on no disk is what a scan says of it.
func TestScanMatches(t *testing.T) {
	t.Parallel()
	files := []string{"a", "a.o", "b/x", "b/c/a.o", "b/c/d", "c/b/e.o", "d/c/b/a", "d/x.o"}
	tree := make(map[string]string)
	for _, name := range files {
		tree[name] = "x"
	}
	root := makeTree(t, tree)
	rng := rand.New(rand.NewPCG(14, 4))
	patterns := []string{"a", "*.o", "b", "/b", "c/", "b/c", "**/c/*", "b/**", "**", "/d/*", "{a,d}", "[a-c]", "/b/c/a.o"}
	for range 300 {
		var rules []glob.Rule
		for range 1 + rng.IntN(4) {
			rules = append(rules, glob.Rule{Pattern: patterns[rng.IntN(len(patterns))], Include: rng.IntN(2) == 0})
		}
		tree, _ := scan(t, root, ScanOptions{Rules: rules})
		set, err := glob.Compile(rules)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for _, name := range files {
			if set.Match(name) {
				want = append(want, name)
			}
		}
		slices.SortFunc(want, layout.ComparePaths)
		var got []string
		for _, f := range tree.Files() {
			got = append(got, f.Path)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%v: the scan takes %q, want %q", rules, got, want)
		}
	}
}
