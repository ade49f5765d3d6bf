package find

import (
	"context"
	"errors"
	"iter"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

const (
	maxCandidates = 100_000    // files of one size that are tried
	maxTries      = 50_000_000 // pieces that are hashed to find out which files of one size they may be

	// What may be hashed in passes to find out which files belong together: so many bytes, and
	// so many times those of the candidates, but no more than the last.
	minTrialBytes = 32 << 30
	maxTrialRatio = 2 << 10
	maxTrialBytes = 256 << 30
)

// search is a search that runs. Files are meant by their index in Content.Files.
type search struct {
	content *Content
	files   []File
	fileOf  []int32 // by the index in the torrent; -1 for padding
	layout  *layout.Layout
	foreign bool
	sizes   map[int64]*bucket
	places  map[string]int // files by where they belong
	classOf map[int]*class // of files that have pieces inside
	trees   []*content.Tree
	seen    map[string]seat // candidates, by their paths
	reader  *reader

	chosen  map[int]string // where files were found
	uses    map[string]int // how many files those were
	good    map[int]bool   // pieces that match
	untried map[int]bool   // files of which not all candidates were tried
	maybe   []Candidate    // that nothing can prove
	chained map[int]bool   // files that are found by the pieces that others share, though they have one inside
	trial   int64          // bytes that may be hashed to find out which files belong together
	most    int64          // Options.MaxRead, which may be more than that
	more    float64        // bytes that trial would have to be to try more
}

// seat is where a candidate is in a tree.
type seat struct {
	tree *content.Tree
	file content.FileIndex
}

// Options say how to search.
type Options struct {
	Workers int // 0: one for each processor
	// Foreign leaves the files of the torrent, where they belong, out of the
	// candidates, so that none is taken for another.
	Foreign bool
	// MaxRead, if not 0, ends the search once so many bytes of candidates were hashed:
	// each counts as often as it is tried in another way. More than a search hashes in
	// passes by itself is hashed if that is more.
	MaxRead int64
	// Progress, if not nil, is told how many bytes were, of about how many.
	Progress func(done, total int64)
}

// errEnough ends a search that has read as much as it may.
var errEnough = errors.New("the search read as much as it may")

// Files looks below folders for the files of the content that are wanted. The
// error is that of a folder that cannot be looked into, or ctx's. The caller
// closes the result.
func Files(ctx context.Context, c *Content, folders []string, o Options) (*Result, error) {
	s := newSearch(c, o)
	s.reader.work = &work{most: o.MaxRead, progress: o.Progress}
	within := ctx
	if o.MaxRead > 0 {
		within, s.reader.work.stop = context.WithCancelCause(ctx)
		defer s.reader.work.stop(nil)
	}
	err := s.run(within, folders)
	ended := errors.Is(context.Cause(within), errEnough)
	if err != nil && (!ended || ctx.Err() != nil) {
		s.close()
		return nil, err
	}
	if ended {
		s.noteUnread()
	}
	res := s.result()
	res.Stopped = ended
	return res, nil
}

// noteUnread notes the files that may be among candidates which were not read.
func (s *search) noteUnread() {
	for k := range s.files {
		if _, found := s.chosen[k]; !found && s.wanted(k) && len(s.sizes[s.files[k].Length].paths) > 0 {
			s.untried[k] = true
		}
	}
}

func (s *search) run(ctx context.Context, folders []string) error {
	for _, dir := range folders {
		if err := s.gather(ctx, dir); err != nil {
			return err
		}
	}
	var bytes int64
	for _, c := range s.seen {
		bytes += c.tree.Size(c.file)
	}
	s.reader.work.expect(2 * bytes)
	s.trial = max(s.most, min(s.trial, minTrialBytes+maxTrialRatio*min(bytes, maxTrialBytes)))
	return s.match(ctx)
}

func (s *search) close() error {
	var err error
	for _, t := range s.trees {
		err = errors.Join(err, t.Close())
	}
	return err
}

func newSearch(c *Content, o Options) *search {
	s := &search{
		content: c, files: c.Files, layout: c.Torrent.Layout(), foreign: o.Foreign, fileOf: make([]int32, len(c.Torrent.Files)),
		sizes: map[int64]*bucket{}, places: map[string]int{}, classOf: map[int]*class{}, seen: map[string]seat{},
		trial: maxTrialBytes, most: o.MaxRead, chained: map[int]bool{}, chosen: map[int]string{}, uses: map[string]int{}, good: map[int]bool{}, untried: map[int]bool{},
	}
	s.reader = newReader(c.Torrent.Layout(), o.Workers, s.open)
	for i := range s.fileOf {
		s.fileOf[i] = -1
	}
	for k := range s.files {
		f := &s.files[k]
		s.fileOf[f.Index] = int32(k)
		s.places[f.At] = k
		if s.wanted(k) {
			if s.sizes[f.Length] == nil {
				s.sizes[f.Length] = newBucket()
			}
			s.sizes[f.Length].add(k, f)
		}
	}
	for _, b := range s.sizes {
		s.chain(b)
		s.classify(b)
	}
	return s
}

func (s *search) wanted(k int) bool { return s.files[k].Wanted }

// gather collects candidates below a folder.
func (s *search) gather(ctx context.Context, dir string) error {
	base, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	tree, err := content.Gather(ctx, dir, func(size int64) bool { return s.sizes[size] != nil })
	if err != nil {
		return err
	}
	s.trees = append(s.trees, tree)
	for i, f := range tree.Files() {
		path := filepath.Join(base, filepath.FromSlash(f.Path))
		b := s.sizes[f.Size]
		_, own := s.places[path]
		if _, again := s.seen[path]; again || s.foreign && own {
			continue
		}
		s.seen[path] = seat{tree, content.FileIndex(i)}
		if len(b.paths) < min(maxCandidates, maxTries/max(1, len(b.classes))) {
			b.paths = append(b.paths, path)
		} else {
			b.cut = true
		}
	}
	return nil
}

// open opens a candidate, or what is in the place of a file.
func (s *search) open(path string) (piecehash.File, error) {
	if c, ok := s.seen[path]; ok {
		return c.tree.Open(c.file)
	}
	return s.content.Open(s.places[path])
}

// match finds out which candidates are the files.
func (s *search) match(ctx context.Context) error {
	for _, b := range s.sizes {
		b.sort()
	}
	inner := innerSearch{search: s, crowded: map[string]bool{}}
	if err := inner.run(ctx); err != nil {
		return err
	}
	return newSharedSearch(s).run(ctx)
}

func (s *search) matches(piece int, p piecehash.Piece) bool {
	return s.content.Torrent.Check(piece, p.SHA1, p.Root) == metainfo.Good
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
	n := s.files[k].rank(path)
	return n <= sameFold && n < s.files[k].rank(have)
}

// proved tells whether all pieces of a file match.
func (s *search) proved(k int) bool {
	first, end := s.layout.FilePieces(s.files[k].Index)
	for p := first; p < end; p++ {
		if !s.good[p] {
			return false
		}
	}
	return true
}

// Found is a file that lies somewhere else, or in its place though it was suspected.
type Found struct {
	File    int    // index in Content.Files
	Path    string // of the system
	InPlace bool
	Proved  bool // all pieces of the file match; else those inside of it do

	// Tree is the folder that it was found in, and Index what it is there. It is
	// nil for a file in its place.
	Tree  *content.Tree
	Index content.FileIndex
}

// Result is what was found.
type Result struct {
	Found      []Found // by rising File
	Lost       []int   // wanted files that were not found
	Untried    []int   // those of Lost of which not all candidates were tried
	Stopped    bool    // Options.MaxRead ended the search
	Candidates int     // how many files of a right size were looked at
	More       int64   // what Options.MaxRead must be to try more for those Untried; 0 if that helps none
	// Unproved are candidates that have the size of files that are Lost, one of each, of
	// which nothing can say whether they are those: other files that share their
	// pieces are nowhere.
	Unproved []Candidate
	search   *search
}

// Candidate is a file that may be one of the content.
type Candidate struct {
	File int    // index in Content.Files
	Path string // of the system
}

// Close gives the folders that were searched back.
func (r *Result) Close() error { return r.search.close() }

// Refused is the first that the system would not do in the folders that were searched, or nil.
func (r *Result) Refused() error {
	for _, t := range r.search.trees {
		if err := t.Refused(); err != nil {
			return err
		}
	}
	return nil
}

// Matches tells whether a piece matches with the files that were found.
func (r *Result) Matches(piece int) bool { return r.search.good[piece] }

// Matching yields the pieces that match with the files that were found, in no order.
func (r *Result) Matching() iter.Seq[int] {
	return func(yield func(int) bool) {
		for p, good := range r.search.good {
			if good && !yield(p) {
				return
			}
		}
	}
}

// result draws the conclusions.
func (s *search) result() *Result {
	res := &Result{Candidates: len(s.seen), More: int64(min(s.more, 1<<62)), Unproved: s.maybe, search: s}
	for k := range s.files {
		if !s.wanted(k) {
			continue
		}
		path, ok := s.chosen[k]
		if ok {
			at, inPlace := s.seen[path], path == s.files[k].At
			res.Found = append(res.Found, Found{k, path, inPlace, inPlace || s.proved(k), at.tree, at.file})
			continue
		}
		res.Lost = append(res.Lost, k)
		if b := s.sizes[s.files[k].Length]; s.untried[k] || b.cut || !s.hasInner(k) && len(b.alike()) < len(b.paths) {
			res.Untried = append(res.Untried, k)
		}
	}
	return res
}
