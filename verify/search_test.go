package verify

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// A folder whose files were all renamed and moved at random is found and
// assembled again, in every format.
func TestSearchMoved(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 1))
	tree := files{}
	n := longtest.Rounds(60, 200)
	for i := range n {
		size := rng.IntN(150000)
		if i%10 == 0 {
			size = 5000 // some of one size
		}
		tree[fmt.Sprintf("d%d/f%d.bin", i%7, i)] = noise(rng, size)
	}
	for _, format := range formats() {
		torrent := tree.Torrent(t, format, 32768, metainfo.Fields{})
		moved := t.TempDir()
		for _, name := range tree.Paths() {
			put(t, filepath.Join(moved, fmt.Sprint(rng.IntN(9)), fmt.Sprintf("%x", rng.Uint64())), tree[name])
		}
		put(t, filepath.Join(moved, "decoy"), noise(rng, 5000))
		s, err := Search(context.Background(), torrent, t.TempDir(), []string{moved}, SearchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		if len(s.Found) < n-1 || len(s.Lost) > 0 {
			t.Fatalf("%v: %d found, %d lost", format, len(s.Found), len(s.Lost))
		}
		for _, f := range s.Found {
			if !f.Proved {
				t.Errorf("%v: %s is not proved", format, s.Report.Files[f.File].Path)
			}
		}
		for _, how := range []LinkKind{HardLink, SymLink, Copy} {
			out := t.TempDir()
			if did, err := s.Link(context.Background(), out, how); err != nil || did != (Linked{Made: n}) {
				t.Fatal(did, err)
			}
			if how == SymLink { // links lead out of the folder, which verify does not follow
				for _, name := range tree.Paths() {
					if got, err := os.ReadFile(filepath.Join(out, "tree", filepath.FromSlash(name))); err != nil || string(got) != string(tree[name]) {
						t.Fatalf("%v: %s: %v", format, name, err)
					}
				}
			} else if r := data(t, torrent, out, Options{}); !r.OK() {
				t.Errorf("%v, %v: not whole", format, how)
			}
			if did, err := s.Link(context.Background(), out, how); err != nil || did != (Linked{Kept: n}) {
				t.Errorf("%v, %v: again: %+v, %v", format, how, did, err)
			}
		}
	}
}

// A damaged file is found elsewhere; what matches inside only is not called proved.
func TestSearchParts(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 2))
	tree := files{"a": noise(rng, 100000), "b": noise(rng, 1000), "c": noise(rng, 100000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	put(t, filepath.Join(dir, "a"), flipAt(tree["a"], 50))
	if err := os.Remove(filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	else1 := files{"x/one": tree["a"], "y": flipAt(tree["a"], 70000)}.Write(t, t.TempDir())
	s, err := Search(context.Background(), torrent, dir, []string{else1}, SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.Found) != 1 || s.Found[0].Proved || filepath.Base(s.Found[0].Path) != "one" || fmt.Sprint(s.Lost) != "[1]" {
		t.Errorf("%+v, lost %v", s.Found, s.Lost)
	}
	else2 := files{"two": noise(rng, 1000), "three": tree["b"]}.Write(t, t.TempDir())
	if s, err = Search(context.Background(), torrent, dir, []string{else1, else2}, SearchOptions{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if len(s.Found) != 3 || !s.Found[0].Proved || !s.Found[1].Proved || filepath.Base(s.Found[1].Path) != "three" || !s.Found[2].Proved || s.Found[2].Path != filepath.Join(dir, "c") {
		t.Errorf("%+v, lost %v", s.Found, s.Lost)
	}
	if _, err := Search(context.Background(), torrent, dir, []string{filepath.Join(dir, "nothing")}, SearchOptions{}); err == nil {
		t.Error("a folder that is not there is no error")
	}
}

func TestFix(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 3))
	tree := files{"a": noise(rng, 100000), "b/c": noise(rng, 1000), "d": noise(rng, 100000), "e": noise(rng, 70000)}
	for _, format := range formats() {
		dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
		torrent := makeTorrent(t, dir, format, 16384, metainfo.Fields{})
		renameFile(t, filepath.Join(dir, "a"), filepath.Join(dir, "A.bak"))
		renameFile(t, filepath.Join(dir, "b"), filepath.Join(dir, "q"))
		put(t, filepath.Join(dir, "d"), append(append([]byte{}, tree["d"]...), "tail"...))
		put(t, filepath.Join(dir, "e"), append(flipAt(tree["e"], 30000), "tail"...)) // not whole: it stays
		dry, err := Fix(context.Background(), torrent, dir, FixOptions{DryRun: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(filepath.Join(dir, "A.bak")); err != nil {
			t.Error("a dry run renamed")
		}
		did, err := Fix(context.Background(), torrent, dir, FixOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := "[{A.bak a} {q/c b/c}] [d]"
		for _, f := range []*Fixed{dry, did} {
			if got := fmt.Sprint(f.Renamed, " ", f.Truncated); got != fmt.Sprint(want) {
				t.Errorf("%v: %s, want %s", format, got, want)
			}
		}
		for _, f := range []*Fixed{dry, did} {
			if len(f.Left) != 1 || f.Left[0].Path != "e" || f.Left[0].Why != leftUnproved {
				t.Errorf("%v: left %+v", format, f.Left)
			}
		}
		for name, want := range map[string]State{"a": OK, "b/c": OK, "d": OK, "e": Long} {
			if got := did.Report.file(t, name).State; got != want {
				t.Errorf("%v: %s is %v, want %v", format, name, got, want)
			}
		}
	}
}

// A file that is too long and has another name is cut, and gets its name, in one run.
func TestFixCutsAndRenames(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 5))
	tree := files{"a": noise(rng, 100), "b/c": noise(rng, 70000), "d": noise(rng, 50000)}
	for _, format := range formats() {
		dir := files{"a": tree["a"], "b/c.part": append(bytes.Clone(tree["b/c"]), 1, 2), "d": tree["d"]}.Write(t, filepath.Join(t.TempDir(), "tree"))
		fixed, err := Fix(context.Background(), tree.Torrent(t, format, 16384, metainfo.Fields{}), dir, FixOptions{})
		if err != nil || fmt.Sprint(fixed.Renamed, fixed.Truncated) != "[{b/c.part b/c}] [b/c]" || !fixed.Report.OK() || !equalFiles(readBack(dir, tree.Paths()), tree) {
			t.Errorf("%v: %v, %+v", format, err, fixed)
		}
	}
}

// What is in the place of an empty file, by its name or nearly, may be the only copy of another.
func TestFixLeavesWhatIsNotEmpty(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 7))
	tree := files{"a": noise(rng, 70000), "b": nil, "c": nil}
	for _, format := range formats() {
		dir := files{"b": tree["a"], "c.part": tree["a"]}.Write(t, filepath.Join(t.TempDir(), "tree"))
		fixed, err := Fix(context.Background(), tree.Torrent(t, format, 16384, metainfo.Fields{}), dir, FixOptions{})
		if err != nil || len(fixed.Truncated) > 0 || len(fixed.Left) != 2 {
			t.Errorf("%v: %v, %+v", format, err, fixed)
		}
		for _, name := range []string{"b", "c.part"} {
			if now, err := os.ReadFile(filepath.Join(dir, name)); err != nil || len(now) != len(tree["a"]) {
				t.Errorf("%v: %s has %d bytes: %v", format, name, len(now), err)
			}
		}
	}
}

// A file that is too short and has holes, as downloads that are not finished, is read once
// more up to its end.
func TestFixBesideAHole(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 6))
	tree := files{"a": noise(rng, 16384), "b": noise(rng, 16000), "c": noise(rng, 40000)} // in v1 the second piece of c begins behind what is there of it
	for _, format := range formats() {
		dir := files{"was a": tree["a"], "c": nil}.Write(t, filepath.Join(t.TempDir(), "tree"))
		do(t, os.Truncate(filepath.Join(dir, "c"), 100))
		fixed, err := Fix(context.Background(), tree.Torrent(t, format, 16384, metainfo.Fields{}), dir, FixOptions{})
		if err != nil || fixed.Report.file(t, "c").State != Short || len(fixed.Renamed) != 1 {
			t.Errorf("%v: %v, %+v", format, err, fixed)
		}
	}
}

// What matches with a file found elsewhere says nothing of the one in its place: that is not
// cut, nor given the name.
func TestFixCutsOnlyWhatIsWhole(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(8, 4))
	tree := files{"a": noise(rng, 100), "b": noise(rng, 70000), "c": noise(rng, 50000)}
	for _, format := range formats() {
		dir := files{"a": tree["b"], "was a": tree["a"], "c.part": flipAt(tree["c"], 20000), "was c": tree["c"]}.Write(t, filepath.Join(t.TempDir(), "tree"))
		fixed, err := Fix(context.Background(), tree.Torrent(t, format, 16384, metainfo.Fields{}), dir, FixOptions{})
		if err != nil || len(fixed.Truncated)+len(fixed.Renamed) > 0 {
			t.Errorf("%v: %v, %+v", format, err, fixed)
		}
		if now, err := os.ReadFile(filepath.Join(dir, "a")); err != nil || len(now) != len(tree["b"]) {
			t.Errorf("%v: the only copy of b has %d bytes: %v", format, len(now), err)
		}
	}
}

// Equal files that were all moved are all put back.
func TestFixEqual(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 60))
	content := noise(rng, 65536)
	tree := files{"a": content, "b": content, "c": content}
	for _, format := range formats() {
		dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
		torrent := makeTorrent(t, dir, format, 16384, metainfo.Fields{})
		for _, name := range tree.Paths() {
			renameFile(t, filepath.Join(dir, name), filepath.Join(dir, "was "+name))
		}
		fixed, err := Fix(context.Background(), torrent, dir, FixOptions{})
		if err != nil || len(fixed.Renamed) != 3 || !fixed.Report.OK() {
			t.Errorf("%v: %+v, %v", format, fixed.Renamed, err)
		}
	}
}

// A report after a search is of the content where it was found. Copies of a file beside
// one that is missing are asked in the first run: nothing proves that it is whole.
func TestSearchReportsWhatItReached(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 3))
	tree := files{"a": noise(rng, 100), "b": noise(rng, 100), "c": noise(rng, 100000)}
	torrent := tree.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	dir := files{"b": make([]byte, 100), "c": tree["c"]}.Write(t, filepath.Join(t.TempDir(), "tree"))
	elsewhere := files{"x": tree["a"], "y": tree["b"]}.Write(t, t.TempDir())
	s, err := Search(context.Background(), torrent, dir, []string{elsewhere}, SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r := s.Report
	if !r.OK() || r.GoodPieces != r.Pieces || r.GoodBytes != r.Bytes || r.UncheckedPieces != 0 || len(s.Lost) > 0 {
		t.Errorf("ok %v, %d of %d pieces, lost %v", r.OK(), r.GoodPieces, r.Pieces, s.Lost)
	}
	for name, want := range map[string]State{"a": Elsewhere, "b": Elsewhere, "c": OK} {
		if f := r.file(t, name); f.State != want || r.proved(name) != f.Length || f.Err != nil || len(f.Damaged)+len(f.Unverified) > 0 {
			t.Errorf("%s is %v: %+v", name, f.State, f)
		}
	}
	files{"z": noise(rng, 100)}.Write(t, elsewhere)
	if err := os.Remove(filepath.Join(elsewhere, "x")); err != nil {
		t.Fatal(err)
	}
	if s, err = Search(context.Background(), torrent, dir, []string{elsewhere}, SearchOptions{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := fmt.Sprint(s.Report.file(t, "a").State, s.Report.file(t, "b").State, s.Report.OK(), s.Lost); got != "missing unchecked false [0]" {
		t.Errorf("with a file that is nowhere: %s", got)
	}
}

// Of a file that may be one of the torrent, and that nothing proves, it is said why it is
// left.
func TestFixSaysWhatItLeaves(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 4))
	tree := files{"a": noise(rng, 100), "b": noise(rng, 200), "c": noise(rng, 100000)}
	torrent := tree.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	dir := files{"was b": tree["b"], "c": tree["c"]}.Write(t, filepath.Join(t.TempDir(), "tree"))
	fixed, err := Fix(context.Background(), torrent, dir, FixOptions{})
	if err != nil || len(fixed.Renamed) > 0 || len(fixed.Left) != 1 {
		t.Fatalf("%v: %+v", err, fixed)
	}
	if l := fixed.Left[0]; l.File != 1 || filepath.Base(l.Path) != "was b" || l.Why != `it may be "b", and files that share its pieces are missing: nothing proves it` {
		t.Errorf("%+v", l)
	}
	put(t, filepath.Join(dir, "a"), tree["a"])
	if fixed, err = Fix(context.Background(), torrent, dir, FixOptions{}); err != nil || len(fixed.Renamed) != 1 || len(fixed.Left) > 0 || !fixed.Report.OK() {
		t.Errorf("%v: %+v", err, fixed)
	}
	put(t, filepath.Join(dir, "was b"), noise(rng, 200)) // of another there is nothing to say
	if fixed, err = Fix(context.Background(), torrent, dir, FixOptions{}); err != nil || len(fixed.Left) > 0 {
		t.Errorf("%v: %+v", err, fixed)
	}
}

// A search ends where it has read as much as it may, and says of what it may have missed
// that it was not tried; it tells how far it is.
func TestSearchIsBounded(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(21, 5))
	tree, pile := files{}, files{}
	for i := range 30 {
		name := fmt.Sprintf("f%02d", i)
		tree[name] = noise(rng, 20000)
		pile[fmt.Sprint(i)], pile["decoy "+name] = tree[name], noise(rng, 20000)
	}
	torrent := tree.Torrent(t, metainfo.V1, 65536, metainfo.Fields{}) // no file has a piece of its own
	elsewhere := pile.Write(t, t.TempDir())
	place := filepath.Join(t.TempDir(), "tree")
	var last, most, calls int64
	o := SearchOptions{Effort: Effort{MaxRead: 2 << 20, Searching: func(done, total int64) {
		if done < last || total < done {
			t.Errorf("%d of %d bytes after %d", done, total, last)
		}
		last, most, calls = done, total, calls+1
	}}}
	s, err := Search(context.Background(), torrent, place, []string{elsewhere}, o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if !s.Stopped || s.Report.OK() || len(s.Lost) == 0 || len(s.Untried) != len(s.Lost) {
		t.Errorf("stopped %v, %d lost, %d untried", s.Stopped, len(s.Lost), len(s.Untried))
	}
	if last < 2<<20 || last > 64<<20 || most < 60*20000 || calls < 3 {
		t.Errorf("%d of %d bytes in %d calls", last, most, calls)
	}
	for _, f := range s.Found {
		if got, err := os.ReadFile(f.Path); f.Proved && (err != nil || !bytes.Equal(got, tree[s.Report.Files[f.File].Path])) {
			t.Errorf("%s is not what was found", f.Path)
		}
	}
}
