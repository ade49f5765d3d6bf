package creating

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

// commitDate is the date of git's HEAD in the folder of the content.
func commitDate(ctx context.Context, paths []string) (time.Time, error) {
	out, err := askGit(ctx, paths, "show", "--no-patch", "--no-show-signature", "--no-notes", "--format=%ct", "HEAD")
	if err != nil {
		return time.Time{}, fmt.Errorf("--date commit: %w", err)
	}
	t, err := command.ParseDate(strings.TrimSpace(out))
	if err != nil {
		return t, fmt.Errorf("--date commit: git answers %w", err)
	}
	return t, nil
}

// gitExcludes is the file of what the user never wants in a repository, wherever that is. It need not be there.
func gitExcludes(ctx context.Context, paths []string) (string, error) {
	out, err := askGit(ctx, paths, "config", "--type=path", "--null", "--get", "core.excludesFile")
	var ended *exec.ExitError
	switch {
	case err == nil:
		return strings.TrimSuffix(out, "\x00"), nil
	case errors.As(err, &ended) && ended.ExitCode() == 1, errors.Is(err, exec.ErrNotFound): // not set, or nobody reads the configuration
	default:
		return "", fmt.Errorf("--gitignore: %w", err)
	}
	if folder := os.Getenv("XDG_CONFIG_HOME"); folder != "" {
		return filepath.Join(folder, "git", "ignore"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", nil
	}
	return filepath.Join(home, ".config", "git", "ignore"), nil
}

// askGit runs git in the folder of the content.
func askGit(ctx context.Context, paths []string, words ...string) (string, error) {
	folder := paths[0]
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		folder = filepath.Dir(folder)
	}
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", folder, "--no-pager", "-c", "core.fsmonitor=false"}, words...)...)
	out, err := cmd.Output()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		first, _, _ := strings.Cut(strings.TrimSpace(string(ended.Stderr)), "\n")
		return "", fmt.Errorf("asking git about %q: %s (%w)", folder, first, ended)
	}
	return string(out), err
}
