package command

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// Each calls f for every input, prints each error where it happens, and returns the worst outcome. It stops early only
// when the context ends.
func Each(ctx context.Context, con *console.Console, inputs []string, f func(ctx context.Context, input string) error) error {
	worst := console.ExitYes
	for _, input := range inputs {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := f(ctx, input)
		if console.ExitCode(ctx, err) == console.ExitInterrupted {
			return err
		}
		worst = max(worst, con.Report(ctx, err))
	}
	if worst == console.ExitYes {
		return nil
	}
	return console.Said(worst)
}

// RunE makes a command's RunE of its code. What the code returns decides the exit code (see exit.go).
func RunE(f func(ctx context.Context, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if !shellExpands {
			var err error
			if args, err = expand(cmd.Context(), args); err != nil {
				return Ran(err)
			}
		}
		return Ran(f(cmd.Context(), args))
	}
}

// shellExpands is false where shells leave patterns to programs. Some do not there either: what they have expanded is no pattern.
const shellExpands = runtime.GOOS != "windows"

// expand puts files that are there in the place of patterns of their names. URLs and links stay, and what matches nothing is an
// error if it can be no name.
func expand(ctx context.Context, args []string) (list []string, err error) {
	for _, arg := range args {
		names := []string{arg}
		if scheme, _, ok := strings.Cut(arg, ":"); !ok || len(scheme) < 2 || strings.ContainsAny(scheme, `*?[{\/`) {
			if names, err = create.Expand(ctx, arg); err != nil {
				return nil, err
			}
		}
		if len(names) == 0 && strings.Contains(arg, "*") {
			return nil, fmt.Errorf("no file matches %q", arg)
		}
		if len(names) == 0 {
			names = []string{arg}
		}
		list = append(list, names...)
	}
	return list, nil
}

// ranError is an error of a command's own code. Others are about how the program was called.
type ranError struct{ err error }

func (e *ranError) Error() string { return e.err.Error() }

func (e *ranError) Unwrap() error { return e.err }

// Ran marks an error as one of a command's own code.
func Ran(err error) error {
	if err == nil {
		return nil
	}
	return &ranError{err}
}

// Explain completes an error that arose before a command's own code was reached: such an error is about how the program
// was called, so it says where to read how to call it.
func Explain(cmd *cobra.Command, err error) error {
	if own, ok := err.(*ranError); ok {
		return own.err
	}
	return console.WithHint(err, "see "+cmd.CommandPath()+" --help")
}
