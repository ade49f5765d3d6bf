package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Exit codes follow diff and grep.
const (
	exitYes         = 0   // done, or the answer is yes
	exitNo          = 1   // a definite no: the data differs, the tracker refused
	exitTrouble     = 2   // no answer: usage, unreadable, not a torrent, network, a disk that is full
	exitInterrupted = 130 // as shells do it: 128 + SIGINT. SIGTERM counts as the same
)

// noError is a definite no. Commands return it after they have printed their report. Its text is one more line on
// standard error; an empty text says nothing.
type noError struct{ text string }

func (e *noError) Error() string { return e.text }

// no returns a definite no (exit code 1) that says nothing: the report has said it all.
func no() error { return &noError{} }

// noBecause is a definite no whose text is one more line on standard error.
func noBecause(text string) error { return &noError{text} }

// saidError stands for errors that were printed already.
type saidError struct{ code int }

func (e *saidError) Error() string { return fmt.Sprintf("errors were printed, exit code %d", e.code) }

// said is an error that was printed already, and its exit code.
func said(code int) error { return &saidError{code} }

// hintError is an error with something to do about it.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

// withHint adds a line to what is printed about err: what to try, best of all the corrected command. The hint nearest
// to the cause wins, so a general one may be added further out. A nil error stays nil.
func withHint(err error, hint string) error {
	var already *hintError
	if err == nil || errors.As(err, &already) {
		return err
	}
	return &hintError{err, hint}
}

// exitCode maps an error to the process's exit code. Nothing else in the module does.
func exitCode(ctx context.Context, err error) int {
	var said *saidError
	var negative *noError
	switch {
	case err == nil:
		return exitYes
	case errors.As(err, &said):
		return said.code
	case errors.As(err, &negative):
		return exitNo
	case isBrokenPipe(err):
		return exitYes
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errInterrupted):
		return exitInterrupted
	}
	return exitTrouble
}

// report prints what is to be said about err and returns the exit code.
func (a *app) report(ctx context.Context, err error) int {
	code := exitCode(ctx, err)
	var said *saidError
	var stream *streamError // finish speaks of it
	switch {
	case err == nil, errors.As(err, &said), errors.As(err, &stream), err.Error() == "":
	case code == exitInterrupted && errors.Is(err, context.Canceled), errors.Is(err, errInterrupted):
		a.line("torrentkit: interrupted")
	default:
		a.say(err)
	}
	return code
}

// say prints err on standard error, with its hint, and returns exitTrouble. Errors that were joined get a line each.
func (a *app) say(err error) int {
	for _, e := range joined(err) {
		a.line("torrentkit: " + a.paint(a.errStyle(), red, "error:") + " " + a.safeText(e.Error()))
		var h *hintError
		if errors.As(e, &h) {
			a.line("hint: " + a.safeText(h.hint))
		}
	}
	return exitTrouble
}

// note prints a remark on standard error, unless --quiet. The text may hold anything: it is made safe here.
func (a *app) note(text string) {
	if !a.options.Quiet {
		a.line("torrentkit: " + a.safeText(text))
	}
}

// warn is note for what may be wrong.
func (a *app) warn(text string) {
	if !a.options.Quiet {
		a.line("torrentkit: " + a.paint(a.errStyle(), yellow, "warning:") + " " + a.safeText(text))
	}
}

// line writes one line to standard error: after what was printed on standard output so far, and not into a progress bar.
func (a *app) line(text string) {
	a.stdout.Flush()
	write := func() { fmt.Fprintln(a.env.Err, text) }
	if p := a.progress.Load(); p != nil {
		p.interject(write)
		return
	}
	write()
}

// each calls f for every input, prints each error where it happens, and returns the worst outcome. It stops early only
// when the context ends.
func (a *app) each(ctx context.Context, inputs []string, f func(ctx context.Context, input string) error) error {
	worst := exitYes
	for _, input := range inputs {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := f(ctx, input)
		if exitCode(ctx, err) == exitInterrupted {
			return err
		}
		worst = max(worst, a.report(ctx, err))
	}
	if worst == exitYes {
		return nil
	}
	return said(worst)
}

// joined takes the result of errors.Join apart. An error that only mentions several others is left whole.
func joined(err error) []error {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	texts := make([]string, 0, 4)
	for _, e := range several.Unwrap() {
		texts = append(texts, e.Error())
	}
	if strings.Join(texts, "\n") != err.Error() {
		return []error{err}
	}
	return several.Unwrap()
}

// rootCause strips what the os package says about the operation and its path: torrentkit's messages name both in their
// own words, and a temporary name would only confuse.
func rootCause(err error) error {
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
