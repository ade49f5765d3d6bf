package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Exit codes follow diff and grep.
const (
	ExitYes         = 0   // done, or the answer is yes
	ExitNo          = 1   // a definite no: the data differs, the tracker refused
	ExitTrouble     = 2   // no answer: usage, unreadable, not a torrent, network, a disk that is full
	ExitInterrupted = 130 // as shells do it: 128 + SIGINT. SIGTERM counts as the same
)

// noError is a definite no. Commands return it after they have printed their report. Its text is one more line on
// standard error; an empty text says nothing.
type noError struct{ text string }

func (e *noError) Error() string { return e.text }

// No returns a definite no (exit code 1) that says nothing: the report has said it all.
func No() error { return &noError{} }

// NoBecause is a definite no whose text is one more line on standard error.
func NoBecause(text string) error { return &noError{text} }

// saidError stands for errors that were printed already.
type saidError struct{ code int }

func (e *saidError) Error() string { return fmt.Sprintf("errors were printed, exit code %d", e.code) }

// Said is an error that was printed already, and its exit code.
func Said(code int) error { return &saidError{code} }

// IsSaid tells whether err is one that was printed already.
func IsSaid(err error) bool {
	var said *saidError
	return errors.As(err, &said)
}

// HintError is an error with something to do about it.
type HintError struct {
	err  error
	Hint string
}

func (e *HintError) Error() string { return e.err.Error() }

func (e *HintError) Unwrap() error { return e.err }

// WithHint adds a line to what is printed about err: what to try, best of all the corrected command. The hint nearest
// to the cause wins, so a general one may be added further out. A nil error stays nil.
func WithHint(err error, hint string) error {
	var already *HintError
	if err == nil || errors.As(err, &already) {
		return err
	}
	return &HintError{err, hint}
}

// ExitCode maps an error to the process's exit code. Nothing else in the module does.
func ExitCode(ctx context.Context, err error) int {
	var said *saidError
	var negative *noError
	switch {
	case err == nil:
		return ExitYes
	case errors.As(err, &said):
		return said.code
	case errors.As(err, &negative):
		return ExitNo
	case isBrokenPipe(err):
		return ExitYes
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), ErrInterrupted):
		return ExitInterrupted
	}
	return ExitTrouble
}

// Report prints what is to be said about err and returns the exit code.
func (con *Console) Report(ctx context.Context, err error) int {
	code := ExitCode(ctx, err)
	var said *saidError
	var stream *streamError // finish speaks of it
	switch {
	case err == nil, errors.As(err, &said), errors.As(err, &stream), err.Error() == "":
	case code == ExitInterrupted && errors.Is(err, context.Canceled), errors.Is(err, ErrInterrupted):
		con.write(con.env.Err, "torrentkit: interrupted")
	default:
		con.say(err)
	}
	return code
}

// say prints err on standard error, with its hint, and returns exitTrouble. Errors that were joined get a line each.
func (con *Console) say(err error) int {
	for _, e := range joined(err) {
		remark(con, "torrentkit: ", Red, "error: ", e.Error())
		var h *HintError
		if errors.As(e, &h) {
			remark(con, "hint: ", Plain, "", h.Hint)
		}
	}
	return ExitTrouble
}

// Note prints a remark on standard error, unless --quiet. The text may hold anything: it is made safe here.
func (con *Console) Note(text string) {
	if !con.Options.Quiet {
		remark(con, "torrentkit: ", Plain, "", text)
	}
}

// Warn is note for what may be wrong.
func (con *Console) Warn(text string) {
	if !con.Options.Quiet {
		remark(con, "torrentkit: ", Yellow, "warning: ", text)
	}
}

// remark writes a line to standard error, which a terminal gets in lines that fit. Kind is a word in a colour.
func remark(con *Console, start string, c Colour, kind, text string) {
	text = EscapeSentence(con.Redact(text))
	if con.env.ErrTTY {
		width := con.Width() - 1
		text = strings.Join(wrapAfter(text, width-len(start+kind), width-2), "\n  ")
	}
	con.write(con.env.Err, start+paint(con.coloured(con.env.ErrTTY), c, strings.TrimSuffix(kind, " "))+kind[len(strings.TrimSuffix(kind, " ")):]+text)
}

// Annotation is a command for the runner of a workflow, which shows the message beside the file.
func Annotation(kind, file, title, message string) string {
	property := strings.NewReplacer("%", "%25", ":", "%3A", ",", "%2C")
	return fmt.Sprintf("::%s file=%s,title=%s::%s", kind, property.Replace(Escape(file)), property.Replace(title), strings.ReplaceAll(EscapeSentence(message), "%", "%25"))
}

// Tell prints a command for the runner of a workflow on standard error.
func (con *Console) Tell(text string) { con.write(con.commands, EscapeSentence(text)) }

// TellResult prints one on standard output, where it is the result.
func (con *Console) TellResult(text string) {
	io.WriteString(con.stdout, EscapeSentence(text)+"\n")
}

// write writes one line to standard error: after what was printed on standard output so far, and not into a progress bar.
func (con *Console) write(w io.Writer, text string) {
	con.stdout.Flush()
	if con.env.ErrTTY && con.stdout.inPager(text+"\n") {
		return
	}
	write := func() { fmt.Fprintln(w, text) }
	if p := con.progress.Load(); p != nil {
		p.interject(write)
		return
	}
	write()
}

// joined takes the result of errors.Join apart. What was said before it stands before each, and its hint after the last.
// An error that only mentions several others is left whole.
func joined(err error) []error {
	switch e := err.(type) {
	case interface{ Unwrap() []error }:
		texts, all := make([]string, 0, 4), make([]error, 0, 4)
		for _, one := range e.Unwrap() {
			texts, all = append(texts, one.Error()), append(all, joined(one)...)
		}
		if strings.Join(texts, "\n") == err.Error() {
			return all
		}
	case interface{ Unwrap() error }:
		inner := e.Unwrap()
		if inner == nil {
			break
		}
		all := joined(inner)
		before, ok := strings.CutSuffix(err.Error(), inner.Error())
		if len(all) < 2 || !ok {
			break
		}
		for i, one := range all {
			all[i] = &partError{before + one.Error(), one}
		}
		if h, ok := err.(*HintError); ok {
			all[len(all)-1] = &HintError{all[len(all)-1], h.Hint}
		}
		return all
	}
	return []error{err}
}

// OneLine is the text of an error on one line: what was joined stands once each, between semicolons.
func OneLine(err error) string {
	var texts []string
	for _, e := range joined(err) {
		if text := e.Error(); !slices.Contains(texts, text) {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, "; ")
}

// partError is one of several errors that were joined, with what was said before all of them.
type partError struct {
	text string
	err  error
}

func (e *partError) Error() string { return e.text }
func (e *partError) Unwrap() error { return e.err }

// RootCause strips what the os package says about the operation and its path: torrentkit's messages name both in their
// own words, and a temporary name would only confuse.
func RootCause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	case errors.As(err, &call):
		return call.Err
	}
	return err
}
