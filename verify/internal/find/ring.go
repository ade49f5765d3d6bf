package find

import (
	"cmp"
	"slices"
	"sort"
)

// ring is the candidates of files without pieces inside, as groups of equal ones, in the
// order in which they are gone through again and again.
type ring struct {
	groups [][]string
	sizes  []int64 // of each
	at     map[string]int
	next   int     // where the next block begins
	bytes  float64 // of all groups
}

func newRing(buckets map[int64]*bucket, sizes []int64) *ring {
	r := &ring{at: map[string]int{}}
	for _, size := range sizes {
		for _, group := range buckets[size].groups {
			for _, path := range group {
				r.at[path] = len(r.groups)
			}
			r.groups, r.sizes, r.bytes = append(r.groups, group), append(r.sizes, size), r.bytes+float64(size)
		}
	}
	return r
}

// place is where a group is in the ring, or -1.
func (r *ring) place(group []string) int {
	if i, ok := r.at[group[0]]; ok {
		return i
	}
	return -1
}

// sort brings groups into the order of the ring; first come those that are not in it.
func (r *ring) sort(groups [][]string) [][]string {
	order := func(a, b []string) int { return cmp.Compare(r.place(a), r.place(b)) }
	if slices.IsSortedFunc(groups, order) {
		return groups
	}
	return slices.SortedStableFunc(slices.Values(groups), order)
}

// between returns the groups in a part of the ring.
func (r *ring) between(groups [][]string, from, to int) [][]string {
	at := func(place int) int {
		return sort.Search(len(groups), func(i int) bool { return r.place(groups[i]) >= place })
	}
	return groups[at(from):at(to)]
}
