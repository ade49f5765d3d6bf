package command

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Foreign is what a flag of another program that makes torrents is called here, or "" where it has no name of ours. The same
// stands in docs/coming-from.md.
func Foreign(flag string) string {
	switch flag {
	case "announce", "announce-tier":
		return "--tracker URL, a tier each; URL,URL share one"
	case "announce-group", "profile":
		return "--preset NAME"
	case "preset-file", "config":
		return "--presets FILE"
	case "batch":
		return "--jobs FILE"
	case "output-dir", "out", "outfile":
		return "--output FILE or FOLDER"
	case "stdout":
		return "--output -"
	case "no-creator", "nocreator":
		return "--no-created-by"
	case "no-creation-date", "nodate":
		return "--no-date"
	case "creation-date":
		return "--date DATE"
	case "creator":
		return "--created-by NAME"
	case "anonymize":
		return "--no-date --no-created-by"
	case "piece-size", "piecesize":
		return "--piece-length SIZE, such as 256K or 4M"
	case "max-piece-size":
		return "--max-piece-length SIZE"
	case "protocol":
		return "--format FORMAT"
	case "threads":
		return "--workers N"
	case "sort-by":
		return "--sort ORDER"
	case "md5":
		return "--checksum md5"
	case "ignore":
		return "--gitignore"
	case "include-junk":
		return "--junk"
	case "glob":
		return "--include GLOB and --exclude GLOB"
	case "exclude-regex", "include-regex":
		return "--exclude and --include, as globs"
	case "cross-seed", "xseed":
		return "--entropy"
	case "dht-node":
		return "--node HOST:PORT"
	case "notorrent":
		return "--dry-run"
	case "yes":
		return "--force"
	}
	return ""
}

// plainly words an error about a flag's value without the words of the functions that read it.
func plainly(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	var number *strconv.NumError
	want := ""
	switch kind := invalid.GetFlag().Value.Type(); {
	case kind == "duration":
		want = "want a time such as 30s or 5m"
	case !errors.As(err, &number):
		return err
	case errors.Is(err, strconv.ErrRange):
		want = "the number is too large or too small"
	case kind == "bool" || kind == "boolfunc":
		want = "want true or false"
	default:
		want = "want a whole number"
	}
	return console.WithHint(fmt.Errorf("invalid argument %q for \"--%s\" flag: %s", invalid.GetValue(), invalid.GetFlag().Name, want), "see "+cmd.CommandPath()+" --help")
}
