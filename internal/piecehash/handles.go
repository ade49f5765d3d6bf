package piecehash

// maxHandles bounds how many files all workers together keep open.
const maxHandles = 1 << 10

// handles is the open files of one worker: room for the file that each piece of
// a run is in, and for the one in which it began. A file that was read whole is
// closed at once.
type handles struct {
	source Source
	open   []handle
	limit  int
	clock  int
}

type handle struct {
	index int
	file  File
	used  int   // by the clock
	read  int64 // bytes
}

// get returns the open file i.
func (h *handles) get(i int) (File, error) {
	h.clock++
	oldest := 0
	for k := range h.open {
		if h.open[k].index == i {
			h.open[k].used = h.clock
			return h.open[k].file, nil
		}
		if h.open[k].used < h.open[oldest].used {
			oldest = k
		}
	}
	f, err := h.source.Open(i)
	if err != nil {
		return nil, err
	}
	if len(h.open) == h.limit {
		h.closeAt(oldest)
	}
	h.open = append(h.open, handle{i, f, h.clock, 0})
	return f, nil
}

// took notes that n of the bytes of file i, which has length, were read. The
// pieces of a run may read the end of a file before its start.
func (h *handles) took(i int, n, length int64) {
	for k := range h.open {
		if h.open[k].index == i {
			if h.open[k].read += n; h.open[k].read >= length {
				h.closeAt(k)
			}
			return
		}
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
	h.open[k] = h.open[last]
	h.open = h.open[:last]
}
