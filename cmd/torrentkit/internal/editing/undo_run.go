package editing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// undo makes the edit that puts the backup of a torrent in its place again. The backup goes once that is on the disk; of a
// folder's torrents those stay as they are that have none.
func (d *edited) undo(ctx context.Context, con *console.Console, folder *command.Folder, raw []byte, f *editFlags) error {
	backup := d.name + f.backup
	old, err := command.ReadIn(ctx, con, folder, backup, int64(f.maxSize))
	switch {
	case errors.Is(err, fs.ErrNotExist) && folder != nil:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		err = console.WithHint(err, "--undo needs the SUFFIX that --backup had")
	}
	if err == nil {
		d.e, err = create.Undo(raw, old)
	}
	if err == nil && !f.dryRun {
		d.backup, err = backupOutput(con, folder, backup, f)
	}
	if err != nil {
		return fmt.Errorf("undoing the edit of %q: %w", d.name, err)
	}
	return nil
}

// checkUndo refuses what makes no sense beside --undo.
func (f *editFlags) checkUndo(names []string, edits bool) error {
	switch {
	case f.backup == "":
		return console.WithHint(errors.New("--undo puts back what --backup kept"), "--undo --backup SUFFIX")
	case hasSeparator(f.backup):
		return errSuffix(f.backup)
	case slices.Contains(names, "-"):
		return errors.New("--undo is for files, not for standard input")
	case edits:
		return errors.New("--undo puts back what was there: it goes with no other change")
	case f.output != "":
		return errors.New("--undo is for editing in place, without -o")
	}
	return nil
}
