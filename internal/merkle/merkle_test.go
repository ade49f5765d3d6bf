package merkle

import (
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// naive is BEP 52 word for word: all leaves in place, level by level.
func naive(leaves []Hash, width int) Hash {
	row := make([]Hash, width)
	copy(row, leaves)
	for len(row) > 1 {
		var up []Hash
		for i := 0; i < len(row); i += 2 {
			up = append(up, sha256.Sum256(append(row[i][:], row[i+1][:]...)))
		}
		row = up
	}
	return row[0]
}

func randomHashes(rng *rand.Rand, n int) []Hash {
	hashes := make([]Hash, n)
	for i := range hashes {
		for j := range hashes[i] {
			hashes[i][j] = byte(rng.Uint32())
		}
	}
	return hashes
}

func TestRoots(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	h := New(sha256simd.New())
	for range 300 {
		trees := make([]Tree, rng.IntN(30))
		var nodes []Hash
		want := make([]Hash, len(trees))
		for i := range trees {
			width := 1 << rng.IntN(7)
			leaves := randomHashes(rng, 1+rng.IntN(width))
			trees[i] = Tree{Nodes: len(leaves), Width: width}
			nodes = append(nodes, leaves...)
			want[i] = naive(leaves, width)
		}
		got := make([]Hash, len(trees))
		h.Roots(got, nodes, trees, 1)
		if !slices.Equal(got, want) {
			t.Fatalf("roots of %v differ", trees)
		}
	}
}

// A layer's root is the root of the whole file's tree, whatever the piece length.
func TestLayerRoot(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	h := New(sha256simd.New())
	for n := 1; n < 70; n++ {
		leaves := randomHashes(rng, n)
		width := 1
		for width < n {
			width *= 2
		}
		want := naive(leaves, width)
		for perPiece := 1; perPiece < n; perPiece *= 2 {
			var layer []Hash
			for piece := range slices.Chunk(leaves, perPiece) {
				layer = append(layer, naive(piece, perPiece))
			}
			if got := h.LayerRoot(layer, perPiece); got != want {
				t.Errorf("%d leaves, %d in a piece: root differs", n, perPiece)
			}
		}
	}
}

// Every node leads to the root, with its uncles.
func TestClimb(t *testing.T) {
	h := New(sha256simd.New())
	const width = 32
	leaves := randomHashes(rand.New(rand.NewPCG(7, 8)), width)
	want := naive(leaves, width)
	for height := range 6 {
		below := 1 << height
		for index := range width / below {
			var uncles []Hash
			for n, i := below, index; n < width; n, i = 2*n, i/2 {
				first := (i ^ 1) * n
				uncles = append(uncles, naive(leaves[first:first+n], n))
			}
			node := naive(leaves[index*below:(index+1)*below], below)
			if h.Climb(node, index, uncles) != want {
				t.Errorf("node %d over %d leaves leads to another root", index, below)
			}
			if len(uncles) > 0 && h.Climb(node, index^1, uncles) == want {
				t.Errorf("node %d over %d leaves leads to the root from another place", index, below)
			}
		}
	}
}
