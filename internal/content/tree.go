// Package content is the disk: it finds the files of a torrent and opens them for reading.
//
// [Scan] walks a file or folder that the user named, to make a torrent of it. [Locate] looks for the files that a
// stranger's torrent names, below a folder that the user named, and never opens anything outside it. Both give a [Tree],
// whose files are opened by index and are known to be, from the first byte read to the last, the ones that were seen:
// by device, inode, size and times, of what was open when it is closed, and of what the path leads to at the end
// ([Tree.Changed]).
// [ScanFS] and [LocateFS] do the same in an fs.FS, of which nothing is believed.
//
// The package does not read ahead of its callers, does not hash, knows neither torrents nor their encodings, writes
// nothing and prints nothing. Paths in its values are raw bytes as the system gives them; its errors quote them.
package content

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// File is one regular file of a [Tree].
type File struct {
	// Path is relative to the root of the tree, its components joined by slashes on every system. It is empty in a tree
	// that is a single file.
	Path string
	sighting
}

// sighting is what was seen of a file.
type sighting struct {
	// Size is the size on disk, in bytes.
	Size int64

	// The stamp, whose parts leave no room between them here.
	mtime, ctime int64
	ino          uint64
	dev          deviceNumber
	of           facts
}

// facts are a number, of the folder of a scan that the file lies in, or of a link among those of its tree, and marks.
type facts uint32

// marks are what is true of a file.
const (
	executable facts = 1 << iota
	hidden
	removed
	sparse
	link
	numbered
)

// maxNumber is the largest number that facts have room for.
const maxNumber = math.MaxUint32 / int64(numbered)

// take takes over what was seen of the file.
func (f *File) take(st *stat) {
	f.sighting.take(st)
	f.mark(hidden, strings.HasPrefix(f.Path[strings.LastIndexByte(f.Path, '/')+1:], "."))
}

func (f *sighting) take(st *stat) {
	f.Size, f.of = st.size, 0
	f.mtime, f.ctime, f.ino, f.dev = st.mtime, st.ctime, st.ino, st.dev
	f.mark(executable, st.exec)
	f.mark(hidden, st.hidden)
	f.mark(removed, st.removed)
	f.mark(sparse, st.sparse)
}

func (f *sighting) mark(m facts, is bool) {
	if is {
		f.of |= m
	}
}

func (f *sighting) is(m facts) bool { return f.of&m != 0 }

// number gives the file one.
func (f *sighting) number(n uint32) { f.of |= facts(n) * numbered }

func (f *sighting) numbered() uint32 { return uint32(f.of / numbered) }

// Executable tells whether the file may be executed by someone (BEP 47, attribute x); never on Windows.
func (f *sighting) Executable() bool { return f.is(executable) }

// Hidden tells whether the name starts with a dot, or the system calls the file hidden (BEP 47, attribute h).
func (f *sighting) Hidden() bool { return f.is(hidden) }

// IsLink tells whether the file is a symbolic link that is to be stored as such: it has no content. See [Tree.Link].
func (f *sighting) IsLink() bool { return f.is(link) }

func (f *sighting) stamp() stamp { return stamp{f.mtime, f.ctime, f.ino, f.dev} }

func (f *sighting) traits() traits { return traits{f.is(removed), f.is(sparse)} }

// Reader is an open file. Its ReadAt fills the whole buffer or returns an error that names the file; at the end of the
// file that is [io.ErrUnexpectedEOF], because callers know what a file should hold. Close returns a [*ChangedError] if
// the file changed while it was open.
type Reader = interface {
	io.ReaderAt
	io.Closer
}

// FileIndex is the index of a file in a [Tree], which has no pad files.
type FileIndex int32

// Tree is a set of files on disk. It is safe for concurrent use, except for Close.
type Tree struct {
	name      string                   // the root as the user named it, for messages
	files     []File                   // nil where who asked for them has their paths
	sightings []sighting               // then: what was seen of each
	path      func(i FileIndex) string // and its path
	links     []string                 // where symbolic links lead that are to be stored as such
	open      opener                   // of files on disk
	fsys      fs.FS                    // else: where they are
	missing   func(i FileIndex) error  // of an fs.FS: why a file is not there; nil if all are
	seen      time.Time                // before the first file was looked at

	dropCache bool
	disks     disks
	decisions []Decision

	mu      sync.Mutex
	opened  []uint64            // a bit for each file
	changed map[FileIndex]error // of what is not, or cannot be seen to be, what it was
	refused error               // the first that the system would not do
}

// opener opens file i of a tree, without looking at what it opened. It answers errNoContent for a link as such.
type opener interface {
	openFile(i FileIndex) (rawFile, error)
	// lookAgain looks at what the paths of files lead to now, from the root on, and tells what is there and whether its
	// file system is stable. It may tell of several files at a time.
	lookAgain(ctx context.Context, files []FileIndex, tell func(i FileIndex, now *stat, stable func() bool, err error))
	close() error
}

// Files are the files of a tree that is not Located, of Scan in the order of [layout.ComparePaths]. The slice belongs to the
// tree.
func (t *Tree) Files() []File { return t.files }

// at is what was seen of file i.
func (t *Tree) at(i FileIndex) *sighting {
	if t.files == nil {
		return &t.sightings[i]
	}
	return &t.files[i].sighting
}

// Path is that of file i, as in [File].
func (t *Tree) Path(i FileIndex) string {
	if t.files == nil {
		return t.path(i)
	}
	return t.files[i].Path
}

// Size is the size of file i on disk, in bytes.
func (t *Tree) Size(i FileIndex) int64 { return t.at(i).Size }

// count is the number of files.
func (t *Tree) count() int { return max(len(t.files), len(t.sightings)) }

// Link is where a symbolic link leads that is to be stored as such, as a slash path from the root of the tree. It is empty
// for all other files.
func (t *Tree) Link(i FileIndex) string {
	if f := t.at(i); f.IsLink() {
		return t.links[f.numbered()]
	}
	return ""
}

// Decisions are what Scan decided about each path and why, in the order of the walk, if it was asked to explain. A folder
// is among them only where everything in it was left out.
func (t *Tree) Decisions() []Decision { return t.decisions }

// AppendState appends to b what file i was known by when it was seen: its path, size, time of modification, time of the
// last change of the inode, and inode number. As long as all of that is the same, the system says, the file was not
// written. settled is false if the last change came so shortly before the file was seen that another could leave the times
// as they are: a clock that ticks every 10 ms stamps two changes alike that come within one tick; where times have no
// fractions of a second, they may be as coarse as two seconds.
func (t *Tree) AppendState(b []byte, i FileIndex) (state []byte, settled bool) {
	f, name := t.at(i), t.Path(i)
	b = append(binary.AppendUvarint(b, uint64(len(name))), name...)
	for _, n := range [...]uint64{uint64(f.Size), uint64(f.mtime), uint64(f.ctime), f.ino} {
		b = binary.LittleEndian.AppendUint64(b, n)
	}
	st := f.stamp()
	return b, st.settled(t.seen)
}

// Close gives back the folders that the tree holds open. Files that are open stay so.
func (t *Tree) Close() error {
	if t.open == nil {
		return nil
	}
	return t.open.close()
}

// InOrder says whether files are to be read one after the other, each from its start to its end: those of an fs.FS, which
// may have to be read up to a byte to get at it.
func (t *Tree) InOrder() bool { return t.fsys != nil }

// smallFile is the size of files that are read before it is known that they are the ones that the tree saw: looking at
// a file once, when it is closed, says both that it is and that it did not change, and so saves a call for each file.
const smallFile = 1 << 20

// Open opens file i for reading, without ever blocking on what may have taken its place. It fails with a
// [*ChangedError] unless it is the same regular file, with the same size and time of modification, that the tree saw. Of
// a small file that is found out when it cannot be read, or is closed.
func (t *Tree) Open(i FileIndex) (Reader, error) {
	if t.fsys != nil {
		return t.openFS(i)
	}
	raw, err := t.openRaw(i)
	if err == errNoContent {
		return noContent{}, nil
	}
	if err != nil {
		t.noteRefused(err)
		return nil, err
	}
	t.noteOpened(i)
	f := &openFile{tree: t, index: i, raw: raw}
	if t.Size(i) > smallFile {
		if err := f.look(); err != nil {
			raw.close()
			return nil, err
		}
	}
	return f, nil
}

// openRaw opens file i of a tree on disk.
func (t *Tree) openRaw(i FileIndex) (rawFile, error) {
	raw, err := t.open.openFile(i)
	_, absent := err.(*absence)
	switch {
	case err == nil, err == errNoContent:
		return raw, err
	case isGone(err) && !absent:
		return raw, t.hasChanged(i, "it is not there any more", err)
	}
	return raw, fmt.Errorf("opening %q: %w", t.display(i), err)
}

// display is the path of file i as a user would write it.
func (t *Tree) display(i FileIndex) string {
	return filepath.Join(t.name, filepath.FromSlash(t.Path(i)))
}

// Refused is the first that the system would not do for the tree, or nil: look into a folder, open a file, read of one.
func (t *Tree) Refused() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.refused
}

func (t *Tree) noteRefused(err error) {
	if !Refused(err) {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.refused == nil {
		t.refused = err
	}
}
