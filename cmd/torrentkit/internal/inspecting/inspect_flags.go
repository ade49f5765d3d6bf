package inspecting

import (
	"slices"

	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type inspectFlags struct {
	files, tree, pads, pieces bool
	fields                    []string
	query                     string
	raw                       bool
	table, stats              bool
	sort, groupBy             string
	maxSize                   command.SizeValue
	set                       *pflag.FlagSet // which flags were given
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
