package piecehash

import (
	"slices"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// maxHandles bounds how many files all workers together keep open.
const maxHandles = 1 << 10

// handles is the open files of one worker: room for the file that each piece of
// a run is in, and for the one in which it began. A file that was read whole is
// closed at once.
type handles struct {
	source Source
	limit  int
	index  []layout.FileIndex // of the files in open, apart from it because it is searched for every read
	open   []handle
	clock  int
}

type handle struct {
	file File
	used int   // by the clock
	left int64 // bytes of the file that were not read
}

// get returns the open file i, which has length.
func (h *handles) get(i layout.FileIndex, length int64) (File, error) {
	h.clock++
	if k := slices.Index(h.index, i); k >= 0 {
		h.open[k].used = h.clock
		return h.open[k].file, nil
	}
	f, err := h.source.Open(i)
	if err != nil {
		return nil, err
	}
	if len(h.open) == h.limit {
		oldest := 0
		for k := range h.open {
			if h.open[k].used < h.open[oldest].used {
				oldest = k
			}
		}
		h.closeAt(oldest)
	}
	h.index = append(h.index, i)
	h.open = append(h.open, handle{f, h.clock, length})
	return f, nil
}

// took notes that n bytes of file i were read. The pieces of a run may read the
// end of a file before its start.
func (h *handles) took(i layout.FileIndex, n int) {
	k := slices.Index(h.index, i)
	if h.open[k].left -= int64(n); h.open[k].left <= 0 {
		h.closeAt(k)
	}
}

// drop closes file i, if it is open.
func (h *handles) drop(i layout.FileIndex) {
	if k := slices.Index(h.index, i); k >= 0 {
		h.closeAt(k)
	}
}

func (h *handles) closeAll() {
	for len(h.open) > 0 {
		h.closeAt(0)
	}
}

// closeAt closes a file. What closing finds (that the file changed while it was
// read) the Source remembers.
func (h *handles) closeAt(k int) {
	h.open[k].file.Close()
	last := len(h.open) - 1
	h.open[k], h.index[k] = h.open[last], h.index[last]
	h.open[last] = handle{}
	h.open, h.index = h.open[:last], h.index[:last]
}
