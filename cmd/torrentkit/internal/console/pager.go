package console

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// screensUnpaged is how many screens of text may be printed before a pager shows it.
const screensUnpaged = 2

// page gathers a result that is printed on a terminal. Once there is more of it than two screens, a pager gets it.
type page struct {
	held   bytes.Buffer
	lines  int
	most   int // lines that want no pager
	start  func() (io.WriteCloser, func(), error)
	pipe   io.WriteCloser // to the pager that runs, or nil
	wait   func()
	failed bool // there is no pager that starts
}

// Write implements io.Writer. A pager that was left early takes no more, and nobody misses it.
func (p *page) Write(text []byte) (int, error) {
	if p.pipe != nil {
		p.pipe.Write(text)
		return len(text), nil
	}
	p.held.Write(text)
	p.lines += bytes.Count(text, []byte("\n"))
	if p.lines > p.most && !p.failed {
		pipe, wait, err := p.start()
		if err != nil {
			p.failed = true
			return len(text), nil
		}
		p.pipe, p.wait = pipe, wait
		p.pipe.Write(p.held.Bytes())
		p.held = bytes.Buffer{}
	}
	return len(text), nil
}

// Paged begins a result that may be long, and returns what ends it. On a terminal, more than two screens go through $PAGER.
func (con *Console) Paged() (end func()) {
	program := pagerProgram(con)
	if program == "" || con.stdout.paged() {
		return func() {}
	}
	con.Flush()
	p := &page{most: screensUnpaged * con.env.Height()}
	p.start = func() (io.WriteCloser, func(), error) { return startPager(program, con.env) }
	con.stdout.setPage(p)
	return func() {
		con.stdout.setPage(nil)
		con.stdout.Write(p.held.Bytes())
		if p.pipe != nil {
			p.pipe.Close()
			p.wait()
		}
	}
}

// pagerProgram is the command line of the pager; "" is none. An empty PAGER and cat are ways to say that none is wanted.
func pagerProgram(con *Console) string {
	if !con.env.OutTTY || con.env.Height == nil || con.Options.NoPager || con.Options.JSON || con.Getenv("TERM") == "dumb" {
		return ""
	}
	program := con.Getenv("PAGER")
	if program == "" {
		if _, err := exec.LookPath("less"); err != nil {
			return ""
		}
		program = "less"
	}
	if program == "cat" {
		return ""
	}
	return program
}

// startPager runs a pager, as git does: through the shell, and less so that it keeps colours and a short text on the screen.
func startPager(program string, e Env) (io.WriteCloser, func(), error) {
	words := []string{"sh", "-c", program}
	if runtime.GOOS == "windows" {
		words = strings.Fields(program)
	}
	cmd := exec.Command(words[0], words[1:]...)
	cmd.Stdout, cmd.Stderr = e.Out, e.Err
	cmd.Env = os.Environ()
	if e.Getenv("LESS") == "" {
		cmd.Env = append(cmd.Env, "LESS=FRX")
	}
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	return pipe, func() { cmd.Wait() }, nil
}
