package verify

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/verify/internal/find"
)

// Renaming is a file that was moved, by slash paths below Report.Root.
type Renaming struct{ From, To string }

// Fixed is what was put right, or would be.
type Fixed struct {
	Report    *Report // afterwards; before, if nothing was changed
	DryRun    bool
	Renamed   []Renaming
	Truncated []string // files that were too long and whole otherwise
}

// Fix verifies the content like [Data], and puts right what needs no other
// data: files that lie in the content's folder under another name get theirs,
// once all their pieces are proved, and files that are too long are cut to
// their length, once everything in front of it is proved to be whole. It
// deletes and replaces nothing, and takes no file of the torrent for another.
func Fix(ctx context.Context, torrent []byte, dir string, o FixOptions) (*Fixed, error) {
	r, err := verifyAt(ctx, disk{}, torrent, dir, o.Options)
	if err != nil {
		return nil, err
	}
	f := &fixer{run: r, res: &Fixed{Report: r.Report, DryRun: o.DryRun}, workers: o.Workers}
	if r.Single {
		return f.res, f.truncateSingle(ctx)
	}
	if info, err := os.Stat(r.Root); err != nil || !info.IsDir() {
		return f.res, nil // there is nothing to put right
	}
	found, err := find.Files(ctx, r.known(), []string{r.Root}, find.Options{Workers: o.Workers, Foreign: true})
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(r.Root)
	if err != nil {
		return nil, fmt.Errorf("opening %q: %w", r.Root, content.Bare(err))
	}
	defer root.Close()
	if err := f.rename(root, found.Found); err != nil {
		return f.res, err
	}
	if err := f.truncate(root, found.Matches); err != nil {
		return f.res, err
	}
	return f.res, f.readAgain(ctx)
}

// fixer puts files right.
type fixer struct {
	*run
	res     *Fixed
	workers int
}

// rename moves the files that were found to places where nothing is.
func (f *fixer) rename(root *os.Root, list []find.Found) error {
	base, err := filepath.Abs(f.Root)
	if err != nil {
		return err
	}
	moved := map[string]bool{}
	for _, found := range list {
		to := f.Files[found.File].Path
		rel, err := filepath.Rel(base, found.Path)
		if err != nil || !found.Proved || f.Files[found.File].State != Missing || moved[rel] {
			continue
		}
		if _, err := root.Lstat(filepath.FromSlash(to)); err == nil {
			continue // a link that leads nowhere, or what has come since
		}
		if !f.res.DryRun {
			if parent := path.Dir(to); parent != "." {
				if err := root.MkdirAll(filepath.FromSlash(parent), 0o777); err != nil {
					return fmt.Errorf("making the folder of %q: %w", to, content.Bare(err))
				}
			}
			if err := root.Rename(rel, filepath.FromSlash(to)); err != nil {
				return fmt.Errorf("renaming %q: %w", rel, content.Bare(err))
			}
		}
		moved[rel] = true
		f.res.Renamed = append(f.res.Renamed, Renaming{filepath.ToSlash(rel), to})
	}
	return nil
}

// truncate cuts the files that are too long and whole.
func (f *fixer) truncate(root *os.Root, matches func(piece int) bool) error {
	for k := range f.Files {
		file := &f.Files[k]
		if file.State != Long || !f.wholePieces(k, matches) {
			continue
		}
		if !f.res.DryRun {
			if err := cut(root, filepath.FromSlash(file.Path), file); err != nil {
				return fmt.Errorf("cutting %q: %w", file.Path, content.Bare(err))
			}
		}
		f.res.Truncated = append(f.res.Truncated, file.Path)
	}
	return nil
}

// cut shortens a file that still has the size that was seen.
func cut(root *os.Root, name string, file *FileReport) error {
	h, err := content.OpenRegularIn(root, name, os.O_RDWR)
	if err != nil {
		return err
	}
	defer h.Close()
	if info, err := h.Stat(); err != nil || info.Size() != file.Size {
		return cmp.Or(err, errChanged)
	}
	return h.Truncate(file.Length)
}

// wholePieces tells whether all pieces with bytes of a file match, where they
// are or put together with files that were found.
func (f *fixer) wholePieces(k int, matches func(piece int) bool) bool {
	first, end := f.layout.FilePieces(f.files[k])
	for p := first; p < end; p++ {
		if f.pieces.get(p) != PieceOK && !matches(p) {
			return false
		}
	}
	return true
}

// truncateSingle is Fix for a torrent of one file.
func (f *fixer) truncateSingle(ctx context.Context) error {
	if f.Files[0].State != Long || !f.wholePieces(0, func(int) bool { return false }) {
		return nil
	}
	if !f.res.DryRun {
		root, err := os.OpenRoot(filepath.Dir(f.Root))
		if err != nil {
			return fmt.Errorf("opening %q: %w", filepath.Dir(f.Root), content.Bare(err))
		}
		defer root.Close()
		if err := cut(root, filepath.Base(f.Root), &f.Files[0]); err != nil {
			return fmt.Errorf("cutting %q: %w", f.Root, content.Bare(err))
		}
	}
	f.res.Truncated = append(f.res.Truncated, f.Files[0].Path)
	return f.readAgain(ctx)
}

// readAgain reads once more what was not whole before.
func (f *fixer) readAgain(ctx context.Context) error {
	if f.res.DryRun || len(f.res.Renamed)+len(f.res.Truncated) == 0 {
		return nil
	}
	f.Extra = slices.DeleteFunc(f.Extra, func(e Extra) bool {
		return slices.ContainsFunc(f.res.Renamed, func(n Renaming) bool { return n.From == e.Path })
	})
	now, err := f.again(ctx, f.pieces.that(isOpen), f.workers, false)
	if err != nil {
		return err
	}
	f.run, f.res.Report = now, now.Report
	return nil
}
