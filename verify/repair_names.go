package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/verify/internal/below"
	"github.com/torrentkit/torrentkit/verify/internal/find"
)

// Left is a file that was left as it is, and why.
type Left struct {
	File int    // that it may be: index in Report.Files; -1 is the content's folder or file itself
	Path string // of the system, or below Report.Root
	Why  string
}

// Reasons for which files are left alone.
const (
	leftUnproved = "its pieces do not all match"
	leftEmpty    = "it is empty in the torrent: nothing of what is there is proved"
	leftShared   = "pieces that it shares with other files do not match: they prove nothing"
	leftTaken    = "something else has the name"
	leftAlone    = "it may be %q, and files that share its pieces are missing: nothing proves it"
)

// rename moves the files that were found to places where nothing is: those that
// differ in their name from the torrent, and those that were searched for.
func (f *fixer) rename(found *find.Result) error {
	moved := map[string]bool{}
	for k := range f.Files {
		file := &f.Files[k]
		if file.Found == "" || file.State == Skipped {
			continue
		}
		if why := f.doubt(k, found.Matches); why != "" {
			f.leave(k, file.Found, why)
			continue
		}
		at := find.Found{File: k, Proved: true, Tree: f.located.Tree, Index: content.FileIndex(k)}
		if err := f.give(&at, file.Found, moved); err != nil {
			return err
		}
	}
	for i := range found.Found {
		at := &found.Found[i]
		switch {
		case at.Tree == nil || f.Files[at.File].State != Missing:
		case !at.Proved:
			f.leave(at.File, at.Path, leftShared)
		default:
			if err := f.give(at, at.Tree.Path(at.Index), moved); err != nil {
				return err
			}
		}
	}
	for _, c := range found.Unproved {
		if file := &f.Files[c.File]; file.State == Missing {
			f.leave(c.File, c.Path, fmt.Sprintf(leftAlone, file.Path))
		}
	}
	return f.removeEmptied()
}

func (f *fixer) leave(k int, path, why string) {
	f.res.Left = append(f.res.Left, Left{k, path, why})
}

// give gives a file that was proved its name.
func (f *fixer) give(found *find.Found, from string, moved map[string]bool) error {
	file := &f.Files[found.File]
	if moved[from] {
		return nil
	}
	if err := content.CheckPath(file.Path); err != nil {
		f.leave(found.File, from, err.Error()) // Windows has not all names
		return nil
	}
	if _, err := f.home.Lstat(file.Path); err == nil {
		f.leave(found.File, from, leftTaken) // a link that leads nowhere, or what has come since
		return nil
	}
	if !f.res.DryRun {
		if err := f.move(found, from, file.Path); err != nil {
			return fmt.Errorf("renaming %q: %w", from, content.Bare(err))
		}
		f.run.details(file).Found, file.Differs = "", SameName
	}
	moved[from] = true
	f.res.Renamed = append(f.res.Renamed, Renaming{from, file.Path})
	return nil
}

// removeEmptied removes the folders from which the last file was moved.
func (f *fixer) removeEmptied() error {
	if f.res.DryRun {
		return nil
	}
	for _, n := range f.res.Renamed {
		for dir := path.Dir(n.From); dir != "."; dir = path.Dir(dir) {
			info, err := f.home.Lstat(dir)
			if errors.Is(err, fs.ErrNotExist) {
				continue // it was removed for another file
			}
			if err != nil || !info.IsDir() || f.home.Remove(dir) != nil {
				break // others are in it
			}
			f.res.Removed = append(f.res.Removed, dir)
		}
	}
	return nil
}

// renameRoot gives the content's file or folder the torrent's name, where it has it
// in other words and holds good pieces. It comes last, when nothing of it is open.
func (f *fixer) renameRoot(ctx context.Context) error {
	r := f.res.Report
	was := absolute(r.Root)
	if r.Differs == SameName || filepath.Base(was) == r.Name || ctx.Err() != nil {
		return ctx.Err()
	}
	if r.GoodPieces == 0 || r.Differs.Has(Unfinished) && !r.OK() {
		f.res.Left = append(f.res.Left, Left{-1, r.Root, leftUnproved})
		return nil
	}
	if err := content.CheckPath(r.Name); err != nil {
		f.res.Left = append(f.res.Left, Left{-1, r.Root, err.Error()})
		return nil
	}
	seen, err := os.Lstat(was)
	if err != nil || seen.Mode()&fs.ModeSymlink != 0 {
		return content.Bare(err)
	}
	holder, err := below.Open(filepath.Dir(was))
	if err != nil {
		return fmt.Errorf("renaming %q: %w", r.Root, content.Bare(err))
	}
	defer holder.Close()
	if _, err := holder.Lstat(r.Name); err == nil {
		f.res.Left = append(f.res.Left, Left{-1, r.Root, leftTaken})
		return nil
	}
	f.res.RenamedRoot = r.Root
	if f.res.DryRun {
		return nil
	}
	f.run.close()
	if err := holder.Rename(filepath.Base(was), r.Name); err != nil {
		return fmt.Errorf("renaming %q: %w", r.Root, content.Bare(err))
	}
	if now, err := holder.Lstat(r.Name); err != nil || !os.SameFile(seen, now) {
		return fmt.Errorf("renaming %q: %w", r.Root, below.ErrReplaced)
	}
	r.Root, r.Differs = filepath.Join(filepath.Dir(r.Root), r.Name), SameName
	return nil
}
