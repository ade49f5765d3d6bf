package publishing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// tokenFile is where the token of an index is kept.
func tokenFile(con *console.Console, address string) string {
	return command.ConfigFile(con, "index", url.QueryEscape(address)+".token")
}

// loadToken reads a token; "" if there is none.
func loadToken(ctx context.Context, file string) (string, error) {
	text, err := command.ReadFile(ctx, file, maxSecretFile)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSpace(string(text)), err
}

// storeToken writes a token into a file that only its owner can read, whole or not at all.
func storeToken(file, token string) error {
	folder := filepath.Dir(file)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return writeError(folder, err)
	}
	f, err := os.CreateTemp(folder, ".token-*") // which gives mode 0600
	if err != nil {
		return writeError(file, err)
	}
	_, err = f.WriteString(token + "\n")
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return writeError(file, errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

func writeError(name string, err error) error {
	return fmt.Errorf("writing %q: %w", name, console.RootCause(err))
}
