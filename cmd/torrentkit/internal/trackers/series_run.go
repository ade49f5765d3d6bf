package trackers

import (
	"bytes"
	"cmp"
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// series is what came of a question that was asked once, or again and again.
type series struct {
	place   int // of the question
	query   announce.Query
	stats   announce.PingStats
	samples []sample
	last    announce.Result // without its peers
}

// sample is one answer, or none.
type sample struct {
	took time.Duration
	good bool
}

// gathered is what a run of announce leaves for its reports.
type gathered struct {
	*command.Reports
	all    []*series
	at     map[seat]*series
	random bool // nobody asked about the infohash: it is another one each time
	each   bool // addresses are questions of their own
	pings  bool
}

// seat is where the results of a series belong.
type seat struct {
	place   int
	address netip.AddrPort
}

// newGathered checks where reports go.
func newGathered(con *console.Console, t *targets, f *announceFlags) (*gathered, error) {
	reports, err := command.NewReports(con, f.reports, f.force)
	return &gathered{Reports: reports, at: make(map[seat]*series), random: t.random, each: f.all, pings: f.pings()}, err
}

// silent tells whether a report takes the place of results on standard output.
func (g *gathered) silent() bool { return g.OnStdout() || g.Wants("nagios") }

// maxShown is how much of an answer is kept for a report.
const maxShown = 64 << 10

func (g *gathered) add(place int, r *announce.Result) *series {
	at := seat{place: place}
	if g.each {
		at.address = r.Addr
	}
	s := g.at[at]
	if s == nil {
		s = &series{place: place, query: r.Query}
		g.at[at], g.all = s, append(g.all, s)
	}
	s.stats.Add(r)
	s.samples = append(s.samples, sample{r.Timing.Total, r.Good()})
	s.last = withoutPeers(*r)
	for i, x := range s.last.Exchanges {
		s.last.Exchanges[i].Received = bytes.Clone(x.Received[:min(len(x.Received), maxShown)])
	}
	return s
}

// unlistedNote is for who asks about a random infohash.
const unlistedNote = "a tracker that serves listed torrents only was asked about a random infohash: give one that it lists after its URL"

// unlisted tells whether a tracker refused a random infohash, because it lists those that it serves.
func (g *gathered) unlisted(r *announce.Result) bool {
	return g.random && r.Failure != nil && r.Failure.Code == announce.Unregistered
}

// verdict turns what trackers said last into the exit code, as --fail-on has it; any is any answer.
func (g *gathered) verdict(failOn string) error {
	var sum tally
	for _, s := range g.all {
		sum.add(s.last.Good() && (failOn != "any" || s.stats.Good == s.stats.Sent))
	}
	return sum.verdict(failOn)
}

// write makes all reports but the line for Nagios.
func (g *gathered) write(ctx context.Context, con *console.Console, opt announce.Options, curlArgs []string) error {
	slices.SortStableFunc(g.all, func(x, y *series) int { return cmp.Compare(x.place, y.place) })
	return g.Write(ctx, func(kind string) ([]byte, error) {
		switch kind {
		case "prometheus":
			return metricsReport(con, g), nil
		case "junit":
			return announceJUnit(con, g.all), nil
		case "html":
			return announcePage(con, g, opt, curlArgs), nil
		}
		return nil, nil
	})
}
