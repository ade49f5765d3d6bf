package creating

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// streamed tells whether the content is no files on a disk.
func (f *createFlags) streamed(paths []string) bool {
	return f.tar != "" || len(paths) == 1 && paths[0] == "-"
}

// openStream opens content that is in an archive, or comes from standard input, and names it.
func openStream(ctx context.Context, con *console.Console, paths []string, o *create.Options, f *createFlags) error {
	s := &f.selection
	f.stream = true
	switch {
	case f.tar != "" && len(paths) > 0:
		return fmt.Errorf("%q and --tar: the content is either", paths[0])
	case s.Links != create.FollowLinks, s.GitIgnore, len(s.IgnoreFiles) > 0:
		return errors.New("--symlinks, --gitignore and --ignore-file are for files on a disk")
	case f.tar == "" && o.Name == "":
		return console.WithHint(errors.New("what comes from standard input needs a name"), "--name NAME")
	}
	if f.content == nil {
		var err error
		if f.content, err = scanStream(ctx, con, o.Name, f); err != nil {
			return err
		}
	}
	if o.Name == "" {
		var err error
		o.Name, err = f.content.Name()
		if err != nil {
			return console.WithHint(fmt.Errorf("the archive has several files or folders at its top: %w", err), "--name NAME")
		}
	}
	return nil
}

func scanStream(ctx context.Context, con *console.Console, name string, f *createFlags) (*create.Content, error) {
	switch f.tar {
	case "":
		return create.Stream(ctx, name, con.Stdin(ctx))
	case "-":
		return create.ArchiveFrom(ctx, con.Stdin(ctx), f.selection.Selection)
	}
	file, err := command.Open(ctx, f.tar)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if !file.Info.Mode().IsRegular() {
		return create.ArchiveFrom(ctx, io.Reader(file), f.selection.Selection)
	}
	return create.Archive(ctx, f.tar, f.selection.Selection)
}

// scan finds the content, and shows how many files were found so far.
func (f *createFlags) scan(ctx context.Context, p *console.Progress, paths []string) (*create.Content, error) {
	if f.content != nil {
		return f.content, nil
	}
	f.selection.Found = p.Count
	content, err := create.Scan(ctx, paths, f.selection)
	p.Phase("planning")
	return content, err
}

// close gives content back that was opened.
func (f *createFlags) close() {
	if f.content != nil {
		_ = f.content.Close()
	}
}
