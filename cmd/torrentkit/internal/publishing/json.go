package publishing

import (
	"math"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// publishedJSON is what "publish --json" prints of each torrent, and "create --publish --json" of what it made.
type publishedJSON struct {
	Input      string   `json:"input"`
	Index      string   `json:"index"`
	State      string   `json:"state"` // published, exists, planned (with --dry-run), refused or failed
	Title      string   `json:"title,omitempty"`
	Category   string   `json:"category"`
	Tags       []string `json:"tags"`
	ID         int64    `json:"id,omitempty"`
	InfoHash   string   `json:"infohash,omitempty"`
	Stored     string   `json:"stored_infohash,omitempty"`
	Downloaded string   `json:"downloaded_infohash,omitempty"` // as predicted, where nothing was downloaded
	Lost       []string `json:"lost_keys"`
	Trackers   []string `json:"trackers"` // of what is downloaded
	Listed     bool     `json:"tracker_listed"`
	Private    bool     `json:"tracker_private"`
	Output     string   `json:"output,omitempty"`
	Warnings   []string `json:"warnings"`
	Error      string   `json:"error,omitempty"`
	Seconds    float64  `json:"seconds"`
}

func (o *outcome) json(con *console.Console, s *session, p *plan) publishedJSON {
	v := publishedJSON{
		Input: o.input, Index: s.client.String(), State: string(o.state), Title: o.title, Category: p.Category, Tags: command.OrEmpty(p.tags), ID: o.id,
		Lost: []string{}, Trackers: []string{}, Listed: p.settings.Listed, Private: p.settings.Private, Output: o.output, Warnings: []string{},
		Seconds: math.Round(o.took.Seconds()*1000) / 1000,
	}
	if o.err != nil {
		v.Error = con.Redact(o.err.Error())
	}
	if o.torrent == nil {
		return v
	}
	v.InfoHash = known(o.torrent.Hashes().V1)
	if o.state != declined && o.state != failed {
		v.Stored, v.Warnings = o.stored.String(), command.OrEmpty(o.warnings(p))
	}
	if o.predicted != nil {
		v.Lost = make([]string, len(o.predicted.Lost))
		for i, k := range o.predicted.Lost {
			v.Lost[i] = k.Path
		}
		v.Downloaded = known(o.predicted.Downloaded)
	}
	if o.got != nil {
		v.Downloaded = o.got.Hashes().V1.String()
		for _, tier := range o.got.Trackers {
			for _, u := range tier {
				v.Trackers = append(v.Trackers, con.URL(u))
			}
		}
	}
	return v
}
