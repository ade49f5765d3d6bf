package inspecting

import (
	"strconv"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
)

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
	Keys         []keyUseJSON   `json:"keys,omitempty"`         // with --keys
	KeysOmitted  int64          `json:"keys_omitted,omitempty"` // values of keys beyond those that are told apart
}

type keyUseJSON struct {
	Key      string   `json:"key"`
	Torrents int      `json:"torrents"`
	Values   int64    `json:"values"`
	Examples []string `json:"examples,omitempty"`
}

func keysToJSON(con *console.Console, keys *inspect.KeyCounts) []keyUseJSON {
	uses := keys.Uses()
	list := make([]keyUseJSON, len(uses))
	for i, u := range uses {
		list[i] = keyUseJSON{u.Key, u.Torrents, u.Values, make([]string, len(u.Examples))}
		for k, example := range u.Examples {
			list[i].Examples[k] = con.Redact(example)
		}
	}
	return list
}

func statsToJSON(s *inspect.Stats, unreadable int) statsJSON {
	v := statsJSON{Torrents: s.Torrents, Unreadable: unreadable, Private: s.Private, Size: s.Size, Files: s.Files, Pieces: s.Pieces,
		TorrentSize: s.TorrentSize, Formats: map[string]int{}, PieceLengths: map[string]int{}, Trackers: s.Trackers, Duplicates: command.OrEmpty(s.Duplicates())}
	for format, n := range s.Formats {
		v.Formats[format.String()] = n
	}
	for length, n := range s.PieceLengths {
		v.PieceLengths[strconv.FormatInt(length, 10)] = n
	}
	return v
}
