package verify

import (
	"context"
	"fmt"
	"hash"
	"io"
	"slices"
	"sync"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// sumNames are the checksums that Options.Sums may name.
func sumNames() []string { return []string{"md5", "sha1", "sha256", "crc32"} }

func checkSumNames(names []string) error {
	for _, n := range names {
		if !slices.Contains(sumNames(), n) {
			return fmt.Errorf("%q is not a checksum: want one of %q", n, sumNames())
		}
	}
	return nil
}

// tally takes checksums of what is read. nil takes none.
type tally struct {
	names  []string
	hashes []hash.Hash
	busy   sync.WaitGroup
}

func newTally(names []string) *tally {
	t := &tally{names: names}
	for _, n := range names {
		t.hashes = append(t.hashes, newSum(n))
	}
	return t
}

func (t *tally) any() bool { return t != nil && len(t.hashes) > 0 }

// add sums the next bytes, all checksums side by side. It may keep p until wait
// returns.
func (t *tally) add(p []byte) {
	if !t.any() {
		return
	}
	t.wait()
	for _, h := range t.hashes {
		if len(p) < 64<<10 {
			h.Write(p)
			continue
		}
		t.busy.Go(func() { h.Write(p) })
	}
}

func (t *tally) wait() {
	if t.any() {
		t.busy.Wait()
	}
}

func (t *tally) sums() map[string][]byte {
	if len(t.names) == 0 {
		return nil
	}
	m := make(map[string][]byte, len(t.names))
	for i, n := range t.names {
		m[n] = t.hashes[i].Sum(nil)
	}
	return m
}

// wanted tells whether a file that was skipped shares a piece that was not.
func (r *run) wanted(i, k int) bool {
	if r.Files[k].State != Skipped {
		return false
	}
	first, end := r.layout.FilePieces(i)
	for ; first < end; first++ {
		if r.pieces[first] != PieceSkipped {
			return true
		}
	}
	return false
}

// readInOrder reads the files one after the other, each from its start to its
// end, and takes their checksums.
func (r *run) readInOrder(ctx context.Context, o Options) error {
	s := &inOrder{
		r: r, ctx: ctx, names: o.Sums, limit: newLimiter(ctx, o.LimitRate), file: -1,
		take: make([]bool, len(r.Files)), errs: make([]error, len(r.Files)), sums: make([]map[string][]byte, len(r.Files)),
	}
	for i, k := range r.disk {
		if k >= 0 {
			s.take[k] = r.Files[k].State <= Short || r.wanted(i, int(k))
		}
	}
	err := r.read(ctx, o.job(s, piecehash.Sequential), nil, o.FailFast)
	if err == nil && !r.Incomplete {
		s.reach(len(r.disk))
		err = ctx.Err()
	}
	s.close()
	for k := range r.Files {
		f := &r.Files[k]
		if f.State <= Short && s.errs[k] != nil && err == nil {
			f.State, f.Err = Unreadable, s.errs[k]
		}
		if f.State < Unreadable {
			f.Sums = s.sums[k]
		}
	}
	return err
}

// inOrder is a Source of files that are read one after the other, each whole,
// whatever is asked for of it.
type inOrder struct {
	r     *run
	ctx   context.Context
	names []string
	limit *limiter
	take  []bool // by index in Report.Files
	errs  []error
	sums  []map[string][]byte

	file int // of the torrent, that is read now
	open piecehash.File
	in   forward
}

func (s *inOrder) Open(i int) (piecehash.File, error) { return orderedFile{s, i}, nil }

type orderedFile struct {
	s    *inOrder
	file int
}

func (f orderedFile) Close() error { return nil }

func (f orderedFile) ReadAt(p []byte, off int64) (int, error) {
	f.s.reach(f.file)
	switch {
	case f.s.ctx.Err() != nil:
		return 0, f.s.ctx.Err()
	case f.s.file > f.file:
		return 0, fmt.Errorf("file %d was asked for behind file %d", f.file, f.s.file)
	}
	return f.s.in.ReadAt(p, off)
}

// reach reads on to the start of a file of the torrent, or to the end.
func (s *inOrder) reach(file int) {
	for s.file < file && s.ctx.Err() == nil {
		if s.open != nil {
			s.end()
		}
		if s.file++; s.file < len(s.r.disk) {
			s.begin(int(s.r.disk[s.file]))
		}
	}
}

func (s *inOrder) begin(k int) {
	s.in.refuse(errNotThere)
	if k < 0 || !s.take[k] {
		return
	}
	f, err := s.r.located.Open(k)
	if err != nil {
		s.errs[k] = err
		s.in.refuse(err)
		return
	}
	s.open = f
	section := io.NewSectionReader(f, 0, s.r.located.Files()[k].Size)
	s.in.start(s.limit.reader(&stoppable{s.ctx, section}), newTally(s.names))
}

// end reads what nobody asked for of the file, what it has too much included.
func (s *inOrder) end() {
	k := s.r.disk[s.file]
	s.errs[k] = s.in.finish()
	if err := s.close(); err == nil && s.errs[k] == nil {
		s.sums[k] = s.in.sums.sums()
	}
}

func (s *inOrder) close() error {
	if s.open == nil {
		return nil
	}
	f := s.open
	s.open = nil
	return f.Close()
}
