package verify

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify/internal/treetest"
)

// damaged is a folder that was damaged, and what is in it now: nil where no
// regular file is.
type damaged struct {
	dir  string
	now  files
	want map[string]State
	log  []string
}

func (d *damaged) path(name string) string { return filepath.Join(d.dir, filepath.FromSlash(name)) }

// store puts new bytes in place of a file.
func (d *damaged) store(t testing.TB, name string, data []byte) {
	put(t, d.path(name), data)
	d.now[name] = data
}

// replace takes a file away and lets something else be made in its place.
func (d *damaged) replace(t testing.TB, name string, s State, make func(path string) error) {
	if err := os.RemoveAll(d.path(name)); err != nil {
		t.Fatal(err)
	}
	if make != nil {
		if err := make(d.path(name)); err != nil {
			t.Fatal(err)
		}
	}
	d.now[name], d.want[name] = nil, s
}

// damage does one random thing to one random file that is still whole.
func (d *damaged) damage(t testing.TB, rng *rand.Rand, orig files, outside string) {
	names := orig.Paths()
	name := names[rng.IntN(len(names))]
	if d.want[name] != OK || d.now[name] == nil {
		return
	}
	old := d.now[name]
	kinds := []string{"flip", "truncate", "append", "delete", "swap", "rename", "zero", "folder", "link", "fifo"}
	kind := kinds[rng.IntN(len(kinds))]
	if kind == "fifo" && runtime.GOOS == "windows" || kind == "link" && !treetest.Links() || len(old) == 0 && (kind == "flip" || kind == "truncate" || kind == "zero") {
		kind = "delete"
	}
	d.log = append(d.log, fmt.Sprintf("%s %s (%d bytes)", kind, name, len(old)))
	switch kind {
	case "flip":
		data := bytes.Clone(old)
		data[rng.IntN(len(data))] ^= byte(1 + rng.IntN(255))
		d.store(t, name, data)
	case "truncate":
		d.store(t, name, old[:rng.IntN(len(old))])
	case "append":
		d.store(t, name, append(bytes.Clone(old), noise(rng, 1+rng.IntN(40000))...))
	case "zero":
		data := bytes.Clone(old)
		from := rng.IntN(len(data))
		clear(data[from : from+rng.IntN(len(data)-from)+1])
		d.store(t, name, data)
	case "swap":
		if other := names[rng.IntN(len(names))]; d.want[other] == OK && d.now[other] != nil {
			theirs := d.now[other]
			d.store(t, other, old)
			d.store(t, name, theirs)
		}
	case "rename":
		if err := os.Rename(d.path(name), d.path(name)+".moved"); err != nil {
			t.Fatal(err)
		}
		d.now[name], d.want[name] = nil, Missing
	case "delete":
		d.replace(t, name, Missing, nil)
	case "folder":
		d.replace(t, name, WrongType, func(p string) error { return os.Mkdir(p, 0o755) })
	case "link":
		d.replace(t, name, Unreadable, func(p string) error { return os.Symlink(outside, p) })
	case "fifo":
		d.replace(t, name, WrongType, makeFIFO)
	}
}

// expectState is the state of a file by its bytes alone.
func (d *damaged) expectState(name string, orig []byte) State {
	switch now := d.now[name]; {
	case d.want[name] != OK:
		return d.want[name]
	case len(now) < len(orig):
		return Short
	case len(now) > len(orig):
		return Long
	}
	return OK
}

// region is the bytes of a file in a piece, found without the layout package.
type region struct {
	name     string
	from, to int
}

// regions divides the files into pieces: one after the other in v1, each from a
// new piece on in the other formats.
func regions(orig files, format metainfo.Format, pieceLength int) [][]region {
	var pieces [][]region
	room := 0
	for _, name := range orig.Paths() {
		if format != metainfo.V1 {
			room = 0
		}
		for at := 0; at < len(orig[name]); {
			if room == 0 {
				pieces, room = append(pieces, nil), pieceLength
			}
			n := min(room, len(orig[name])-at)
			last := len(pieces) - 1
			pieces[last] = append(pieces[last], region{name, at, at + n})
			at, room = at+n, room-n
		}
	}
	return pieces
}

func (d *damaged) pieceState(parts []region, orig files) PieceState {
	s := PieceOK
	for _, p := range parts {
		now := d.now[p.name]
		if now == nil || len(now) < p.to {
			return PieceUnread
		}
		if !bytes.Equal(now[p.from:p.to], orig[p.name][p.from:p.to]) {
			s = PieceBad
		}
	}
	return s
}

// check compares a report with what is known of the damage. With exact, another
// whole copy was at hand, and nothing may be left in doubt.
func (d *damaged) check(t *testing.T, r *Report, orig files, pieces [][]region, exact bool) {
	if len(pieces) != r.Pieces {
		t.Fatalf("%d pieces, want %d", r.Pieces, len(pieces))
	}
	called := map[string][]bool{} // bytes of files that the report may call damaged
	wrong := map[string]bool{}    // files whose damage a piece shows
	open := map[string]bool{}     // files with a piece that could not be read
	for name := range orig {
		called[name] = make([]bool, len(orig[name]))
	}
	for i, parts := range pieces {
		want := d.pieceState(parts, orig)
		if got := r.PieceState(i); got != want {
			t.Errorf("piece %d is %v, want %v", i, got, want)
		}
		if want == PieceUnread {
			for _, p := range parts {
				open[p.name] = true
			}
		}
		if want != PieceBad {
			continue
		}
		for _, p := range parts {
			for k := p.from; k < p.to; k++ {
				differs := d.now[p.name][k] != orig[p.name][k]
				called[p.name][k] = differs || !exact
				wrong[p.name] = wrong[p.name] || differs || !exact
			}
		}
	}
	intact := true
	for _, name := range orig.Paths() {
		f := r.file(t, name)
		want := d.expectState(name, orig[name])
		switch {
		case want == OK && wrong[name]:
			want = Damaged
		case want == OK && open[name]:
			want = Unchecked
		}
		if f.State != want {
			t.Errorf("%s is %v, want %v", name, f.State, want)
		}
		intact = intact && bytes.Equal(d.now[name], orig[name]) && d.now[name] != nil
		d.checkRanges(t, f, called[name], orig[name], exact)
	}
	if r.OK() != intact {
		t.Errorf("ok is %v, and that everything is whole is %v", r.OK(), intact)
	}
}

func (d *damaged) checkRanges(t *testing.T, f *FileReport, called []bool, orig []byte, exact bool) {
	said := make([]bool, len(called))
	for _, g := range f.Damaged {
		for k := g.Offset; k < g.Offset+g.Length; k++ {
			said[k] = true
		}
		now := d.now[f.Path]
		if first, last := g.Offset, g.Offset+g.Length-1; exact && (now[first] == orig[first] || now[last] == orig[last] || g.Shared) {
			t.Errorf("%s: range %+v is not exact", f.Path, g)
		}
	}
	near := func(k int) bool { // exact ranges may hold right bytes between wrong ones
		return slices.Contains(called[max(0, k-minEqual):k], true) && slices.Contains(called[k:min(len(called), k+minEqual)], true)
	}
	for k := range said {
		if said[k] != called[k] && !(exact && said[k] && near(k)) {
			t.Errorf("%s: byte %d: called damaged: %v, want %v", f.Path, k, said[k], called[k])
			return
		}
	}
}

// Random damages over all formats are reported exactly: no false ok, and no
// false damage.
func TestRandomDamages(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 1))
	const pieceLength = 16 << 10
	outside := filepath.Join(t.TempDir(), "outside")
	put(t, outside, []byte("not ours"))
	base := t.TempDir()
	names := []string{"a/x", "a-b", "b", "c/d/e", "c/f", "g", "h.txt", "i", "j"}
	edges := []int{0, 1, 100, 16383, 16384, 16385, 40000, 100000}
	for run := range longtest.Rounds(40, 500) {
		orig := files{"z": noise(rng, 20000)}
		for _, n := range names[:1+rng.IntN(len(names))] {
			orig[n] = noise(rng, edges[rng.IntN(len(edges))])
		}
		whole := orig.Write(t, filepath.Join(base, "whole", fmt.Sprint("tree", run)))
		format := []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[run%3]
		torrent := makeTorrent(t, whole, format, pieceLength, metainfo.Fields{})
		d := damaged{dir: orig.Write(t, filepath.Join(base, "copy", fmt.Sprint("tree", run))), now: files{}, want: map[string]State{}}
		for n, data := range orig {
			d.now[n] = data
		}
		for range rng.IntN(4) {
			d.damage(t, rng, orig, outside)
		}
		pieces := regions(orig, format, pieceLength)
		d.check(t, data(t, torrent, d.dir, Options{}), orig, pieces, false)
		if run%12 < 3 { // the other way to read
			d.check(t, data(t, torrent, d.dir, Options{Reading: Reading{Sums: []metainfo.Checksum{metainfo.CRC32}}}), orig, pieces, false)
		}
		d.check(t, data(t, torrent, d.dir, Options{CompareWith: whole}), orig, pieces, true)
		if t.Failed() {
			t.Fatalf("run %d, %v: %q", run, format, d.log)
		}
		os.RemoveAll(whole)
		os.RemoveAll(d.dir)
	}
}
