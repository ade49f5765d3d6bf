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
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// readExpected reads the torrent that is expected, and takes over what decides how its files are hashed, unless a flag does:
// only then can files be compared.
func readExpected(ctx context.Context, con *console.Console, o *create.Options, f *createFlags) (err error) {
	if f.expect == "" {
		return nil
	}
	if f.expected, err = command.ParseTorrent(ctx, con, command.Named(f.expect), command.MaxTorrent); err != nil {
		return err
	}
	t := f.expected
	if !f.decided["format"] {
		o.Format = t.Format
	}
	if !f.decided["name"] {
		o.Name = t.Name
	}
	if n := t.PieceLength; !f.decided["piece-length"] && !f.decided["max-torrent-size"] && !f.decided["max-piece-length"] && (n >= 16<<10 && n&(n-1) == 0 || n >= 1<<10 && o.Format == metainfo.V1) {
		o.PieceLength, o.AnyPieceLength = n, true
	}
	for i := range t.Files {
		o.Align = o.Align || t.Format == metainfo.V1 && t.Files[i].Pad()
	}
	return nil
}

// compareExpected tells how the torrent that was made differs from the one that was expected.
func compareExpected(con *console.Console, made *create.Result, f *createFlags) error {
	if f.expected == nil {
		return nil
	}
	t, err := metainfo.Parse(made.Raw)
	if err != nil {
		return fmt.Errorf("reading the torrent that was made: %w", err)
	}
	d := inspect.Diff(f.expected, t)
	if d.SameInfoHash {
		return nil
	}
	if err := showUnexpected(con, d, f.expected, t); err != nil {
		return err
	}
	what := differing(d)
	return console.NoBecause(fmt.Sprintf("the infohash is %s, and that of %q is %s: %s; nothing was written", t.Hashes(), f.expect, f.expected.Hashes(), what))
}

// differing says how much differs.
func differing(d *inspect.Difference) string {
	differ, unclear := 0, 0
	for _, f := range d.Files {
		if f.Kind == inspect.FileUnclear {
			unclear++
		} else {
			differ++
		}
	}
	text := fmt.Sprintf("%d files differ", differ)
	switch {
	case differ == 1:
		text = "1 file differs"
	case differ+unclear == 0:
		return "no file differs, but " + strings.Join(infoKeys(d), ", ")
	}
	if unclear > 0 {
		text += fmt.Sprintf(", and of %d torrentkit verify can tell", unclear)
	}
	return text
}

// infoKeys are the keys that differ and are not hashes of content.
func infoKeys(d *inspect.Difference) []string {
	var keys []string
	for _, k := range d.InfoKeys {
		keys = append(keys, k.Key)
	}
	return keys
}

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
