package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"

	"github.com/torrentkit/torrentkit/metainfo"
)

// failingFS fails below a folder, but for one name, which is not there.
type failingFS struct {
	fs.FS
	below, except string
	err           error
}

func (f failingFS) Open(name string) (fs.File, error) {
	if strings.HasPrefix(name, f.below) && name != f.except {
		return nil, &fs.PathError{Op: "open", Path: name, Err: f.err}
	}
	return f.FS.Open(name)
}

// A folder that the system does not let us look into has its files for all we know, wherever it is looked for.
func TestFilesOfARefusedFolderAreNotMissing(t *testing.T) {
	tree := files{"a": []byte("some"), "d/b": []byte("bytes")}
	torrent := makeTorrent(t, tree.Write(t, t.TempDir()+"/tree"), metainfo.V1, 16384, metainfo.Fields{})
	for _, why := range []error{syscall.EIO, syscall.EMFILE, syscall.EACCES} {
		for _, disk := range []failingFS{
			{below: "data/", except: "data/tree"},
			{below: "data/tree", except: ""},
			{below: "data/tree/", except: ""},
		} {
			disk.FS, disk.err = fstest.MapFS{"data/a": {Data: tree["a"]}, "data/d/b": {Data: tree["d/b"]}}, why
			if disk.except == "" {
				disk.FS = fstest.MapFS{"data/tree/a": {Data: tree["a"]}, "data/tree/d/b": {Data: tree["d/b"]}}
			}
			r, err := FS(context.Background(), torrent, disk, "data", FSOptions{})
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range r.Files {
				if f.State != Unreadable || !Refused(f.Err) || !errors.Is(f.Err, why) {
					t.Errorf("%v below %s: %s is %v, %v", why, disk.below, f.Path, f.State, f.Err)
				}
			}
		}
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{fs.ErrNotExist, false},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.ENOENT}, false},
		{syscall.ENOTDIR, false},
		{errors.New("symbolic link leads outside the folder"), false},
		{fmt.Errorf("%w: it was removed", errChanged), false},
		{ErrNotWhole, false},
		{fmt.Errorf("writing: %w", syscall.ENOSPC), true},
		{&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, true},
	} {
		if got := Refused(tt.err); got != tt.want {
			t.Errorf("Refused(%v) is %v", tt.err, got)
		}
	}
}
