package content

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
)

// openFile is a file of a tree, open for reading.
type openFile struct {
	tree    *Tree
	index   int
	removed bool // had no name when it was opened: some file systems count none
	sparse  bool

	// The lock keeps Close from giving the descriptor to another file while it is read from.
	mu     sync.RWMutex
	raw    rawFile
	closed bool
}

func (f *openFile) ReadAt(p []byte, off int64) (int, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return 0, fmt.Errorf("reading %q: %w", f.tree.display(f.index), fs.ErrClosed)
	}
	if off < 0 {
		return 0, fmt.Errorf("reading %q: negative offset %d", f.tree.display(f.index), off)
	}
	n, err := f.raw.readAt(p, off)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return n, fmt.Errorf("reading %q at byte %d: %w", f.tree.display(f.index), off+int64(n), err)
	}
	if f.tree.dropCache {
		f.raw.drop(off, int64(n))
	}
	return n, nil
}

func (f *openFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return fmt.Errorf("closing %q: %w", f.tree.display(f.index), fs.ErrClosed)
	}
	f.closed = true
	now, err := f.raw.stat()
	file := &f.tree.files[f.index]
	var changed string
	if err == nil {
		changed = file.stamp.difference(file.Size, &now, f.raw.stable)
		if changed == "" && now.removed && !f.removed {
			changed = "it was removed or replaced"
		}
	}
	if e := f.raw.close(); err == nil {
		err = e
	}
	switch {
	case changed != "":
		return f.tree.hasChanged(f.index, changed, nil)
	case err != nil:
		return fmt.Errorf("closing %q: %w", f.tree.display(f.index), err)
	}
	return nil
}

// errNoContent is what an opener answers for a symbolic link that was wanted as such: it has no bytes to read.
var errNoContent = errors.New("symbolic link has no content")

// noContent is read in place of such a link.
type noContent struct{}

func (noContent) ReadAt(p []byte, _ int64) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	return 0, io.ErrUnexpectedEOF
}

func (noContent) Close() error { return nil }
