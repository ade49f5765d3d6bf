package verify

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// archive is a tar that is read. It gives the pieces of the torrent in the order
// in which their bytes come. While a job reads, it keeps what it finds to itself.
type archive struct {
	r   *run // of which only what does not change while pieces are checked
	o   ArchiveOptions
	tar *tar.Reader
	// entries is what tar reads of entries. Holes of sparse ones are no bytes of
	// the archive, and may have no end.
	entries bounded
	err     error                       // that ended it; io.EOF at its end
	files   map[string]layout.FileIndex // by path
	seen    map[layout.FileIndex]bool
	found   []FileReport
	extras  extras
	pool    filesum.Pool
	stop    context.CancelCauseFunc // ends a read that waits
	gatherer
}

func newArchive(r *run, o ArchiveOptions) *archive {
	a := &archive{r: r, o: o, files: map[string]layout.FileIndex{}, seen: map[layout.FileIndex]bool{}, found: slices.Clone(r.Files), pool: filesum.NewPool()}
	for k, i := range r.layout.Content() {
		a.files[r.Files[k].Path] = i
	}
	for k := range a.found {
		if f := &a.found[k]; f.State == OK {
			r.say(f, Missing, fs.ErrNotExist)
		}
	}
	a.gatherer = newGatherer(r.layout, r.pieces)
	return a
}

// close reports what was found.
func (a *archive) close(r *run) {
	a.noteEnd()
	a.in.sums.Close()
	r.Files, r.Extra, r.MoreExtra, r.LostPieces = a.found, a.extras.list, a.extras.more, a.lostPieces()
	sortExtra(r.Extra)
}

// lostPieces counts the pieces that were given up though all of their files came:
// what waits for one that is missing would not have been checked either.
func (a *archive) lostPieces() (n int) {
	for _, p := range a.lost {
		came := true
		for span := range a.layout.Spans(p) {
			came = came && (span.Zero || a.seen[span.File])
		}
		if came {
			n++
		}
	}
	return n
}

// bound is how many bytes an archive of the content may have at most. A small
// stream can decompress without an end.
func (a *archive) bound() int64 {
	const slack = 128 << 20
	return a.r.Bytes + min(9*a.r.Bytes, 1<<60) + slack
}

type bounded struct {
	r    io.Reader
	left int64
}

var errBomb = errors.New("it holds more than ten times the content of the torrent")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBomb
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

// advance goes on to the next entry that is content of the torrent. It tells
// whether there is one.
func (a *archive) advance() bool {
	a.leave()
	for a.err == nil {
		var h *tar.Header
		if h, a.err = a.tar.Next(); a.err == nil && a.entry(h) {
			return true
		}
	}
	return false
}

// leave ends the entry that is read, if any.
func (a *archive) leave() {
	if a.tail >= 0 {
		a.hold(a.file, a.tail)
	}
	if a.file >= 0 && len(a.o.Sums) > 0 {
		a.in.finish()
	}
	a.noteEnd()
}

// noteEnd notes how far the entry was read.
func (a *archive) noteEnd() {
	if a.file < 0 {
		return
	}
	f := &a.found[a.r.fileOf(a.file)]
	a.file, a.asIs, a.end, a.tail = -1, 0, 0, -1
	switch {
	case a.in.err == io.EOF:
		a.r.details(f).Sums = sumsByKind(a.o.Sums, a.in.sums.Sums())
	case errors.Is(a.in.err, errEnough):
		a.err = a.in.err
	case a.in.err != nil:
		a.err = a.in.err
		if f.State != Skipped {
			a.r.say(f, Unreadable, a.err)
		}
	}
}

// rest reads on to the end of the archive when all pieces were read.
func (a *archive) rest() {
	for a.advance() {
	}
}

// entry looks at one entry of the archive. It tells whether it has content to be read.
func (a *archive) entry(h *tar.Header) bool {
	if n := max(len(h.Name), len(h.Linkname)); n > maxEntryName {
		a.err = fmt.Errorf("an entry has a name of %d bytes, which is longer than any path can be", n)
		return false
	}
	name := strings.TrimPrefix(path.Clean(strings.TrimSuffix(h.Name, "/")), "./")
	i, ok := a.find(name)
	switch {
	case path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../"):
		a.extras.note(Extra{Path: h.Name, Size: h.Size, Kind: "escapes"})
		return false
	case !ok && (h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader):
		return false
	case !ok:
		if a.o.Extra {
			a.extras.note(tarExtra(name, h))
		}
		return false
	}
	f := &a.found[a.r.fileOf(i)]
	if a.seen[i] && f.State != Skipped {
		a.r.say(f, Unreadable, errors.New("it is in the archive twice"))
	}
	if a.seen[i] {
		return false
	}
	a.seen[i] = true
	if f.State == Skipped && !a.wanted(i) {
		return false
	}
	return a.content(f, i, h)
}

// find returns the file of the torrent that an entry's path means.
func (a *archive) find(name string) (layout.FileIndex, bool) {
	if i, ok := a.files[name]; ok {
		return i, true
	}
	if rest, ok := strings.CutPrefix(name, a.r.torrent.Name+"/"); ok {
		i, ok := a.files[rest]
		return i, ok
	}
	return 0, false
}

// content begins an entry for a file of the torrent. It tells whether there are bytes to be read.
func (a *archive) content(f *FileReport, i layout.FileIndex, h *tar.Header) bool {
	tf := &a.r.torrent.Files[i]
	skipped := f.State == Skipped
	a.r.say(f, f.State, nil)
	switch {
	case tf.IsLink() && h.Typeflag == tar.TypeSymlink && path.Join(path.Dir(tf.Path), filepath.ToSlash(h.Linkname)) == path.Clean(tf.Link()):
		f.State = OK
		return false
	case h.Typeflag == tar.TypeLink:
		a.r.say(f, Unreadable, fmt.Errorf("it is a hard link to %q in the archive, which has no bytes of its own", start(h.Linkname)))
		return false
	case h.Typeflag != tar.TypeReg || tf.IsLink():
		a.r.say(f, WrongType, errors.New("it is not the kind of file that was wanted"))
		return false
	}
	f.State, f.Size = OK, h.Size
	switch {
	case skipped:
		f.State = Skipped
	case f.Size < f.Length:
		f.State = Short
	case f.Size > f.Length:
		f.State = Long
	}
	a.in.start(&a.entries, a.pool.NewTally(newHashes(a.o.Sums)))
	a.enter(i, min(f.Size, f.Length))
	return true
}

// next gives the pieces to a job, in the order in which they can be read.
func (a *archive) next(idle bool) int {
	if idle {
		for _, p := range a.given {
			a.drop(p)
		}
		a.given = a.given[:0]
		a.pass()
		for a.readySize < maxReady && a.asIs == a.end && a.advance() {
			a.pass()
		}
	}
	p := -1
	switch {
	case len(a.ready) > 0:
		p = a.ready[0]
		a.ready = a.ready[1:]
		a.readySize -= a.have[p]
	case a.asIs < a.end:
		p = a.asIs
		a.asIs++
		a.pass()
	default:
		return -1
	}
	a.open.set(p, PieceSkipped)
	a.given = append(a.given, p)
	return p
}

// Quit lets go of the rest.
func (a *archive) Quit() { a.stop(errEnough) }

func (a *archive) Open(i layout.FileIndex) (piecehash.File, error) { return archivedFile{a, i}, nil }

type archivedFile struct {
	a    *archive
	file layout.FileIndex
}

func (f archivedFile) Close() error { return nil }

func (f archivedFile) ReadAt(b []byte, off int64) (int, error) {
	p := f.a.layout.PieceAt(f.file, off)
	if blocks, ok := f.a.held[heldPart{p, f.file}]; ok {
		at, _ := f.a.layout.InFile(f.file, p)
		n := 0
		for n < len(b) {
			from := off + int64(n) - at
			n += copy(b[n:], blocks[from/blockLen][from%blockLen:])
		}
		return n, nil
	}
	if err := f.a.reach(f.file, p); err != nil {
		return 0, err
	}
	return f.a.in.ReadAt(b, off)
}

var errScattered = errors.New("the rest of the piece comes too late in the archive")

// reach goes on in the archive, while a piece is read, to the entry of its next
// file. What lies between must fit into memory.
func (a *archive) reach(file layout.FileIndex, piece int) error {
	if a.file == file {
		return nil
	}
	a.through = piece
	defer func() { a.through = -1 }()
	for a.file != file {
		if a.seen[file] || a.asIs < a.end || a.size > maxHeld {
			a.lost = append(a.lost, piece)
			return errScattered
		}
		if !a.advance() {
			return errNotThere
		}
	}
	return nil
}
