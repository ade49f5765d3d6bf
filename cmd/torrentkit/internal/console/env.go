package console

import (
	"context"
	"io"
	"log"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"

	"golang.org/x/term"
)

// Env is the outside world as one value: tests replace it whole.
type Env struct {
	In       io.Reader
	Out, Err io.Writer

	// OutTTY and ErrTTY say whether the two streams are terminals.
	OutTTY, ErrTTY bool
	// ANSI says whether the terminal understands ANSI sequences at all. An old Windows console does not.
	ANSI bool

	// Width is the terminal's number of columns, asked anew each time since windows are resized; 80 where there is none.
	Width func() int
	// Height is its number of rows; nil is no terminal.
	Height func() int
	// Secret reads a line that the terminal does not show; nil where there is no terminal to read from.
	Secret func(ctx context.Context) (string, error)
	Getenv func(string) string
	Now    func() time.Time
	// Measured is the time that people are told of one that was measured; nil is itself. The screens of tests have one for all.
	Measured func(time.Duration) time.Duration
}

// RealEnv is the process's own world. It also sets what is global to the process: the collector, the console's mode, and
// the standard logger, which net/http tells what servers send unasked, in their words.
func RealEnv() Env {
	tuneCollector()
	log.SetOutput(io.Discard)
	e := Env{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		OutTTY: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTTY: term.IsTerminal(int(os.Stderr.Fd())),
		Width:  terminalWidth,
		Height: terminalHeight,
		Getenv: os.Getenv,
		Now:    time.Now,
	}
	if term.IsTerminal(int(os.Stdin.Fd())) && e.ErrTTY {
		e.Secret = terminalSecret
	}
	e.ANSI = enableANSI(os.Stdout, e.OutTTY) && enableANSI(os.Stderr, e.ErrTTY)
	return e
}

// tuneCollector lets the heap grow by a sixteenth of what is in use before it is collected, by no less than 6 MiB, and to
// 24 MiB at first: a torrent of a million files takes hundreds of megabytes, which twofold is too much for small devices,
// and a small heap is not worth the work.
func tuneCollector() {
	const least, most, headroom = 6, 600, 6 << 20
	debug.SetGCPercent(most) // of 4 MiB, which is where Go begins
	type cycle struct{ _ *byte }
	var again func(*cycle)
	again = func(c *cycle) { // runs after each collection
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		percent := headroom * 100 / max(live[0].Value.Uint64(), 1)
		debug.SetGCPercent(int(min(max(percent, least), most)))
		runtime.SetFinalizer(c, again)
	}
	runtime.SetFinalizer(&cycle{}, again)
}

func terminalWidth() int {
	for _, f := range []*os.File{os.Stderr, os.Stdout} {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			return w
		}
	}
	if w, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && w > 0 {
		return w
	}
	return 80
}

// terminalHeight is the number of rows of the terminal that gets the result, of which one keeps the prompt.
func terminalHeight() int {
	if _, h, err := term.GetSize(int(os.Stdout.Fd())); err == nil && h > 1 {
		return h - 1
	}
	return 24
}

// contextReader ends a read that waits for a person or a pipe as soon as the context is cancelled: without it Ctrl-C
// would not stop "torrentkit inspect -". A read that was given up keeps the buffer, so it cannot write into p later.
type contextReader struct {
	ctx     context.Context
	r       io.Reader
	pending chan readResult
	buf     []byte
	rest    []byte // of buf
	err     error
}

type readResult struct {
	data []byte
	err  error
}

// Stdin is standard input, ended by the context. It is not safe for concurrent use.
func (con *Console) Stdin(ctx context.Context) io.Reader { return ReaderOf(ctx, con.env.In) }

// Input is standard input for a reader that ends by itself when the context does.
func (con *Console) Input() io.Reader { return con.env.In }

// ReaderOf ends reading with the context.
func ReaderOf(ctx context.Context, r io.Reader) io.Reader { return &contextReader{ctx: ctx, r: r} }

func (c *contextReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(c.rest) == 0 && c.err == nil {
		if err := c.fill(len(p)); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	if n == 0 {
		return 0, c.err
	}
	return n, nil
}

// fill reads on, about as much as is wanted.
func (c *contextReader) fill(want int) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if c.pending == nil {
		c.pending = make(chan readResult, 1)
		if want = min(max(want, 512), 64<<10); len(c.buf) < want {
			c.buf = make([]byte, want)
		}
		go func(ch chan<- readResult, buf []byte) {
			n, err := c.r.Read(buf)
			ch <- readResult{buf[:n], err}
		}(c.pending, c.buf)
	}
	select {
	case <-c.ctx.Done():
		return c.ctx.Err()
	case got := <-c.pending:
		c.pending, c.rest, c.err = nil, got.data, got.err
		return nil
	}
}
