package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

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
		input: input, name: t.Name, v1: h.V1.String(), v2: h.V2.String(), format: t.Format.String(), size: t.Layout().TotalLength(), pieceLength: t.PieceLength,
		files: contentFiles(t), pieces: t.Layout().NumPieces(), private: t.Private, source: strings.Clone(t.Source),
		createdBy: strings.Clone(t.CreatedBy), created: t.CreationDate, hosts: inspect.TrackerHosts(t),
	}
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

// inspectMany prints a table of torrents, or of groups of them.
func (a *app) inspectMany(ctx context.Context, names []string, f *inspectFlags) error {
	var all []summary
	err := a.eachInput(ctx, names, func(ctx context.Context, name string) error {
		t, err := a.parseTorrent(ctx, name, int64(f.maxSize))
		if err == nil {
			all = append(all, summarize(t, name))
		}
		return err
	})
	if ctx.Err() != nil {
		return err
	}
	if key := f.sort; key != "" {
		down := strings.HasPrefix(key, "-")
		slices.SortStableFunc(all, func(x, y summary) int {
			if down {
				return compareBy(key[1:], &y, &x)
			}
			return compareBy(key, &x, &y)
		})
	}
	if f.groupBy != "" {
		a.showGroups(f.groupBy, all)
		return err
	}
	if a.onTerminal() {
		rows := newTable(0, "name", "size", "files", "format", "piece", "created")
		for i := range all {
			s := &all[i]
			rows.row(textCell(s.name), sizeCell(s.size), countCell(int64(s.files)), textCell(s.format), sizeCell(s.pieceLength), textCell(date(s.created)))
		}
		a.showTable(rows)
		return err
	}
	rows := newTable(0, "input", "name", "infohash", "infohash_v2", "size", "files", "format", "piece_length", "pieces", "private", "created")
	for i := range all {
		s := &all[i]
		rows.row(textCell(s.input), textCell(s.name), textCell(s.v1), textCell(s.v2), sizeCell(s.size), countCell(int64(s.files)), textCell(s.format),
			sizeCell(s.pieceLength), countCell(int64(s.pieces)), textCell(strconv.FormatBool(s.private)), textCell(timestamp(s.created)))
	}
	a.showTable(rows)
	return err
}

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

// showGroups counts torrents, files and bytes by a key. A torrent with trackers on several hosts counts for each.
func (a *app) showGroups(by string, all []summary) {
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
	keys := make([]string, 0, len(groups))
	for key := range groups {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y string) int {
		return cmp.Or(cmp.Compare(groups[y].torrents, groups[x].torrents), cmp.Compare(x, y))
	})
	rows := newTable(0, strings.ReplaceAll(by, "-", " "), "torrents", "files", "size")
	for _, key := range keys {
		g := groups[key]
		c := textCell(key)
		if n, err := strconv.ParseInt(key, 10, 64); err == nil && by == "piece-length" {
			c.human = formatSize(n)
		}
		rows.row(c, countCell(int64(g.torrents)), countCell(int64(g.files)), sizeCell(g.size))
	}
	a.showTable(rows)
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

// statsJSON is what "inspect --stats --json" prints.
type statsJSON struct {
	Torrents     int            `json:"torrents"`
	Unreadable   int            `json:"unreadable"`
	Private      int            `json:"private"`
	Size         int64          `json:"size"`
	Files        int64          `json:"files"`
	Pieces       int64          `json:"pieces"`
	TorrentSize  int64          `json:"torrent_size"`
	Formats      map[string]int `json:"formats"`
	PieceLengths map[string]int `json:"piece_lengths"`
	Trackers     map[string]int `json:"trackers"`
	Duplicates   [][]string     `json:"duplicates"`
}

// inspectStats prints totals over all inputs.
func (a *app) inspectStats(ctx context.Context, names []string, f *inspectFlags) error {
	stats := inspect.NewStats()
	unreadable := 0
	err := a.eachInput(ctx, names, func(ctx context.Context, name string) error {
		raw, err := a.readInput(ctx, name, int64(f.maxSize))
		if err == nil {
			var t *metainfo.Torrent
			if t, err = metainfo.Parse(raw); err == nil {
				stats.Add(name, t)
				return nil
			}
			err = inputError(inputName(name), err)
		}
		unreadable++
		return err
	})
	if ctx.Err() != nil {
		return err
	}
	if a.options.JSON {
		return cmp.Or(a.json(statsToJSON(stats, unreadable)), err)
	}
	a.showStats(stats, unreadable)
	return err
}

func statsToJSON(s *inspect.Stats, unreadable int) statsJSON {
	v := statsJSON{Torrents: s.Torrents, Unreadable: unreadable, Private: s.Private, Size: s.Size, Files: s.Files, Pieces: s.Pieces,
		TorrentSize: s.TorrentSize, Formats: map[string]int{}, PieceLengths: map[string]int{}, Trackers: s.Trackers, Duplicates: orEmpty(s.Duplicates())}
	for format, n := range s.Formats {
		v.Formats[format.String()] = n
	}
	for length, n := range s.PieceLengths {
		v.PieceLengths[strconv.FormatInt(length, 10)] = n
	}
	return v
}

func (a *app) showStats(s *inspect.Stats, unreadable int) {
	var f fields
	f.count("torrents", int64(s.Torrents))
	if unreadable > 0 {
		f.count("unreadable", int64(unreadable))
	}
	f.count("private", int64(s.Private))
	f.size("size", s.Size)
	f.count("files", s.Files)
	f.count("pieces", s.Pieces)
	f.size("torrent size", s.TorrentSize)
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
		if n := s.Formats[format]; n > 0 {
			f.count(format.String(), int64(n))
		}
	}
	lengths := make([]int64, 0, len(s.PieceLengths))
	for n := range s.PieceLengths {
		lengths = append(lengths, n)
	}
	slices.Sort(lengths)
	for _, n := range lengths {
		count := int64(s.PieceLengths[n])
		f.add("piece length", cell{human: formatSize(n) + ": " + formatCount(count), raw: fmt.Sprintf("%d %d", n, count)})
	}
	for _, host := range byCount(s.Trackers) {
		count := int64(s.Trackers[host])
		f.add("tracker", cell{human: host + ": " + formatCount(count), raw: fmt.Sprintf("%s %d", host, count)})
	}
	for i, names := range s.Duplicates() {
		for _, name := range names {
			f.text(fmt.Sprintf("same content %d", i+1), name)
		}
	}
	a.show(&f)
}

// byCount sorts keys by their counts, the largest first.
func byCount(counts map[string]int) []string {
	keys := make([]string, 0, len(counts))
	for key := range counts {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y string) int { return cmp.Or(cmp.Compare(counts[y], counts[x]), cmp.Compare(x, y)) })
	return keys
}
