package magnets

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/magnet"
)

type magnetFlags struct {
	link          magnet.LinkOptions
	trackers      string
	selected      string
	fix, qr, open bool
	maxSize       command.SizeValue
	whyFlags
}

// bind binds the flags.
func (f *magnetFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Link", func(fs *pflag.FlagSet) {
		fs.Var(command.OneOf(&f.trackers, "all", "first", "none"), "trackers", "which trackers of the torrent go into the link (`WHICH`: all, first, none)")
		fs.BoolVar(&f.link.WebSeeds, "web-seeds", false, "put the web seeds into the link (ws)")
		fs.BoolVar(&f.link.Size, "size", false, "put the size of the content into the link (xl)")
		command.TextsFlag(fs, "peer", "", "put a peer `HOST:PORT` into the link (x.pe; repeatable)", &f.link.Peers)
		command.TextsFlag(fs, "source", "", "put a `URL` of the torrent into the link (xs; repeatable)", &f.link.Sources)
		fs.StringVar(&f.selected, "select", "", "select files by `INDICES` from 0, like 0,3-5 (so, BEP 53)")
		command.TextsFlag(fs, "select-glob", "", "select files by `GLOB` (repeatable)", &f.link.SelectGlobs)
		fs.BoolVar(&f.link.Public, "public", false, "leave out URLs with passkeys, and refuse private torrents")
		fs.IntVar(&f.link.MaxLength, "max-length", 0, "leave out trackers, the last first, until the link has at most `N` bytes")
	})
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.fix, "fix", false, "print links repaired, in their normal form, instead of explaining them")
		fs.BoolVar(&f.qr, "qr", false, "draw the link as a QR code, too")
		fs.BoolVar(&f.open, "open", false, "hand the link to the desktop's torrent client, too")
	})
	f.whyFlags.bind(cmd)
	command.Group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
}

// makesLinks reports whether a flag was given that only the link of a torrent obeys.
func (f *magnetFlags) makesLinks() bool {
	o := &f.link
	return f.trackers != "all" || o.WebSeeds || o.Size || o.Public || o.MaxLength != 0 || len(o.Peers)+len(o.Sources)+len(o.Select)+len(o.SelectGlobs) > 0
}
