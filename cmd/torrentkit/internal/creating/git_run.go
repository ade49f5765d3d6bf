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
	folder := paths[0]
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		folder = filepath.Dir(folder)
	}
	cmd := exec.CommandContext(ctx, "git", "-C", folder, "--no-pager", "-c", "core.fsmonitor=false", "show", "--no-patch", "--no-show-signature", "--no-notes", "--format=%ct", "HEAD")
	out, err := cmd.Output()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		first, _, _ := strings.Cut(strings.TrimSpace(string(ended.Stderr)), "\n")
		return time.Time{}, fmt.Errorf("--date commit: asking git about %q: %s", folder, first)
	case err != nil:
		return time.Time{}, fmt.Errorf("--date commit: %w", err)
	}
	t, err := command.ParseDate(strings.TrimSpace(string(out)))
	if err != nil {
		return t, fmt.Errorf("--date commit: git answers %w", err)
	}
	return t, nil
}
