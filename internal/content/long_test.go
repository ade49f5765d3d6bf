//go:build (linux || darwin || freebsd) && !portable

package content

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// TestLongPaths makes a tree whose paths are longer than the system takes at once.
func TestLongPaths(t *testing.T) {
	t.Parallel()
	root := makeTree(t, nil)
	name := strings.Repeat("n", 250)
	path := strings.Repeat(name+"/", 20) + "file"
	if err := makeLong(root, name, 20); err != nil {
		t.Skip(err)
	}
	tree, _ := scan(t, root, ScanOptions{})
	wantPaths(t, tree, path)
	l := locate(t, root, Want{Path: path})
	if got := readAll(t, tree, 0) + readAll(t, l.Tree, 0); got != "longlong" {
		t.Errorf("content %q", got)
	}
}

func makeLong(root, name string, depth int) error {
	dir, err := os.OpenRoot(root)
	if err != nil {
		return err
	}
	for range depth {
		next, err := nest(dir, name)
		dir.Close()
		if err != nil {
			return err
		}
		dir = next
	}
	return errors.Join(dir.WriteFile("file", []byte("long"), 0o644), dir.Close())
}

func nest(dir *os.Root, name string) (*os.Root, error) {
	if err := dir.Mkdir(name, 0o755); err != nil {
		return nil, err
	}
	return dir.OpenRoot(name)
}
