package verify

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/verify/internal/find"
)

// Found is a file of the torrent that lies somewhere else.
type Found struct {
	File int // index in Report.Files
	// Path is one of the system. It is that of the file's own place if the file was
	// suspected, and what was found of others shows that it is whole.
	Path string
	// Proved is set when all pieces of the file match. Otherwise those that lie
	// inside of it do, and the first or the last could not be checked, because
	// a file that shares it was not found.
	Proved bool
}

// SearchReport is what a search found.
type SearchReport struct {
	// Report is of the content where it was found: files that lie somewhere else, and
	// are proved, are Elsewhere, and their pieces ok.
	Report *Report
	Found  []Found // by rising File
	// Lost are the files that are not right in their place and were not found. A file
	// that nothing is known against there is none of them.
	Lost []int
	// Untried are those of Lost that may be there: too many files of one size share
	// a piece with others that were not found, for all ways to put it together, or the
	// search was stopped.
	Untried []int
	// Stopped is set if SearchOptions.MaxRead ended the search.
	Stopped bool
	// More, if not 0, is what SearchOptions.MaxRead must be to try more for those that are
	// Untried: the search hashed as much as it does by itself.
	More int64
	// Candidates is how many files of a right size were looked at.
	Candidates int
	// Err is the first that the system refused to read below the folders, if any: what
	// is lost may be there.
	Err error

	run     *run
	found   *find.Result
	own     content.Own
	workers int
}

// Close gives back the folders that were searched, and that of the content. There
// is no [SearchReport.Link] afterwards.
func (s *SearchReport) Close() error { return errors.Join(s.found.Close(), s.run.close()) }

// ErrNothingToSearch is that a search names no folder.
var ErrNothingToSearch = errors.New("no folder to search")

// Search verifies the content like [Data], and looks below the folders for the files that are missing
// or damaged: by size, then by the hashes of pieces that lie inside a file, the first of them first,
// then by those of pieces that files share; for the files whose names they have before all others. A
// folder may be named by a symbolic link; below it none is followed. Nothing is changed. The caller
// closes the report.
//
// # Reads
//
// As long as what is wanted is there, no candidate is read more than twice, and one that is none of
// the files no further than two piece lengths.
//
// Only v1 files of one size that have no piece of their own, and do not fit into 28 MiB, are read in
// passes: what one piece tells is wanted for the next. While all of them are there these are four at
// most, and two or three where files have three quarters of a piece or more. A chain of such files is
// followed from a pair. What is before the pair is told by states of SHA-1 that are kept of all
// candidates, without reading those again, up to a piece of three files. What is behind it takes a
// pass for each two files, and less where memory holds what is read: no SHA-1 can be begun in the
// middle of a piece, so the starts of all candidates are wanted once the file before is known.
//
// A pair near the end of a chain spares that. It is hashed the square of the candidates times, over
// what of the piece is behind its first file, and half of that on average. That can be too dear:
//
//   - 200 files of 0.95 of a piece of 1 MiB, among 400 candidates, want nine pairs of 140 GiB each, and
//     are read 7 times; of 0.9 of one 6 times, of 0.8 16 times, of 0.99, where there are two such pairs,
//     twice. 100 files among 200 candidates are read four times at most.
//   - Files that are missing end chains anywhere, and what stands beside one may be a file that was
//     found, too: all candidates are read once more at the end. A tenth of 200 that is missing makes
//     it four to five times.
//
// # Bounds
//
// To find a file beside one that is known all candidates are hashed, each up to the end of the piece,
// and to find two that share a piece all pairs, unless samples tell them apart. What is hashed in
// passes is bounded, but for what one piece takes above its average, by 32 GiB and 2048 times the
// bytes of the files of a right size below the folders, 256 GiB at most (40 seconds of one processor
// with AVX-512, or 75 with AVX2), or by MaxRead, if that is more: what is Untried then, More tells how
// to try. Memory is taken for 64 bytes and the state of a SHA-1 of each candidate and pair that is
// tried side by side, 16384 at most, and that is kept, 131072 at most. Of one size 100000 files are
// tried at most, and 65536 for a file without pieces of its own: beside more, what is lost is Untried.
func Search(ctx context.Context, torrent []byte, path string, dirs []string, o SearchOptions) (*SearchReport, error) {
	if len(dirs) == 0 {
		return nil, ErrNothingToSearch
	}
	r, err := verifyAt(ctx, disk{o.Folders}, torrent, path, o.Options)
	if err != nil {
		return nil, err
	}
	found, err := find.Files(ctx, known(r), dirs, find.Options{Workers: o.Workers, MaxRead: o.MaxRead, Progress: o.Searching})
	if err != nil {
		r.close()
		return nil, err
	}
	s := &SearchReport{Report: r.Report, run: r, found: found, workers: o.Workers, Untried: found.Untried, Stopped: found.Stopped, More: found.More, Candidates: found.Candidates, Err: cmp.Or(found.Refused(), r.located.Refused())}
	for _, k := range found.Lost {
		if r.Files[k].State != Unchecked { // it is in its place, and no other is better
			s.Lost = append(s.Lost, k)
		}
	}
	for _, f := range found.Found {
		s.Found = append(s.Found, Found{f.File, f.Path, f.Proved})
	}
	s.takeOver()
	return s, nil
}

// takeOver makes the report one of the content where it was found.
func (s *SearchReport) takeOver() {
	r := s.run
	for p := range s.found.Matching() {
		r.pieces.set(p, PieceOK)
	}
	for i, f := range s.found.Found {
		if !f.Proved {
			continue
		}
		file := &r.Files[f.File]
		r.say(file, Elsewhere, nil)
		if file.Details != r.plain {
			d := r.details(file)
			d.Damaged, d.Unverified = nil, nil
		}
		if s.found.Found[i].InPlace {
			file.State = OK
		}
	}
	r.GoodPieces, r.BadPieces, r.UncheckedPieces, r.SkippedPieces = 0, 0, 0, 0
	r.GoodBytes, r.UncheckedBytes, r.SkippedBytes = 0, 0, 0
	r.endReading(r.Incomplete)
	for k := range r.Files {
		conclusions{r}.doubt(k)
	}
}

// known tells what is known of the content in its place.
func known(r *run) *find.Content {
	p := &find.Content{Torrent: r.torrent, Open: r.open, Files: make([]find.File, len(r.Files))}
	p.Skipped = func(piece int) bool { return r.pieces.get(piece) == PieceSkipped }
	p.Unread = func(piece int) bool { return isUnread(r.pieces.get(piece)) }
	p.Good = func(piece int) bool { return r.pieces.get(piece) == PieceOK }
	root := absolute(r.Root)
	for k := range r.Files {
		f, i := &r.Files[k], r.indexOf(k)
		p.Files[k] = find.File{
			Index: i, Path: f.Path, Length: f.Length, At: placeOf(r, root, k),
			Wanted:  isSought(f) && f.Length > 0 && !f.IsLink(),
			Skipped: f.State == Skipped, Readable: f.State <= Short, Size: f.Size,
		}
	}
	return p
}

// isSought tells whether other files are tried in the place of one: also of one that
// nothing is known against, if it is not whole for certain.
func isSought(f *FileReport) bool {
	switch f.State {
	case OK, Skipped:
		return false
	case Unchecked:
		return len(f.Unverified) > 0
	}
	return true
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// placeOf is where a file belongs, below the root of the content.
func placeOf(r *run, root string, k int) string {
	if r.torrent.Single {
		return root
	}
	return filepath.Join(root, filepath.FromSlash(r.Files[k].Place()))
}
