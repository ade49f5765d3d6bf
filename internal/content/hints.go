package content

// What an open file can tell and be told about the storage below it. The hashing pipeline asks for these by interface.

// Cached says whether the byte at off is in memory already, where the system knows.
func (f *openFile) Cached(off int64) (yes, known bool) { return f.raw.cached(off) }

// NextData returns where the next data at or behind off begins: off itself, unless it lies in a hole of a sparse file,
// whose bytes are zeros that need not be read. Behind the last data it is the size of the file.
func (f *openFile) NextData(off int64) int64 {
	if !f.tree.files[f.index].sparse {
		return off
	}
	return f.raw.nextData(off, f.tree.files[f.index].Size)
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

// DropCache makes every read be followed by a hint that the system need not keep what was read in memory. It is called
// before the first Open.
func (t *Tree) DropCache() { t.dropCache = true }
