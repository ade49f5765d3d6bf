package inspecting

import (
	"context"

	"github.com/spf13/cobra"

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

The style torrust writes what Torrust's bencode2json 0.1.0 writes, byte for byte: "<hex>fffe</hex>", and text as it is. The
style torrust-next is the form of its development: text is "<string>text</string>", too. What they cannot hold is warned of.`,
		Example: `  torrentkit dump album.torrent
  torrentkit dump album.torrent | jq -r .info.name
  torrentkit dump album.torrent > album.json; torrentkit dump --reverse album.json -o album.torrent
  torrentkit dump --style torrust - < reply.bin`,
		Args: command.Arity(1, -1),
		RunE: command.RunE(func(ctx context.Context, args []string) error { return runDump(ctx, con, args, &f) }),
	}
	f.bind(cmd)
	command.Exits(cmd, "everything was read", "")
	return cmd
}
