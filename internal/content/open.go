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
	tree  *Tree
	index FileIndex

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
		if e := f.look(); e != nil {
			return n, e
		}
		err = fmt.Errorf("reading %q at byte %d: %w", f.tree.display(f.index), off+int64(n), err)
		f.tree.noteRefused(err)
		return n, err
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
	err := f.look()
	if e := f.raw.close(); err == nil && e != nil {
		return fmt.Errorf("closing %q: %w", f.tree.display(f.index), e)
	}
	return err
}

// look says how the open file differs from the one that the tree saw.
func (f *openFile) look() error {
	now, err := f.raw.stat()
	if err != nil {
		return fmt.Errorf("looking at %q: %w", f.tree.display(f.index), err)
	}
	file := f.tree.at(f.index)
	changed := "it was removed or replaced"
	if !now.removed || file.is(removed) {
		was := file.stamp()
		changed = was.difference(file.Size, &now, f.raw.stable)
	}
	if changed != "" {
		return f.tree.hasChanged(f.index, changed, nil)
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
