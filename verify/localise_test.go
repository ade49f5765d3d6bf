package verify

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// withSums adds an md5sum to each file of a v1 torrent.
func withSums(torrent []byte, tree files) []byte {
	s := string(torrent)
	for name, data := range tree {
		entry := fmt.Sprintf("d6:lengthi%de4:path", len(data))
		path := "l"
		for part := range strings.SplitSeq(name, "/") {
			path += fmt.Sprintf("%d:%s", len(part), part)
		}
		sum := fmt.Sprintf("6:md5sum32:%x", md5.Sum(data))
		s = strings.Replace(s, entry+path, fmt.Sprintf("d6:lengthi%de%s4:path%s", len(data), sum, path), 1)
	}
	return []byte(s)
}

// Of a piece that spans files, checksums tell which is damaged.
func TestChecksumsTell(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 2))
	tree := files{"a": noise(rng, 30000), "b": noise(rng, 500), "c": noise(rng, 40000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	plain := makeTorrent(t, dir, metainfo.V1, 32768, metainfo.Fields{})
	torrent := withSums(plain, tree)
	if len(torrent) != len(plain)+3*len("6:md5sum32:00112233445566778899aabbccddeeff") {
		t.Fatal("the test did not put the sums in")
	}
	put(t, filepath.Join(dir, "b"), flipAt(tree["b"], 100))
	for name, want := range map[string]State{"a": Damaged, "b": Damaged, "c": Damaged} {
		if got := data(t, plain, dir, Options{}).file(t, name).State; got != want {
			t.Errorf("without sums %s is %v, want %v", name, got, want)
		}
	}
	r := data(t, torrent, dir, Options{})
	for name, want := range map[string]State{"a": OK, "b": Damaged, "c": OK} {
		if got := r.file(t, name).State; got != want {
			t.Errorf("with sums %s is %v, want %v", name, got, want)
		}
	}
	if got := r.file(t, "b").Damaged; len(got) != 1 || got[0] != (Range{Offset: 0, Length: 500}) {
		t.Errorf("ranges of b: %+v", got)
	}
	// Two sums are enough: what is left is damaged.
	two := withSums(plain, files{"a": tree["a"], "c": tree["c"]})
	r = data(t, two, dir, Options{})
	if s := r.file(t, "b"); s.State != Damaged || s.Damaged[0].Shared || r.file(t, "a").State != OK {
		t.Errorf("with two sums: %+v", r.Files)
	}
}

// A file that is damaged elsewhere too does not match its sum, which then tells
// nothing about the shared piece.
func TestChecksumOfAFileDamagedElsewhere(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 3))
	tree := files{"a": noise(rng, 70000), "b": noise(rng, 70000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := withSums(makeTorrent(t, dir, metainfo.V1, 32768, metainfo.Fields{}), files{"a": tree["a"]})
	put(t, filepath.Join(dir, "a"), flipAt(tree["a"], 10))
	put(t, filepath.Join(dir, "b"), flipAt(tree["b"], 10))
	r := data(t, torrent, dir, Options{})
	a, b := r.file(t, "a"), r.file(t, "b")
	if len(a.Damaged) != 2 || a.Damaged[0].Shared || !a.Damaged[1].Shared || len(b.Damaged) != 1 || !b.Damaged[0].Shared {
		t.Errorf("a %+v, b %+v", a.Damaged, b.Damaged)
	}
}

func TestLikely(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 4))
	tree := files{"a": noise(rng, 70000), "b": noise(rng, 70000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 32768, metainfo.Fields{})
	bad := bytes.Clone(tree["a"])
	clear(bad[40000:]) // to its end, in two pieces
	put(t, filepath.Join(dir, "a"), bad)
	r := data(t, torrent, dir, Options{})
	a, b := r.file(t, "a").Damaged, r.file(t, "b").Damaged
	if len(a) != 2 || !a[1].Likely || len(b) != 1 || b[0].Likely {
		t.Errorf("a %+v, b %+v", a, b)
	}
	got := fmt.Sprint(r.Map(0, 10), r.Map(0, 2), r.Map(1, 100))
	if want := "[ok bad bad] [ok bad] [bad ok ok]"; got != want {
		t.Errorf("maps %s, want %s", got, want)
	}
}

func TestCompareWithABadCopy(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	tree := files{"a": noise(rng, 70000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V2, 16384, metainfo.Fields{})
	other := files{"a": flipAt(tree["a"], 20000)}.Write(t, filepath.Join(t.TempDir(), "tree"))
	put(t, filepath.Join(dir, "a"), flipAt(flipAt(tree["a"], 20000), 60000))
	r := data(t, torrent, dir, Options{CompareWith: other})
	if r.Compared.Good != 1 || r.Compared.Bad != 1 {
		t.Errorf("compared: %+v", r.Compared)
	}
	want := []Range{{Offset: 16384, Length: 16384, FirstPiece: 1, LastPiece: 1}, {Offset: 60000, Length: 1, FirstPiece: 3, LastPiece: 3, Exact: true}}
	if got := r.Files[0].Damaged; !slices.Equal(got, want) {
		t.Errorf("ranges %+v\nwant %+v", got, want)
	}
	if _, err := Data(context.Background(), torrent, dir, Options{CompareWith: filepath.Join(dir, "nothing")}); err == nil {
		t.Error("a copy that is not there is no error")
	}
}

func TestExtraAndCase(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	tree := files{"a/B.txt": noise(rng, 100), "c": noise(rng, 100)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	if r := data(t, torrent, dir, Options{Extra: true}); !r.OK() || r.Extra != nil {
		t.Errorf("nothing is extra, but %+v", r.Extra)
	}
	files{"x/y": []byte("more"), "a/.hidden": nil}.Write(t, dir)
	if r := data(t, torrent, dir, Options{}); !r.OK() {
		t.Error("extra files count though nobody asked")
	}
	r := data(t, torrent, dir, Options{Extra: true})
	if got := fmt.Sprint(r.Extra); r.OK() || got != "[{a/.hidden 0 file <nil>} {x/y 4 file <nil>}]" {
		t.Errorf("extra: %s", got)
	}
	renameFile(t, filepath.Join(dir, "a", "B.txt"), filepath.Join(dir, "a", "tmp"))
	renameFile(t, filepath.Join(dir, "a", "tmp"), filepath.Join(dir, "a", "b.TXT"))
	if f := data(t, torrent, dir, Options{}).file(t, "a/B.txt"); f.State == Missing && f.Found != "a/b.TXT" {
		t.Errorf("found %+v", f)
	}
}

func TestChoices(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 7))
	tree := files{"a.x": noise(rng, 40000), "b.y": noise(rng, 40000), "c.x": noise(rng, 40000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{}) // 8 pieces; b is in 2-4
	put(t, filepath.Join(dir, "b.y"), flipAt(tree["b.y"], 20000))         // piece 3
	tests := []struct {
		o       Options
		ok      bool
		skipped int
		states  string
	}{
		{Options{}, false, 0, "[ok damaged ok]"},
		{Options{Selection: Selection{Only: []string{"*.x"}}}, true, 1, "[ok skipped ok]"},
		{Options{Selection: Selection{Only: []string{"b*"}}}, false, 5, "[skipped damaged skipped]"},
		{Options{Selection: Selection{Pieces: []PieceRange{{0, 1}}}}, true, 6, "[unchecked skipped skipped]"},
		{Options{Selection: Selection{Pieces: []PieceRange{{3, 3}, {7, 7}}}}, false, 6, "[skipped damaged unchecked]"},
		{Options{Selection: Selection{Sample: 2}}, true, 6, "[unchecked unchecked unchecked]"},
		{Options{Selection: Selection{Sample: 100}}, false, 0, "[ok damaged ok]"},
		{Options{Selection: Selection{Only: []string{"b.y"}, Sample: 3}}, false, 5, "[skipped damaged skipped]"},
	}
	for _, tt := range tests {
		r := data(t, torrent, dir, tt.o)
		var states []State
		for _, f := range r.Files {
			states = append(states, f.State)
		}
		if r.OK() != tt.ok || r.SkippedPieces != tt.skipped || fmt.Sprint(states) != tt.states {
			t.Errorf("%+v: ok %v, skipped %d, %v", tt.o, r.OK(), r.SkippedPieces, states)
		}
	}
	for _, o := range []Options{{Selection: Selection{Only: []string{"nothing"}}}, {Selection: Selection{Only: []string{"["}}}, {Selection: Selection{Pieces: []PieceRange{{0, 8}}}}} {
		if _, err := Data(context.Background(), torrent, dir, o); err == nil {
			t.Errorf("%+v is no error", o)
		}
	}
}

// The same seed draws the same pieces, and every piece is drawn by some seed.
func TestSampleDraws(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 8))
	tree := files{"a": noise(rng, 20*16384)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	drawn := map[int]bool{}
	for seed := range uint64(60) {
		a, b := data(t, torrent, dir, Options{Selection: Selection{Sample: 4, Seed: seed}}), data(t, torrent, dir, Options{Selection: Selection{Sample: 4, Seed: seed}})
		if !slices.Equal(a.pieces.list(), b.pieces.list()) || a.GoodPieces != 4 || a.pieces.get(0) != PieceOK || a.pieces.get(19) != PieceOK {
			t.Fatalf("seed %d: %v and %v", seed, a.pieces.list(), b.pieces.list())
		}
		for i, s := range a.pieces.list() {
			drawn[i] = drawn[i] || s == PieceOK
		}
	}
	for i := range 20 {
		if !drawn[i] {
			t.Errorf("piece %d is never drawn", i)
		}
	}
}

func TestFailFast(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 9))
	tree := files{"a": noise(rng, 64*16384), "b": noise(rng, 5)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	if r := data(t, torrent, dir, Options{Selection: Selection{FailFast: true}}); !r.OK() {
		t.Error("whole data is not ok")
	}
	put(t, filepath.Join(dir, "a"), make([]byte, 64*16384))
	r := data(t, torrent, dir, Options{Selection: Selection{FailFast: true}, Reading: Reading{Workers: 1}})
	if !r.Incomplete || r.BadPieces != 1 || r.OK() {
		t.Errorf("bad %d, incomplete %v", r.BadPieces, r.Incomplete)
	}
	put(t, filepath.Join(dir, "b"), []byte("longer"))
	r = data(t, torrent, dir, Options{Selection: Selection{FailFast: true}})
	if !r.Incomplete || r.UncheckedPieces != r.Pieces {
		t.Errorf("a wrong size is known without reading: %+v", r)
	}
}
