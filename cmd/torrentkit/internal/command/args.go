// Package command is what all commands share: flags in groups, help texts, arguments, inputs, outputs, and the torrents
// that they read and show. It runs no command and decides nothing about one.
package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

// Arity is the check for a number of arguments; most < 0 is any number.
func Arity(least, most int) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		n := len(args)
		switch {
		case n >= least && (most < 0 || n <= most):
			return nil
		case n > most && most == 0:
			return fmt.Errorf("unexpected argument %q", args[0])
		case n < least && n == 0:
			return errors.New("an argument is missing")
		case n < least:
			return fmt.Errorf("%d arguments are needed, not %d", least, n)
		}
		return fmt.Errorf("unexpected argument %q after %d", args[most], most)
	}
}
