package command

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// IsFolder tells whether a path leads to a folder.
func IsFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Torrents lists the .torrent files in a folder, and in the folders below it if deep, in the order of their paths. The
// folder may be named by a symbolic link, but no link below it is followed: what a stranger put there would lead out of
// the folder that was named. Links, pipes and the like that are called .torrent are warned of. Folders that cannot be read
// are an error beside what was found elsewhere.
func Torrents(ctx context.Context, con *console.Console, folder string, deep bool) ([]string, error) {
	var found []string
	var failed []error
	top := folder + string(filepath.Separator) // so that a link is looked through
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed = append(failed, fmt.Errorf("reading folder %q: %w", filepath.Clean(path), console.RootCause(err)))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case d.IsDir() && !deep && path != top:
			return fs.SkipDir
		case d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".torrent"):
		case !d.Type().IsRegular():
			con.Warn(fmt.Sprintf("%q is left out: it is %s", path, kindOf(d.Type())))
		default:
			found = append(found, path)
		}
		return nil
	})
	return found, errors.Join(append(failed, err)...)
}

// kindOf names what is no regular file.
func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link, which is followed only where it is named itself"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}
