package webseed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// answer is an open response: its body gives the bytes from at on, left of them.
type answer struct {
	*http.Response
	seed  *Seed
	guard *watchdog
	stop  context.CancelFunc
	file  layout.FileIndex
	at    int64
	left  int64
}

func (a *answer) close() {
	a.seed.open.Add(-1)
	a.stop()
	a.Body.Close()
}

// read fills p, or as much of it as the answer has left. Bytes go from the
// connection to p without a copy between.
func (a *answer) read(p []byte) (have int, err error) {
	p = p[:min(int64(len(p)), a.left)]
	for have < len(p) && err == nil {
		var n int
		n, err = a.Body.Read(p[have:])
		have += n
		a.guard.pat(n)
	}
	a.at += int64(have)
	a.left -= int64(have)
	a.seed.received.Add(int64(have))
	switch {
	case a.left == 0:
		return have, a.end()
	case have == len(p):
		return have, nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return have, &passing{Fault: &Fault{"cut-short", a.file, fmt.Sprintf("the answer ends %d bytes early", a.left)}}
	}
	if context.Cause(a.Request.Context()) == errSlow {
		return have, &Fault{"slow", a.file, fmt.Sprintf("the server sends less than %d bytes a second", floor)}
	}
	return have, &passing{Fault: &Fault{"stall", a.file, "the server stops sending in the middle of an answer"}}
}

// end looks for bytes behind those that were promised. Where the length of the
// body was told, more of them are never read.
func (a *answer) end() error {
	var more [1]byte
	if a.ContentLength < 0 {
		if n, _ := io.ReadFull(a.Body, more[:]); n > 0 {
			return &Fault{"bad-range", a.file, "the server sends more than the bytes that its answer is for"}
		}
	}
	a.seed.mu.Lock()
	defer a.seed.mu.Unlock()
	a.seed.costly, a.seed.vain = 0, 0
	return nil
}

// stream gives bytes in order, from one answer after the other: a new one is
// asked for where the last one ended, was cut off, or lies elsewhere.
type stream struct {
	seed *Seed
	// ask requests n bytes at off. The answer may have fewer, and may begin before off.
	ask  func(off, n int64) (*answer, error)
	open *answer // nil if there is none
	// answered is set where the answer is all that is wanted: what would have to be read
	// to come to the bytes is not.
	answered bool
}

func (st *stream) close() {
	if st.open != nil {
		st.open.close()
		st.open = nil
	}
}

// fill reads the bytes at off into p, where those up to end will be wanted
// next. It puts requests again that fail for reasons that may pass. If not all come,
// it says how many.
func (st *stream) fill(p []byte, off, end int64) (have int, err error) {
	for try := 0; have < len(p); {
		n, err := st.some(p[have:], off, end)
		have, off = have+n, off+int64(n)
		if err == nil {
			continue
		}
		st.close()
		if n >= min(st.seed.o.enough(), layout.LeafSize) || st.crowded() {
			try = 0 // it goes on, at least by the shortest of pieces
		}
		if err := st.seed.again(err, try); err != nil {
			return have, err
		}
		try++
	}
	return have, nil
}

// crowded tells whether as many answers are open as are asked for from the beginning: a
// server that refuses another one has a limit, and nothing is wrong with it.
func (st *stream) crowded() bool {
	o := &st.seed.o
	return o.most > o.Connections && st.seed.open.Load() >= int64(o.Connections)
}

// some reads the next bytes of what is wanted.
func (st *stream) some(p []byte, off, end int64) (n int, err error) {
	if st.open != nil && (off < st.open.at || off >= st.open.at+st.open.left) {
		st.close()
	}
	if st.open == nil {
		if st.open, err = st.ask(off, end-off); err != nil {
			return 0, err
		}
	}
	if st.answered && st.open.at < off {
		st.close()
		return len(p), nil
	}
	if err = st.skip(off); err == nil {
		n, err = st.open.read(p)
	}
	if err == nil && st.open.left == 0 {
		st.close()
	}
	return n, err
}

// skip reads what lies before off and is not wanted.
func (st *stream) skip(off int64) error {
	if st.open == nil || st.open.at >= off {
		return nil
	}
	rest := make([]byte, min(off-st.open.at, 32<<10))
	for st.open.at < off {
		if _, err := st.open.read(rest[:min(off-st.open.at, int64(len(rest)))]); err != nil {
			return err
		}
	}
	return nil
}

// drain reads the padding up to the end, so that the connection can be used again.
// What is not zero in it gives the piece another hash.
func (st *stream) drain(i layout.FileIndex, off, end int64) error {
	padding := make([]byte, min(end-off, 32<<10))
	for off < end {
		p := padding[:min(end-off, int64(len(padding)))]
		if _, err := st.fill(p, off, end); err != nil {
			return err
		}
		if len(bytes.Trim(p, "\x00")) > 0 {
			return &Fault{"padding", i, "the padding behind the file is not zeros: the piece that the server sends has another hash"}
		}
		off += int64(len(p))
	}
	return nil
}

// passing is a fault that may not be one the next time.
type passing struct {
	*Fault
	after time.Duration // that the server asks for
}

func (p *passing) Unwrap() error { return p.Fault }

// maxWait is the longest pause that a server can ask for.
const maxWait = 10 * time.Second

// again waits before another try, or returns why there is none.
func (s *Seed) again(err error, try int) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	var p *passing
	if !errors.As(err, &p) {
		return err
	}
	if try >= s.o.Retries {
		return p.Fault
	}
	pause := max(s.o.Pause<<min(try, 10), p.after)
	timer := time.NewTimer(min(pause, maxWait))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
}

// webSource is the files of a BEP 19 seed.
type webSource struct{ seed *Seed }

func (w webSource) Open(i layout.FileIndex) (piecehash.File, error) {
	f, err := w.open(i)
	if err != nil {
		return nil, err
	}
	return f, nil
}

func (w webSource) open(i layout.FileIndex) (*webFile, error) {
	if err := w.seed.known(i); err != nil {
		return nil, err
	}
	url := w.seed.urlOf(i)
	ask := func(off, n int64) (*answer, error) { return w.seed.askRange(i, url, off, n) }
	return &webFile{file: i, stream: stream{seed: w.seed, ask: ask}}, nil
}

// errStopped is why a request that goes on at the first fault ends.
var errStopped = errors.New("stopped at the first fault")

// Quit lets nobody wait for an answer any longer.
func (w webSource) Quit() { w.seed.stop(errStopped) }

// webFile is a file of a BEP 19 seed.
type webFile struct {
	stream
	file     layout.FileIndex
	from, to int64 // what will be read
}

// ReadAhead tells what will be read, so that it can be one request.
func (f *webFile) ReadAhead(off, n int64) { f.from, f.to = off, off+n }

func (f *webFile) ReadAt(p []byte, off int64) (int, error) {
	end := off + int64(len(p))
	if f.from <= off && end <= f.to {
		end = f.to
	}
	err := f.seed.known(f.file)
	if err != nil {
		f.close() // others want the connection
		return 0, err
	}
	n, err := f.fill(p, off, end)
	if err != nil {
		err = f.seed.fail(err)
	}
	return n, err
}

func (f *webFile) Close() error {
	f.close()
	return nil
}

// pieceSource is the files of a BEP 17 seed, which serves whole pieces with
// their padding: the answer for a piece is handed on from file to file.
type pieceSource struct {
	seed *Seed

	mu   sync.Mutex
	open map[int]*stream // by the piece
}

func (s *pieceSource) Open(i layout.FileIndex) (piecehash.File, error) { return pieceFile{s, i}, nil }

func (s *pieceSource) Quit() { s.seed.stop(errStopped) }

type pieceFile struct {
	*pieceSource
	file layout.FileIndex
}

func (f pieceFile) Close() error { return nil }

// ReadAt reads bytes of one piece.
func (f pieceFile) ReadAt(p []byte, off int64) (int, error) {
	l := f.seed.layout
	piece := l.PieceAt(f.file, off)
	at, length := l.Start(f.file)+off-int64(piece)*l.PieceLength(), l.Piece(piece).Length
	st := f.take(f.file, piece)
	_, err := st.fill(p, at, length)
	from, n := l.InFile(f.file, piece)
	if err == nil && l.InContent(f.file, piece)+n == l.ContentLength(piece) && off+int64(len(p)) == from+n {
		err = st.drain(f.file, at+int64(len(p)), length)
	}
	if err != nil {
		st.close()
		return 0, f.seed.fail(err)
	}
	f.put(piece, st)
	return len(p), nil
}

// take returns the stream of a piece, which a file begins.
func (s *pieceSource) take(i layout.FileIndex, piece int) *stream {
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.open[piece]; st != nil {
		delete(s.open, piece)
		return st
	}
	length := s.seed.layout.Piece(piece).Length
	url := s.seed.urlOfPiece(piece)
	return &stream{seed: s.seed, ask: func(int64, int64) (*answer, error) { return s.seed.askPiece(i, url, length) }}
}

// put keeps the stream of a piece that is not at its end.
func (s *pieceSource) put(piece int, st *stream) {
	if st.open == nil || st.open.left == 0 {
		st.close()
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[piece] = st
}
