package console

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"
)

// AskSecret asks a person for a secret, on a terminal that does not show what is typed.
func AskSecret(ctx context.Context, con *Console, prompt string) (string, error) {
	if con.env.Secret == nil {
		return "", errors.New("there is no terminal to ask for the password on")
	}
	con.stdout.Flush()
	fmt.Fprint(con.env.Err, EscapeSentence(prompt))
	answer, err := con.env.Secret(ctx)
	fmt.Fprintln(con.env.Err) // the line feed that was typed did not show
	return answer, err
}

// terminalSecret reads a line from the terminal, which shows again what is typed when the context ends.
func terminalSecret(ctx context.Context) (string, error) {
	type typed struct {
		line []byte
		err  error
	}
	fd := int(os.Stdin.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	lines := make(chan typed, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		lines <- typed{line, err}
	}()
	select {
	case t := <-lines:
		return string(t.line), t.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	}
}
