package inspecting

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// NewDump makes the command dump.
func NewDump(con *console.Console) *cobra.Command {
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
		Args: command.Arity(1, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return runDump(ctx, con, args, &f) }),
	}
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.reverse, "reverse", "r", false, "read JSON and write bencode")
		fs.Var(command.OneOf(&f.style, "hex", "base64", "torrust"), "style", "how to write strings that are not UTF-8: `STYLE` is hex, base64 or torrust")
		fs.BoolVar(&f.compact, "compact", false, "write JSON on one line")
		fs.StringVarP(&f.output, "output", "o", "", "with --reverse: write to `FILE`, which appears whole or not at all")
		fs.BoolVar(&f.force, "force", false, "replace a file that exists")
	})
	command.Exits(cmd, "everything was read", "")
	return cmd
}
