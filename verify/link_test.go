package verify

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// moved is a torrent whose files lie elsewhere under other names, and were found.
type moved struct {
	tree    files
	torrent []byte
	top     string // holds pile, with the files, and outside, with the same ones
	search  *SearchReport
}

func newMoved(t *testing.T, format metainfo.Format) *moved {
	t.Helper()
	rng := rand.New(rand.NewPCG(11, uint64(format)))
	m := &moved{tree: files{"a": noise(rng, 100_000), "b/c": noise(rng, 70_000), "b/d": noise(rng, 300), "e": noise(rng, 2<<20)}, top: t.TempDir()}
	m.torrent = m.tree.Torrent(t, format, 16384, metainfo.Fields{})
	for name, data := range m.tree {
		for _, dir := range []string{"pile", "outside"} {
			put(t, filepath.Join(m.top, dir, "x"+name), data)
		}
		past := time.Now().Add(-time.Hour)
		do(t, os.Chtimes(m.found(name), past, past))
	}
	return m
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// found is where a file is found.
func (m *moved) found(name string) string {
	return filepath.Join(m.top, "pile", "x"+filepath.FromSlash(name))
}

func (m *moved) find(t *testing.T) {
	t.Helper()
	var err error
	m.search, err = Search(context.Background(), m.torrent, t.TempDir(), []string{filepath.Join(m.top, "pile")}, SearchOptions{})
	do(t, err)
	t.Cleanup(func() { m.search.Close() })
	if len(m.search.Found) != len(m.tree) {
		t.Fatalf("found %+v", m.search.Found)
	}
}

func kinds() []LinkKind { return []LinkKind{HardLink, SymLink, Copy} }

// namesBelow lists what is in a folder.
func namesBelow(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	do(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, filepath.ToSlash(path[len(dir)+1:]))
		}
		return err
	}))
	return all
}

// What has changed since it was found is not linked, nor is another file that has its name, or what a link leads to.
func TestLinkChanged(t *testing.T) {
	changes := map[string]func(t *testing.T, m *moved, path string){
		"link to the same outside": func(t *testing.T, m *moved, path string) {
			do(t, os.Remove(path))
			do(t, os.Symlink(filepath.Join(m.top, "outside", "xa"), path))
		},
		"another file": func(t *testing.T, m *moved, path string) {
			info, err := os.Stat(path)
			do(t, err)
			put(t, path+".new", slices.Repeat([]byte("x"), len(m.tree["a"])))
			do(t, os.Chtimes(path+".new", info.ModTime(), info.ModTime()))
			do(t, os.Rename(path+".new", path))
		},
		"other bytes": func(t *testing.T, m *moved, path string) { put(t, path, flipAt(m.tree["a"], 5)) },
		"gone":        func(t *testing.T, m *moved, path string) { do(t, os.Remove(path)) },
		"folder": func(t *testing.T, m *moved, path string) {
			do(t, os.Remove(path))
			do(t, os.Mkdir(path, 0o777))
		},
		"link for its folder": func(t *testing.T, m *moved, path string) {
			do(t, os.Rename(filepath.Dir(path), filepath.Dir(path)+" moved"))
			do(t, os.Symlink(filepath.Join(m.top, "outside", "xb"), filepath.Dir(path)))
		},
	}
	for how, change := range changes {
		for _, kind := range kinds() {
			t.Run(how+"/"+kind.String(), func(t *testing.T) {
				t.Parallel()
				m, out := newMoved(t, metainfo.V1), t.TempDir()
				m.find(t)
				name := "a"
				if strings.Contains(how, "folder") {
					name = "b/c"
				}
				change(t, m, m.found(name))
				did, err := m.search.Link(context.Background(), out, kind)
				if how == "link for its folder" && kind != SymLink && err == nil {
					// The folder is held open, and the file the one that was found.
					same, err := sameFile(filepath.Join(m.top, "pile", "xb moved", "c"), filepath.Join(out, "tree", "b", "c"))
					if do(t, err); kind == Copy || same {
						return
					}
				}
				if err == nil || !strings.Contains(err.Error(), filepath.FromSlash("tree/"+name)) {
					t.Errorf("%+v, %v", did, err)
				}
				if there := namesBelow(t, out); slices.Contains(there, "tree/"+name) || len(there) != did.Made {
					t.Errorf("%+v, and there is %v", did, there)
				}
			})
		}
	}
}

// A file that changes as it is copied, and has its times put back, gets no name.
func TestLinkProvesCopies(t *testing.T) {
	for _, format := range formats() {
		m, out := newMoved(t, format), t.TempDir()
		m.find(t)
		path := m.found("e")
		info, err := os.Stat(path)
		do(t, err)
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		do(t, err)
		_, err = f.WriteAt([]byte("other"), 1<<20)
		do(t, errors.Join(err, f.Close(), os.Chtimes(path, info.ModTime(), info.ModTime())))
		did, err := m.search.Link(context.Background(), out, Copy)
		if err == nil || slices.Contains(namesBelow(t, out), "tree/e") {
			t.Errorf("%v: %+v, %v, and there is %v", format, did, err, namesBelow(t, out))
		}
	}
}

// What exists is kept if it is right, and else an error; it is never replaced. What a run left that was killed is
// removed, and what it had made is kept.
func TestLinkAgain(t *testing.T) {
	for _, kind := range kinds() {
		m, out := newMoved(t, metainfo.Hybrid), t.TempDir()
		m.find(t)
		stage := filepath.Join(out, ".torrentkit-"+m.search.run.torrent.Hashes().Swarms()[0].String()[:16])
		put(t, filepath.Join(stage, "2"), []byte("a part"))
		do(t, os.Link(m.found("e"), filepath.Join(stage, "3"))) // whose removal is no change of the file
		m.find(t)
		put(t, filepath.Join(out, "tree", "a"), m.tree["a"])
		if did, err := m.search.Link(context.Background(), out, kind); err != nil || did != (Linked{Made: 3, Kept: 1}) {
			t.Errorf("%v: %+v, %v", kind, did, err)
		}
		if there := namesBelow(t, out); len(there) != 4 {
			t.Errorf("%v: there is %v", kind, there)
		}
		for name, other := range map[string]func(path string) error{
			"a":   func(path string) error { return os.WriteFile(path, flipAt(m.tree["a"], 9), 0o666) },
			"b/d": func(path string) error { return os.Symlink("nowhere", path) },
			"b/c": func(path string) error { return os.Mkdir(path, 0o777) },
		} {
			path := filepath.Join(out, "tree", filepath.FromSlash(name))
			do(t, os.Remove(path))
			do(t, other(path))
			m.find(t) // a hard link less is a change
			before, err := os.Lstat(path)
			do(t, err)
			if did, err := m.search.Link(context.Background(), out, kind); !errors.Is(err, fs.ErrExist) {
				t.Errorf("%v, %s: %+v, %v", kind, name, did, err)
			}
			if after, err := os.Lstat(path); err != nil || !os.SameFile(before, after) || after.Size() != before.Size() {
				t.Errorf("%v, %s: was replaced", kind, name)
			}
			do(t, os.Remove(path))
			if did, err := m.search.Link(context.Background(), out, kind); err != nil || did != (Linked{Made: 1, Kept: 3}) {
				t.Errorf("%v, %s: %+v, %v", kind, name, did, err)
			}
		}
	}
}

// Files that are one under several names, and are found under all of them, are linked though linking changes their times.
func TestLinkManyNames(t *testing.T) {
	data := noise(rand.New(rand.NewPCG(11, 9)), 100_000)
	tree := files{"a": data, "b": data, "c": data}
	for _, kind := range kinds() {
		torrent, pile, out := tree.Torrent(t, metainfo.V2, 16384, metainfo.Fields{}), t.TempDir(), t.TempDir()
		put(t, filepath.Join(pile, "a"), data)
		do(t, os.Link(filepath.Join(pile, "a"), filepath.Join(pile, "b")))
		do(t, os.Link(filepath.Join(pile, "a"), filepath.Join(pile, "c")))
		s, err := Search(context.Background(), torrent, t.TempDir(), []string{pile}, SearchOptions{})
		do(t, err)
		if did, err := s.Link(context.Background(), out, kind); err != nil || did.Made != 3 {
			t.Errorf("%v: %+v, %v", kind, did, err)
		}
		do(t, s.Close())
		fix := filepath.Join(t.TempDir(), "tree")
		do(t, os.Rename(pile, fix))
		for _, name := range tree.Paths() {
			do(t, os.Rename(filepath.Join(fix, name), filepath.Join(fix, "was "+name)))
		}
		if f, err := Fix(context.Background(), torrent, fix, FixOptions{}); err != nil || len(f.Renamed) != 3 {
			t.Errorf("%+v, %v", f, err)
		}
	}
}

// A link in the folder that is assembled leads nowhere, not even to another place in it.
func TestLinkThroughLinks(t *testing.T) {
	for _, kind := range kinds() {
		for _, target := range []string{"../aside", "../../outside"} {
			m := newMoved(t, metainfo.V2)
			m.find(t)
			out := filepath.Join(m.top, "out")
			do(t, os.MkdirAll(filepath.Join(out, "aside"), 0o777))
			do(t, os.Mkdir(filepath.Join(out, "tree"), 0o777))
			do(t, os.Symlink(target, filepath.Join(out, "tree", "b")))
			before := namesBelow(t, m.top)
			if did, err := m.search.Link(context.Background(), out, kind); err == nil || did.Made > 1 {
				t.Errorf("%v: %+v, %v", kind, did, err)
			}
			after := slices.DeleteFunc(namesBelow(t, m.top), func(name string) bool { return name == "out/tree/a" })
			if !slices.Equal(before, after) {
				t.Errorf("%v: there was %v, is %v", kind, before, after)
			}
		}
	}
}

// A run that is stopped at any point leaves files that are whole, and nothing else.
func TestLinkStopped(t *testing.T) {
	for _, kind := range kinds() {
		m := newMoved(t, metainfo.V1)
		m.find(t)
		for left := range int64(12) {
			out := t.TempDir()
			ctx := &stopping{Context: context.Background()}
			ctx.left.Store(left)
			did, err := m.search.Link(ctx, out, kind)
			if err != nil && !errors.Is(err, context.Canceled) || err == nil && left < 4 {
				t.Errorf("%v, %d: %v", kind, left, err)
			}
			if there := namesBelow(t, out); len(there) != did.Made {
				t.Errorf("%v, %d: %+v, and there is %v", kind, left, did, there)
			}
			entries, err := os.ReadDir(out)
			do(t, err)
			if len(entries) > 0 && entries[0].Name() != "tree" {
				t.Errorf("%v, %d: %v is left", kind, left, entries)
			}
			if did, err := m.search.Link(context.Background(), out, kind); err != nil || did.Made+did.Kept != 4 {
				t.Errorf("%v, %d: the next run: %+v, %v", kind, left, did, err)
			}
		}
	}
}

// stopping ends when it was asked some times whether it has.
type stopping struct {
	context.Context
	left atomic.Int64
}

func (c *stopping) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// An empty file has nothing that could be found: it is missing until it is made, and then nothing is wrong.
func TestLinkEmpty(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 4))
	dir := t.TempDir()
	tree := files{"a": noise(rng, 40000), "sub/empty": nil, "z": nil}
	torrent := makeTorrent(t, tree.Write(t, filepath.Join(dir, "tree")), metainfo.V1, 16384, metainfo.Fields{})
	moved := files{"x": tree["a"], "y": nil}.Write(t, filepath.Join(dir, "moved"))
	s, err := Search(t.Context(), torrent, filepath.Join(dir, "gone", "tree"), []string{moved}, SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.Report.OK() || s.Report.file(t, "z").State != Missing {
		t.Errorf("before it is made: %+v", s.Report.Files)
	}
	out := filepath.Join(dir, "out")
	if err := os.Mkdir(out, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Link(t.Context(), out, Copy); err != nil {
		t.Fatal(err)
	}
	if !s.Report.OK() || s.Report.file(t, "sub/empty").State != Elsewhere {
		t.Errorf("after: %+v", s.Report.Files)
	}
	if again := data(t, torrent, filepath.Join(out, "tree"), Options{}); !again.OK() {
		t.Errorf("what was linked: %+v", again.Files)
	}
}

// The symbolic links of a torrent are made beside its files, and lead where it says, whatever kind those are.
func TestLinkMakesLinks(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("not everybody may make symbolic links there")
	}
	data := []byte("these are the bytes of a file")
	sum := sha1.Sum(data)
	torrent := fmt.Sprintf("d4:infod5:filesl"+
		"d6:lengthi%de4:pathl1:b1:aee"+
		"d4:attr1:l6:lengthi0e4:pathl1:c4:linke12:symlink pathl1:b1:aee"+
		"e4:name1:t12:piece lengthi16384e6:pieces20:%see", len(data), sum[:])
	for _, kind := range kinds() {
		pile, out := t.TempDir(), t.TempDir()
		put(t, filepath.Join(pile, "other"), data)
		s, err := Search(context.Background(), []byte(torrent), t.TempDir(), []string{pile}, SearchOptions{})
		do(t, err)
		for range 2 { // what is there is kept
			_, err = s.Link(context.Background(), out, kind)
			do(t, err)
		}
		s.Close()
		if to, err := os.Readlink(filepath.Join(out, "t", "c", "link")); err != nil || to != "../b/a" {
			t.Errorf("%v: the link leads to %q: %v", kind, to, err)
		}
		r, err := Data(context.Background(), []byte(torrent), filepath.Join(out, "t"), Options{})
		do(t, err)
		if f := r.Files[1]; f.State != OK {
			t.Errorf("%v: %s is %v: %v", kind, f.Path, f.State, f.Err)
		}
	}
}
