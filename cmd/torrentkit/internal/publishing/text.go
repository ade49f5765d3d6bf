package publishing

import (
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// sayTerms says what who publishes agrees to.
func sayTerms(con *console.Console, p *plan) {
	if text := strings.Join(strings.Fields(p.settings.Agreement), " "); text != "" {
		con.Note("who publishes here agrees to: " + text)
	}
}

// show prints what became of a torrent, and warns of what clients will see.
func show(con *console.Console, s *session, p *plan, o *outcome, first bool) error {
	if con.Options.JSON {
		return con.JSON(o.json(con, s, p))
	}
	if o.torrent == nil || o.state == declined || o.state == failed {
		return nil // the error says it
	}
	if !first {
		con.Print()
	}
	var list console.Fields
	list.Text("torrent", command.InputName(o.input))
	list.Add("state", &console.Cell{Human: inWords(o.state), Raw: string(o.state)})
	list.Text("title", o.title)
	list.Text("category", p.Category)
	for _, tag := range p.tags {
		list.Text("tag", tag)
	}
	list.Some("id", o.id)
	command.Optional(&list, "infohash", known(o.torrent.Hashes().V1))
	list.Text("stored infohash", o.stored.String())
	if o.got != nil {
		list.Text("downloaded infohash", o.got.Hashes().V1.String())
		for _, t := range o.got.Trackers {
			for _, u := range t {
				list.Text("tracker", con.URL(u))
			}
		}
	} else if o.state == planned {
		list.Text("downloaded infohash", o.predicted.Downloaded.String())
		list.Text("tracker", con.URL(p.settings.TrackerURL))
	}
	if o.predicted != nil {
		for _, k := range o.predicted.Lost {
			list.Text("lost key", k.Path)
		}
	}
	command.Optional(&list, "output", o.output)
	con.Show(&list)
	con.Flush()
	for _, warning := range o.warnings(p) {
		con.Warn(warning)
	}
	return nil
}

func known(h metainfo.HashV1) string {
	if h.IsZero() {
		return ""
	}
	return h.String()
}

func inWords(s state) string {
	switch s {
	case published:
		return "published"
	case exists:
		return "there already"
	case planned:
		return "would be published"
	}
	return string(s)
}

// warnings say where clients will not meet.
func (o *outcome) warnings(p *plan) []string {
	var list []string
	name := command.InputName(o.input)
	own := o.torrent.Hashes().V1
	got := o.stored
	switch {
	case o.got != nil:
		got = o.got.Hashes().V1
	case o.predicted != nil:
		got = o.predicted.Downloaded
	}
	if own != got {
		list = append(list, fmt.Sprintf("%s: who downloads the torrent from the index looks for %v, and not for %v: seed what is downloaded (-o FILE)", name, got, own))
	}
	if got != o.stored && p.settings.Listed {
		list = append(list, fmt.Sprintf("%s: the tracker takes listed torrents only, and is told of %v: it refuses who downloaded the torrent from the index", name, o.stored))
	}
	if o.predicted == nil {
		return list
	}
	const most = 5
	for i, c := range o.predicted.Changes {
		if i == most {
			list = append(list, fmt.Sprintf("%s: %s more", name, console.FormatCount(int64(len(o.predicted.Changes)-most))))
			break
		}
		list = append(list, fmt.Sprintf("%s: %s: %s; %s", name, c.Key, c.What, c.Advice))
	}
	return list
}
