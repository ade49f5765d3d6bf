package abreast

import "slices"

// ranks gives all files places in one order: where the orders of firm readers agree,
// that of each. Else a file comes as early as the first reader that names it has it.
func ranks(readers []*Reader) map[*shared]int {
	var all []*shared
	before := map[*shared]int{} // how many have to come before
	after := map[*shared][]*shared{}
	for _, firm := range []bool{true, false} {
		for _, r := range readers {
			for i, s := range r.files {
				if _, known := before[s]; r.firm == firm && !known {
					all, before[s] = append(all, s), 0
				}
				if firm && r.firm && i > 0 {
					before[s]++
					after[r.files[i-1]] = append(after[r.files[i-1]], s)
				}
			}
		}
	}
	rank := make(map[*shared]int, len(all))
	var free []*shared // that nothing has to come before any more: the last is next
	for _, s := range slices.Backward(all) {
		if before[s] == 0 {
			free = append(free, s)
		}
	}
	put := func(s *shared) {
		if _, done := rank[s]; done {
			return
		}
		rank[s] = len(rank)
		for _, next := range slices.Backward(after[s]) {
			if before[next]--; before[next] == 0 {
				free = append(free, next)
			}
		}
	}
	for _, s := range all { // which comes now if nothing is free: the orders do not agree
		for len(free) > 0 {
			next := free[len(free)-1]
			free = free[:len(free)-1]
			put(next)
		}
		put(s)
	}
	return rank
}
