package trackers

import (
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/metainfo"
)

// standing is what a run tells of a tracker as a whole.
type standing string

const (
	alive   standing = "alive"   // it answered, be it that it refused
	unclear standing = "unclear" // neither is proven
	dead    standing = "dead"    // nobody is there: announce.Failure.Dead
)

func standingOf(f *announce.Failure) standing {
	switch {
	case f == nil || f.TrackerSpoke():
		return alive
	case f.Dead():
		return dead
	}
	return unclear
}

// pair is one question: a tracker about an infohash.
type pair struct {
	tracker string
	hash    metainfo.HashV1
}

// outcome is what came of a question, be it an announce or part of a scrape.
type outcome struct {
	good            bool
	failure         *announce.Failure // nil also where the tracker does not know the torrent
	seeds, leeches  int64
	took            time.Duration // 0 where no tracker answered
	unknownToScrape bool
}

// summary gathers the outcomes of a run, to be told by tracker or by torrent.
type summary struct {
	by       string // tracker, torrent, or "" for the results and then trackers
	targets  *targets
	outcomes map[pair][]outcome // several with --all-addresses
}

// newSummary is nil where the results themselves say all.
func newSummary(by string, t *targets, results int) *summary {
	if by == "" && (!t.several || results < 2) {
		return nil
	}
	return &summary{by, t, make(map[pair][]outcome)}
}

// only says whether results are not shown one by one.
func (s *summary) only() bool { return s != nil && s.by != "" }

func (s *summary) add(r *announce.Result) {
	if s == nil {
		return
	}
	o := outcome{good: r.Good(), failure: r.Failure, seeds: announce.Unknown, leeches: announce.Unknown}
	if r.Reply != nil {
		o.seeds, o.leeches = r.Reply.Seeds, r.Reply.Leeches
	}
	if standingOf(r.Failure) == alive {
		o.took = r.Timing.Total
	}
	at := pair{r.Tracker, r.Hash}
	s.outcomes[at] = append(s.outcomes[at], o)
}

func (s *summary) addScrape(r *announce.ScrapeResult) {
	if s == nil {
		return
	}
	for _, c := range r.Counts {
		o := outcome{good: c.Known, seeds: c.Seeds, leeches: c.Leeches}
		if !c.Known {
			o.failure, o.unknownToScrape = r.Failure, r.Failure == nil
		}
		if standingOf(r.Failure) == alive {
			o.took = r.Timing.Total
		}
		at := pair{r.Tracker, c.Hash}
		s.outcomes[at] = append(s.outcomes[at], o)
	}
}

// trackerLine is what is told of one tracker.
type trackerLine struct {
	tracker     string
	standing    standing
	torrents    int               // that name it
	asked, good int               // infohashes
	failure     *announce.Failure // the first that it earned its standing by, or that it refused with
	unknown     int               // infohashes that it does not know when scraped
	took        time.Duration     // mean of its answers; 0 where there is none
}

// trackers are the lines of all trackers: those alive, then those unclear, then those dead.
func (s *summary) trackers() []trackerLine {
	var order []string
	lines := make(map[string]*trackerLine)
	seen := make(map[pair]bool)
	var times = make(map[string]mean)
	for _, subject := range s.targets.subjects {
		for _, tracker := range subject.trackers {
			l := lines[tracker]
			if l == nil {
				l = &trackerLine{tracker: tracker}
				lines[tracker], order = l, append(order, tracker)
			}
			l.torrents++
			for _, h := range subject.hashes {
				at := pair{tracker, h}
				if seen[at] || len(s.outcomes[at]) == 0 {
					continue
				}
				seen[at] = true
				times[tracker] = l.count(s.outcomes[at], times[tracker])
			}
		}
	}
	var out []trackerLine
	for _, want := range []standing{alive, unclear, dead} {
		for _, tracker := range order {
			if l := lines[tracker]; l.asked > 0 && l.standing == want {
				l.took = times[tracker].value()
				out = append(out, *l)
			}
		}
	}
	return out
}

// mean adds up times of answers.
type mean struct {
	sum time.Duration
	n   int
}

func (m mean) value() time.Duration { return m.sum / time.Duration(max(m.n, 1)) }

// count adds what came of one infohash.
func (l *trackerLine) count(outcomes []outcome, times mean) mean {
	l.asked++
	good, unknown := false, false
	for _, o := range outcomes {
		good, unknown = good || o.good, unknown || o.unknownToScrape
		if o.took > 0 {
			times = mean{times.sum + o.took, times.n + 1}
		}
		switch now := standingOf(o.failure); {
		case l.standing == "" || better(now, l.standing):
			l.standing, l.failure = now, o.failure
		case now == l.standing && l.failure == nil:
			l.failure = o.failure
		}
	}
	if good {
		l.good++
	} else if unknown {
		l.unknown++
	}
	return times
}

// better says whether x is nearer to alive than y.
func better(x, y standing) bool {
	rank := map[standing]int{alive: 0, unclear: 1, dead: 2}
	return rank[x] < rank[y]
}

// torrentLine is what is told of one torrent.
type torrentLine struct {
	name           string
	hashes         []metainfo.HashV1
	trackers       int // that it names
	alive, dead    int
	good           int   // trackers that gave a good answer
	seeds, leeches int64 // the most that one of them counts, or announce.Unknown
}

// torrents are the lines of all torrents, in their order.
func (s *summary) torrents() []torrentLine {
	standings := make(map[string]standing)
	for _, l := range s.trackers() {
		standings[l.tracker] = l.standing
	}
	var out []torrentLine
	for _, subject := range s.targets.subjects {
		l := torrentLine{name: subject.name, hashes: subject.hashes, trackers: len(subject.trackers), seeds: announce.Unknown, leeches: announce.Unknown}
		for _, tracker := range subject.trackers {
			switch standings[tracker] {
			case alive:
				l.alive++
			case dead:
				l.dead++
			}
			good := false
			for _, h := range subject.hashes {
				for _, o := range s.outcomes[pair{tracker, h}] {
					good = good || o.good
					l.seeds, l.leeches = max(l.seeds, o.seeds), max(l.leeches, o.leeches)
				}
			}
			if good {
				l.good++
			}
		}
		out = append(out, l)
	}
	return out
}
