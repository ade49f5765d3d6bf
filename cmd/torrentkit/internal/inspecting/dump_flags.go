package inspecting

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type dumpFlags struct {
	reverse, compact, force bool
	style                   string
	output                  string
}

// bind binds the flags.
func (f *dumpFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVarP(&f.reverse, "reverse", "r", false, "read JSON and write bencode")
		fs.Var(command.OneOf(&f.style, "hex", "base64", "torrust", "torrust-next"), "style", "how to write strings that are not UTF-8: `STYLE` is hex, base64, torrust or torrust-next")
		fs.BoolVar(&f.compact, "compact", false, "write JSON on one line")
		fs.StringVarP(&f.output, "output", "o", "", "with --reverse: write to `FILE`, which appears whole or not at all")
		fs.BoolVar(&f.force, "force", false, "replace a file that exists")
	})
}

// torrust says whether the style is one of bencode2json's.
func (f *dumpFlags) torrust() bool { return strings.HasPrefix(f.style, "torrust") }
