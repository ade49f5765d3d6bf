package console

import "io"

// The runner of a GitHub workflow reads what a program prints and takes lines that begin with :: for commands, and ##[
// anywhere in a line for an older form of them: a file named "::error::..." would speak to it. Where GITHUB_ACTIONS is set,
// what is printed is written so that it is read as text; commands of ours go through Tell and TellResult.

// inWorkflow wraps a stream that a runner reads.
func (e *Env) inWorkflow(w io.Writer) io.Writer {
	if e.Getenv != nil && e.Getenv("GITHUB_ACTIONS") == "true" {
		return &workflowText{w: w, start: true}
	}
	return w
}

// workflowText breaks what a runner would take for a command.
type workflowText struct {
	w      io.Writer
	start  bool // nothing but blanks stands in this line yet
	colon  bool // and then one colon
	hashes int  // that were seen last, 2 at most
	buf    []byte
}

func (t *workflowText) Write(p []byte) (int, error) {
	t.buf = t.buf[:0]
	for _, c := range p {
		switch {
		case c == ':' && t.colon:
			t.buf = append(t.buf, `\u003a`...)
		case c == '[' && t.hashes == 2:
			t.buf = append(t.buf, `\u005b`...)
		default:
			t.buf = append(t.buf, c)
		}
		t.colon = c == ':' && t.start
		t.start = c == '\n' || t.start && (c == ' ' || c == '\t' || c == '\r')
		if c == '#' {
			t.hashes = min(t.hashes+1, 2)
		} else {
			t.hashes = 0
		}
	}
	if _, err := t.w.Write(t.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush brings on what was written.
func (t *workflowText) Flush() error {
	if f, ok := t.w.(interface{ Flush() error }); ok {
		return f.Flush()
	}
	return nil
}
