package announce

import (
	"slices"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/peertest"
)

func realURLs(r peertest.Tracker) []string {
	var out []string
	for _, u := range []string{r.HTTP, r.UDP, r.UDP6, r.WS} {
		if u != "" {
			out = append(out, u)
		}
	}
	return out
}

func TestRealTrackers(t *testing.T) {
	hash := RandomHash()
	for name, start := range map[string]func(t *testing.T) peertest.Tracker{
		"opentracker":        func(t *testing.T) peertest.Tracker { return peertest.Opentracker(t, hash) },
		"bittorrent-tracker": func(t *testing.T) peertest.Tracker { return peertest.BittorrentTracker(t) },
		"qbittorrent-nox":    func(t *testing.T) peertest.Tracker { return peertest.QBittorrentTracker(t) },
	} {
		t.Run(name, func(t *testing.T) {
			real := start(t)
			for _, u := range realURLs(real) {
				seed := Options{Event: EventStarted, Seed: true, NoStop: true, Port: 7001, NumWant: 5}
				wantGood(t, one(t, Query{Tracker: u, Hash: hash}, seed))
				leech := one(t, Query{Tracker: u, Hash: hash}, Options{Port: 7002, NumWant: 5})
				reply := wantGood(t, leech)
				t.Logf("%s: %d seeds, %d leeches, peers %v, findings %v, stopped %v", u, reply.Seeds, reply.Leeches, peersOf(reply), leech.Findings, leech.Stopped)
				if reply.Seeds < 1 && leech.Transport != WS || reply.Interval < time.Minute || !leech.Stopped {
					t.Errorf("%s: %+v", u, reply)
				}
				sees := slices.ContainsFunc(peersOf(reply), func(p Peer) bool { return p.Port == 7001 })
				if leech.Transport != WS && leech.Addr.Addr().Is4() && !sees {
					t.Errorf("%s: the seeder is not among %v", u, peersOf(reply))
				}
				seed.Event = EventStopped
				wantGood(t, one(t, Query{Tracker: u, Hash: hash}, seed))
			}
		})
	}
}

func TestRealOpentrackerUnlisted(t *testing.T) {
	real := peertest.Opentracker(t, RandomHash())
	for _, u := range realURLs(real) {
		r := one(t, Query{Tracker: u, Hash: RandomHash()}, Options{})
		if r.Good() || r.Failure.Code != Unregistered {
			t.Errorf("%s: %v", u, r.Failure)
		}
	}
}
