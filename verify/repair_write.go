package verify

import (
	"bytes"
	"cmp"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// writeBlock is the unit in which bytes are compared and written.
const writeBlock = 4096

// writer writes into the files of the content, below its folder only. It is
// also a Source of them as they are now.
type writer struct {
	r      *run
	dry    bool
	folder *os.Root // opened at the first use
	file   *os.File
	index  int // in Report.Files, of file
	made   map[int]bool
	block  []byte
}

func newWriter(r *run, dry bool) *writer {
	return &writer{r: r, dry: dry, made: map[int]bool{}, block: make([]byte, writeBlock)}
}

// name is the path of a file below the folder.
func (w *writer) name(k int) string {
	if w.r.torrent.Single {
		return filepath.Base(w.r.Root)
	}
	return filepath.FromSlash(w.r.Files[k].Path)
}

func (w *writer) root() (*os.Root, error) {
	if w.folder != nil {
		return w.folder, nil
	}
	dir := w.r.Root
	if w.r.torrent.Single {
		dir = filepath.Dir(dir)
	}
	if !w.dry {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
	}
	var err error
	w.folder, err = os.OpenRoot(dir)
	return w.folder, err
}

// Open implements piecehash.Source, by the index in the torrent.
func (w *writer) Open(i layout.FileIndex) (piecehash.File, error) {
	k := int(w.r.fileOf[i])
	if s := w.r.Files[k].State; s == WrongType || s == Unreadable {
		return nil, w.r.Files[k].Err
	}
	folder, err := w.root()
	if err != nil {
		return nil, err
	}
	return content.OpenRegularIn(folder, w.name(k), os.O_RDONLY)
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
	created = f.State == Missing && !w.made[k]
	if err := w.use(k, created); err != nil {
		return false, 0, err
	}
	w.made[k] = true
	for len(data) > 0 {
		part := data[:min(len(data), writeBlock)]
		same, err := w.same(part, off)
		if err == nil && !same {
			n += int64(len(part))
			if !w.dry {
				_, err = w.file.WriteAt(part, off)
			}
		}
		if err != nil {
			return created, n, err
		}
		data, off = data[len(part):], off+int64(len(part))
	}
	return created, n, nil
}

// use takes a file in hand for writing.
func (w *writer) use(k int, create bool) error {
	if w.file != nil && w.index == k {
		return nil
	}
	if err := w.done(); err != nil {
		return err
	}
	if w.dry && w.r.Files[k].State == Missing {
		return nil
	}
	folder, err := w.root()
	if err != nil {
		return err
	}
	flag := os.O_RDWR
	if w.dry {
		flag = os.O_RDONLY
	}
	if create {
		flag |= os.O_CREATE
		if dir := path.Dir(filepath.ToSlash(w.name(k))); dir != "." {
			if err := folder.MkdirAll(filepath.FromSlash(dir), 0o777); err != nil {
				return err
			}
		}
	}
	w.file, err = content.OpenRegularIn(folder, w.name(k), flag)
	w.index = k
	return err
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
	if !w.dry {
		err = w.file.Sync()
	}
	if e := w.file.Close(); err == nil {
		err = e
	}
	w.file = nil
	return err
}

func (w *writer) close() error {
	err := w.done()
	if w.folder != nil {
		w.folder.Close()
		w.folder = nil
	}
	return err
}
