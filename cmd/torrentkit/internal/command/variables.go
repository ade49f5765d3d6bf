package command

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Whoever lists the processes of a machine reads their arguments, and with them the keys in URLs. So ${NAME} stands for a
// variable of the environment, which only its owner can read, where a URL is expected.

var variable = regexp.MustCompile(`\$\{[A-Za-z_][A-Za-z0-9_]*\}`)

// Expand puts variables of the environment in the place of ${NAME}. One that is not set is an error.
func Expand(con *console.Console, s string) (string, error) {
	missing := ""
	s = variable.ReplaceAllStringFunc(s, func(ref string) string {
		value := con.Getenv(ref[2 : len(ref)-1])
		if value == "" {
			missing = ref
		}
		return value
	})
	if missing != "" {
		return "", fmt.Errorf("%s is not set in the environment", missing)
	}
	return s, nil
}

// ExpandURLs lets the flags that are named, and the arguments of the command that are URLs or links, have ${NAME} in them.
func ExpandURLs(con *console.Console, cmd *cobra.Command, flags ...string) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if slices.Contains(flags, f.Name) {
			f.Value = &expanded{f.Value, con}
		}
	})
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		args = slices.Clone(args)
		for i, arg := range args {
			if !strings.Contains(arg, "://") && !IsMagnet(arg) {
				continue
			}
			var err error
			if args[i], err = Expand(con, arg); err != nil {
				return err
			}
		}
		return run(cmd, args)
	}
}

// expanded is a flag whose value may have variables in it.
type expanded struct {
	pflag.Value
	con *console.Console
}

// Set implements pflag.Value.
func (e *expanded) Set(s string) error {
	s, err := Expand(e.con, s)
	if err != nil {
		return err
	}
	return e.Value.Set(s)
}

// Unwrap is the flag itself.
func (e *expanded) Unwrap() pflag.Value { return e.Value }

// ReadURLs reads a file of URLs, one a line, which a comment may follow, and in which ${NAME} is a variable too.
func ReadURLs(ctx context.Context, con *console.Console, name string) ([]string, error) {
	list, err := ReadLines(ctx, con, name)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("reading %q: no tracker in it", InputName(name))
	}
	for i, line := range list {
		url, _, _ := strings.Cut(line, " #")
		if list[i], err = Expand(con, strings.TrimSpace(url)); err != nil {
			return nil, InputError(InputName(name), err)
		}
	}
	return list, nil
}
