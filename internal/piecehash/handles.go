package piecehash

// maxHandles is how many files a worker keeps open. The pieces of a run rarely
// touch more files at a time, and a file whose end was read is closed at once.
const maxHandles = 24

// handles is the open files of one worker.
type handles struct {
	source Source
	open   []handle
	clock  int
}

type handle struct {
	index int
	file  File
	used  int // by the clock
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
	if len(h.open) == maxHandles {
		h.closeAt(oldest)
	}
	h.open = append(h.open, handle{i, f, h.clock})
	return f, nil
}

// release closes file i, of which nothing more is wanted.
func (h *handles) release(i int) {
	for k := range h.open {
		if h.open[k].index == i {
			h.closeAt(k)
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
