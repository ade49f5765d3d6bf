package find

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// counted is a search that counts what it reads.
type counted struct {
	*search
	lock  sync.Mutex
	bytes map[string]int64 // by path
}

type countedFile struct {
	piecehash.File
	c    *counted
	path string
}

func (f countedFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	f.c.lock.Lock()
	defer f.c.lock.Unlock()
	f.c.bytes[f.path] += int64(n)
	return n, err
}

// searchCounted is Files; change, if not nil, is called before anything is matched.
func searchCounted(t *testing.T, torrent []byte, place, dir string, change func(*search)) (*counted, *Result) {
	t.Helper()
	c := &counted{search: newSearch(contentAt(t, torrent, place), Options{}), bytes: map[string]int64{}}
	open := c.reader.open
	c.reader.open = func(path string) (piecehash.File, error) {
		f, err := open(path)
		return countedFile{f, c, path}, err
	}
	if change != nil {
		change(c.search)
	}
	if err := c.gather(context.Background(), dir); err != nil {
		t.Fatal(err)
	}
	if err := c.match(context.Background()); err != nil {
		t.Fatal(err)
	}
	return c, c.result()
}

// read is how many bytes were read of all candidates.
func (c *counted) read() (n int64) {
	for _, read := range c.bytes {
		n += read
	}
	return n
}

// whole fails the test unless every file was found, proved, and is the right one.
func (c *counted) whole(t *testing.T, tree, moved files, dir string, rep *Result) {
	t.Helper()
	if len(rep.Lost) > 0 {
		t.Errorf("%d of %d not found", len(rep.Lost), len(tree))
	}
	for _, f := range rep.Found {
		name := c.files[f.File].Path
		rel, err := filepath.Rel(dir, f.Path)
		if err != nil || !f.Proved || string(moved[filepath.ToSlash(rel)]) != string(tree[name]) {
			t.Errorf("%s is not %s, or not proved", rel, name)
		}
	}
}

// within fails the test if more was read of a file than a number of bytes that
// limit tells for it.
func (c *counted) within(t *testing.T, moved files, dir string, limit func(name string, size int64) int64) {
	t.Helper()
	for name, data := range moved {
		got, most := c.bytes[filepath.Join(dir, filepath.FromSlash(name))], limit(name, int64(len(data)))
		if got > most {
			t.Errorf("%s: %d of %d bytes read, want %d at most", name, got, len(data), most)
		}
	}
}

func twice(_ string, size int64) int64 { return 2 * size }

// Of files that were moved and renamed at random, among copies and others of the
// same size, all are found, whatever their sizes are; none is read more than
// twice, and of the others no more than two piece lengths.
func TestSearchReads(t *testing.T) {
	t.Parallel()
	const pieceLength = 16384
	for name, size := range map[string]func(rng *rand.Rand, i int) int{
		"random sizes":     func(rng *rand.Rand, _ int) int { return 1 + rng.IntN(120000) },
		"one size":         func(*rand.Rand, int) int { return 3*pieceLength + 1001 },
		"one aligned size": func(*rand.Rand, int) int { return 4 * pieceLength },
		"three sizes":      func(_ *rand.Rand, i int) int { return 3*pieceLength + 777*(1+i%3) },
		"small":            func(rng *rand.Rand, _ int) int { return 1 + rng.IntN(pieceLength) },
	} {
		rng := rand.New(rand.NewPCG(9, uint64(len(name))))
		tree := files{}
		for i := range longtest.Rounds(40, 200) {
			tree[fmt.Sprintf("d%d/f%d.bin", i%7, i)] = noise(rng, size(rng, i))
		}
		moved := files{}
		for i, name := range tree.Paths() {
			moved[fmt.Sprintf("%d/%x", rng.IntN(9), rng.Uint64())] = tree[name]
			if i%8 == 0 {
				moved[fmt.Sprintf("%d/copy %x", rng.IntN(9), rng.Uint64())] = tree[name]
			}
			if i%8 == 4 {
				moved[fmt.Sprintf("%d/decoy %x", rng.IntN(9), rng.Uint64())] = noise(rng, len(tree[name]))
			}
		}
		dir := moved.Write(t, t.TempDir())
		for _, format := range formats() {
			t.Run(fmt.Sprintf("%s %v", name, format), func(t *testing.T) {
				torrent := tree.Torrent(t, format, pieceLength, metainfo.Fields{})
				c, rep := searchCounted(t, torrent, t.TempDir(), dir, nil)
				c.whole(t, tree, moved, dir, rep)
				c.within(t, moved, dir, func(name string, size int64) int64 {
					if strings.Contains(name, "decoy") {
						return min(size, 2*pieceLength)
					}
					return 2 * size
				})
			})
		}
	}
}

// Files that are all the same, in every piece and class, cost no more.
func TestSearchReadsSame(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 20))
	same := noise(rng, 16384)
	for name, content := range map[string][]byte{
		"zeros": make([]byte, 70001), "noise": noise(rng, 70001), "small": noise(rng, 5000), "periods": []byte(strings.Repeat(string(same), 5)),
	} {
		tree, moved := files{}, files{}
		for i := range 40 {
			tree[fmt.Sprintf("f%02d", i)] = content
		}
		moved["one"] = content
		dir := moved.Write(t, t.TempDir())
		for _, format := range formats() {
			t.Run(fmt.Sprint(name, " ", format), func(t *testing.T) {
				c, rep := searchCounted(t, tree.Torrent(t, format, 16384, metainfo.Fields{}), t.TempDir(), dir, nil)
				c.whole(t, tree, moved, dir, rep)
				c.within(t, moved, dir, twice)
			})
		}
	}
}

// Copies of everything do not multiply what is tried of a piece of many files.
func TestSearchCopies(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 30))
	tree, moved := files{}, files{}
	for i := range 60 {
		name := fmt.Sprintf("f%02d", i)
		tree[name] = noise(rng, 1000+i)
		moved["x/"+name+"x"], moved["y/"+name+"y"], moved["z/"+name] = tree[name], tree[name], tree[name]
	}
	torrent := tree.Torrent(t, metainfo.V1, 32768, metainfo.Fields{})
	dir := moved.Write(t, t.TempDir())
	c, rep := searchCounted(t, torrent, t.TempDir(), dir, nil)
	c.whole(t, tree, moved, dir, rep)
	c.within(t, moved, dir, twice)
	for _, f := range rep.Found {
		if want := c.files[f.File].Path; filepath.Base(f.Path) != want {
			t.Errorf("%s for %s", f.Path, want)
		}
	}
}

// A candidate is not proved by pieces that are whole in place: its own bytes there differ.
func TestSearchProof(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 40))
	tree := files{"a": noise(rng, 20000), "b": noise(rng, 100000), "c": noise(rng, 20000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	put(t, filepath.Join(dir, "b"), flipAt(tree["b"], 50000))
	for name, proved := range map[string]bool{"one": true, "two": false} {
		other := t.TempDir()
		moved := files{name: tree["b"]}
		if !proved {
			moved[name] = flipAt(tree["b"], 5) // in the piece that it shares with a
		}
		moved.Write(t, other)
		_, rep := searchCounted(t, torrent, dir, other, nil)
		if len(rep.Found) != 1 || rep.Found[0].Proved != proved {
			t.Errorf("%s: %+v, lost %v", name, rep.Found, rep.Lost)
		}
	}
	if c, _ := searchCounted(t, torrent, dir, t.TempDir(), nil); len(c.bytes) > 0 {
		t.Errorf("without candidates, read again in place: %v", c.bytes)
	}
}

// Where there are several copies, a file gets the one with a name like its own,
// and once it has it, no other is read.
func TestSearchNames(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 50))
	content := noise(rng, 70000)
	tree := files{"a/one": content, "b/two": content, "c/three": noise(rng, 70000)}
	moved := files{"0": content, "x/two": content, "y/one": content, "z/one": content, "z/b/two": content, "3": tree["c/three"], "4": tree["c/three"]}
	dir := moved.Write(t, t.TempDir())
	for _, format := range formats() {
		c, rep := searchCounted(t, tree.Torrent(t, format, 16384, metainfo.Fields{}), t.TempDir(), dir, nil)
		c.whole(t, tree, moved, dir, rep)
		got := ""
		for _, f := range rep.Found {
			rel, _ := filepath.Rel(dir, f.Path)
			got += filepath.ToSlash(rel) + " "
		}
		if got != "y/one z/b/two 3 " && got != "y/one z/b/two 4 " {
			t.Errorf("%v: %s", format, got)
		}
		if n := c.bytes[filepath.Join(dir, "3")] + c.bytes[filepath.Join(dir, "4")]; n > 3*70000 {
			t.Errorf("%v: %d bytes read of two copies", format, n)
		}
		if c.bytes[filepath.Join(dir, "z", "one")] > 32768 {
			t.Errorf("%v: a copy was read that nothing wanted", format)
		}
	}
}

// Pieces that are read in one pass have the digests that they have when they are
// read one by one, padding and the ends of maxRead included.
func TestHashInPasses(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(9, 70))
	list := []metainfo.File{{Path: "a", Length: 5}}
	for i := range 5 { // of one size, at several places in a piece
		list = append(list, metainfo.File{Path: fmt.Sprint("f", i), Length: maxRead + 70001})
	}
	for _, align := range []bool{false, true} {
		d, err := metainfo.NewDraft(metainfo.Shape{Format: metainfo.V1, Name: "tree", PieceLength: 16384, Align: align}, list, metainfo.Fields{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Layout().NumPieces() {
			d.Set(i, [20]byte{}, [32]byte{})
		}
		path := filepath.Join(t.TempDir(), "x")
		put(t, path, noise(rng, maxRead+70001))
		raw, _ := d.Encode()
		s := newSearch(contentAt(t, raw, t.TempDir()), Options{})
		s.reader.open = func(path string) (piecehash.File, error) { return os.Open(path) }
		src, want, got := candidateFiles{}, map[int]piecehash.Piece{}, map[int]piecehash.Piece{}
		var pieces []int
		for k := range s.files {
			if s.files[k].Length < maxRead {
				continue
			}
			src[s.files[k].Index] = func() (piecehash.File, error) { return os.Open(path) }
			for p, to := s.inner(k); p < to; p++ {
				pieces = append(pieces, p)
			}
		}
		if err := s.reader.hash(context.Background(), layout.Runs(pieces), src, func(p piecehash.Piece) { want[p.Index] = p }); err != nil {
			t.Fatal(err)
		}
		if err := s.reader.hashInPasses(context.Background(), []candidate{{path, pieces}}, func(_ string, p piecehash.Piece) { got[p.Index] = p }); err != nil {
			t.Fatal(err)
		}
		if len(want) < 5*60 || !maps.Equal(got, want) {
			t.Errorf("align %v: %d digests of %d differ from those of a job, or are missing", align, len(got), len(want))
		}
	}
}
