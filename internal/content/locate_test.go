package content

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func locate(t testing.TB, root string, want ...Want) *Located {
	t.Helper()
	l, err := Locate(t.Context(), root, len(want), func(i FileIndex) Want { return want[i] }, nil)
	if err != nil {
		t.Fatalf("Locate: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// found is what Locate says of one path; Open must agree with it.
func found(t *testing.T, root string, w Want) Presence {
	t.Helper()
	l := locate(t, root, w)
	p := l.all()[0]
	f, err := l.Open(0)
	if err == nil {
		f.Close()
	}
	if (err == nil) != (p.Kind == Present) || (p.Err == nil) != (p.Kind == Present) || !errors.Is(err, p.Err) {
		t.Errorf("%q: presence %+v, but Open says %v", w.Path, p, err)
	}
	if got := l.Changed(t.Context()); len(got) != 0 {
		t.Errorf("%q: Changed() = %v for a file that did not change", w.Path, got)
	}
	return p
}

func TestLocate(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"a/x": "123", "a-b/x": "", "long": "12345", "folder/y": "", "deep/er/z": "zz"})
	want := []Want{{Path: "a/x"}, {Path: "a-b/x"}, {Path: "long"}, {Path: "folder"}, {Path: "none"},
		{Path: "none/none"}, {Path: "long/x"}, {Path: "deep/er/z"}}
	kinds := []PresenceKind{Present, Present, Present, WrongType, Missing, Missing, Missing, Present}
	l := locate(t, root, want...)
	for i, p := range l.all() {
		if p.Kind != kinds[i] {
			t.Errorf("%q: %+v, want %v", want[i].Path, p, kinds[i])
		}
		if f := FileIndex(i); l.Path(f) != want[i].Path || l.Size(f) != p.Size {
			t.Errorf("%q: file %q of %d bytes, presence %+v", want[i].Path, l.Path(f), l.Size(f), p)
		}
		found(t, root, want[i])
	}
	for i, data := range map[int]string{0: "123", 1: "", 2: "12345", 7: "zz"} {
		if got := readAll(t, l.Tree, i); got != data {
			t.Errorf("%q: content %q, want %q", want[i].Path, got, data)
		}
	}
	_, err := l.Open(4)
	if err == nil || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), `none"`) {
		t.Errorf("opening a missing file: %v, want an error that names it", err)
	}
}

func TestLocateRoots(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"x": "data"})
	link := filepath.Join(filepath.Dir(root), "link")
	symlink(t, root, link)
	symlink(t, "nowhere", root, "broken")
	symlink(t, filepath.Join(link, "x"), root, "xlink")
	for _, c := range []struct {
		root, path string
		want       PresenceKind
	}{
		{link, "x", Present},
		{filepath.Join(root, "x"), "", Present},
		{filepath.Join(root, "xlink"), "", Present},
		{root, "", WrongType},
		{filepath.Join(root, "x"), "x", Missing},
		{filepath.Join(root, "none"), "x", Missing},
		{filepath.Join(root, "none"), "", Missing},
		{filepath.Join(root, "broken"), "", Missing},
	} {
		if p := found(t, c.root, Want{Path: c.path}); p.Kind != c.want {
			t.Errorf("root %q, path %q: %+v, want %v", c.root, c.path, p, c.want)
		}
	}
	if got := readAll(t, locate(t, filepath.Join(root, "xlink"), Want{}).Tree, 0); got != "data" {
		t.Errorf("content through a link: %q", got)
	}
	if _, err := Locate(t.Context(), "", 0, nil, nil); err == nil {
		t.Error("an empty root gives no error")
	}
	if l := locate(t, root); len(l.all()) != 0 {
		t.Error("something was found where nothing was wanted")
	}
}

func TestLocateRefusesTraversal(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"a/x": "", "x": ""})
	put(t, filepath.Dir(root), "secret", "secret")
	for _, p := range []string{
		"../secret", "a/../../secret", "a/../x", "..", ".", "/etc/passwd", filepath.ToSlash(filepath.Join(root, "x")), "a//x", "a/", "/",
		"./x", "a/./x", "x\x00", "a/\x00/x", "\x00", "a/..", "../root/x",
	} {
		l := locate(t, root, Want{Path: "x"}, Want{Path: p})
		want := Unreadable
		if onWindows && strings.Contains(p, ":") {
			want = Missing
		}
		if got := l.all()[1]; got.Kind != want || !errors.Is(got.Err, ErrUnsafe) || got.Detail == "" {
			t.Errorf("%q: %+v, want it refused as unsafe", p, got)
		}
		if f, err := l.Open(1); err == nil {
			f.Close()
			t.Errorf("%q was opened", p)
		}
		if got := l.all()[0].Kind; got != Present {
			t.Errorf("%q beside x: x is %v", p, got)
		}
	}
	// The empty path names the root only if it is alone.
	if got := locate(t, root, Want{Path: ""}, Want{Path: "x"}).all()[0]; !errors.Is(got.Err, ErrUnsafe) {
		t.Errorf("empty path beside another: %+v", got)
	}
}

func TestUnsafePathOnWindows(t *testing.T) {
	t.Parallel()
	for p, bad := range map[string]bool{
		"a/b.c": false, "a b/c": false, ".hidden": false, `a\b`: true, `..\x`: true, "C:x": true, "x:stream": true, "a/x:$DATA": true,
		"a./b": true, "b ": true, `\\host\share`: true, "q?": true, "a/*": true, `"a"/b`: true, "<|>": true, "tab\t": true, "é\u202e\x7f": false,
	} {
		if got := notOnWindows(p); (got != "") != bad {
			t.Errorf("%q: %q", p, got)
		}
		if got := CheckPath(p); errors.Is(got, ErrUnsafe) != (bad && onWindows) {
			t.Errorf("%q: %v", p, got)
		}
	}
	if !onWindows {
		return
	}
	for _, p := range []string{"CON", "nul.txt", "a/b:c", "dot./x", "x ", "q?"} {
		if got := locate(t, t.TempDir(), Want{Path: p}, Want{Path: "x"}).all()[0]; got.Kind != Missing || !errors.Is(got.Err, ErrUnsafe) || got.Detail == "" {
			t.Errorf("%q: %+v, want it missing", p, got)
		}
	}
}

func TestLocateLinks(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"d/x": "in", "d/e/y": "deep"})
	outside := makeTree(t, map[string]string{"x": "secret", "e/y": "secret"})
	put(t, filepath.Dir(root), "secret", "secret")
	symlink(t, "d/x", root, "rel")
	symlink(t, filepath.Join(root, "d", "x"), root, "abs")
	symlink(t, "d", root, "reldir")
	symlink(t, filepath.Join(root, "d"), root, "absdir")
	symlink(t, filepath.Join(outside, "x"), root, "outfile")
	symlink(t, filepath.Join("..", "..", filepath.Base(filepath.Dir(outside)), "root", "x"), root, "outrel")
	symlink(t, outside, root, "outdir")
	symlink(t, "outdir", root, "chain")
	symlink(t, "..", root, "d", "up")
	symlink(t, "../..", root, "d", "upup")
	symlink(t, "none", root, "broken")
	symlink(t, "self", root, "self")
	symlink(t, "d", root, "adir")
	symlink(t, root, root, "rootabs")
	symlink(t, "d/x", root, "l0")
	for i := range 12 { // longer than os.Root follows
		symlink(t, fmt.Sprintf("l%d", i), root, fmt.Sprintf("l%d", i+1))
	}
	for path, want := range map[string]PresenceKind{
		"rel": Present, "abs": Present, "reldir/x": Present, "absdir/x": Present, "absdir/e/y": Present, "l12": Present,
		"d/up/d/x": Present, "rootabs/d/x": Present, "rootabs/rel": Present, "d/upup/root/d/x": Present,
		"outfile": Unreadable, "outrel": Unreadable, "outdir/x": Unreadable, "outdir/e/y": Unreadable, "chain/x": Unreadable,
		"d/upup/secret": Unreadable, "self": Unreadable, "self/x": Unreadable,
		"broken": Missing, "broken/x": Missing, "adir": WrongType, "outdir/none": Unreadable,
	} {
		p := found(t, root, Want{Path: path})
		if p.Kind != want {
			t.Errorf("%q: %+v, want %v", path, p, want)
		}
		if strings.Contains(path, "out") && !errors.Is(p.Err, ErrOutside) {
			t.Errorf("%q: error %v, want %v", path, p.Err, ErrOutside)
		}
	}
	if p := found(t, root, Want{Path: "outdir"}); p.Kind == Present || p.Kind == WrongType {
		t.Errorf("outdir: %+v tells what is outside", p)
	}
	for path, want := range map[string]string{"l12": "in", "abs": "in", "absdir/e/y": "deep", "rootabs/rel": "in"} {
		if got := readAll(t, locate(t, root, Want{Path: path}).Tree, 0); got != want {
			t.Errorf("%q: content %q, want %q", path, got, want)
		}
	}
}

func TestLocateWantedLinks(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"d/x": "in", "plain": ""})
	symlink(t, "x", root, "d", "link")
	symlink(t, filepath.Join(root, "d", "x"), root, "abs")
	symlink(t, "/etc/passwd", root, "evil")
	for _, c := range []struct {
		path, target string
		want         PresenceKind
	}{
		{"d/link", "d/x", Present}, {"d/link", "x", WrongType}, {"abs", "d/x", Present}, {"evil", "d/x", WrongType},
		{"plain", "d/x", WrongType}, {"d", "d/x", WrongType}, {"none", "d/x", Missing}, {"../x", "d/x", Unreadable},
		{"d/link", "", WrongType},
	} {
		w := Want{Path: c.path, IsLink: true, Link: c.target}
		if p := found(t, root, w); p.Kind != c.want || p.Size != 0 {
			t.Errorf("%q wanted as a link to %q: %+v, want %v", c.path, c.target, p, c.want)
		}
	}
	f, err := locate(t, root, Want{Path: "d/link", IsLink: true, Link: "d/x"}).Open(0)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := f.ReadAt(make([]byte, 1), 0); n != 0 || err == nil {
		t.Errorf("a wanted link has content: %d, %v", n, err)
	}
}

func TestFolderReplacedByLinkOutside(t *testing.T) {
	t.Parallel()
	root := makeTree(t, nil)
	outside := makeTree(t, map[string]string{"x": "secret"})
	var want []Want
	for i := range maxFolders + 5 { // so that the first folder is not held open any more
		p := fmt.Sprintf("d%02d/x", i)
		put(t, root, p, "data")
		want = append(want, Want{Path: p})
	}
	l := locate(t, root, want...)
	if err := os.Rename(filepath.Join(root, "d00"), filepath.Join(root, "old")); err != nil {
		t.Fatal(err)
	}
	symlink(t, outside, root, "d00")
	if f, err := l.Open(0); err == nil {
		f.Close()
		t.Fatal("a file outside the folder was opened")
	} else if !errors.Is(err, ErrOutside) {
		t.Errorf("error %v, want %v", err, ErrOutside)
	}
	for i := 1; i < len(want); i++ {
		if got := readAll(t, l.Tree, i); got != "data" {
			t.Errorf("%q: content %q", want[i].Path, got)
		}
	}
}

func TestFileReplacedByLink(t *testing.T) {
	t.Parallel()
	eachTree(t, func(t *testing.T, tree *Tree, root string) {
		outside := makeTree(t, map[string]string{"b": "abcd"})
		if err := os.Remove(filepath.Join(root, "b")); err != nil {
			t.Fatal(err)
		}
		symlink(t, filepath.Join(outside, "b"), root, "b")
		wantChanged(t, tree, 1, openAndClose(tree, 1))
	})
}

func TestLocateUnreadable(t *testing.T) {
	t.Parallel()
	if os.Geteuid() <= 0 {
		t.Skip("permissions do not bind root, nor Windows")
	}
	root := makeTree(t, map[string]string{"locked/x": "", "x": "1"})
	locked := filepath.Join(root, "locked")
	if err := errors.Join(os.Chmod(locked, 0), os.Chmod(filepath.Join(root, "x"), 0)); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(locked, 0o755)
	l := locate(t, root, Want{Path: "locked/x"}, Want{Path: "x"})
	if p := l.all()[0]; p.Kind != Unreadable || !errors.Is(p.Err, fs.ErrPermission) {
		t.Errorf("in a locked folder: %+v", p)
	}
	if _, err := l.Open(1); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("opening a locked file: %v", err)
	}
}

func TestLocateCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Locate(ctx, makeTree(t, nil), 1, func(FileIndex) Want { return Want{Path: "a"} }, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

// Who waits is told how many files were looked for, there or not, from whatever goroutines.
func TestLocateTells(t *testing.T) {
	t.Parallel()
	const n = 5000
	var told []int
	l, err := Locate(t.Context(), makeTree(t, map[string]string{"7": "x"}), n, func(i FileIndex) Want { return Want{Path: fmt.Sprint(i)} }, func(files int) { told = append(told, files) })
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if !slices.IsSorted(told) || told[len(told)-1] != n {
		t.Errorf("told %v, of %d files", told, n)
	}
}

// FuzzLocate plants a secret beside the root, and links that lead to it, and asks for any path.
func FuzzLocate(f *testing.F) {
	for _, p := range []string{"../secret", "a/../../secret", "out/secret", "a/out/secret", "a/x", "/etc/passwd", "link", "a/up/../secret", "\x00", ""} {
		f.Add(p)
	}
	root := makeTree(f, map[string]string{"a/x": "inside"})
	put(f, filepath.Dir(root), "secret", "secret")
	symlink(f, "..", root, "out")
	symlink(f, "../..", root, "a", "out")
	symlink(f, "..", root, "a", "up")
	symlink(f, "../secret", root, "link")
	f.Fuzz(func(t *testing.T, p string) {
		l := locate(t, root, Want{Path: p}, Want{Path: "a/x"})
		for i, found := range l.all() {
			if found.Kind == Present && readAll(t, l.Tree, i) != "inside" {
				t.Errorf("%q leads outside", p)
			}
		}
	})
}

func TestLocatedTreeConcurrently(t *testing.T) {
	t.Parallel()
	root := makeTree(t, nil)
	var want []Want
	for i := range 6 * maxFolders {
		p := fmt.Sprintf("d%d/%d", i%(3*maxFolders), i)
		put(t, root, p, p)
		want = append(want, Want{Path: p})
	}
	l := locate(t, root, want...)
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range want {
				i = (i*(2*g+1) + g) % len(want)
				f, err := l.Open(FileIndex(i))
				if err != nil {
					t.Error(err)
					return
				}
				p := make([]byte, l.Size(FileIndex(i)))
				if _, err := f.ReadAt(p, 0); err != nil || string(p) != want[i].Path {
					t.Errorf("%q: content %q, %v", want[i].Path, p, err)
				}
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(l.open.(*locatedFiles).folders.list); n > maxFolders {
		t.Errorf("%d folders are held open, want at most %d", n, maxFolders)
	}
}

func TestLocatedTreeClosed(t *testing.T) {
	t.Parallel()
	root := makeTree(t, map[string]string{"a/x": "data"})
	l := locate(t, root, Want{Path: "a/x"})
	f, err := l.Open(0)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Open(0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("Open after Close: %v, want %v", err, fs.ErrClosed)
	}
	p := make([]byte, 4)
	if _, err := f.ReadAt(p, 0); err != nil || string(p) != "data" {
		t.Errorf("a file that was open: %q, %v", p, err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	was := stamp{mtime: 5, dev: 1, ino: 2}
	yes, no := func() bool { return true }, func() bool { return false }
	for name, c := range map[string]struct {
		now    stat
		stable func() bool
		want   string
	}{
		"same":                                 {stat{stamp: was, size: 9, kind: kindFile}, yes, ""},
		"grown":                                {stat{stamp: was, size: 10, kind: kindFile}, yes, "its size was 9, is 10"},
		"a folder":                             {stat{stamp: was, size: 9, kind: kindFolder}, yes, "it is a folder now"},
		"touched":                              {stat{stamp: stamp{mtime: 6, dev: 1, ino: 2}, size: 9, kind: kindFile}, yes, "its time of modification is another"},
		"another inode":                        {stat{stamp: stamp{mtime: 5, dev: 1, ino: 3}, size: 9, kind: kindFile}, yes, "another file has taken its place"},
		"another device":                       {stat{stamp: stamp{mtime: 5, dev: 3, ino: 2}, size: 9, kind: kindFile}, yes, "another file has taken its place"},
		"another inode, if that means nothing": {stat{stamp: stamp{mtime: 5, dev: 1, ino: 3}, size: 9, kind: kindFile}, no, ""},
	} {
		if got := was.difference(9, &c.now, c.stable); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// all is what was found for each file.
func (l *Located) all() []Presence {
	list := make([]Presence, l.count())
	for i := range list {
		list[i] = l.Presence(FileIndex(i))
	}
	return list
}
