package content

import "sync"

// What an open file can tell and be told about the storage below it. The hashing pipeline asks for these by interface.

// Cached says whether the byte at off is in memory already, where the system knows.
func (f *openFile) Cached(off int64) (yes, known bool) { return f.raw.cached(off) }

// NextData returns where the next data at or behind off begins: off itself, unless it lies in a hole of a sparse file,
// whose bytes are zeros that need not be read. Behind the last data it is the size of the file.
func (f *openFile) NextData(off int64) int64 {
	if !f.tree.at(f.index).is(sparse) {
		return off
	}
	return max(off, f.raw.nextData(off, f.tree.Size(f.index))) // which may lie behind the end
}

// ReadAhead tells the system that n bytes from off are wanted soon.
func (f *openFile) ReadAhead(off, n int64) { f.raw.readAhead(off, n) }

// Fetch brings n bytes from off to memory, and returns when they are there.
func (f *openFile) Fetch(off, n int64) { f.raw.fetch(off, n) }

// SeekingIsSlow says whether the file lies where one sequential stream is better than several: on a network, on FUSE, or
// on a disk that turns.
func (f *openFile) SeekingIsSlow() bool { return f.raw.seekingIsSlow() }

// Remote says whether the file lies behind a network or a program, as with FUSE.
func (f *openFile) Remote() bool { return f.raw.remote() }

// Device tells on which disk file i lies, or behind which server, by a number that is the same for all files there. A
// disk is found out by opening one file of each file system, the first time.
func (t *Tree) Device(i FileIndex) uint64 {
	t.disks.once.Do(t.findDisks)
	return t.disks.of[t.at(i).dev]
}

// disks is the disk of each file system, by the number of that; all are 0 where there is one.
type disks struct {
	once sync.Once
	of   map[deviceNumber]uint64
}

func (t *Tree) findDisks() {
	if t.open == nil {
		return
	}
	first := map[deviceNumber]FileIndex{}
	for i := range FileIndex(t.count()) {
		f := t.at(i)
		if _, known := first[f.dev]; !known && f.Size > 0 {
			first[f.dev] = i
		}
	}
	if len(first) < 2 {
		return
	}
	t.disks.of = map[deviceNumber]uint64{}
	numbers := map[string]uint64{}
	for dev, i := range first {
		raw, err := t.open.openFile(i)
		if err != nil {
			continue // who reads it will say so
		}
		name := raw.disk()
		raw.close()
		if _, known := numbers[name]; !known {
			numbers[name] = uint64(len(numbers))
		}
		t.disks.of[dev] = numbers[name]
	}
}

// DropCache makes every read be followed by a hint that the system need not keep what was read in memory. It is called
// before the first Open.
func (t *Tree) DropCache() { t.dropCache = true }
