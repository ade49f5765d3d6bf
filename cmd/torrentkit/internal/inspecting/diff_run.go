package inspecting

import (
	"cmp"
	"context"
	"errors"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

func runDiff(ctx context.Context, con *console.Console, args []string, f *diffFlags) error {
	defer con.Paged()()
	if args[0] == "-" && args[1] == "-" {
		return errors.New("standard input can be one of the two only")
	}
	var torrents [2]*metainfo.Torrent
	for i, name := range args {
		t, err := command.ParseTorrent(ctx, con, command.Named(name), int64(f.maxSize))
		if err != nil {
			return err
		}
		torrents[i] = t
	}
	d := inspect.Diff(torrents[0], torrents[1])
	if err := showDiff(con, d, torrents, args); err != nil {
		return err
	}
	if !d.Same() {
		return console.No()
	}
	return nil
}

// compared is what is left of a torrent once its files were looked at.
type compared struct {
	input  string
	hashes metainfo.Hashes
}

func common(ctx context.Context, con *console.Console, args []string, f *diffFlags) error {
	var torrents []compared
	var err error
	shared := inspect.Common(func(yield func(*metainfo.Torrent) bool) {
		err = command.EachInput(ctx, con, args, func(ctx context.Context, in command.Input) error {
			t, err := command.ParseTorrent(ctx, con, in, int64(f.maxSize))
			if err == nil {
				torrents = append(torrents, compared{in.Name, t.Hashes()})
				yield(t)
			}
			return err
		})
	})
	if ctx.Err() != nil {
		return err
	}
	if shown := showCommon(con, shared, torrents); shown != nil || err != nil {
		return cmp.Or(err, shown)
	}
	if len(shared) == 0 {
		return console.No()
	}
	return nil
}
