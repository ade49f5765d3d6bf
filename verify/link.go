package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
)

// LinkKind is how files are brought together.
type LinkKind uint8

// The kinds of links.
const (
	HardLink LinkKind = iota
	SymLink           // with an absolute target
	RefLink           // a copy that shares its blocks, on Linux file systems that can
	Copy
)

func (k LinkKind) String() string { return [...]string{"hard", "sym", "reflink", "copy"}[k] }

// ErrNoReflink is that the system cannot share blocks between files.
var ErrNoReflink = errors.New("this system has no reflinks")

// Link assembles the content in a folder, below the torrent's name: of what is
// whole in its place and what was found. Nothing that exists is replaced. It
// returns how many files were made; a file that could not be is an error, and
// the work ends there.
func (s *SearchReport) Link(ctx context.Context, dir string, how LinkKind) (int, error) {
	r := s.run
	from := map[int]string{}
	for _, f := range s.Found {
		from[f.File] = f.Path
	}
	if !filepath.IsLocal(r.Name) {
		return 0, fmt.Errorf("%q is not a name for a file or folder", r.Name)
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return 0, fmt.Errorf("making %q: %w", dir, content.Bare(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, fmt.Errorf("opening %q: %w", dir, content.Bare(err))
	}
	defer root.Close()
	made, base := 0, r.absRoot()
	for k := range r.Files {
		f := &r.Files[k]
		src, found := from[k]
		if !found && f.State == OK {
			src = r.below(base, k)
		}
		isLink := r.torrent.Files[r.files[k]].IsLink()
		if src == "" && (f.State != Missing || f.Length > 0) || isLink || f.State == Skipped {
			continue
		}
		if err := ctx.Err(); err != nil {
			return made, err
		}
		name := r.Name
		if !r.Single {
			name = filepath.Join(r.Name, filepath.FromSlash(f.Path))
		}
		if err := place(root, dir, name, src, how); err != nil {
			return made, fmt.Errorf("making %q: %w", filepath.Join(dir, name), content.Bare(err))
		}
		made++
	}
	return made, nil
}

// place makes one file. The root refuses names and folders that lead out of it.
func place(root *os.Root, dir, name, src string, how LinkKind) error {
	if parent := filepath.Dir(name); parent != "." {
		if err := root.MkdirAll(parent, 0o777); err != nil {
			return err
		}
	}
	if _, err := root.Lstat(name); err == nil {
		return os.ErrExist
	}
	if src != "" && (how == HardLink || how == SymLink) {
		abs, err := filepath.Abs(src)
		if err != nil {
			return err
		}
		if how == SymLink {
			return root.Symlink(abs, name)
		}
		if abs, err = filepath.EvalSymlinks(abs); err != nil {
			return err
		}
		return os.Link(abs, filepath.Join(dir, name))
	}
	to, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	err = fillFrom(to, src, how)
	if e := to.Close(); err == nil {
		err = e
	}
	if err != nil {
		root.Remove(name) // it was made here
	}
	return err
}

// fillFrom copies a file; "" is an empty one.
func fillFrom(to *os.File, src string, how LinkKind) error {
	if src == "" {
		return nil
	}
	from, err := content.OpenRegular(src)
	if err != nil {
		return err
	}
	defer from.Close()
	if how == RefLink {
		return reflink(to, from)
	}
	_, err = io.Copy(to, from)
	return err
}
