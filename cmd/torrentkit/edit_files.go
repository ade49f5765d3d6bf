package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// quotedName names an input in a message.
func quotedName(name string) string {
	if name == "-" {
		return inputName(name)
	}
	return fmt.Sprintf("%q", name)
}

// findTorrents lists the *.torrent files in a folder and below, in the order of their paths. Folders that cannot be
// read are an error beside what was found elsewhere.
func findTorrents(folder string) ([]string, error) {
	var found []string
	var failed []error
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			failed = append(failed, fmt.Errorf("reading folder %q: %w", path, rootCause(err)))
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".torrent"):
			found = append(found, path)
		}
		return nil
	})
	if err == nil && len(failed) == 0 && len(found) == 0 {
		err = fmt.Errorf("editing %q: there is no .torrent file in it", folder)
	}
	return found, errors.Join(append(failed, err)...)
}

// editOne edits one torrent, and prints what became of it.
func (a *app) editOne(ctx context.Context, name string, o *metainfo.Edit, f *editFlags) error {
	raw, err := a.readTorrent(ctx, name, int64(f.maxSize))
	if err != nil {
		return err
	}
	e, err := create.Edit(raw, *o)
	if err != nil {
		var refused *create.InfoHashError
		if errors.As(err, &refused) {
			err = withHint(err, "--new-infohash allows it: it will be another torrent")
		}
		return fmt.Errorf("editing %s: %w", quotedName(name), err)
	}
	if f.dryRun {
		return a.showEdited(name, "", e, f)
	}
	out, err := a.editOutput(name, f)
	if err != nil {
		return err
	}
	inPlace := f.output == "" && name != "-"
	if inPlace && len(e.Changes) == 0 {
		return a.showEdited(name, out.String(), e, f)
	}
	if inPlace && f.backup != "" {
		if err := a.writeBackup(ctx, name+f.backup, raw, f); err != nil {
			return err
		}
	}
	if err := out.write(ctx, e.Raw); err != nil {
		return err
	}
	if out.kind == toStdout {
		return nil
	}
	return a.showEdited(name, out.String(), e, f)
}

// editOutput decides where an edited torrent goes.
func (a *app) editOutput(name string, f *editFlags) (*output, error) {
	target, force := f.output, f.force
	switch {
	case target == "" && name == "-":
		target = "-"
		if a.options.JSON {
			return nil, withHint(errors.New("--json and the edited torrent both want standard output"), "-o FILE")
		}
	case target == "":
		target, force = name, true
	}
	base := filepath.Base(name)
	if name == "-" {
		base = "edited.torrent"
	}
	return a.newOutput(target, outputOptions{defaultName: base, force: force, binary: true})
}

// writeBackup keeps the bytes of a torrent before it is edited in place.
func (a *app) writeBackup(ctx context.Context, name string, raw []byte, f *editFlags) error {
	if strings.ContainsFunc(f.backup, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(uint8(r)) }) {
		return fmt.Errorf("--backup %q: a suffix has no path separator", f.backup)
	}
	out, err := a.newOutput(name, outputOptions{force: f.force})
	if err != nil {
		return err
	}
	return out.write(ctx, raw)
}
