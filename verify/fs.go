package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/torrentkit/torrentkit/internal/content"
)

// FS is [Data] for content in an fs.FS, such as an archive or files in memory:
// root, a path as of [fs.ValidPath], is the content itself, or a folder that
// holds it under the torrent's name. What lies outside of it is for fsys to keep
// out, as [os.Root] does.
//
// Files are read one after the other, each once from its start on: in place if
// they are an [io.ReaderAt], else as they come.
func FS(ctx context.Context, torrent []byte, fsys fs.FS, root string, o FSOptions) (*Report, error) {
	if !fs.ValidPath(root) {
		return nil, fmt.Errorf("looking for the content at %q: %w", root, fs.ErrInvalid)
	}
	r, err := verifyAt(ctx, inFS{fsys}, torrent, root, Options{Selection: o.Selection, Reading: o.Reading, Extra: o.Extra})
	if r == nil {
		return nil, err
	}
	r.close()
	return r.Report, err
}

// ReaderAt verifies the content of a torrent of one file, which is the first size
// bytes of r.
func ReaderAt(ctx context.Context, torrent []byte, r io.ReaderAt, size int64, o StreamOptions) (*Report, error) {
	t, err := parse(torrent, nil)
	if err != nil {
		return nil, err
	}
	if !t.Single {
		return nil, errManyFiles
	}
	const name = "-"
	return FS(ctx, torrent, content.OneFile(name, r, size), name, FSOptions{Selection: o.Selection, Reading: o.Reading})
}

var errManyFiles = errors.New("the torrent is of a folder, and this is one file")
