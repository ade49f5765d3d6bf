package layout

import "math"

// offsets are numbers that never fall: four bytes for each, and eight for the first of
// every stride of them, unless 4 GiB lie between two of one stride.
type offsets struct {
	firsts []int64
	more   []uint32 // than the first of its stride
	wide   []int64  // all of them, in place of these
}

func newOffsets(n int) offsets {
	return offsets{firsts: make([]int64, 0, (n+stride-1)/stride), more: make([]uint32, 0, n)}
}

func (o *offsets) at(i FileIndex) int64 {
	if o.wide != nil {
		return o.wide[i]
	}
	return o.firsts[i/stride] + int64(o.more[i])
}

// add adds a number, which is not less than the one before, nor than 0.
func (o *offsets) add(n int64) {
	if o.wide != nil {
		o.wide = append(o.wide, n)
		return
	}
	if len(o.more)%stride == 0 {
		o.firsts = append(o.firsts, n)
	}
	more := n - o.firsts[len(o.firsts)-1]
	if more <= math.MaxUint32 {
		o.more = append(o.more, uint32(more))
		return
	}
	wide := make([]int64, 0, cap(o.more))
	for i := range o.more {
		wide = append(wide, o.at(FileIndex(i)))
	}
	*o = offsets{wide: append(wide, n)}
}
