package verify

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/torrentkit/torrentkit/metainfo"
)

// A file of which not every byte is proved is never ok: not where it shares a piece with
// one that is missing, nor where pieces of it were left out, nor where the run ended.
func TestNothingUnprovedIsOK(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 1))
	tree := files{"a": noise(rng, 10000), "b": noise(rng, 10000), "c": noise(rng, 100000), "empty": nil}
	torrent := tree.Torrent(t, metainfo.V1, 32768, metainfo.Fields{})
	here := func(name string, data []byte) fstest.MapFS {
		m := fstest.MapFS{}
		for path, data := range tree {
			m["tree/"+path] = &fstest.MapFile{Data: data}
		}
		if m["tree/"+name].Data = data; data == nil {
			delete(m, "tree/"+name)
		}
		return m
	}
	zeroed := here("a", nil)
	zeroed["tree/b"].Data = make([]byte, 10000)
	for _, tt := range []struct {
		fs     fstest.MapFS
		o      FSOptions
		want   string
		proved int64 // of c
	}{
		{here("a", tree["a"]), FSOptions{}, "[ok ok ok ok] true", 100000},
		{here("a", nil), FSOptions{}, "[missing unchecked unchecked ok] false", 120000 - 32768},
		{zeroed, FSOptions{}, "[missing unchecked unchecked ok] false", 120000 - 32768},
		{here("a", flipAt(tree["a"], 9)), FSOptions{}, "[damaged damaged damaged ok] false", 120000 - 32768},
		{here("a", tree["a"]), FSOptions{Selection: Selection{Sample: 2}}, "[ok ok unchecked ok] true", 12768 + 120000 - 98304},
		{here("a", tree["a"]), FSOptions{Selection: Selection{Pieces: []PieceRange{{1, 1}}}}, "[skipped skipped unchecked skipped] true", 32768},
		{here("a", flipAt(tree["a"], 9)), FSOptions{Selection: Selection{FailFast: true}, Reading: Reading{Workers: 1}}, "[damaged damaged damaged ok] false", 0},
		{here("c", tree["c"][:50000]), FSOptions{}, "[ok ok short ok] false", 65536 - 20000},
	} {
		r, err := FS(context.Background(), torrent, tt.fs, "tree", tt.o)
		if err != nil {
			t.Fatal(err)
		}
		var states []State
		for i := range r.Files {
			f := &r.Files[i]
			if states = append(states, f.State); f.State == OK && r.Proved(i) != f.Length {
				t.Errorf("%s is ok, with %d of %d bytes proved", f.Path, r.Proved(i), f.Length)
			}
		}
		if r.Unread() {
			t.Errorf("%+v: nothing was read", tt.o.Selection)
		}
		if got := fmt.Sprint(states, r.OK()); got != tt.want || r.Proved(2) != tt.proved {
			t.Errorf("%+v: %s, want %s; %d bytes of c are proved, want %d", tt.o.Selection, got, tt.want, r.Proved(2), tt.proved)
		}
	}
}

// What another copy shows to be right counts as proved, though its piece is bad.
func TestProvedByACopy(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 2))
	tree := files{"a": noise(rng, 1000), "b": noise(rng, 1000), "c": noise(rng, 1000)}
	torrent := tree.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	put(t, filepath.Join(dir, "b"), flipAt(tree["b"], 500))
	copied := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	r := data(t, torrent, dir, Options{CompareWith: copied})
	for name, want := range map[string]State{"a": OK, "b": Damaged, "c": OK} {
		if f, proved := r.file(t, name), r.proved(name); f.State != want || want == OK && proved != 1000 || want != OK && proved != 0 {
			t.Errorf("%s is %v, %d bytes proved", name, f.State, proved)
		}
	}
	if err := os.Remove(filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if s := data(t, torrent, dir, Options{}).file(t, "c").State; s != Unchecked {
		t.Errorf("beside a missing file: %v", s)
	}
}

// Who waits for many files is told how many were looked for.
func TestFoundIsTold(t *testing.T) {
	t.Parallel()
	tree := files{}
	for i := range 600 {
		tree[fmt.Sprint(i)] = []byte{1}
	}
	torrent := tree.Torrent(t, metainfo.V1, 32768, metainfo.Fields{})
	found := 0
	r := data(t, torrent, tree.Write(t, filepath.Join(t.TempDir(), "tree")), Options{Found: func(files int) { found = files }})
	if !r.OK() || found != 600 {
		t.Errorf("ok %v, told of %d files", r.OK(), found)
	}
}
