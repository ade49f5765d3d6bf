package find

import (
	"maps"
	"math/bits"
	"sync"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// memory keeps bytes of candidates that were read, in pages, so that they are not
// read again: as many as there is room for, and of no candidate that nobody asked
// to hold. It is used by several goroutines.
type memory struct {
	room  int64 // in bytes
	lock  sync.Mutex
	used  int64
	held  map[string]*held
	spare map[int][][]byte // pages that were given back, by their lengths
	idle  int64            // bytes of those
	over  int64            // bytes that there was no room for
}

// held is a candidate of which bytes are kept.
type held struct {
	size  int64
	whole bool // there is room for all of it
	shift int  // a page is 1<<shift bytes
	pages []page

	loading sync.Mutex
	loaded  bool
}

// page is bytes of a candidate; those between from and to were read.
type page struct {
	data     []byte
	from, to int
}

const (
	minPage = 10 // bits of its offsets
	maxPage = 16
)

func newMemory(room int64) *memory {
	return &memory{room: room, held: map[string]*held{}, spare: map[int][][]byte{}}
}

// hold keeps from now on what is read of a candidate.
func (m *memory) hold(path string, size int64, whole bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if m.held[path] == nil {
		shift := min(max(bits.Len64(uint64(size))-6, minPage), maxPage) // about 64 of them
		m.held[path] = &held{size: size, whole: whole, shift: shift, pages: make([]page, (size+1<<shift-1)>>shift)}
	}
}

// letGo keeps a candidate no more.
func (m *memory) letGo(path string) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if h := m.held[path]; h != nil {
		m.drop(path, h)
	}
}

func (m *memory) drop(path string, h *held) {
	for _, p := range h.pages {
		if p.data != nil {
			m.used -= int64(len(p.data))
			m.spare[len(p.data)] = append(m.spare[len(p.data)], p.data)
			m.idle += int64(len(p.data))
		}
	}
	h.pages = nil
	delete(m.held, path)
}

// choose holds candidates whole, by size: all of them, or those of the smallest sizes
// that leave half of the room to others. It tells whether those are all; then it holds
// more, as far as there is room.
func (m *memory) choose(bySize, more map[int64][]string) (all bool) {
	left, total := m.room, int64(0)
	for size, paths := range bySize {
		total += size * int64(len(paths))
	}
	if all = total <= left; !all {
		left /= 2
	}
	take := func(list map[int64][]string) {
		for _, size := range rising(maps.Keys(list)) {
			if left -= size * int64(len(list[size])); left < 0 {
				return
			}
			for _, path := range list[size] {
				m.hold(path, size, true)
			}
		}
	}
	if take(bySize); all {
		take(more)
	}
	return all
}

// wholly tells whether a candidate is held whole.
func (m *memory) wholly(path string) bool {
	m.lock.Lock()
	defer m.lock.Unlock()
	h := m.held[path]
	return h != nil && h.whole
}

// view is a candidate of which what is in memory is not read.
func (m *memory) view(path string, open func(path string) (piecehash.File, error)) (piecehash.File, error) {
	m.lock.Lock()
	h := m.held[path]
	m.lock.Unlock()
	if h == nil {
		return open(path)
	}
	f := &heldFile{memory: m, held: h, open: func() (piecehash.File, error) { return open(path) }}
	if h.whole {
		f.load()
	}
	return f, nil
}

// heldFile is opened once something of it must be read.
type heldFile struct {
	*memory
	*held
	open    func() (piecehash.File, error)
	opening sync.Mutex
	file    piecehash.File
	failed  error
}

// load reads all of a candidate once: many may ask for the same bytes at a time.
func (f *heldFile) load() {
	f.loading.Lock()
	defer f.loading.Unlock()
	if f.loaded {
		return
	}
	f.loaded = true // what cannot be read now is tried again when it is asked for
	buf := make([]byte, min(f.size, 1<<maxPage))
	for off := int64(0); off < f.size; off += int64(len(buf)) {
		buf = buf[:min(int64(len(buf)), f.size-off)]
		if n, _ := f.ReadAt(buf, off); n < len(buf) {
			return
		}
	}
}

func (f *heldFile) Close() error {
	if f.file == nil {
		return nil
	}
	return f.file.Close()
}

func (f *heldFile) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, there := f.look(p[done:], off+int64(done))
		if !there {
			file, err := f.opened()
			if err != nil {
				return done, err
			}
			got, err := file.ReadAt(p[done:done+n], off+int64(done))
			f.keep(p[done:done+got], off+int64(done))
			if got < n {
				return done + got, err
			}
		}
		done += n
	}
	return done, nil
}

func (f *heldFile) opened() (piecehash.File, error) {
	f.opening.Lock()
	defer f.opening.Unlock()
	if f.file == nil && f.failed == nil {
		f.file, f.failed = f.open()
	}
	return f.file, f.failed
}

// look copies what is in memory from an offset on, or tells how many bytes are not.
func (f *heldFile) look(p []byte, off int64) (n int, there bool) {
	f.lock.Lock()
	defer f.lock.Unlock()
	for n < len(p) {
		at := off + int64(n)
		i := int(at >> f.shift)
		if i >= len(f.pages) {
			return len(p), false
		}
		start := int64(i) << f.shift
		in, pg := int(at-start), &f.pages[i]
		here := pg.from <= in && in < pg.to
		if n == 0 {
			there = here
		}
		if here != there {
			return n, there
		}
		switch end := int(min(1<<f.shift, off+int64(len(p))-start)); {
		case here:
			n += copy(p[n:], pg.data[in:pg.to])
		case pg.from > in:
			n += min(pg.from, end) - in
		default:
			n += end - in
		}
	}
	return n, there
}

// keep remembers what was read, as far as there is room. Of a page it is one run of bytes.
func (f *heldFile) keep(data []byte, off int64) {
	f.lock.Lock()
	defer f.lock.Unlock()
	for len(data) > 0 {
		i := int(off >> f.shift)
		if i >= len(f.pages) {
			return
		}
		start := int64(i) << f.shift
		from := int(off - start)
		to := int(min(int64(from+len(data)), 1<<f.shift, f.size-start))
		pg := &f.pages[i]
		if pg.data == nil && !f.allot(pg, int(min(1<<f.shift, f.size-start))) {
			return
		}
		copy(pg.data[from:to], data)
		if pg.from < pg.to && from <= pg.to && to >= pg.from {
			pg.from, pg.to = min(pg.from, from), max(pg.to, to)
		} else {
			pg.from, pg.to = from, to
		}
		data, off = data[to-from:], off+int64(to-from)
	}
}

// allot gives a page memory, if there is room.
func (m *memory) allot(pg *page, n int) bool {
	if m.used+int64(n) > m.room {
		m.over += int64(n)
		return false
	}
	m.used += int64(n)
	if list := m.spare[n]; len(list) > 0 {
		pg.data, m.spare[n] = list[len(list)-1], list[:len(list)-1]
		m.idle -= int64(n)
		return true
	}
	if m.used+m.idle > m.room {
		clear(m.spare)
		m.idle = 0
	}
	pg.data = make([]byte, n)
	return true
}
