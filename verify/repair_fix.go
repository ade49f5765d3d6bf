package verify

import (
	"cmp"
	"context"
	"fmt"
	"os"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/verify/internal/find"
)

// Renaming is a file that was moved, by slash paths below Report.Root.
type Renaming struct{ From, To string }

// Fixed is what was put right, or would be.
type Fixed struct {
	Report  *Report // afterwards; before, if nothing was changed
	DryRun  bool
	Renamed []Renaming
	// RenamedRoot is what Report.Root was called, or is if nothing was changed; else
	// it is empty.
	RenamedRoot string
	Truncated   []string // files that were too long and whole otherwise
	Removed     []string // folders, below Report.Root, that were emptied
	Left        []Left   // files that were left under another name, or too long
	Stopped     bool     // FixOptions.MaxRead ended the search for files
	More        int64    // if not 0, what FixOptions.MaxRead must be to try more candidates
	Err         error    // the first that the system refused to read in it, if any
}

// Fix verifies the content like [Data], and puts right what needs no other
// data: files that lie in the content's folder under another name get theirs,
// once all their pieces are proved, as does that folder or file itself where its
// name is the torrent's in other words; files that are too long are cut to
// their length, but never to none, once everything in front of it is proved to be
// whole. It deletes nothing but folders that it emptied, replaces nothing, and takes no
// file of the torrent for another.
func Fix(ctx context.Context, torrent []byte, dir string, o FixOptions) (*Fixed, error) {
	r, err := verifyAt(ctx, disk{o.Folders}, torrent, dir, o.Options)
	if err != nil {
		return nil, err
	}
	f := &fixer{run: r, res: &Fixed{Report: r.Report, DryRun: o.DryRun}, workers: o.Workers, effort: o.Effort}
	defer func() { f.run.close() }()
	switch info, err := os.Stat(r.Root); {
	case Refused(err):
		return f.res, fmt.Errorf("looking at %q: %w", r.Root, content.Bare(err))
	case err != nil || info.IsDir() == r.Single:
		return f.res, nil // there is nothing to put right
	}
	if err := changeable(r); err != nil && !r.OK() {
		return f.res, err
	}
	if f.home, err = openHome(r, false); err != nil {
		return f.res, err
	}
	defer f.home.Close()
	if r.Single {
		err = f.truncate(func(int) bool { return false })
	} else {
		err = f.inFolder(ctx)
	}
	if err == nil {
		err = f.readAgain(ctx)
	}
	if err != nil {
		return f.res, err
	}
	f.home.Close()
	return f.res, f.renameRoot(ctx)
}

// fixer puts files right.
type fixer struct {
	*run
	res     *Fixed
	workers int
	effort  Effort
	home    *home
	own     content.Own // renamings and cuts
	// elsewhere has the files whose pieces match with another file, whatever is in the
	// place of theirs.
	elsewhere map[int]bool
}

// inFolder is Fix for a torrent of a folder.
func (f *fixer) inFolder(ctx context.Context) error {
	found, err := find.Files(ctx, known(f.run), []string{f.Root}, find.Options{Workers: f.workers, Foreign: true, MaxRead: f.effort.MaxRead, Progress: f.effort.Searching})
	if err != nil {
		return err
	}
	defer found.Close()
	f.res.Stopped, f.res.More = found.Stopped, found.More
	f.elsewhere = map[int]bool{}
	for _, at := range found.Found {
		f.elsewhere[at.File] = !at.InPlace
	}
	if err := f.truncate(found.Matches); err != nil { // while files have the names under which they were read
		return err
	}
	err = f.rename(found)
	f.res.Err = cmp.Or(found.Refused(), f.run.located.Refused())
	return err
}

// move renames a file that is the one that was proved, before and after.
func (f *fixer) move(found *find.Found, from, to string) error {
	file, err := found.Tree.OpenFile(found.Index, &f.own)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := f.own.Change(file, func() error { return f.home.Rename(from, to) }); err != nil {
		return err
	}
	if err := f.home.Is(file, to); err != nil {
		return cmp.Or(f.home.Rename(to, from), err)
	}
	return nil
}

// truncate cuts the files that are too long and whole.
func (f *fixer) truncate(matches func(piece int) bool) error {
	for k := range f.Files {
		file := &f.Files[k]
		if file.State != Long {
			continue
		}
		if why := f.doubt(k, matches); why != "" {
			if file.Found == "" { // else rename says it
				f.leave(k, file.Path, why)
			}
			continue
		}
		if !f.res.DryRun {
			if err := f.cut(k); err != nil {
				return fmt.Errorf("cutting %q: %w", file.Path, content.Bare(err))
			}
		}
		f.res.Truncated = append(f.res.Truncated, file.Path)
	}
	return nil
}

// cut shortens a file that has not changed since it was read.
func (f *fixer) cut(k int) error {
	seen, err := f.located.OpenFile(content.FileIndex(k), &f.own)
	if err != nil {
		return err
	}
	defer seen.Close()
	info, err := seen.Stat()
	if err != nil {
		return err
	}
	h, err := f.home.openToChange(f.home.path(f.run, k), info)
	if err != nil {
		return err
	}
	err = f.own.Change(h, func() error { return h.Truncate(f.Files[k].Length) })
	return cmp.Or(err, h.Close())
}

// doubt is why a file is left as it is, "" if it is proved up to its length. One that is
// empty in the torrent is not: what is there may be all that there is of another file.
func (f *fixer) doubt(k int, matches func(piece int) bool) string {
	switch file := &f.Files[k]; {
	case file.State == Long && file.Length == 0:
		return leftEmpty
	case file.State > Long || !f.wholePieces(k, matches):
		return leftUnproved
	}
	return ""
}

// wholePieces tells whether all pieces with bytes of a file match, where they
// are or put together with other files that were found.
func (f *fixer) wholePieces(k int, matches func(piece int) bool) bool {
	first, end := f.layout.FilePieces(f.indexOf(k))
	for p := first; p < end; p++ {
		if f.pieces.get(p) != PieceOK && (f.elsewhere[k] || !matches(p)) {
			return false
		}
	}
	return true
}

// readAgain reads once more what was not whole before.
func (f *fixer) readAgain(ctx context.Context) error {
	if f.res.DryRun || len(f.res.Renamed)+len(f.res.Truncated) == 0 {
		return nil
	}
	gone := map[string]bool{}
	for _, n := range f.res.Renamed {
		gone[n.From] = true
	}
	f.Extra = without(f.Extra, gone)
	now, err := f.again(ctx, f.pieces.that(isOpen), f.workers, false)
	if err != nil {
		return err
	}
	f.run, f.res.Report = now, now.Report
	return nil
}
