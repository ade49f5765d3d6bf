package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/metainfo"
)

// editFlags are the flags of edit that are not fields of metainfo.Edit.
type editFlags struct {
	output, backup    string
	force, dryRun     bool
	recursive, strip  bool
	many, first, used bool
	maxSize           sizeValue
}

func newEdit(a *app) *cobra.Command {
	var o metainfo.Edit
	f := editFlags{maxSize: maxTorrent, first: true}
	cmd := &cobra.Command{
		Use:     "edit TORRENT...",
		Aliases: []string{"modify"},
		Short:   "Change trackers, seeds and other fields of torrents",
		Long: `Torrents are changed in place, each whole or not at all; what was not edited keeps its exact bytes. URLs are first
replaced (--replace, --strip-secrets), then removed, then added, and duplicates are dropped. A torrent that cannot be
edited leaves the others edited.

Changing what lies in info (name, source, private, ...) makes another torrent of it, with another infohash: that is
refused without --new-infohash.`,
		Example: `  torrentkit edit --replace old.example=new.example --recursive torrents/
  torrentkit edit --set-trackers https://tracker.example/announce --backup .bak *.torrent
  torrentkit edit --strip-secrets -o clean.torrent album.torrent
  torrentkit edit --source OTHER --private --new-infohash -o other/ album.torrent
  torrentkit edit --dry-run --no-comment --no-date album.torrent`,
		Args: arity(1, -1),
	}
	cmd.RunE = runE(func(ctx context.Context, args []string) error {
		f.used = editsAnything(cmd)
		return a.edit(ctx, args, &o, &f)
	})
	editFlagGroups(cmd, &o, &f)
	exits(cmd, "every torrent was edited, or needed no change", "")
	return cmd
}

func (a *app) edit(ctx context.Context, names []string, o *metainfo.Edit, f *editFlags) error {
	if !f.used {
		return withHint(errors.New("nothing to change was named"), "see torrentkit edit --help")
	}
	f.many = len(names) > 1 || f.recursive
	switch {
	case f.many && f.output != "" && !isFolder(f.output):
		return fmt.Errorf("-o %q: the output of several torrents must be a folder that exists", f.output)
	case f.backup != "" && f.output != "":
		return errors.New("--backup is for editing in place, without -o")
	case f.output == "-" && a.options.JSON && !f.dryRun:
		return errors.New("--json and -o - both want standard output")
	}
	if f.strip {
		o.MapURL, o.MapComment = stripSecrets, stripText
	}
	return a.each(ctx, names, func(ctx context.Context, name string) error {
		return a.editNamed(ctx, name, o, f)
	})
}

// editNamed edits a torrent, or all torrents in a folder.
func (a *app) editNamed(ctx context.Context, name string, o *metainfo.Edit, f *editFlags) error {
	if name == "-" || !isFolder(name) {
		return a.editOne(ctx, name, o, f)
	}
	if !f.recursive {
		return withHint(fmt.Errorf("editing %q: it is a folder", name), "--recursive edits all torrents in it")
	}
	found, err := findTorrents(name)
	if err != nil && len(found) == 0 {
		return err
	}
	return errors.Join(err, a.each(ctx, found, func(ctx context.Context, name string) error {
		return a.editOne(ctx, name, o, f)
	}))
}
