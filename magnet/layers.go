package magnet

import (
	"context"
	"fmt"
	"math/bits"
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/peerwire"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
	"github.com/torrentkit/torrentkit/metainfo"
)

const (
	// maxLayers bounds the piece layers of a torrent, in bytes.
	maxLayers = 64 << 20
	// runLength is how many hashes are asked for at once, as BEP 52 advises.
	runLength = 512
)

// layer is the piece layer of a file, in the making.
type layer struct {
	root   [32]byte
	base   uint32 // how far above the leaves it lies
	pieces int
	hashes []byte // 32 bytes a piece
	runs   int    // that are missing
}

// run is a part of a layer that is asked for and proven at once.
type run struct{ layer, index, length int }

// layerStore holds the layers that a torrent needs.
type layerStore struct {
	mu     sync.Mutex
	layers []layer
	runs   []run
	byRoot map[[32]byte]int
	first  []int // of the runs of each layer
	*board
}

// wantedLayers lists the layers of all files that are longer than a piece. It
// is nil when there is none.
func wantedLayers(t *metainfo.Torrent) (*layerStore, error) {
	if t.Layout() == nil || t.PieceLength < layout.LeafSize {
		return nil, nil
	}
	s := &layerStore{byRoot: map[[32]byte]int{}}
	base := uint32(bits.TrailingZeros64(uint64(t.PieceLength / layout.LeafSize)))
	var total int64
	for i, file := range t.Content() {
		if file.Length <= t.PieceLength {
			continue
		}
		root := t.Root(i)
		if _, same := s.byRoot[root]; same {
			continue
		}
		pieces := (file.Length-1)/t.PieceLength + 1
		if total += pieces; total > maxLayers/32 {
			return nil, fmt.Errorf("the piece layers of the torrent have more than %d bytes", maxLayers)
		}
		s.byRoot[root] = len(s.layers)
		s.layers = append(s.layers, layer{root: root, base: base, pieces: int(pieces)})
	}
	for i := range s.layers {
		s.first = append(s.first, len(s.runs))
		length := min(s.layers[i].width(), runLength)
		for index := 0; index < s.layers[i].pieces; index += length {
			s.runs = append(s.runs, run{i, index, length})
			s.layers[i].runs++
		}
	}
	s.board = newBoard(len(s.runs))
	return s, nil
}

// width is the length of the layer with its padding: a power of two.
func (l *layer) width() int { return 1 << bits.Len(uint(l.pieces-1)) }

// hashRequest is the message that asks for a run, with proofs up to the root.
func (s *layerStore) hashRequest(i int) peerwire.HashRequest {
	r := s.runs[i]
	l := &s.layers[r.layer]
	return peerwire.HashRequest{Root: l.root, Base: l.base, Index: uint32(r.index), Length: uint32(r.length),
		Proofs: uint32(bits.Len(uint(l.width()-1))) - 1}
}

// find returns the run that an answer is about, or -1.
func (s *layerStore) find(h peerwire.HashRequest) int {
	l, ok := s.byRoot[h.Root]
	if !ok || h.Length == 0 {
		return -1
	}
	length := min(s.layers[l].width(), runLength)
	i := s.first[l] + int(h.Index)/length
	if i >= len(s.runs) || s.runs[i].layer != l || s.hashRequest(i) != h {
		return -1
	}
	return i
}

// take keeps the layers of a .torrent, which metainfo has proven.
func (s *layerStore) take(layers map[[32]byte][]byte) {
	for root, hashes := range layers {
		i, ok := s.byRoot[root]
		if !ok || len(hashes) != 32*s.layers[i].pieces {
			continue
		}
		s.layers[i].hashes, s.layers[i].runs = hashes, 0
		for r := s.first[i]; r < len(s.runs) && s.runs[r].layer == i; r++ {
			s.board.done(r)
		}
	}
}

// missing counts the layers that are not whole.
func (s *layerStore) missing() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left == 0 {
		return 0
	}
	n := 0
	for i := range s.layers {
		if s.layers[i].runs > 0 {
			n++
		}
	}
	return n
}

func (s *layerStore) progress() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return 1 - float64(s.left)/float64(max(1, len(s.runs)))
}

// whole returns the layers that are whole, by their roots.
func (s *layerStore) whole() map[[32]byte][]byte {
	layers := make(map[[32]byte][]byte, len(s.layers))
	for i := range s.layers {
		if l := &s.layers[i]; l.runs == 0 {
			layers[l.root] = l.hashes
		}
	}
	return layers
}

// hashes visits a peer for piece layers.
func (f *fetcher) hashes(ctx context.Context, p *peer, s *layerStore, hash [20]byte) error {
	conn, done, err := f.connect(ctx, p, hash, [20]byte{})
	if err != nil {
		return err
	}
	defer done()
	return f.gather(ctx, conn, p, &layerJob{s, merkle.New(sha256simd.New())}, pace{first: 16, most: 16, tries: 1, refusals: 64})
}

// layerJob is what one peer does for the layers.
type layerJob struct {
	*layerStore
	trees *merkle.Hasher
}

func (j *layerJob) request(conn *peerwire.Conn, runs []int) error {
	requests := make([]peerwire.HashRequest, len(runs))
	for k, i := range runs {
		requests[k] = j.hashRequest(i)
	}
	return conn.RequestHashes(requests...)
}

func (j *layerJob) match(m peerwire.Message) (int, error) {
	if m.Kind != peerwire.Hashes && m.Kind != peerwire.HashReject {
		return -1, nil
	}
	return j.find(m.Hash), nil
}

// put proves a run and keeps it.
func (j *layerJob) put(_ *peer, i int, m peerwire.Message) error {
	r, h, data := j.runs[i], m.Hash, m.Data
	if want := 32 * (r.length + h.Uncles()); len(data) != want {
		return fmt.Errorf("%w: %d bytes of hashes instead of %d", peerwire.ErrMessage, len(data), want)
	}
	nodes := merkle.Nodes(data)
	top := j.trees.LayerRoot(nodes[:r.length], 1<<h.Base)
	if j.trees.Climb(top, r.index/r.length, nodes[r.length:]) != h.Root {
		return fmt.Errorf("%w: piece hashes that do not lead to the pieces root", errHash)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.done(i) {
		return nil
	}
	l := &j.layers[r.layer]
	if l.hashes == nil {
		l.hashes = make([]byte, 32*l.pieces)
	}
	copy(l.hashes[32*r.index:], data[:32*r.length])
	l.runs--
	if j.left == 0 {
		close(j.ended)
	}
	return nil
}
