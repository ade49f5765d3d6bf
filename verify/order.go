package verify

import (
	"context"
	"fmt"
	"hash"
	"io"
	"slices"
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

// tally takes checksums of what is read.
type tally struct {
	names  []string
	hashes []hash.Hash
}

func newTally(names []string) *tally {
	t := &tally{names: names}
	for _, n := range names {
		t.hashes = append(t.hashes, newSum(n))
	}
	return t
}

func (t *tally) Write(p []byte) (int, error) {
	for _, h := range t.hashes {
		h.Write(p)
	}
	return len(p), nil
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

// readInOrder reads the files one after the other, each from its start to its end.
func (r *Report) readInOrder(ctx context.Context, o Options) error {
	f := newFeeder(ctx, r, o)
	lim := newLimiter(ctx, o.LimitRate)
	var err error
	for i, k := range r.disk {
		if k < 0 || r.Files[k].State > Short && !r.wanted(i, int(k)) {
			continue
		}
		if err = r.readFile(f, i, lim, o); err != nil {
			break
		}
	}
	return f.close(err)
}

// wanted tells whether a file that was skipped shares a piece that was not.
func (r *Report) wanted(i, k int) bool {
	if r.Files[k].State != Skipped {
		return false
	}
	first, end := r.torrent.Layout().FilePieces(i)
	for ; first < end; first++ {
		if r.pieces[first] != PieceSkipped {
			return true
		}
	}
	return false
}

// readFile reads one file. An error that is the file's own is noted, and none.
func (r *Report) readFile(f *feeder, i int, lim *limiter, o Options) error {
	k := int(r.disk[i])
	report := &r.Files[k]
	file, err := r.located.Open(k)
	if err == nil {
		size := r.located.Files()[k].Size
		t := newTally(o.Sums)
		rd := io.TeeReader(lim.reader(&stoppable{f.ctx, io.NewSectionReader(file, 0, size)}), t)
		if err = f.file(i, min(size, report.Length), rd); err == nil && len(o.Sums) > 0 {
			_, err = io.Copy(io.Discard, rd) // what a long file has too much
		}
		if e := file.Close(); err == nil && e == nil && report.State < Unreadable {
			report.Sums = t.sums()
		}
	}
	switch {
	case f.ctx.Err() != nil:
		return f.ctx.Err()
	case err == errStopped:
		return err
	case err != nil && report.State <= Short:
		report.State, report.Err = Unreadable, err
	}
	return nil
}
