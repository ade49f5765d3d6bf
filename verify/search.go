package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/metainfo"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// Found is a file of the torrent that lies somewhere else.
type Found struct {
	File int    // index in Report.Files
	Path string // of the system
	// Proved is set when all pieces of the file match. Otherwise those that lie
	// inside of it do, and the first or the last could not be checked, because
	// a file that shares it was not found.
	Proved bool
}

// SearchReport is what a search found.
type SearchReport struct {
	Report *Report // of the content in its place
	Found  []Found // by rising File
	Lost   []int   // files that are not whole in their place and were not found
	// Candidates is how many files of a right size were looked at.
	Candidates int
}

// ErrNothingToSearch is that a search names no folder.
var ErrNothingToSearch = errors.New("no folder to search")

// maxCandidates bounds how many files of one size are tried for one file.
const maxCandidates = 1000

// Search verifies the content like [Data], and looks below the folders for the
// files that are missing or damaged: by size, then by the hashes of pieces that
// lie inside a file, a few of them first, then by those of pieces that files
// share. Symbolic links are not followed, and nothing is changed.
func Search(ctx context.Context, torrent []byte, path string, dirs []string, o Options) (*SearchReport, error) {
	if len(dirs) == 0 {
		return nil, ErrNothingToSearch
	}
	r, err := Data(ctx, torrent, path, o)
	if err != nil {
		return nil, err
	}
	s := newSearch(r, o.Workers)
	for _, dir := range dirs {
		if err := s.walk(ctx, dir); err != nil {
			return nil, err
		}
	}
	s.order()
	if err := s.matchInside(ctx); err != nil {
		return nil, err
	}
	if err := s.matchShared(ctx); err != nil {
		return nil, err
	}
	return s.report(), nil
}

// search is a search that runs. Files are meant by their index in Report.Files.
type search struct {
	r       *Report
	plane   plane
	workers int
	sizes   map[int64][]int     // wanted files by size
	tries   map[int][]string    // candidates of each wanted file that are left, best first
	chosen  map[int]bool        // files whose first candidate matched a piece
	good    map[int]bool        // pieces that match
	seen    map[string]struct{} // paths
}

func newSearch(r *Report, workers int) *search {
	s := &search{
		r: r, plane: newPlane(r.torrent.Layout()), workers: workers,
		sizes: map[int64][]int{}, tries: map[int][]string{}, chosen: map[int]bool{}, good: map[int]bool{}, seen: map[string]struct{}{},
	}
	for k := range r.Files {
		if s.wanted(k) {
			s.sizes[r.Files[k].Length] = append(s.sizes[r.Files[k].Length], k)
		}
	}
	for i, state := range r.pieces {
		s.good[i] = state == PieceOK
	}
	return s
}

func (s *search) wanted(k int) bool {
	f := &s.r.Files[k]
	return f.State != OK && f.State != Skipped && f.Length > 0 && !s.r.torrent.Files[s.r.files[k]].IsLink()
}

// inPlace is where a file belongs, as an absolute path of the system.
func (s *search) inPlace(k int) string { return s.r.inPlace(k) }

func (r *Report) inPlace(k int) string {
	root, err := filepath.Abs(r.Root)
	if err != nil {
		root = r.Root
	}
	if r.torrent.Single {
		return root
	}
	return filepath.Join(root, filepath.FromSlash(r.Files[k].Path))
}

// walk collects candidates below a folder. What cannot be looked into is
// passed over, but the folder itself.
func (s *search) walk(ctx context.Context, dir string) error {
	base, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	return filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && path == base:
			return fmt.Errorf("searching %q: %w", dir, bareCause(err))
		case err != nil:
			return skipFolder(d)
		case !d.Type().IsRegular():
			return nil
		}
		info, err := d.Info()
		if err != nil {
			return nil
		}
		if _, again := s.seen[path]; again || len(s.sizes[info.Size()]) == 0 {
			return nil
		}
		s.seen[path] = struct{}{}
		for _, k := range s.sizes[info.Size()] {
			if len(s.tries[k]) < maxCandidates && path != s.inPlace(k) {
				s.tries[k] = append(s.tries[k], path)
			}
		}
		return nil
	})
}

func bareCause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// order puts candidates with a name like the file's first.
func (s *search) order() {
	for k, list := range s.tries {
		want := filepath.ToSlash(s.r.Files[k].Path)
		name := want[strings.LastIndexByte(want, '/')+1:]
		rank := func(path string) int {
			path = filepath.ToSlash(path)
			switch base := path[strings.LastIndexByte(path, '/')+1:]; {
			case strings.HasSuffix(path, "/"+want):
				return 0
			case base == name:
				return 1
			case strings.EqualFold(base, name):
				return 2
			case strings.EqualFold(filepath.Ext(base), filepath.Ext(name)):
				return 3
			}
			return 4
		}
		slices.SortStableFunc(list, func(a, b string) int { return rank(a) - rank(b) })
	}
}

// inside returns the pieces that hold bytes of this file only.
func (s *search) inside(k int) (pieces []int) {
	i := int(s.r.files[k])
	first, end := s.plane.FilePieces(i)
	for p := first; p < end; p++ {
		if _, n := s.plane.InFile(i, p); n == s.plane.content(p) {
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// matchInside tries candidates by the pieces inside of files: all files side by
// side, each with its next candidate, first by three pieces, then by all.
func (s *search) matchInside(ctx context.Context) error {
	pending := map[int][]int{}
	for k := range s.tries {
		if pieces := s.inside(k); len(pieces) > 0 {
			pending[k] = pieces
		}
	}
	for len(pending) > 0 {
		sample := map[int]int{}
		for k, pieces := range pending {
			for _, p := range []int{pieces[0], pieces[len(pieces)/2], pieces[len(pieces)-1]} {
				sample[p] = k
			}
		}
		matched, err := s.hash(ctx, sample)
		if err != nil {
			return err
		}
		rest := map[int]int{}
		for k, pieces := range pending {
			if s.all(pieces, sample, matched) {
				for _, p := range pieces {
					if _, done := sample[p]; !done {
						rest[p] = k
					}
				}
			}
		}
		more, err := s.hash(ctx, rest)
		if err != nil {
			return err
		}
		for k, pieces := range pending {
			if s.all(pieces, sample, matched) && s.all(pieces, rest, more) {
				s.chosen[k] = true
				for _, p := range pieces {
					s.good[p] = true
				}
				delete(pending, k)
			} else if s.tries[k] = s.tries[k][1:]; len(s.tries[k]) == 0 {
				delete(s.tries, k)
				delete(pending, k)
			}
		}
	}
	return nil
}

// all tells whether those of the pieces that were asked for matched.
func (s *search) all(pieces []int, asked map[int]int, matched map[int]bool) bool {
	for _, p := range pieces {
		if _, was := asked[p]; was && !matched[p] {
			return false
		}
	}
	return true
}

// hash reads pieces from the first candidates of their files.
func (s *search) hash(ctx context.Context, pieces map[int]int) (map[int]bool, error) {
	matched := map[int]bool{}
	if len(pieces) == 0 {
		return matched, nil
	}
	job := piecehash.Job{
		Layout: s.r.torrent.Layout(), Source: candidates{s}, Workers: s.workers,
		Only: slices.Sorted(maps.Keys(pieces)),
	}
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			return nil, err
		}
		matched[p.Index] = err == nil && s.r.torrent.Check(p.Index, p.SHA1, p.Root) == metainfo.Good
	}
	return matched, nil
}

// candidates is a Source of the first candidates, and of files in their place.
type candidates struct{ *search }

func (c candidates) Open(i int) (piecehash.File, error) {
	k := int(c.r.disk[i])
	if list := c.tries[k]; len(list) > 0 {
		return openPlain(list[0])
	}
	return openPlain(c.inPlace(k))
}

// openPlain opens a file that was seen as a regular one, and does not wait if
// it is something else now.
func openPlain(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	return os.Open(path)
}

// report draws the conclusions.
func (s *search) report() *SearchReport {
	rep := &SearchReport{Report: s.r, Candidates: len(s.seen)}
	for k := range s.r.Files {
		if !s.wanted(k) {
			continue
		}
		if !s.chosen[k] {
			rep.Lost = append(rep.Lost, k)
			continue
		}
		proved := true
		first, end := s.plane.FilePieces(int(s.r.files[k]))
		for p := first; p < end; p++ {
			proved = proved && s.good[p]
		}
		rep.Found = append(rep.Found, Found{k, s.tries[k][0], proved})
	}
	return rep
}
