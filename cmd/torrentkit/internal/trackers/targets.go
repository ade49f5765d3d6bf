package trackers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// targetFlags say which trackers to ask beside the arguments.
type targetFlags struct {
	trackers []string
	list     string
}

func (f *targetFlags) bind(cmd *cobra.Command) {
	command.Group(cmd, "Trackers", func(fs *pflag.FlagSet) {
		command.TextsFlag(fs, "tracker", "t", "ask the tracker at `URL` instead of those of the torrents (repeatable)", &f.trackers)
		fs.StringVar(&f.list, "list", "", "ask the trackers in `FILE`, or - for standard input: one URL a line, # begins a comment")
	})
}

// subject is a torrent that trackers are asked about.
type subject struct {
	name     string
	hashes   []metainfo.HashV1 // of a hybrid both, the v2 one made short
	length   int64             // bytes; 0 where unknown
	trackers []string
}

// targets are what the arguments and flags name.
type targets struct {
	trackers []string  // asked about every subject
	subjects []subject // never empty
	random   bool      // the only subject is a torrent that nobody has
	several  bool      // a list, a folder or more than one torrent: who reads the results wants them summed up
	unread   error     // what some arguments could not be read for, or name no tracker; it was said already
}

// readTargets reads the arguments: a tracker's URL, a magnet link, an infohash, a folder, or else the name of a .torrent.
// What cannot be read is said and left out; it is an error where nothing else is left. trackerless says that torrents need
// no tracker.
func readTargets(ctx context.Context, con *console.Console, args []string, f *targetFlags, trackerless bool) (targets, error) {
	t := targets{trackers: slices.Clone(f.trackers), several: f.list != ""}
	if f.list != "" {
		list, err := command.ReadURLs(ctx, con, f.list)
		if err != nil {
			return t, err
		}
		t.trackers = append(t.trackers, list...)
	}
	named := 0
	for _, arg := range args {
		if isTracker(arg) {
			t.trackers = append(t.trackers, arg)
		} else {
			named++
			t.several = t.several || command.IsFolder(arg)
		}
	}
	torrents := slices.DeleteFunc(slices.Clone(args), isTracker)
	t.unread = command.EachInput(ctx, con, torrents, func(ctx context.Context, in command.Input) error {
		s, err := readSubject(ctx, con, in)
		if err == nil && len(t.trackers) > 0 {
			s.trackers = t.trackers
		}
		if err == nil && len(s.trackers) == 0 && !trackerless {
			err = console.WithHint(fmt.Errorf("%s names no tracker", s.name), "name one with -t URL")
		}
		if err == nil {
			s.trackers = unique(s.trackers)
			t.subjects = append(t.subjects, s)
		}
		return err
	})
	if len(t.subjects) == 0 && (named > 0 || ctx.Err() != nil) {
		return t, t.unread
	}
	t.several = t.several || named > 1
	if named == 0 {
		t.random = true
		t.subjects = []subject{{name: "a random infohash", hashes: []metainfo.HashV1{announce.RandomHash()}, trackers: unique(t.trackers)}}
	}
	return t, ctx.Err()
}

// refuseMalformed makes trouble of trackers that were named and cannot be asked at all, as of other arguments that cannot be
// read. Their results say why. One that stands in a torrent is no fault of who asks.
func (t *targets) refuseMalformed(opt announce.Options) {
	for _, tracker := range t.trackers {
		if f := announce.Plan(announce.Query{Tracker: tracker}, opt).Failure; f != nil && t.unread == nil {
			t.unread = console.Said(console.ExitTrouble)
		}
	}
}

// isTracker says whether an argument is a tracker's URL: links, files and infohashes have no scheme with slashes.
func isTracker(arg string) bool { return strings.Contains(arg, "://") && !command.IsMagnet(arg) }

// unique leaves the first of equals.
func unique(list []string) []string {
	seen := make(map[string]bool)
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool {
		old := seen[s]
		seen[s] = true
		return old
	})
}

// queries lists every question once: each tracker about each infohash.
func (t *targets) queries() []announce.Query {
	var out []announce.Query
	asked := make(map[pair]bool)
	for _, s := range t.subjects {
		for _, tracker := range s.trackers {
			for _, h := range s.hashes {
				if at := (pair{tracker, h}); !asked[at] {
					asked[at] = true
					out = append(out, announce.Query{Tracker: tracker, Hash: h, Length: s.length})
				}
			}
		}
	}
	return out
}

// readSubject reads what an argument names: a link, an infohash, or a .torrent.
func readSubject(ctx context.Context, con *console.Console, in command.Input) (subject, error) {
	if in.Folder == nil && command.IsMagnet(in.Name) {
		return linkSubject(in.Name)
	}
	h, hashErr := metainfo.ParseHash(in.Name)
	if hashErr == nil && in.Folder == nil {
		return subject{name: in.Name, hashes: h.Swarms()}, nil
	}
	t, err := command.ParseTorrent(ctx, con, in, command.MaxTorrent)
	if err != nil {
		if _, statErr := os.Stat(in.Name); in.Name != "-" && errors.Is(statErr, os.ErrNotExist) {
			if isHashLong(in.Name) {
				return subject{}, hashErr
			}
			return subject{}, console.WithHint(err, "an argument is a tracker's URL, a magnet link, an infohash, a torrent file, or a folder of those")
		}
		return subject{}, err
	}
	return torrentSubject(t, command.InputName(in.Name)), nil
}

// isHashLong tells whether a name that is no file was meant to be an infohash: one plain word as long as they are.
func isHashLong(name string) bool {
	return slices.Contains([]int{32, 40, 52, 55, 64, 68}, len(name)) && !strings.ContainsAny(name, `./\`)
}

func torrentSubject(t *metainfo.Torrent, name string) subject {
	s := subject{name: name, hashes: t.Hashes().Swarms(), length: t.Size()}
	for _, tier := range t.Trackers {
		s.trackers = append(s.trackers, tier...)
	}
	return s
}

func linkSubject(arg string) (subject, error) {
	l, _, err := magnet.Parse(arg)
	if err != nil {
		return subject{}, fmt.Errorf("reading a magnet link: %w", err)
	}
	s := subject{name: "the link", hashes: l.Hashes().Swarms(), length: l.Size, trackers: l.Trackers}
	if len(s.hashes) == 0 {
		return s, errors.New("reading a magnet link: it has no infohash")
	}
	return s, nil
}
