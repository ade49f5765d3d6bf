package inspecting

import (
	"cmp"
	"context"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// summary is what is kept of a torrent among many.
type summary struct {
	input, name, v1, v2, format string
	size, pieceLength           int64
	files, pieces               int
	private                     bool
	source, createdBy           string
	created                     time.Time
	hosts                       []string
}

func summarize(t *metainfo.Torrent, input string) summary {
	h := t.Hashes()
	return summary{
		input: input, name: t.Name, v1: h.V1.String(), v2: h.V2.String(), format: t.Format.String(), size: t.Size(), pieceLength: t.PieceLength,
		files: command.ContentFiles(t), pieces: t.NumPieces(), private: t.Private, source: strings.Clone(t.Source),
		createdBy: strings.Clone(t.CreatedBy), created: t.CreationDate, hosts: inspect.TrackerHosts(t),
	}
}

// inspectMany prints a table of torrents, or of groups of them.
func inspectMany(ctx context.Context, con *console.Console, names []string, f *inspectFlags) error {
	var all []summary
	err := command.EachInput(ctx, con, names, func(ctx context.Context, in command.Input) error {
		t, err := command.ParseTorrent(ctx, con, in, int64(f.maxSize))
		if err == nil {
			all = append(all, summarize(t, in.Name))
		}
		return err
	})
	if ctx.Err() != nil {
		return err
	}
	if key := f.sort; key != "" {
		down := strings.HasPrefix(key, "-")
		sort.SliceStable(all, func(i, j int) bool {
			if down {
				return compareBy(key[1:], &all[j], &all[i]) < 0
			}
			return compareBy(key, &all[i], &all[j]) < 0
		})
	}
	if f.groupBy != "" {
		showGroups(con, f.groupBy, all)
		return err
	}
	if con.Human() {
		rows := console.NewTable("name", "size", "files", "format", "piece", "created")
		for i := range all {
			s := &all[i]
			rows.Row(console.Path(s.name), console.Size(s.size), console.Count(int64(s.files)), console.Text(s.format), console.Size(s.pieceLength), console.Text(date(s.created)))
		}
		con.ShowTable(rows)
		return err
	}
	rows := console.NewTable("input", "name", "infohash", "infohash_v2", "size", "files", "format", "piece_length", "pieces", "private", "created")
	for i := range all {
		s := &all[i]
		rows.Row(console.Text(s.input), console.Text(s.name), console.Text(s.v1), console.Text(s.v2), console.Size(s.size), console.Count(int64(s.files)), console.Text(s.format),
			console.Size(s.pieceLength), console.Count(int64(s.pieces)), console.Text(strconv.FormatBool(s.private)), console.Text(timestamp(s.created)))
	}
	con.ShowTable(rows)
	return err
}

func compareBy(key string, x, y *summary) int {
	switch key {
	case "name":
		return cmp.Compare(x.name, y.name)
	case "size":
		return cmp.Compare(x.size, y.size)
	case "files":
		return cmp.Compare(x.files, y.files)
	case "pieces":
		return cmp.Compare(x.pieces, y.pieces)
	case "piece-length":
		return cmp.Compare(x.pieceLength, y.pieceLength)
	case "format":
		return cmp.Compare(x.format, y.format)
	case "created":
		return x.created.Compare(y.created)
	}
	return cmp.Compare(x.input, y.input)
}

// inspectStats prints totals over all inputs.
func inspectStats(ctx context.Context, con *console.Console, names []string, f *inspectFlags) error {
	stats := inspect.NewStats()
	var keys inspect.KeyCounts
	unreadable := 0
	err := command.EachInput(ctx, con, names, func(ctx context.Context, in command.Input) error {
		raw, err := command.ReadInput(ctx, con, in, int64(f.maxSize))
		if err == nil {
			t, problems := metainfo.Read(raw)
			if t != nil {
				stats.Add(in.Name, t)
				if f.keys {
					keys.Add(t)
				}
				return nil
			}
			err = command.InputError(command.InputName(in.Name), problems[len(problems)-1])
		}
		unreadable++
		return err
	})
	if ctx.Err() != nil {
		return err
	}
	switch {
	case con.Options.JSON:
		v := statsToJSON(stats, unreadable)
		if f.keys {
			v.Keys, v.KeysOmitted = keysToJSON(con, &keys), keys.Omitted
		}
		return cmp.Or(con.JSON(v), err)
	case f.keys:
		showKeys(con, &keys)
		return err
	}
	showStats(con, stats, unreadable)
	return err
}
