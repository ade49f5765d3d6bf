package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
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
	Report *Report // of the content in its place
	Found  []Found // by rising File
	Lost   []int   // files that are not whole in their place and were not found
	// Untried are those of Lost that may be there: too many files of one size share
	// a piece with others that were not found, for all ways to put it together.
	Untried []int
	// Candidates is how many files of a right size were looked at.
	Candidates int
}

// ErrNothingToSearch is that a search names no folder.
var ErrNothingToSearch = errors.New("no folder to search")

const (
	maxCandidates = 100_000    // files of one size that are tried
	maxTries      = 50_000_000 // pieces that are hashed to find out which files of one size they may be
)

// Search verifies the content like [Data], and looks below the folders for the
// files that are missing or damaged: by size, then by the hashes of pieces that
// lie inside a file, the first of them first, then by those of pieces that files
// share; for the files whose names they have before all others. As long as what
// is wanted is there, no candidate is read more than twice, and one that is none
// of the files no further than two piece lengths; only where several files of one
// size that have no piece of their own share pieces, what one piece tells is
// wanted for the next, and candidates that do not fit into 16 MiB are read again
// for it. Ways to put such pieces together are tried until 128 GiB were hashed.
// Symbolic links are not followed, and nothing is changed.
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
	if err := s.match(ctx); err != nil {
		return nil, err
	}
	return s.report(), nil
}

// search is a search that runs. Files are meant by their index in Report.Files.
type search struct {
	r        *Report
	root     string // of the content
	layout   *layout.Layout
	workers  int
	sizes    map[int64]*bunch
	places   map[string]int     // wanted files by where they belong
	classOf  map[int]*class     // of files that have pieces inside
	chosen   map[int]string     // where files were found
	left     map[int][][]string // groups of equal candidates of files that were found by pieces they share
	good     map[int]bool       // pieces that match
	unproved []int              // the others
	tried    map[int]int        // the phase in which there is more to try of a piece
	phase    int
	named    map[int][][]string  // the candidates with the names of files without pieces inside
	uses     map[string]int      // how many files those were
	doubtful map[string]bool     // those of which a piece is not known to match
	untried  map[int]bool        // files of which not all candidates were tried
	changed  map[int]bool        // files of which another candidate was right than that which was found first
	former   map[int]former      // that, until it is known whether the other is right everywhere
	seen     map[string]struct{} // paths
	open     func(string) (piecehash.File, error)
	crowded  map[string]bool // candidates that may be files of many classes
	keeping  sync.Mutex
	kept     map[string][]byte // candidates that are in memory
	room     int64             // for them
	extender *piecehash.Extender
	buf      []byte // for passes over files
}

// bunch is the wanted files of one size, and their candidates.
type bunch struct {
	files   []int
	at      map[string]int   // files by their paths
	named   map[string]bool  // their names
	names   map[string][]int // files by their names in lower case
	classes []*class         // of those that have pieces inside
	paths   []string         // candidates, those with a name like a file's first
	next    int              // of paths
	groups  [][]string       // candidates that are equal, for files without pieces inside; nil until it is asked for
	free    [][]string       // those that no file was found to be
	keep    bool             // they are kept in memory
}

func newSearch(r *Report, workers int) *search {
	s := &search{
		r: r, root: r.absRoot(), layout: r.torrent.Layout(), workers: workers,
		sizes: map[int64]*bunch{}, places: map[string]int{}, classOf: map[int]*class{}, seen: map[string]struct{}{},
		chosen: map[int]string{}, left: map[int][][]string{}, named: map[int][][]string{}, uses: map[string]int{},
		good: map[int]bool{}, tried: map[int]int{}, untried: map[int]bool{}, changed: map[int]bool{}, former: map[int]former{},
		open:    func(path string) (piecehash.File, error) { return content.OpenRegular(path) },
		crowded: map[string]bool{}, kept: map[string][]byte{}, room: maxKept, extender: piecehash.NewExtender(workers),
	}
	for k := range r.Files {
		if s.wanted(k) {
			size := r.Files[k].Length
			s.places[s.inPlace(k)] = k
			if s.sizes[size] == nil {
				s.sizes[size] = &bunch{at: map[string]int{}, named: map[string]bool{}, names: map[string][]int{}}
			}
			b := s.sizes[size]
			b.files = append(b.files, k)
			path := filepath.ToSlash(r.Files[k].Path)
			name := baseName(path)
			b.at[path], b.named[name] = k, true
			b.names[strings.ToLower(name)] = append(b.names[strings.ToLower(name)], k)
		}
	}
	for _, b := range s.sizes {
		s.classify(b)
	}
	return s
}

func (s *search) wanted(k int) bool {
	f := &s.r.Files[k]
	return f.State != OK && f.State != Skipped && f.Length > 0 && !s.r.torrent.Files[s.r.files[k]].IsLink()
}

// inPlace is where a file belongs, as an absolute path of the system.
func (s *search) inPlace(k int) string { return s.r.below(s.root, k) }

func (r *Report) absRoot() string {
	root, err := filepath.Abs(r.Root)
	if err != nil {
		root = r.Root
	}
	return root
}

// below is where a file belongs, below the root of the content.
func (r *Report) below(root string, k int) string {
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
		b := s.sizes[info.Size()]
		if _, again := s.seen[path]; again || b == nil {
			return nil
		}
		s.seen[path] = struct{}{}
		if len(b.paths) < min(maxCandidates, maxTries/max(1, len(b.classes))) {
			b.paths = append(b.paths, path)
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

// match finds out which candidates are the files.
func (s *search) match(ctx context.Context) error {
	for _, b := range s.sizes {
		s.order(b)
	}
	if err := s.matchInside(ctx); err != nil {
		return err
	}
	return s.matchShared(ctx)
}

// The ranks of names.
const (
	samePath = iota
	sameName
	sameFold // but for the case
	sameExt
	otherName
)

// rank tells how much the name of a candidate is like a file's; less is more.
func (s *search) rank(k int, path string) int {
	want := filepath.ToSlash(s.r.Files[k].Path)
	path = filepath.ToSlash(path)
	switch name, base := baseName(want), baseName(path); {
	case strings.HasSuffix(path, "/"+want):
		return samePath
	case base == name:
		return sameName
	case strings.EqualFold(base, name):
		return sameFold
	case strings.EqualFold(filepath.Ext(base), filepath.Ext(name)):
		return sameExt
	}
	return otherName
}

func baseName(slashed string) string { return slashed[strings.LastIndexByte(slashed, '/')+1:] }

// placeOf returns the file whose whole path a candidate's path ends in.
func (b *bunch) placeOf(path string) (k int, ok bool) {
	for rest, more := filepath.ToSlash(path), true; more && !ok; {
		_, rest, more = strings.Cut(rest, "/")
		k, ok = b.at[rest]
	}
	return k, ok
}

// namesakes are the files of a bunch with the name of a candidate.
func (b *bunch) namesakes(path string) []int {
	return b.names[strings.ToLower(baseName(filepath.ToSlash(path)))]
}

// order puts candidates with a name like a file's first.
func (s *search) order(b *bunch) {
	exts := map[string]bool{}
	for name := range b.names {
		exts[filepath.Ext(name)] = true
	}
	ranks := make(map[string]int, len(b.paths))
	for _, path := range b.paths {
		_, there := b.placeOf(path)
		switch name := baseName(filepath.ToSlash(path)); {
		case there:
			ranks[path] = samePath
		case b.named[name]:
			ranks[path] = sameName
		case len(b.namesakes(path)) > 0:
			ranks[path] = sameFold
		case exts[strings.ToLower(filepath.Ext(path))]:
			ranks[path] = sameExt
		default:
			ranks[path] = otherName
		}
	}
	slices.SortStableFunc(b.paths, func(x, y string) int { return ranks[x] - ranks[y] })
}

// wants tells whether a file would be better off with a candidate: it has none
// yet, or one whose name is less like its own.
func (s *search) wants(k int, path string) bool {
	if own, is := s.places[path]; is && own == k {
		return false
	}
	have, found := s.chosen[k]
	if !found {
		return true
	}
	n := s.rank(k, path)
	return n <= sameFold && n < s.rank(k, have)
}

// proved tells whether all pieces of a file match.
func (s *search) proved(k int) bool {
	first, end := s.layout.FilePieces(int(s.r.files[k]))
	for p := first; p < end; p++ {
		if !s.good[p] {
			return false
		}
	}
	return true
}

// report draws the conclusions.
func (s *search) report() *SearchReport {
	rep := &SearchReport{Report: s.r, Candidates: len(s.seen)}
	for k := range s.r.Files {
		if !s.wanted(k) {
			continue
		}
		proved := s.proved(k)
		path, found := s.chosen[k]
		if f := &s.r.Files[k]; !found && proved && f.Size == f.Length && holds(s.left[k], s.inPlace(k)) {
			path, found = s.inPlace(k), true
		}
		if found {
			rep.Found = append(rep.Found, Found{k, path, proved})
			continue
		}
		rep.Lost = append(rep.Lost, k)
		if s.untried[k] {
			rep.Untried = append(rep.Untried, k)
		}
	}
	return rep
}
