package content

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"syscall"
)

// maxFolders bounds the folders that a located tree holds open beside those in use.
const maxFolders = 16

// folders keeps the folders that were used last open: most files of a torrent lie beside the one before.
type folders struct {
	root *os.Root

	mu   sync.Mutex
	list []*heldFolder // the one used last comes first
}

type heldFolder struct {
	folder
	path string
	uses int  // by callers of acquire
	left bool // no longer in the list: the last user closes it
}

// acquire opens a folder by its local slash path, or finds it open. The caller gives it back with release.
func (c *folders) acquire(path string) (*heldFolder, error) {
	if h := c.find(path); h != nil {
		return h, nil
	}
	f, err := openFolder(c.root, localPath(path))
	if err != nil {
		return nil, err
	}
	h := &heldFolder{folder: f, path: path, uses: 1}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, nil)
	copy(c.list[1:], c.list)
	c.list[0] = h
	if n := len(c.list); n > maxFolders {
		c.drop(c.list[n-1])
		c.list[n-1] = nil
		c.list = c.list[:n-1]
	}
	return h, nil
}

// open opens the file at a local slash path, and no symbolic link in its place.
func (c *folders) open(name string) (rawFile, error) {
	dir, base := path.Split(name)
	h, err := c.acquire(strings.TrimSuffix(dir, "/"))
	if err != nil {
		if !errors.As(err, new(syscall.Errno)) && !errors.Is(err, fs.ErrClosed) { // a folder has become a link since, and os.Root refused to follow it
			err = ErrOutside
		}
		return rawFile{}, err
	}
	defer c.release(h)
	return h.open(base)
}

func (c *folders) find(path string) *heldFolder {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, h := range c.list {
		if h.path == path {
			copy(c.list[1:i+1], c.list[:i])
			c.list[0] = h
			h.uses++
			return h
		}
	}
	return nil
}

func (c *folders) release(h *heldFolder) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h.uses--; h.left && h.uses == 0 {
		h.close()
	}
}

// drop is called with the lock held.
func (c *folders) drop(h *heldFolder) {
	if h.left = true; h.uses == 0 {
		h.close()
	}
}

// close gives back all folders, and the root.
func (c *folders) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range c.list {
		c.drop(h)
	}
	c.list = nil
	return c.root.Close()
}
