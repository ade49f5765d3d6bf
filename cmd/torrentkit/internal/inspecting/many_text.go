package inspecting

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// showGroups counts torrents, files and bytes by a key. A torrent with trackers on several hosts counts for each.
func showGroups(con *console.Console, by string, all []summary) {
	type total struct {
		torrents, files int
		size            int64
	}
	groups := map[string]*total{}
	for i := range all {
		s := &all[i]
		for _, key := range groupsOf(by, s) {
			g := groups[key]
			if g == nil {
				g = &total{}
				groups[key] = g
			}
			g.torrents++
			g.files += s.files
			g.size += s.size
		}
	}
	keys := slices.Sorted(maps.Keys(groups))
	sort.SliceStable(keys, func(x, y int) bool { return groups[keys[x]].torrents > groups[keys[y]].torrents })
	rows := console.NewTable(strings.ReplaceAll(by, "-", " "), "torrents", "files", "size")
	for _, key := range keys {
		g := groups[key]
		c := console.Path(key)
		if n, err := strconv.ParseInt(key, 10, 64); err == nil && by == "piece-length" {
			c.Human = console.FormatSize(n)
		}
		rows.Row(c, console.Count(int64(g.torrents)), console.Count(int64(g.files)), console.Size(g.size))
	}
	con.ShowTable(rows)
}

// groupsOf returns the groups that a torrent belongs to; "-" is the group of those that do not say.
func groupsOf(by string, s *summary) []string {
	value := ""
	switch by {
	case "format":
		value = s.format
	case "piece-length":
		value = strconv.FormatInt(s.pieceLength, 10)
	case "private":
		value = strconv.FormatBool(s.private)
	case "source":
		value = s.source
	case "created-by":
		value = s.createdBy
	case "created":
		if !s.created.IsZero() {
			value = s.created.UTC().Format("2006-01")
		}
	case "tracker":
		if len(s.hosts) > 0 {
			return s.hosts
		}
	}
	if value == "" {
		value = "-"
	}
	return []string{value}
}

func showStats(con *console.Console, s *inspect.Stats, unreadable int) {
	var f console.Fields
	f.Count("torrents", int64(s.Torrents))
	f.Some("unreadable", int64(unreadable))
	f.Count("private", int64(s.Private))
	f.Size("size", s.Size)
	f.Count("files", s.Files)
	f.Count("pieces", s.Pieces)
	f.Size("torrent size", s.TorrentSize)
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
		f.Some(format.String(), int64(s.Formats[format]))
	}
	lengths := slices.Collect(maps.Keys(s.PieceLengths))
	sort.Slice(lengths, func(x, y int) bool { return lengths[x] < lengths[y] })
	for _, n := range lengths {
		count := int64(s.PieceLengths[n])
		f.Add("piece length", &console.Cell{Human: console.FormatSize(n) + ": " + console.FormatCount(count), Raw: fmt.Sprintf("%d %d", n, count)})
	}
	for _, host := range byCount(s.Trackers) {
		count := int64(s.Trackers[host])
		f.Add("tracker", &console.Cell{Human: host + ": " + console.FormatCount(count), Raw: fmt.Sprintf("%s %d", host, count)})
	}
	for i, names := range s.Duplicates() {
		for _, name := range names {
			f.Text(fmt.Sprintf("same content %d", i+1), name)
		}
	}
	con.Show(&f)
}

// byCount sorts keys by their counts, the largest first.
func byCount(counts map[string]int) []string {
	keys := slices.Sorted(maps.Keys(counts))
	sort.SliceStable(keys, func(x, y int) bool { return counts[keys[x]] > counts[keys[y]] })
	return keys
}

// showKeys prints which keys the torrents have.
func showKeys(con *console.Console, keys *inspect.KeyCounts) {
	rows := console.NewTable("torrents", "values", "key", "examples")
	for _, u := range keys.Uses() {
		examples := make([]string, len(u.Examples))
		for i, e := range u.Examples {
			examples[i] = con.Redact(e)
		}
		rows.Row(console.Count(int64(u.Torrents)), console.Count(u.Values), console.Text(u.Key), console.Detail(strings.Join(examples, ", ")))
	}
	con.ShowTable(rows)
	if keys.Omitted > 0 {
		con.Note(fmt.Sprintf("%d values have other keys", keys.Omitted))
	}
}
