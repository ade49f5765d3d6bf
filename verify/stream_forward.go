package verify

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// forward is a file that is read once from its start to its end, and into
// checksums. What nobody asks for is read all the same, and let go.
type forward struct {
	r       io.Reader
	sums    *filesum.Tally
	at      int64 // how much was read
	err     error // that ended it: io.EOF behind its last byte
	scratch []byte
	stop    context.CancelCauseFunc // ends a read that waits
}

// Quit lets go of the rest.
func (f *forward) Quit() { f.stop(errEnough) }

// start begins another file.
func (f *forward) start(r io.Reader, sums *filesum.Tally) {
	f.sums.Close()
	f.r, f.sums, f.at, f.err = r, sums, 0, nil
}

// take reads until p is full, or the file ends.
func (f *forward) take(p []byte) int {
	n := 0
	for n < len(p) && f.err == nil {
		var k int
		k, f.err = f.r.Read(p[n:])
		f.sums.Write(p[n : n+k])
		n += k
	}
	f.at += int64(n)
	return n
}

// skip reads on until n bytes were read of the file, or it ends.
func (f *forward) skip(n int64) {
	if f.at < n && f.scratch == nil {
		f.scratch = make([]byte, aheadSize)
	}
	for f.at < n && f.err == nil {
		f.take(f.scratch[:min(int64(len(f.scratch)), n-f.at)])
	}
}

// finish reads to the end of the file. An error is one other than that it ends.
func (f *forward) finish() error {
	f.skip(math.MaxInt64)
	if f.err == io.EOF {
		return nil
	}
	return f.err
}

func (f *forward) ReadAt(p []byte, off int64) (int, error) {
	if off < f.at {
		return 0, fmt.Errorf("byte %d was asked for behind byte %d of a stream", off, f.at)
	}
	f.skip(off)
	n := f.take(p)
	if n < len(p) {
		return n, f.err
	}
	return n, nil
}

// A forward is a Source of one file.
func (f *forward) Open(layout.FileIndex) (piecehash.File, error) { return f, nil }
func (f *forward) Close() error                                  { return nil }
