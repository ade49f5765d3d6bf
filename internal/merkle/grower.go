package merkle

import "math/bits"

// Grower computes the root of a tree whose nodes come one by one, in any order. It
// keeps only those that it cannot join yet: a few where they come about in order.
type Grower struct {
	hasher *Hasher
	level  int // of the nodes, above the leaves
	count  int // of the nodes
	apart  map[place]Hash
}

// place is a node of a tree: its level above the leaves, and its index in the row.
type place struct{ level, index int }

// Grow begins the tree of which count nodes are a row, each standing for a subtree
// of leaves leaves. count must not be 0.
func (h *Hasher) Grow(count, leaves int) *Grower {
	return &Grower{hasher: h, level: bits.TrailingZeros(uint(leaves)), count: count, apart: map[place]Hash{}}
}

// Add adds the node with an index, which must not have come before. With the last
// one comes the root.
func (g *Grower) Add(index int, node Hash) (root Hash, whole bool) {
	level := g.level
	for count := g.count; count > 1; count = (count + 1) / 2 {
		other := pads()[level]
		if sibling := (place{level, index ^ 1}); sibling.index < count {
			var came bool
			if other, came = g.apart[sibling]; !came {
				g.apart[place{level, index}] = node
				return Hash{}, false
			}
			delete(g.apart, sibling)
		}
		node = g.hasher.Climb(node, index, []Hash{other})
		index, level = index/2, level+1
	}
	return node, true
}
