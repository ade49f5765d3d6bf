package magnets

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/magnet"
)

type magnetFlags struct {
	link          magnet.LinkOptions
	trackers      string
	selected      string
	fix, qr, open bool
	maxSize       command.SizeValue
}

// makesLinks reports whether a flag was given that only the link of a torrent obeys.
func (f *magnetFlags) makesLinks() bool {
	o := &f.link
	return f.trackers != "all" || o.WebSeeds || o.Size || o.Public || o.MaxLength != 0 || len(o.Peers)+len(o.Sources)+len(o.Select)+len(o.SelectGlobs) > 0
}
