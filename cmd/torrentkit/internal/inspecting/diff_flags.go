package inspecting

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type diffFlags struct {
	common  bool
	maxSize command.SizeValue
}

// bind binds the flags.
func (f *diffFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.common, "common", false, "print the files that several torrents have")
	})
	command.Group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
}
