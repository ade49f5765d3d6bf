package editing

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// undoOne puts the backup of a torrent in its place again. The backup goes once that is on the disk; of a folder's torrents
// those stay as they are that have none.
func undoOne(ctx context.Context, con *console.Console, folder *command.Folder, name string, raw []byte, f *editFlags) error {
	backup := name + f.backup
	old, err := command.ReadIn(ctx, con, folder, backup, int64(f.maxSize))
	switch {
	case errors.Is(err, fs.ErrNotExist) && folder != nil:
		f.total.unchanged++
		return nil
	case errors.Is(err, fs.ErrNotExist):
		err = console.WithHint(err, "--undo needs the SUFFIX that --backup had")
	}
	var e *create.Edited
	if err == nil {
		e, err = create.Undo(raw, old)
	}
	f.total.add(e, err)
	if err != nil {
		return fmt.Errorf("undoing the edit of %q: %w", name, err)
	}
	if err := putEdited(ctx, con, folder, name, raw, e, f); err != nil || f.dryRun {
		return err
	}
	out, err := backupOutput(con, folder, backup, f)
	if err != nil {
		return err
	}
	return out.Remove()
}

// checkUndo refuses what makes no sense beside --undo.
func (f *editFlags) checkUndo(edits bool) error {
	switch {
	case f.backup == "":
		return console.WithHint(errors.New("--undo puts back what --backup kept"), "--undo --backup SUFFIX")
	case edits:
		return errors.New("--undo puts back what was there: it goes with no other change")
	case f.output != "":
		return errors.New("--undo is for editing in place, without -o")
	}
	return nil
}
