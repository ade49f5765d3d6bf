package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// An archive in whatever order says of pieces what the folder says, save for
// those that it counts as lost.
func TestArchivesOfAnyOrder(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 1))
	tree := files{}
	for i := range longtest.Rounds(8, 14) {
		size := []int{0, 100, 20_000, 300_000, 1 << 20, 2<<20 + 5, 5 << 20, 9 << 20}[rng.IntN(8)]
		tree[fmt.Sprintf("%c/%02d", 'a'+i%3, i)] = noise(rng, size)
	}
	for f, format := range formats() {
		for l, pieceLength := range []int64{64 << 10, 1 << 20, 8 << 20, 64 << 20} {
			torrent := tree.Torrent(t, format, pieceLength, metainfo.Fields{})
			for round := range 3 {
				if !longtest.Whole() && (f+l+round)%3 != 0 {
					continue // every format, length and round, though not all with each other
				}
				bad := files{}
				for _, name := range tree.Paths() {
					data := tree[name]
					switch n := len(data); {
					case n > 0 && rng.IntN(8) == 0:
						data = flipAt(data, rng.IntN(n))
					case n > 0 && rng.IntN(12) == 0:
						data = data[:rng.IntN(n)]
					case rng.IntN(12) == 0:
						data = append(slices.Clip(data), 1, 2, 3)
					case rng.IntN(12) == 0:
						continue
					}
					bad[name] = data
				}
				names := bad.Paths()
				if round > 0 {
					rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
				}
				disk := data(t, torrent, bad.Write(t, filepath.Join(t.TempDir(), "tree")), Options{})
				r := archive1(t, torrent, pack(t, bad, names, ""), ArchiveOptions{})
				lost := 0
				for i, s := range r.pieces.list() {
					if s != disk.pieces.get(i) && s != PieceUnread {
						t.Errorf("%v, pieces of %d: piece %d is %v, not %v", format, pieceLength, i, s, disk.pieces.get(i))
					} else if s != disk.pieces.get(i) {
						lost++
					}
				}
				if lost > r.LostPieces || round == 0 && r.LostPieces > 0 {
					t.Errorf("%v, pieces of %d, round %d: %d are lost, %d counted", format, pieceLength, round, lost, r.LostPieces)
				}
				for k, f := range r.Files {
					if lost == 0 && f.State != disk.Files[k].State {
						t.Errorf("%s is %v, not %v", f.Path, f.State, disk.Files[k].State)
					}
				}
			}
		}
	}
}

// A piece that waits for a file that is missing is not lost for the order.
func TestArchiveMissing(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 6))
	tree := files{}
	for i := range 6 {
		tree[fmt.Sprintf("%02d", i)] = noise(rng, 9<<20)
	}
	torrent := tree.Torrent(t, metainfo.V1, 64<<20, metainfo.Fields{})
	names := slices.Delete(tree.Paths(), 1, 2)
	r := archive1(t, torrent, pack(t, tree, names, ""), ArchiveOptions{})
	if r.LostPieces != 0 || r.file(t, "01").State != Missing {
		t.Errorf("%d lost, 01 is %v", r.LostPieces, r.file(t, "01").State)
	}
}

// A piece that is larger than what may be held is checked if its files come in order, and else said to be lost.
func TestArchivesOfLargeSharedPieces(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 2))
	tree := files{}
	for i := range 24 {
		tree[fmt.Sprintf("%02d", i)] = noise(rng, 1<<20+i*100_000)
	}
	torrent := tree.Torrent(t, metainfo.V1, 128<<20, metainfo.Fields{})
	names := tree.Paths()
	if r := archive1(t, torrent, pack(t, tree, names, ""), ArchiveOptions{}); !r.OK() || r.LostPieces != 0 {
		t.Errorf("in order: %v, %d lost", r.pieces, r.LostPieces)
	}
	names[3], names[6] = names[6], names[3] // little lies between
	if r := archive1(t, torrent, pack(t, tree, names, ""), ArchiveOptions{}); !r.OK() {
		t.Errorf("nearly in order: %v, %d lost", r.pieces, r.LostPieces)
	}
	slices.Reverse(names)
	r := archive1(t, torrent, pack(t, tree, names, ""), ArchiveOptions{Reading: Reading{Sums: []metainfo.Checksum{metainfo.CRC32}}})
	if r.OK() || r.LostPieces != 1 || r.PieceState(0) != PieceUnread {
		t.Errorf("in reverse: %v, %d lost", r.pieces, r.LostPieces)
	}
	for _, f := range r.Files {
		if f.State != Unchecked || len(f.Unverified) != 1 || len(f.Sums[metainfo.CRC32]) != 4 {
			t.Errorf("in reverse: %+v", f)
		}
	}
}

// What is chosen of a stream is checked, and the rest counts for its size and checksums.
func TestPartOfAStream(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 3))
	whole := noise(rng, 3<<20+5)
	file := filepath.Join(t.TempDir(), "film")
	put(t, file, whole)
	for _, format := range formats() {
		torrent := makeTorrent(t, file, format, 65536, metainfo.Fields{})
		all := data(t, torrent, file, Options{Reading: Reading{Sums: []metainfo.Checksum{metainfo.MD5, metainfo.SHA1}}})
		o := StreamOptions{Selection: Selection{Pieces: []PieceRange{{3, 4}, {9, 30}}}, Reading: Reading{Sums: []metainfo.Checksum{metainfo.SHA1, metainfo.MD5}}}
		r, err := Stream(context.Background(), torrent, iotest.HalfReader(bytes.NewReader(flipAt(whole, 6*65536))), o)
		if err != nil || !r.OK() || r.GoodPieces != 24 || r.Files[0].Size != int64(len(whole)) {
			t.Errorf("%v: %v, %+v", format, err, r)
		}
		if r, err = Stream(context.Background(), torrent, bytes.NewReader(whole), o); err != nil || !r.OK() {
			t.Errorf("%v: %v, %+v", format, err, r)
		}
		for name, sum := range all.Files[0].Sums {
			if got := r.Files[0].Sums[name]; !bytes.Equal(got, sum) {
				t.Errorf("%v: %s %x, want %x", format, name, got, sum)
			}
		}
	}
}

// stalled gives some bytes, and then waits until it is closed.
type stalled struct {
	io.Reader
	once   sync.Once
	end    func()
	closed chan struct{}
}

func (s *stalled) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF {
		s.once.Do(s.end)
		<-s.closed
	}
	return n, err
}

// A stream that does not go on is let go when the context ends.
func TestStalledStreams(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 4))
	tree := files{"a": noise(rng, 1<<20), "b": noise(rng, 2<<20)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrents := [][]byte{
		makeTorrent(t, filepath.Join(dir, "b"), metainfo.V1, 65536, metainfo.Fields{}),
		makeTorrent(t, dir, metainfo.V1, 65536, metainfo.Fields{}),
	}
	bytesOf := [][]byte{tree["b"], pack(t, tree, tree.Paths(), "")}
	archive := func(ctx context.Context, torrent []byte, r io.Reader, o StreamOptions) (*Report, error) {
		return Archive(ctx, torrent, r, ArchiveOptions{Reading: o.Reading})
	}
	for i, read := range []func(context.Context, []byte, io.Reader, StreamOptions) (*Report, error){Stream, archive} {
		ctx, cancel := context.WithCancel(context.Background())
		in := &stalled{Reader: bytes.NewReader(bytesOf[i][:1<<20+5000]), end: cancel, closed: make(chan struct{})}
		r, err := read(ctx, torrents[i], in, StreamOptions{Reading: Reading{Sums: []metainfo.Checksum{metainfo.MD5}}})
		if !errors.Is(err, context.Canceled) || r == nil || !r.Incomplete || r.OK() {
			t.Errorf("%d: %v, %+v", i, err, r)
		}
		close(in.closed)
	}
}

// The first fault ends a stream: what follows is not waited for.
func TestStreamsFailFast(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 5))
	tree := files{"a": noise(rng, 60<<20), "b": noise(rng, 100)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	tree["a"] = flipAt(tree["a"], 70000)
	closed := make(chan struct{})
	defer close(closed)
	begun := func(b []byte) io.Reader {
		return &stalled{Reader: bytes.NewReader(b[:len(b)/2]), end: func() {}, closed: closed}
	}
	o := StreamOptions{Selection: Selection{FailFast: true}, Reading: Reading{Sums: []metainfo.Checksum{metainfo.CRC32}}}
	torrent := makeTorrent(t, dir, metainfo.V1, 65536, metainfo.Fields{})
	r, err := Archive(context.Background(), torrent, begun(pack(t, tree, tree.Paths(), "")), ArchiveOptions{Selection: o.Selection, Reading: o.Reading})
	if err != nil || !r.Incomplete || r.BadPieces != 1 || r.file(t, "b").State != Missing {
		t.Errorf("archive: %v, %+v", err, r)
	}
	torrent = makeTorrent(t, filepath.Join(dir, "a"), metainfo.V1, 65536, metainfo.Fields{})
	r, err = Stream(context.Background(), torrent, begun(tree["a"]), o)
	if err != nil || !r.Incomplete || r.BadPieces != 1 || r.Files[0].Size > 30<<20 || r.Files[0].Sums != nil {
		t.Errorf("stream: %v, %+v", err, r)
	}
}

// Checksums are of all bytes of the files that are there, whatever becomes of
// the pieces that they share with others.
func TestSumsOfDamagedTrees(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(17, 6))
	tree := files{"a": noise(rng, 10), "b": noise(rng, 70_000), "c": noise(rng, 20), "d": noise(rng, 300_000), "e": nil, "f": noise(rng, 1000)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 65536, metainfo.Fields{})
	bad := files{"b": tree["b"][:30_000], "c": tree["c"], "d": append(slices.Clip(tree["d"]), noise(rng, 400_000)...), "e": nil, "f": flipAt(tree["f"], 5)}
	r := data(t, torrent, bad.Write(t, filepath.Join(t.TempDir(), "tree")), Options{Reading: Reading{Sums: []metainfo.Checksum{metainfo.MD5}}})
	want := map[string]State{"a": Missing, "b": Short, "c": Unchecked, "d": Long, "e": OK, "f": Damaged}
	for _, f := range r.Files {
		h := metainfo.MD5.New()
		h.Write(bad[f.Path])
		if sum := h.Sum(nil); f.State != want[f.Path] || f.State != Missing && !bytes.Equal(f.Sums[metainfo.MD5], sum) || f.State == Missing && f.Sums != nil {
			t.Errorf("%s: %v, %x, want %v, %x", f.Path, f.State, f.Sums[metainfo.MD5], want[f.Path], sum)
		}
	}
}
