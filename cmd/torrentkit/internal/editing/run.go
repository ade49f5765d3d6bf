package editing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

func runEdit(ctx context.Context, con *console.Console, names []string, o *metainfo.Edit, f *editFlags) error {
	if f.undo {
		if err := f.checkUndo(names, f.used); err != nil {
			return err
		}
	} else if !f.used {
		return console.WithHint(errors.New("nothing to change was named"), "see torrentkit edit --help")
	}
	f.many = len(names) > 1 || f.recursive
	switch {
	case f.many && f.output != "" && !command.IsFolder(f.output):
		return fmt.Errorf("-o %q: the output of several torrents must be a folder that exists", f.output)
	case f.backup != "" && f.output != "":
		return errors.New("--backup is for editing in place, without -o")
	case f.output == "-" && con.Options.JSON && !f.dryRun:
		return errors.New("--json and -o - both want standard output")
	}
	if f.trackersFile != "" {
		var err error
		if o.Trackers.Set, err = setTrackersFrom(ctx, con, f.trackersFile); err != nil {
			return err
		}
	}
	if f.removeDead != "" {
		dead, err := readDead(ctx, con, f.removeDead)
		if err != nil {
			return err
		}
		o.Trackers.Remove = append(o.Trackers.Remove, dead...)
	}
	start := con.Now()
	err := editAll(ctx, con, names, o, f)
	if f.many && con.Human() && !con.Options.JSON {
		showTotals(con, &f.total, con.Now().Sub(start), f.verbose)
	}
	if err != nil {
		return err
	}
	return f.foundNothing(o)
}

// foundNothing is a no where what was to be replaced or renamed stands in no torrent.
func (f *editFlags) foundNothing(o *metainfo.Edit) error {
	if len(o.Replace) > 0 && !f.total.urls {
		return console.NoBecause("--replace: no URL of a tracker or seed has what is to be replaced")
	}
	for _, r := range o.Rename {
		if f.total.missing[r] == f.total.changed+f.total.unchanged {
			return console.NoBecause(fmt.Sprintf("--rename: there is no %q", r.Old))
		}
	}
	return nil
}

// editAll edits all that was named.
func editAll(ctx context.Context, con *console.Console, names []string, o *metainfo.Edit, f *editFlags) error {
	if !slices.ContainsFunc(names, func(name string) bool { return name == "-" || command.IsFolder(name) }) {
		return editFiles(ctx, con, nil, names, o, f)
	}
	return command.Each(ctx, con, names, func(ctx context.Context, name string) error {
		return editNamed(ctx, con, name, o, f)
	})
}

// editNamed edits a torrent, or all torrents in a folder.
func editNamed(ctx context.Context, con *console.Console, name string, o *metainfo.Edit, f *editFlags) error {
	if name == "-" || !command.IsFolder(name) {
		return editFiles(ctx, con, nil, []string{name}, o, f)
	}
	if !f.recursive {
		return console.WithHint(fmt.Errorf("editing %q: it is a folder", name), "--recursive edits all torrents in it")
	}
	folder, err := command.OpenFolder(name)
	if err != nil {
		return err
	}
	defer folder.Close()
	found, err := folder.Torrents(ctx, con, true)
	if err == nil && len(found) == 0 {
		err = fmt.Errorf("editing %q: there is no .torrent file in it", name)
	}
	return errors.Join(err, editFiles(ctx, con, folder, found, o, f))
}

// quotedName names an input in a message.
func quotedName(name string) string {
	if name == "-" {
		return command.InputName(name)
	}
	return fmt.Sprintf("%q", name)
}

// add counts a torrent.
func (t *totals) add(e *create.Edited, err error) {
	if err != nil {
		t.refused++
		return
	}
	if e == nil {
		t.unchanged++
		return
	}
	for _, r := range e.Missing {
		t.missing[r]++
	}
	switch {
	case len(e.Changes) == 0:
		t.unchanged++
	default:
		t.changed++
		t.urls = t.urls || slices.ContainsFunc(e.Changes, func(c metainfo.Change) bool { return isURLs(c.Key) })
	}
}

// isURLs tells whether a key holds URLs of trackers or seeds.
func isURLs(key string) bool {
	return slices.Contains([]string{"announce", "announce-list", "url-list", "httpseeds"}, key)
}

// editOutput decides where an edited torrent goes.
func editOutput(con *console.Console, folder *command.Folder, name string, f *editFlags) (*command.Output, error) {
	target := f.output
	switch {
	case target == "" && name == "-":
		target = "-"
		if con.Options.JSON {
			return nil, console.WithHint(errors.New("--json and the edited torrent both want standard output"), "-o FILE")
		}
	case target == "":
		return command.NewOutput(con, name, command.OutputOptions{Force: true, Soon: true, In: folder})
	}
	base := filepath.Base(name)
	if name == "-" {
		base = "edited.torrent"
	}
	return command.NewOutput(con, target, command.OutputOptions{DefaultName: base, Force: f.force, Soon: true, Binary: true})
}

// backupOutput is where the bytes of a torrent are kept before it is edited in place. They may be there already: a run
// that was stopped left them.
func backupOutput(con *console.Console, folder *command.Folder, name string, f *editFlags) (*command.Output, error) {
	if hasSeparator(f.backup) {
		return nil, errSuffix(f.backup)
	}
	return command.NewOutput(con, name, command.OutputOptions{Force: f.force, Same: command.SameBytes, Soon: true, In: folder})
}

func hasSeparator(suffix string) bool {
	return strings.ContainsFunc(suffix, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) })
}

func errSuffix(suffix string) error {
	return fmt.Errorf("--backup %q: a suffix has no path separator", suffix)
}
