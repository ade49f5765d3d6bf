package trackers

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

func showChecked(con *console.Console, all []*checked, peers bool) error {
	for _, c := range all {
		if con.Options.JSON {
			if err := writeResultJSON(con, &c.announce, false); err != nil {
				return err
			}
			continue
		}
		r := c.announce
		if r.Good() && !c.good() {
			r.Reply, r.Failure = nil, c.scrape.Failure
		}
		showLine(con, &r, 0, false, peers)
	}
	return nil
}
