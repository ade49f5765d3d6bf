// Package merkle computes the hash trees of BEP 52.
//
// A file's tree has one leaf for each 16 KiB block, the SHA-256 of the block at
// its real length; leaves that are missing to a power of two are 32 zero bytes.
// A piece layer is the row of nodes that each stand for one piece; where a row
// is padded, it is with the root of a tree of zero leaves of the same height.
//
// Many trees are reduced side by side, so that the lanes of a multi-buffer
// SHA-256 stay filled by folders of small files too. The package reads no
// content: it is given leaves or nodes.
package merkle

import (
	"crypto/sha256"
	"math/bits"
	"slices"
	"sync"

	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// Hash is a node of a tree.
type Hash = [sha256simd.Size]byte

// Tree says how many of a row of nodes belong to a tree, and how wide the row
// is with its padding: a power of two. A tree has at least one node.
type Tree struct {
	Nodes int
	Width int
}

// Hasher reduces trees. It is not safe for concurrent use.
type Hasher struct {
	sha  *sha256simd.Hasher
	row  []Hash
	at   []int // where a tree's root goes
	open []Tree
}

// Nodes copies a row of nodes out of the string that it is in bencode and in
// messages of peers.
func Nodes(row []byte) []Hash {
	nodes := make([]Hash, len(row)/len(Hash{}))
	for i := range nodes {
		copy(nodes[i][:], row[len(Hash{})*i:])
	}
	return nodes
}

// New returns a Hasher that hashes with sha.
func New(sha *sha256simd.Hasher) *Hasher { return &Hasher{sha: sha} }

// pads are the roots of trees of 2^i leaves of zeros.
var pads = sync.OnceValue(func() *[64]Hash {
	pads := new([64]Hash)
	for i := 1; i < len(pads); i++ {
		pads[i] = sha256.Sum256(slices.Concat(pads[i-1][:], pads[i-1][:]))
	}
	return pads
})

// Roots sets roots[i] to the root of trees[i]. The nodes of all trees stand
// one behind the other in nodes; they are the roots of subtrees of leaves
// leaves each (1 if they are leaves themselves), which must be a power of two.
// nodes is overwritten.
func (h *Hasher) Roots(roots, nodes []Hash, trees []Tree, leaves int) {
	level := bits.TrailingZeros(uint(leaves))
	h.at, h.open = h.at[:0], h.open[:0]
	row := nodes[:0]
	pos := 0
	for i, t := range trees {
		if t.Width == 1 {
			roots[i] = nodes[pos]
		} else {
			h.at, h.open = append(h.at, i), append(h.open, t)
			row = append(row, nodes[pos:pos+t.Nodes]...)
		}
		pos += t.Nodes
	}
	for ; len(h.open) > 0; level++ {
		row = h.halve(row, roots, level)
	}
}

// halve replaces the row of each open tree by the one above it, and closes the
// trees that have arrived at their root.
func (h *Hasher) halve(row, roots []Hash, level int) []Hash {
	even := h.row[:0]
	pos := 0
	for _, t := range h.open {
		even = append(even, row[pos:pos+t.Nodes]...)
		if t.Nodes%2 == 1 {
			even = append(even, pads()[level])
		}
		pos += t.Nodes
	}
	h.row = even
	h.sha.Pairs(even[:len(even)/2], even)
	next, kept := row[:0], 0
	pos = 0
	for i, t := range h.open {
		t.Nodes, t.Width = (t.Nodes+1)/2, t.Width/2
		if t.Width == 1 {
			roots[h.at[i]] = even[pos]
		} else {
			next = append(next, even[pos:pos+t.Nodes]...)
			h.open[kept], h.at[kept] = t, h.at[i]
			kept++
		}
		pos += t.Nodes
	}
	h.open, h.at = h.open[:kept], h.at[:kept]
	return next
}

// LayerRoot returns the root of the tree of which layer is a row, each node
// standing for a subtree of leaves leaves: a file's "pieces root" from its
// piece layer. layer is overwritten and must not be empty.
func (h *Hasher) LayerRoot(layer []Hash, leaves int) Hash {
	width := 1
	for width < len(layer) {
		width *= 2
	}
	var root [1]Hash
	h.Roots(root[:], layer, []Tree{{Nodes: len(layer), Width: width}}, leaves)
	return root[0]
}

// Climb returns the root that a node leads to. index is the node's place in its
// row, and uncles are the siblings of the nodes on the way, the node's own
// first: what peers prove hashes with (BEP 52).
func (h *Hasher) Climb(node Hash, index int, uncles []Hash) Hash {
	for ; len(uncles) > 0; uncles, index = uncles[1:], index/2 {
		pair := []Hash{node, uncles[0]}
		if index%2 == 1 {
			pair[0], pair[1] = pair[1], pair[0]
		}
		h.sha.Pairs(pair[:1], pair)
		node = pair[0]
	}
	return node
}
