package verify

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// writeBlock is the unit in which bytes are compared and written.
const writeBlock = 4096

// writer writes into the files of the content, below its home only and through no
// link. It is also a Source of them as they are now.
type writer struct {
	r     *run
	dry   bool
	home  *home // opened at the first use
	index int   // in Report.Files, of the file in hand
	file  *os.File
	out   *os.File     // the same for writing, once a byte differs
	wrote func() error // tells own that it was
	made  map[int]bool
	seen  map[int]os.FileInfo // of the files that were in hand
	own   content.Own         // what was written
	block []byte
}

func newWriter(r *run, dry bool) *writer {
	return &writer{r: r, dry: dry, made: map[int]bool{}, seen: map[int]os.FileInfo{}, block: make([]byte, writeBlock)}
}

func (w *writer) enter() (err error) {
	if w.home == nil {
		w.home, err = openHome(w.r, !w.dry)
	}
	return err
}

// Open implements piecehash.Source, by the index in the torrent.
func (w *writer) Open(i layout.FileIndex) (piecehash.File, error) {
	k := w.r.fileOf(i)
	if s := w.r.Files[k].State; s == WrongType || s == Unreadable {
		return nil, w.r.Files[k].Err
	}
	if err := w.enter(); err != nil {
		return nil, err
	}
	return w.home.Follow(w.home.path(w.r, k))
}

// create makes an empty file.
func (w *writer) create(k int) error {
	_, _, err := w.write(k, nil, 0)
	return err
}

// write makes the bytes at off of a file be data. It tells whether the file
// was made, and how many bytes were written.
func (w *writer) write(k int, data []byte, off int64) (created bool, n int64, err error) {
	f := &w.r.Files[k]
	if f.State == WrongType || f.State == Unreadable {
		return false, 0, cmp.Or(f.Err, content.ErrNotRegular)
	}
	if created, err = w.use(k); err == nil {
		n, err = w.put(data, off)
	}
	if err != nil {
		err = fmt.Errorf("writing %q: %w", f.Path, content.Bare(err))
	}
	return created, n, err
}

// put writes the blocks of data that differ.
func (w *writer) put(data []byte, off int64) (n int64, err error) {
	for len(data) > 0 {
		part := data[:min(len(data), writeBlock)]
		same, err := w.same(part, off)
		if err == nil && !same {
			n += int64(len(part))
			err = w.writeAt(part, off)
		}
		if err != nil {
			return n, err
		}
		data, off = data[len(part):], off+int64(len(part))
	}
	return n, nil
}

func (w *writer) writeAt(part []byte, off int64) (err error) {
	if w.dry {
		return nil
	}
	if w.out == nil {
		out, err := w.home.openToChange(w.home.path(w.r, w.index), w.seen[w.index])
		if err != nil {
			return err
		}
		if w.wrote, err = w.own.Begin(out); err != nil {
			out.Close()
			return err
		}
		w.out = out
	}
	_, err = w.out.WriteAt(part, off)
	if errors.Is(err, io.ErrUnexpectedEOF) { // so it says that the system wrote nothing
		err = syscall.EIO
	}
	return err
}

// use takes a file in hand, and tells whether it made it.
func (w *writer) use(k int) (created bool, err error) {
	missing := w.r.Files[k].State == Missing && !w.made[k]
	if w.file != nil && w.index == k {
		return false, nil
	}
	if err := w.done(); err != nil {
		return false, err
	}
	if missing && w.dry {
		w.made[k] = true
		return true, nil
	}
	if w.dry && w.made[k] {
		return false, nil
	}
	if err := w.enter(); err != nil {
		return false, err
	}
	w.index = k
	if missing {
		w.out, err = w.home.Create(w.home.path(w.r, k))
		w.file = w.out
	} else {
		w.file, err = w.find(k)
	}
	if err != nil {
		w.file, w.out = nil, nil
		return false, err
	}
	w.made[k] = w.made[k] || missing
	if w.seen[k], err = w.file.Stat(); err != nil {
		delete(w.seen, k)
		w.file.Close()
		w.file, w.out = nil, nil
	}
	return missing, err
}

// find opens a file that is there: as it was when it was read, but for what was
// written here.
func (w *writer) find(k int) (*os.File, error) {
	before := w.seen[k]
	if before == nil {
		return w.r.located.OpenFile(content.FileIndex(k), &w.own)
	}
	f, err := w.home.Follow(w.home.path(w.r, k))
	if err != nil {
		return nil, err
	}
	return onlyIf(before, f)
}

// same tells whether the file has these bytes already.
func (w *writer) same(data []byte, off int64) (bool, error) {
	if w.file == nil {
		return false, nil
	}
	now := w.block[:len(data)]
	n, err := w.file.ReadAt(now, off)
	if err == io.EOF {
		err = nil
	}
	return n == len(data) && bytes.Equal(now, data), err
}

// done gives the file in hand back, with all its bytes on the disk.
func (w *writer) done() error {
	if w.file == nil {
		return nil
	}
	var err error
	if w.out != nil {
		err = w.out.Sync()
		if w.wrote != nil {
			err = cmp.Or(err, w.wrote())
		}
		if w.out != w.file {
			err = cmp.Or(err, w.out.Close())
		}
	}
	err = cmp.Or(err, w.file.Close())
	w.file, w.out, w.wrote = nil, nil, nil
	return err
}

func (w *writer) close() error {
	err := w.done()
	if w.home != nil {
		w.home.Close()
		w.home = nil
	}
	return err
}
