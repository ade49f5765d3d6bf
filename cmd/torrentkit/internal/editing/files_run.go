package editing

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

// What one batch holds at most: files are open, and torrents in memory, until all of it is written.
const (
	batchFiles = 512
	batchBytes = 32 << 20
)

// edited is a torrent on its way through a batch.
type edited struct {
	name    string
	e       *create.Edited // nil: there is nothing to say of it
	out     string         // where it went; "" is nowhere
	stdout  bool           // it went to standard output, which has nothing else then
	backup  *command.Output
	err     error
	writing *command.Writing
}

// editFiles edits torrents: files of the folder, or those that were named. Those of a batch are written together. What
// became of each is told in order.
func editFiles(ctx context.Context, con *console.Console, folder *command.Folder, names []string, o *metainfo.Edit, f *editFlags) error {
	var batch []*edited
	left := names
	return command.Each(ctx, con, names, func(ctx context.Context, _ string) error {
		if len(batch) == 0 {
			batch = writeBatch(ctx, con, folder, left, o, f)
			left = left[len(batch):]
		}
		next := batch[0]
		batch = batch[1:]
		return tell(con, next, o, f)
	})
}

// writeBatch edits the first of the torrents, and writes them.
func writeBatch(ctx context.Context, con *console.Console, folder *command.Folder, names []string, o *metainfo.Edit, f *editFlags) []*edited {
	var batch []*edited
	var writings []*command.Writing
	files, size := 0, 0
	for _, name := range names {
		d := &edited{name: name}
		d.err = d.prepare(ctx, con, folder, o, f)
		batch = append(batch, d)
		if d.writing != nil {
			writings = append(writings, d.writing)
			files += len(d.writing.Outputs)
			size += len(d.e.Raw)
		}
		if files >= batchFiles || size >= batchBytes || ctx.Err() != nil {
			break
		}
	}
	command.WriteAll(ctx, writings)
	return batch
}

// prepare makes the new bytes of a torrent, and decides where they go.
func (d *edited) prepare(ctx context.Context, con *console.Console, folder *command.Folder, o *metainfo.Edit, f *editFlags) error {
	raw, err := command.ReadIn(ctx, con, folder, d.name, int64(f.maxSize))
	if err != nil {
		return err
	}
	if f.undo {
		err = d.undo(ctx, con, folder, raw, f)
	} else if d.e, err = create.Edit(raw, *o); err != nil {
		err = fmt.Errorf("editing %s: %w", quotedName(d.name), editHint(err))
	}
	f.total.add(d.e, err)
	if err != nil || d.e == nil || f.dryRun {
		return err
	}
	out, err := editOutput(con, folder, d.name, f)
	if err != nil {
		return err
	}
	d.out, d.stdout = out.String(), out.Kind == command.ToStdout
	inPlace := f.output == "" && d.name != "-"
	if inPlace && len(d.e.Changes) == 0 {
		d.e.Cut = 0 // the file stays as it is
		return nil
	}
	w := &command.Writing{Outputs: command.Outputs{out}, Data: []io.WriterTo{command.Bytes(d.e.Raw)}}
	if inPlace && f.backup != "" && !f.undo {
		backup, err := backupOutput(con, folder, d.name+f.backup, f)
		if err != nil {
			return err
		}
		w.Outputs, w.Data = command.Outputs{backup, out}, []io.WriterTo{command.Bytes(raw), command.Bytes(d.e.Raw)}
	}
	d.writing = w
	return nil
}

// editHint adds what can be done about an edit that was refused.
func editHint(err error) error {
	var refused *create.InfoHashError
	switch {
	case errors.As(err, &refused):
		return console.WithHint(err, "--new-infohash allows it: it will be another torrent")
	case errors.Is(err, metainfo.ErrOrder):
		return console.WithHint(err, "--keep-only v1 or v2 needs no order; create makes the torrent anew")
	}
	return err
}

// tell says what became of a torrent, once it is written. That secrets are left in it is a no.
func tell(con *console.Console, d *edited, o *metainfo.Edit, f *editFlags) error {
	if d.err == nil && d.writing != nil {
		d.err = d.writing.Err
	}
	if d.err != nil || d.e == nil {
		return d.err
	}
	if !f.many && !con.Options.JSON && len(d.e.Changes) == 0 && f.foundNothing(o) != nil {
		return nil // the error says all
	}
	if !d.stdout || d.writing == nil {
		if err := showEdited(con, d.name, d.out, d.e, f); err != nil {
			return err
		}
	}
	if d.backup != nil {
		if err := d.backup.Remove(); err != nil {
			return err
		}
	}
	if t, _ := metainfo.Read(d.e.Raw); f.removeDead != "" && len(d.e.Changes) > 0 && t != nil && len(t.Trackers) == 0 {
		con.Warn(fmt.Sprintf("%s: no tracker is left in it", quotedName(d.name)))
	}
	for _, key := range d.e.Secrets {
		con.Warn(fmt.Sprintf("%s: %s holds what looks like a secret still", quotedName(d.name), key))
	}
	if len(d.e.Secrets) > 0 {
		return console.No()
	}
	return nil
}
