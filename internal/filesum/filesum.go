// Package filesum takes checksums of whole files from the reads that hash their
// pieces.
//
// [Files] is a source of files for a job that reads in order: each is read once
// from its start to its end, and what nobody asks for of it is read beside, so
// that its checksums are those of all its bytes. A [Tally] is the checksums of a
// file that comes as a stream.
//
// The package does not know which checksums there are, opens no files itself and
// compares nothing.
package filesum

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"
)

// File is an open file. Its ReadAt fills the buffer or fails.
type File = interface {
	io.ReaderAt
	io.Closer
}

// Files reads files one after the other, by rising index, and takes their checksums.
type Files struct {
	ctx    context.Context
	sizes  []int64
	open   func(k int) (File, error)
	hashes func(k int) []hash.Hash
	pool   Pool

	mu      sync.Mutex
	at      int   // the file that is read: those before it are done with; -1 before the first
	file    File  // nil before it is opened
	next    int64 // all bytes of it before were read
	tally   *Tally
	scratch []byte
	recent  []*Tally   // of files that were read, and are still hashed
	sums    [][][]byte // of those before them
	errs    map[int]error
}

// New prepares the checksums of files of some sizes: hashes returns new ones for
// a file, or none where nothing is read of it but what is asked for. open opens a
// file, once. All reading ends when ctx does.
func New(ctx context.Context, sizes []int64, open func(k int) (File, error), hashes func(k int) []hash.Hash) *Files {
	return &Files{ctx: ctx, sizes: sizes, open: open, hashes: hashes, pool: NewPool(), at: -1, errs: make(map[int]error)}
}

// Open returns a file for a job of order Sequential.
func (f *Files) Open(k int) (File, error) { return ordered{f, k}, nil }

type ordered struct {
	files *Files
	k     int
}

func (o ordered) ReadAt(p []byte, off int64) (int, error) { return o.files.read(o.k, p, off) }
func (o ordered) Close() error                            { return nil }

// read reads bytes of a file that is not behind the one that was read last.
func (f *Files) read(k int, p []byte, off int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reach(k)
	switch {
	case f.ctx.Err() != nil:
		return 0, f.ctx.Err()
	case f.at > k:
		return 0, fmt.Errorf("file %d was asked for behind file %d", k, f.at)
	}
	f.readTo(min(off, f.sizes[k]))
	if err := f.use(); err != nil {
		return 0, err
	}
	n, err := f.file.ReadAt(p, off)
	f.take(p[:n], off)
	return n, err
}

// take adds bytes that were read to the checksums, if they are the next ones.
func (f *Files) take(b []byte, off int64) {
	end := off + int64(len(b))
	if f.tally != nil && off <= f.next && end > f.next {
		f.tally.Write(b[f.next-off:])
		f.next = end
	}
}

// use opens the file that is read.
func (f *Files) use() (err error) {
	if f.file == nil {
		f.file, err = f.open(f.at)
	}
	return err
}

// readTo reads what nobody asked for of the file before off.
func (f *Files) readTo(off int64) {
	for f.tally != nil && f.next < off && f.ctx.Err() == nil {
		if f.scratch == nil {
			f.scratch = make([]byte, bufferSize)
		}
		p := f.scratch[:min(off-f.next, bufferSize)]
		err := f.use()
		if err == nil {
			var n int
			if n, err = f.file.ReadAt(p, f.next); n == len(p) {
				err = nil
			} else if err == nil || errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			f.take(p[:n], f.next)
		}
		if err != nil {
			f.errs[f.at] = err
			f.drop()
		}
	}
}

// drop gives the checksums of the file up.
func (f *Files) drop() {
	f.tally.Close()
	f.tally = nil
}

// reach finishes the files before k.
func (f *Files) reach(k int) {
	for f.at < k && f.ctx.Err() == nil {
		if f.at >= 0 {
			f.readTo(f.sizes[f.at])
			if f.ctx.Err() != nil {
				return
			}
			f.leave()
		}
		if f.at++; f.at == len(f.sizes) {
			return
		}
		f.tally = f.pool.NewTally(f.hashes(f.at))
	}
}

// leave closes the file that was read. One that changed meanwhile has no checksums.
func (f *Files) leave() {
	if f.file != nil {
		if err := f.file.Close(); err != nil && f.tally != nil {
			f.errs[f.at] = err
			f.drop()
		}
	}
	f.tally.Close()
	f.recent = append(f.recent, f.tally)
	f.file, f.next, f.tally = nil, 0, nil
	if len(f.recent) > buffers { // the first of them holds no memory of the pool any more
		f.settle(1)
	}
}

// settle takes the checksums of the first n files that are still hashed.
func (f *Files) settle(n int) {
	for _, t := range f.recent[:n] {
		f.sums = append(f.sums, t.Sums())
	}
	f.recent = f.recent[n:]
}

// Finish reads what is left of the files, and ends the reading. Its error is the
// context's.
func (f *Files) Finish() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reach(len(f.sizes))
	f.end()
	return f.ctx.Err()
}

// Close ends the reading where it is: the files from there on have no checksums.
func (f *Files) Close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.end()
}

func (f *Files) end() {
	f.drop()
	if f.file != nil {
		f.file.Close()
		f.file = nil
	}
	f.at = len(f.sizes)
	f.settle(len(f.recent))
}

// Sums returns the checksums of a file that was read to its end, or why it could
// not be read, or not be closed, once the reading has ended. Without an error and
// checksums, it was not read.
func (f *Files) Sums(k int) ([][]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if k < len(f.sums) && f.sums[k] != nil {
		return f.sums[k], nil
	}
	return nil, f.errs[k]
}
