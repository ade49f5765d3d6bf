package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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

// editOutput decides where an edited torrent goes.
func (a *app) editOutput(name string, f *editFlags) (*output, error) {
	target, force := f.output, f.force
	switch {
	case target == "" && name == "-":
		target = "-"
		if a.global.json {
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
