package trackers

import (
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

// byFlag binds --by.
func byFlag(fs *pflag.FlagSet, by *string) {
	fs.Var(command.OneOf(by, "tracker", "torrent"), "by", "print a line for each `WHAT` in place of the results: tracker or torrent")
}
