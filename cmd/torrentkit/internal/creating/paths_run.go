package creating

import (
	"bytes"
	"context"
	"errors"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// createPaths completes what the torrent is made of.
func createPaths(ctx context.Context, con *console.Console, paths []string, o *create.Options, f *createFlags) ([]string, error) {
	if f.filesFrom != "" {
		list, err := readPaths(ctx, con, f.filesFrom)
		if err != nil {
			return nil, err
		}
		f.selection.Only = list
		if len(paths) == 0 {
			paths = []string{"."}
		}
	}
	switch {
	case len(paths) == 0:
		return nil, console.WithHint(errors.New("an argument is missing"), "see torrentkit create --help")
	case len(paths) > 1 && o.Name == "":
		return nil, console.WithHint(create.ErrNoName, "--name NAME")
	}
	return paths, nil
}

// foretell makes content of --size, which is planned and not read.
func (f *createFlags) foretell(paths []string, o *create.Options) (err error) {
	switch {
	case !f.table && !f.dryRun:
		return errors.New("--size is of a file that is not there yet: give --plan or --dry-run")
	case len(paths) > 0 || f.filesFrom != "" || f.tar != "" || f.servers.list != "" || f.servers.seedsOf != "":
		return errors.New("--size is instead of a PATH, an archive or URLs")
	}
	if o.Name == "" {
		o.Name = "content"
	}
	f.content, err = create.ReaderAt(o.Name, strings.NewReader(""), f.size)
	return err
}

// maxList bounds what is read of a list of files.
const maxList = 256 << 20

// readPaths reads paths, apart by NUL bytes if there is one, else by newlines.
func readPaths(ctx context.Context, con *console.Console, name string) ([]string, error) {
	data, err := command.Read(ctx, con, name, maxList)
	if err != nil {
		return nil, err
	}
	separator := "\n"
	if bytes.IndexByte(data, 0) >= 0 {
		separator = "\x00"
	}
	list := []string{}
	for p := range strings.SplitSeq(string(data), separator) {
		if separator == "\n" {
			p = strings.TrimSuffix(p, "\r")
		}
		if p != "" {
			list = append(list, p)
		}
	}
	return list, nil
}

// createOutput decides where the torrent goes, before anything is read. A torrent that is written into the very folder
// that it is made of is no part of it. same is that of command.OutputOptions.
func createOutput(con *console.Console, o *create.Options, f *createFlags, same func(there, made []byte) bool) (*command.Output, error) {
	target := f.output
	name := o.Name + ".torrent"
	if target == "" {
		target = name
	}
	if target == "-" && con.Options.JSON {
		return nil, errors.New("--json and -o - both want standard output")
	}
	if f.madeNothing() {
		return nil, nil
	}
	out, err := command.NewOutput(con, target, command.OutputOptions{DefaultName: name, Force: f.force, Binary: true, Same: same})
	if err == nil && out.Kind == command.ToFile {
		f.selection.LeaveOut = append(f.selection.LeaveOut, out.Path)
	}
	return out, err
}
