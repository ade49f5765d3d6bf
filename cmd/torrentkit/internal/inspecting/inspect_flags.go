package inspecting

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type inspectFlags struct {
	files, tree, pads, pieces bool
	fields                    []string
	query                     string
	raw                       bool
	table, stats, keys        bool
	sort, groupBy             string
	maxSize                   command.SizeValue
	set                       *pflag.FlagSet // which flags were given
}

// bind binds the flags.
func (f *inspectFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.files, "files", false, "list the files")
		fs.BoolVar(&f.tree, "tree", false, "draw the files as a tree, with their pieces and v2 roots")
		fs.BoolVar(&f.pads, "pads", false, "show pad files (BEP 47) among the files too")
		fs.BoolVar(&f.pieces, "pieces", false, "list the pieces with their hashes")
		command.TextsFlag(fs, "field", "", "print one value a line, for scripts; without a `NAME`, list the names (repeatable)", &f.fields)
		command.CompleteWith(fs, "field", fieldWords()...)
		fs.StringVar(&f.query, "query", "", "print the value of any key: a `PATH` like info/files/0/length")
		fs.BoolVar(&f.raw, "raw", false, "with --query: print the bytes as they are")
	})
	command.Group(cmd, "Many torrents", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.table, "table", false, "print a line for each torrent")
		fs.Var(command.OneOf(&f.sort, sortKeys()...), "sort", "sort the table by a `KEY`: name, size, files, pieces, piece-length, format, created, input; -KEY from the end")
		fs.Var(command.OneOf(&f.groupBy, groupKeys()...), "group-by", "count torrents by a `KEY`: format, piece-length, tracker, private, source, created-by, created")
		fs.BoolVar(&f.stats, "stats", false, "print totals, and which torrents have the same content")
		fs.BoolVar(&f.keys, "keys", false, "with --stats: print which keys stand in how many torrents, how often, and examples of their values")
	})
	command.Group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	cmd.MarkFlagsMutuallyExclusive("files", "tree", "pieces", "field", "query", "table", "stats")
	cmd.MarkFlagsMutuallyExclusive("sort", "field", "query", "stats", "group-by")
}

func sortKeys() []string {
	names := []string{"name", "size", "files", "pieces", "piece-length", "format", "created", "input"}
	for _, n := range slices.Clone(names) {
		names = append(names, "-"+n)
	}
	return names
}

func groupKeys() []string {
	return []string{"format", "piece-length", "tracker", "private", "source", "created-by", "created"}
}
