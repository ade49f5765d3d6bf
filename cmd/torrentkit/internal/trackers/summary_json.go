package trackers

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// trackerJSON is what "announce --by tracker --json" and "scrape --by tracker --json" print for each tracker, and runs
// over folders, lists and several torrents at their end.
type trackerJSON struct {
	By           string   `json:"by"`       // tracker
	Tracker      string   `json:"tracker"`  // whole: passkeys are not hidden here
	Standing     string   `json:"standing"` // alive (it answered), dead (nobody is there), or unclear
	Code         string   `json:"code,omitempty"`
	Error        string   `json:"error,omitempty"`
	Torrents     int      `json:"torrents"`     // that name it
	Asked        int      `json:"asked"`        // infohashes that it was asked about
	Good         int      `json:"good"`         // of which it gave a good answer
	Milliseconds *float64 `json:"milliseconds"` // mean of its answers; null where none came
}

func trackerLineJSON(con *console.Console, l *trackerLine) trackerJSON {
	v := trackerJSON{By: "tracker", Tracker: l.tracker, Standing: string(l.standing), Torrents: l.torrents, Asked: l.asked, Good: l.good}
	if l.failure != nil {
		v.Code, v.Error = string(l.failure.Code), trackerText(con, l.failure.Error(), l.tracker)
	}
	if l.took > 0 {
		ms := milliseconds(l.took)
		v.Milliseconds = &ms
	}
	return v
}

// announcedJSON is what "announce --by torrent --json" and "scrape --by torrent --json" print for each torrent.
type announcedJSON struct {
	By         string   `json:"by"`      // torrent
	Torrent    string   `json:"torrent"` // file, or what was named
	TorrentHex string   `json:"torrent_hex,omitempty"`
	Infohashes []string `json:"infohashes"` // of a hybrid both, the v2 one cut to 20 bytes
	Trackers   int      `json:"trackers"`
	Alive      int      `json:"alive"`
	Dead       int      `json:"dead"`
	Good       int      `json:"good"`    // trackers that gave a good answer
	Seeds      *int64   `json:"seeds"`   // the most that one of them counts
	Leeches    *int64   `json:"leeches"` // the same
}

func torrentLineJSON(l *torrentLine) announcedJSON {
	v := announcedJSON{
		By: "torrent", Torrent: l.name, TorrentHex: command.HexIfNeeded(l.name), Infohashes: make([]string, len(l.hashes)),
		Trackers: l.trackers, Alive: l.alive, Dead: l.dead, Good: l.good, Seeds: known(l.seeds), Leeches: known(l.leeches),
	}
	for i, h := range l.hashes {
		v.Infohashes[i] = h.String()
	}
	return v
}
