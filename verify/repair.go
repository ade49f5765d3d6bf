package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/verify/internal/below"
)

// Repair verifies the content like [Data], and replaces the pieces that are
// missing or damaged by good ones from another copy.
//
// Every piece is hashed in memory before any byte of it is written, and only
// blocks of 4 KiB that differ are written, so that a run that is interrupted anywhere
// leaves nothing worse than it was. Missing files and folders are made. Nothing
// is deleted, truncated, replaced or written outside of the content's folder, and
// nothing through a symbolic link, but one that path names: over-long files stay
// so, and what is no file stays where it is.
func Repair(ctx context.Context, torrent []byte, path string, o RepairOptions) (*Repaired, error) {
	r, err := verifyAt(ctx, disk{o.Folders}, torrent, path, o.Options)
	if err != nil {
		return nil, err
	}
	m := newMender(r, o)
	defer func() { m.run.close() }()
	if err := changeable(r); err != nil && !r.OK() {
		return m.res, err
	}
	if o.Web != nil {
		return m.fromWeb(ctx, o.Web)
	}
	other, err := r.openCopy(ctx, o.From)
	if err != nil {
		return nil, err
	}
	defer other.located.Close()
	switch same, err := sameFile(r.Root, other.root); {
	case err != nil:
		return m.res, err
	case same:
		return nil, fmt.Errorf("repairing %q from itself", r.Root)
	}
	m.res.From = other.root
	return m.res, m.from(ctx, other)
}

// sameFile tells whether two paths lead to one file or folder. What is not there is none.
func sameFile(a, b string) (bool, error) {
	var infos [2]os.FileInfo
	for i, path := range []string{a, b} {
		var err error
		if infos[i], err = os.Stat(path); Refused(err) {
			return false, fmt.Errorf("looking at %q: %w", path, content.Bare(err))
		}
	}
	return os.SameFile(infos[0], infos[1]), nil
}

// home is the folder that the content is changed in. A link is followed to what
// was named, the content or the folder that holds it, and to nothing below.
type home struct {
	*below.Folder
	single string // the name of the one file in it
}

// path is the slash path of the k-th file of the report in its home.
func (h *home) path(r *run, k int) string {
	if r.Single {
		return h.single
	}
	return r.Files[k].Place()
}

// openHome opens the content's home, and makes what is missing of it if asked to.
func openHome(r *run, make bool) (*home, error) {
	open := below.Open
	if make {
		open = below.Make
	}
	h, folder := &home{single: filepath.Base(r.Root)}, r.named
	if r.Single && r.Root == r.named {
		real, err := filepath.EvalSymlinks(r.Root)
		switch {
		case err == nil:
			folder, h.single = filepath.Dir(real), filepath.Base(real)
		case Refused(err):
			return nil, fmt.Errorf("looking at %q: %w", r.Root, content.Bare(err))
		default:
			folder = filepath.Dir(r.Root)
		}
	}
	var err error
	if h.Folder, err = open(folder); err == nil && !r.Single && r.Root != r.named {
		err = h.enter(filepath.Base(r.Root), make)
	}
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", r.Root, content.Bare(err))
	}
	return h, nil
}

// ErrLinked is why content is not changed that a link leads to, from the place that
// it has below the folder that was named.
var ErrLinked = errors.New("it is a symbolic link, and nothing is changed through one that was not named itself")

// changeable is ErrLinked, or no error.
func changeable(r *run) error {
	if r.Root == r.named {
		return nil
	}
	if info, err := os.Lstat(r.Root); err == nil && info.Mode()&os.ModeSymlink != 0 {
		return fmt.Errorf("changing %q: %w", r.Root, ErrLinked)
	}
	return nil
}

// enter goes down into the content's folder.
func (h *home) enter(name string, make bool) (err error) {
	holder := h.Folder
	defer holder.Close()
	if make {
		if err := holder.Mkdir(name); err != nil {
			return err
		}
	}
	h.Folder, err = holder.Sub(name)
	return err
}

// openToChange opens a file of the content, seen before by an open file, to
// change it.
func (h *home) openToChange(name string, seen os.FileInfo) (*os.File, error) {
	f, err := h.Open(name, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	return onlyIf(seen, f)
}

// onlyIf returns an open file that is the one that was seen, and closes another.
func onlyIf(seen os.FileInfo, f *os.File) (*os.File, error) {
	same, err := content.SameFile(seen, f)
	if err == nil && !same {
		err = below.ErrReplaced
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
