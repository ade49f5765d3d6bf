package inspecting

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

func runDump(ctx context.Context, con *console.Console, args []string, f *dumpFlags) error {
	defer con.Paged()()
	switch {
	case f.output != "" && !f.reverse:
		return errors.New("-o goes with --reverse; JSON goes to standard output")
	case f.reverse && len(args) > 1:
		return errors.New("--reverse makes one file of one")
	case f.reverse && con.Options.JSON:
		return errors.New("--reverse writes bencode, not JSON")
	case f.reverse:
		return restore(ctx, con, args[0], f)
	case con.Options.JSON && f.torrust():
		return errors.New("--json puts the value into an object of ours, which the styles of Torrust know nothing of")
	}
	return command.Each(ctx, con, args, func(ctx context.Context, name string) error {
		return withSource(ctx, con, name, func(r io.Reader) error {
			o := inspect.DumpOptions{Style: inspect.DumpStyle(f.style)}
			if !f.compact && !con.Options.JSON {
				o.Indent = "  "
			}
			if con.Options.JSON {
				return dumpJSON(con, name, r, o)
			}
			if f.torrust() {
				o.Lost = func(p metainfo.Problem) { con.Warn(command.InputName(name) + ": " + p.Error()) }
				return dumpTorrust(con, r, o, len(args) > 1)
			}
			return dumpText(con, r, o)
		})
	})
}

// restore writes the bencode that JSON stands for.
func restore(ctx context.Context, con *console.Console, name string, f *dumpFlags) error {
	style := inspect.DumpStyle(f.style)
	if f.output == "" || f.output == "-" {
		out, err := command.NewOutput(con, "-", command.OutputOptions{Binary: true})
		if err != nil {
			return err
		}
		return withSource(ctx, con, name, func(r io.Reader) error { return inspect.Restore(out.App.Raw(), r, style) })
	}
	out, err := command.NewOutput(con, f.output, command.OutputOptions{DefaultName: "restored.torrent", Force: f.force, Binary: true})
	if err != nil {
		return err
	}
	var data bytes.Buffer
	if err := withSource(ctx, con, name, func(r io.Reader) error { return inspect.Restore(&data, r, style) }); err != nil {
		return err
	}
	return out.Write(ctx, data.Bytes())
}

// withSource opens a file, a URL or standard input for reading as a stream.
func withSource(ctx context.Context, con *console.Console, name string, f func(io.Reader) error) error {
	if command.IsURL(name) {
		raw, err := command.ReadInput(ctx, con, command.Named(name), command.MaxTorrent)
		if err != nil {
			return err
		}
		return command.InputError(name, f(bytes.NewReader(raw)))
	}
	if name == "-" {
		return command.InputError("standard input", f(con.Stdin(ctx)))
	}
	file, err := command.Open(ctx, name)
	if err != nil {
		return err
	}
	defer file.Close()
	return command.InputError(name, f(file))
}
