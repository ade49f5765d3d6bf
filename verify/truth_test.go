package verify

import (
	"bytes"
	"context"
	"crypto/md5"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// truth is a tree, what became of it, and what was asked about it: all that an obvious
// checker needs to know.
type truth struct {
	orig, now files
	folders   map[string]bool // that are in the place of files
	format    metainfo.Format
	length    int // of pieces
	o         FSOptions
	archive   bool // the content comes as a tar
	did       []string
}

// TestTruth compares reports of trees with random damage, under random flags, with a
// checker that compares bytes. Nothing may be called ok that is not.
func TestTruth(t *testing.T) {
	t.Parallel()
	for seed := range longtest.Rounds(500, 5000) {
		c := newTruth(rand.New(rand.NewPCG(21, uint64(seed))))
		if c.check(t, c.report(t)); t.Failed() {
			t.Fatalf("seed %d: %v, pieces of %d, archive %v, %+v\n%s", seed, c.format, c.length, c.archive, c.o, strings.Join(c.did, "\n"))
		}
	}
}

func newTruth(rng *rand.Rand) *truth {
	c := &truth{orig: files{}, now: files{}, folders: map[string]bool{}, format: formats()[rng.IntN(3)], length: 16384, archive: rng.IntN(4) == 0}
	for i := range 1 + rng.IntN(7) {
		n := []int{0, 1, rng.IntN(100), rng.IntN(c.length + 1), c.length, rng.IntN(5 * c.length / 2)}[rng.IntN(6)]
		c.orig[[]string{"", "d/", "d/e/"}[rng.IntN(3)]+string(rune('k'+i))] = noise(rng, n)
	}
	for name, data := range c.orig {
		c.now[name] = bytes.Clone(data)
	}
	for range rng.IntN(4) {
		c.damage(rng)
	}
	c.choose(rng)
	return c
}

// damage does one thing to the tree.
func (c *truth) damage(rng *rand.Rand) {
	names := c.now.Paths()
	if len(names) == 0 {
		return
	}
	name, other := names[rng.IntN(len(names))], names[rng.IntN(len(names))]
	data := c.now[name]
	at := rng.IntN(len(data) + 1)
	what := rng.IntN(9)
	switch {
	case what == 0 && at < len(data):
		data[at] ^= byte(1 + rng.IntN(255))
	case what == 1:
		c.now[name] = data[:at]
	case what == 2:
		c.now[name] = append(data[:len(data):len(data)], noise(rng, 1+rng.IntN(100))...)
	case what == 3:
		clear(data[at:])
	case what == 4:
		c.now[name], c.now[other] = c.now[other], data
	case what == 5:
		delete(c.now, name)
		c.now["r/"+strings.ReplaceAll(name, "/", "-")] = data
	case what == 6:
		delete(c.now, name)
	case what == 7:
		c.now[name] = bytes.Clone(c.now[other])
	case what == 8 && !c.archive:
		delete(c.now, name)
		c.folders[name] = true
	}
	c.did = append(c.did, fmt.Sprintf("%d to %s, %s at %d", what, name, other, at))
}

// choose draws what is asked.
func (c *truth) choose(rng *rand.Rand) {
	names, n := c.orig.Paths(), len(regions(c.orig, c.format, c.length))
	if rng.IntN(4) == 0 {
		c.o.Only = []string{names[rng.IntN(len(names))], names[rng.IntN(len(names))]}
	}
	if rng.IntN(4) == 0 && n > 0 {
		first := rng.IntN(n)
		c.o.Pieces = []PieceRange{{first, first + rng.IntN(n-first)}}
	}
	if rng.IntN(4) == 0 {
		c.o.Sample, c.o.Seed = 1+rng.IntN(5), rng.Uint64()
	}
	c.o.FailFast = rng.IntN(6) == 0
	c.o.Extra = rng.IntN(4) == 0
	if rng.IntN(3) == 0 {
		c.o.Sums = []metainfo.Checksum{metainfo.MD5}
	}
}

// report is what verify says.
func (c *truth) report(t *testing.T) *Report {
	t.Helper()
	torrent := c.orig.Torrent(t, c.format, int64(c.length), metainfo.Fields{})
	if c.archive {
		names := c.now.Paths()
		slices.Reverse(names)
		return archive1(t, torrent, pack(t, c.now, names, "tree/"), ArchiveOptions{Selection: c.o.Selection, Reading: c.o.Reading, Extra: c.o.Extra})
	}
	tree := fstest.MapFS{}
	for name, data := range c.now {
		tree["tree/"+name] = &fstest.MapFile{Data: data}
	}
	for name := range c.folders {
		if c.now[name] == nil {
			tree["tree/"+name+"/in it"] = &fstest.MapFile{}
		}
	}
	r, err := FS(context.Background(), torrent, tree, "tree", c.o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// asked tells for each file whether it is asked for, and for each piece. Which pieces a
// sample is of is taken from the report.
func (c *truth) asked(r *Report, pieces [][]region) (file map[string]bool, piece []bool) {
	file, piece = map[string]bool{}, make([]bool, len(pieces))
	for name := range c.orig {
		file[name] = len(c.o.Only) == 0 || slices.Contains(c.o.Only, name)
	}
	inRange := map[string]bool{}
	for i, parts := range pieces {
		for _, p := range parts {
			piece[i] = piece[i] || file[p.name]
		}
		if len(c.o.Pieces) > 0 && (i < c.o.Pieces[0].First || i > c.o.Pieces[0].Last) {
			piece[i] = false
		}
		for _, p := range parts {
			inRange[p.name] = inRange[p.name] || piece[i]
		}
		piece[i] = piece[i] && (c.o.Sample == 0 || r.PieceState(i) != PieceSkipped)
	}
	for name := range c.orig {
		file[name] = file[name] && (len(c.o.Pieces) == 0 || inRange[name])
	}
	return file, piece
}

func (c *truth) check(t *testing.T, r *Report) {
	t.Helper()
	pieces := regions(c.orig, c.format, c.length)
	if len(pieces) != r.Pieces {
		t.Fatalf("%d pieces, want %d", r.Pieces, len(pieces))
	}
	file, piece := c.asked(r, pieces)
	proved, bad := map[string]int64{}, map[string]bool{}
	whole := true
	for i, parts := range pieces {
		want := PieceSkipped
		if piece[i] {
			want = (&damaged{now: c.now}).pieceState(parts, c.orig)
		}
		got := r.PieceState(i)
		if got != want && (!r.Incomplete || got != PieceUnread) {
			t.Errorf("piece %d is %v, want %v", i, got, want)
		}
		whole = whole && (want == PieceOK || want == PieceSkipped)
		for _, p := range parts {
			if got == PieceOK {
				proved[p.name] += int64(p.to - p.from)
			}
			bad[p.name] = bad[p.name] || got == PieceBad
		}
	}
	for _, name := range c.orig.Paths() {
		whole = c.checkFile(t, r, name, file[name], proved[name], bad[name]) && whole
	}
	extra := len(c.now)
	for name := range c.orig {
		if c.now[name] != nil {
			extra--
		}
	}
	for name := range c.folders {
		if c.now[name] == nil {
			extra++ // what is in it
		}
	}
	whole = whole && (!c.o.Extra || extra == 0)
	if whole != r.OK() || r.Incomplete && (whole || !c.o.FailFast) {
		t.Errorf("ok is %v, want %v; incomplete %v", r.OK(), whole, r.Incomplete)
	}
}

// checkFile tells whether a file is as it should be, as far as was asked.
func (c *truth) checkFile(t *testing.T, r *Report, name string, asked bool, proved int64, bad bool) bool {
	t.Helper()
	f := r.file(t, name)
	orig, now := c.orig[f.Path], c.now[f.Path]
	var want State
	switch {
	case !asked:
		want = Skipped
	case now == nil && c.folders[f.Path]:
		want = WrongType
	case now == nil:
		want = Missing
	case len(now) < len(orig):
		want = Short
	case len(now) > len(orig):
		want = Long
	case bad:
		want = Damaged
	case proved < int64(len(orig)):
		want = Unchecked
	case !bytes.Equal(orig, now):
		t.Errorf("%s: the checker is wrong", f.Path)
	}
	if got := r.proved(name); f.State != want || got != proved {
		t.Errorf("%s is %v with %d bytes proved, want %v with %d", f.Path, f.State, got, want, proved)
	}
	if f.State == OK && len(c.o.Sums) > 0 && len(f.Sums) > 0 {
		if sum := md5.Sum(orig); !bytes.Equal(f.Sums[metainfo.MD5], sum[:]) {
			t.Errorf("%s: the sum is of something else", f.Path)
		}
	}
	return want == OK || want == Unchecked || want == Skipped
}
