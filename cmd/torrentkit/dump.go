package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/inspect"
)

type dumpFlags struct {
	reverse, compact, force bool
	style                   string
	output                  string
}

func newDump(a *app) *cobra.Command {
	f := dumpFlags{style: "hex"}
	cmd := &cobra.Command{
		Use:   "dump FILE...",
		Short: "Turn bencode into JSON and back, without loss",
		Long: `A FILE is any bencode: a torrent, a tracker's reply, a resume file; or an http or https URL, or - for standard
input. Keys keep their order. Strings that are not UTF-8 are objects, {"$hex": "fffe"}, and so are integers beyond 2^53.
Memory stays small whatever the size. Broken input is shown up to where it breaks off.

The style torrust is that of Torrust's bencode2json: every string is "<string>text</string>" or "<hex>fffe</hex>".`,
		Example: `  torrentkit dump album.torrent
  torrentkit dump album.torrent | jq -r .info.name
  torrentkit dump album.torrent > album.json; torrentkit dump --reverse album.json -o album.torrent
  torrentkit dump --style torrust - < reply.bin`,
		Args: arity(1, -1),
		RunE: runE(func(ctx context.Context, args []string) error { return a.dump(ctx, args, &f) }),
	}
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.reverse, "reverse", "r", false, "read JSON and write bencode")
		fs.Var(oneOf(&f.style, "hex", "base64", "torrust"), "style", "how to write strings that are not UTF-8: `STYLE` is hex, base64 or torrust")
		fs.BoolVar(&f.compact, "compact", false, "write JSON on one line")
		fs.StringVarP(&f.output, "output", "o", "", "with --reverse: write to `FILE`, which appears whole or not at all")
		fs.BoolVar(&f.force, "force", false, "replace a file that exists")
	})
	exits(cmd, "everything was read", "")
	return cmd
}

func (a *app) dump(ctx context.Context, args []string, f *dumpFlags) error {
	switch {
	case f.output != "" && !f.reverse:
		return errors.New("-o goes with --reverse; JSON goes to standard output")
	case f.reverse && len(args) > 1:
		return errors.New("--reverse makes one file of one")
	case f.reverse && a.options.JSON:
		return errors.New("--reverse writes bencode, not JSON")
	case f.reverse:
		return a.restore(ctx, args[0], f)
	}
	return a.each(ctx, args, func(ctx context.Context, name string) error {
		return a.withSource(ctx, name, func(r io.Reader) error {
			o := inspect.DumpOptions{Style: inspect.DumpStyle(f.style)}
			if !f.compact && !a.options.JSON {
				o.Indent = "  "
			}
			if !a.options.JSON {
				return inspect.Dump(a.document(), r, o)
			}
			return a.dumpJSON(name, r, o)
		})
	})
}

// dumpJSON puts the dump into an object like those of all commands.
func (a *app) dumpJSON(name string, r io.Reader, o inspect.DumpOptions) error {
	v := struct {
		Input string `json:"input"`
		Style string `json:"style"`
		Value string `json:"value"` // the hole
	}{Input: name, Style: string(o.Style)}
	return a.writeAround(v, `"value":""`, func(w io.Writer) error { return inspect.Dump(&trimmed{w: w}, r, o) })
}

// trimmed leaves a newline at the end out.
type trimmed struct{ w io.Writer }

func (t *trimmed) Write(p []byte) (int, error) {
	if _, err := t.w.Write(bytes.TrimSuffix(p, []byte("\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// restore writes the bencode that JSON stands for.
func (a *app) restore(ctx context.Context, name string, f *dumpFlags) error {
	style := inspect.DumpStyle(f.style)
	if f.output == "" || f.output == "-" {
		out, err := a.newOutput("-", outputOptions{binary: true})
		if err != nil {
			return err
		}
		return a.withSource(ctx, name, func(r io.Reader) error { return inspect.Restore(out.app.raw(), r, style) })
	}
	out, err := a.newOutput(f.output, outputOptions{defaultName: "restored.torrent", force: f.force, binary: true})
	if err != nil {
		return err
	}
	var data bytes.Buffer
	if err := a.withSource(ctx, name, func(r io.Reader) error { return inspect.Restore(&data, r, style) }); err != nil {
		return err
	}
	return out.write(ctx, data.Bytes())
}

// withSource opens a file, a URL or standard input for reading as a stream.
func (a *app) withSource(ctx context.Context, name string, f func(io.Reader) error) error {
	if isURL(name) {
		raw, err := a.readInput(ctx, name, maxTorrent)
		if err != nil {
			return err
		}
		return inputError(name, f(bytes.NewReader(raw)))
	}
	if name == "-" {
		return inputError("standard input", f(a.stdin(ctx)))
	}
	file, err := os.Open(name)
	if err != nil {
		return inputError(name, err)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("reading %q: it is a folder", name)
	}
	return inputError(name, f(readerOf(ctx, file)))
}
