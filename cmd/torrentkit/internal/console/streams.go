package console

import (
	"bufio"
	"errors"
	"io"
	"sync"
	"syscall"
)

// Finish writes what is still buffered. An answer that could not be written is trouble, whatever the answer was.
func (con *Console) Finish(code int) int {
	err := con.stdout.Flush()
	if err == nil || isBrokenPipe(err) {
		return code
	}
	return max(code, con.say(err))
}

// streamError is a failure to write the result: a full disk behind "> file", for instance.
type streamError struct{ err error }

func (e *streamError) Error() string {
	return "writing to standard output: " + RootCause(e.err).Error()
}

func (e *streamError) Unwrap() error { return e.err }

// isBrokenPipe tells a reader of standard output that went away (| head) from a real failure.
//
// On Unix torrentkit does what cat, grep and git do: the write raises SIGPIPE, and the process dies of it at once and in
// silence (a shell shows 141). No answer is claimed, neither yes nor no, and the rest of the work is not done for
// nobody. Go's runtime sees to that as long as nobody asks to be notified of SIGPIPE. On Windows, which has no such
// signal, the write fails instead: the command then stops writing and says nothing, and the broken pipe alone does not
// make the exit code other than 0.
func isBrokenPipe(err error) bool {
	var stream *streamError
	return errors.As(err, &stream) && (errors.Is(err, syscall.EPIPE) || isWindowsBrokenPipe(err))
}

// checkedWriter buffers standard output and remembers the first error, so that commands need not check each write:
// run looks once, at the end.
type checkedWriter struct {
	mu  sync.Mutex
	buf *bufio.Writer
	err error
	// page, if not nil, gets what is written, in place of the stream.
	page *page
}

func newCheckedWriter(w io.Writer) *checkedWriter {
	return &checkedWriter{buf: bufio.NewWriterSize(w, 32<<10)}
}

// Write implements io.Writer. It fails once any earlier write has failed.
func (c *checkedWriter) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	if c.page != nil {
		return c.page.Write(p)
	}
	n, err := c.buf.Write(p)
	c.fail(err)
	return n, c.err
}

// Flush writes what is buffered and returns the first error there ever was.
func (c *checkedWriter) Flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil {
		c.fail(c.buf.Flush())
	}
	return c.err
}

// setPage gives what is written from now on to a page; nil ends that.
func (c *checkedWriter) setPage(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.page = p
}

func (c *checkedWriter) paged() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.page != nil
}

// inPager writes what belongs to the conversation into a pager that has the terminal, and tells whether there is one.
func (c *checkedWriter) inPager(text string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.page == nil || c.page.pipe == nil {
		return false
	}
	c.page.Write([]byte(text))
	return true
}

func (c *checkedWriter) fail(err error) {
	if err != nil {
		c.err = &streamError{err}
	}
}
