package announce

import (
	"net/http"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Torrust in each of its modes answers what it should, and its API counts no peer of ours after an announce, a scrape or an
// examination.
func TestTorrust(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]peertest.TorrustMode{
		"public": {}, "listed": {Listed: true}, "private": {Private: true}, "proxy": {Proxy: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tracker := peertest.NewTorrust(t, mode)
			hash := RandomHash()
			urls, opt := []string{tracker.HTTP, tracker.UDP}, Options{}
			switch {
			case mode.Listed:
				tracker.List(hash)
			case mode.Private: // it does not listen for UDP, where a key has no place
				urls = []string{tracker.HTTP + "/" + tracker.Key()}
				if r := Scrape(t.Context(), tracker.HTTP, []metainfo.HashV1{hash}, opt)[0]; r.Failure == nil || r.Failure.Code != PasskeyInvalid || r.Counts[0].Known {
					t.Errorf("scraped without a key: %v, %+v", r.Failure, r.Counts)
				}
			case mode.Proxy:
				opt.Header = http.Header{"X-Forwarded-For": {"198.51.100.7"}}
			}
			for _, url := range urls {
				torrustSwarm(t, tracker, url, hash, opt)
				examine := DoctorOptions{Options: opt, Hash: hash, Skip: []string{"udp.unknown-action", "udp.event-large"}}
				rep := diagnose(t, url, examine)
				if passed := countPassed(rep); passed < 10 {
					t.Errorf("%s: only %d of %d checks pass: %+v", url, passed, len(rep.Verdicts), rep.Verdicts)
				}
				doctorAmongOthers(t, url, examine, failedIn(rep))
				if seeders, leechers := tracker.Count(); seeders+leechers != 0 {
					t.Errorf("%s: doctor leaves %d seeders and %d leechers", url, seeders, leechers)
				}
			}
		})
	}
}

// torrustSwarm has a seeder and a leecher meet, and leave.
func torrustSwarm(t *testing.T, tracker *peertest.Torrust, url string, hash metainfo.HashV1, opt Options) {
	t.Helper()
	seed, leech := opt, opt
	seed.Event, seed.Seed, seed.NoStop, seed.Port = EventStarted, true, true, 7001
	copy(seed.PeerID[:], "-XX0000-a-seeder----") // by which it is known
	leech.Port, leech.NumWant = 7002, 5
	wantGood(t, one(t, Query{Tracker: url, Hash: hash}, seed))
	if seeders, leechers := tracker.Count(); seeders != 1 || leechers != 0 {
		t.Errorf("%s: %d seeders and %d leechers are there, want 1 and 0", url, seeders, leechers)
	}
	r := one(t, Query{Tracker: url, Hash: hash}, leech)
	if reply := wantGood(t, r); reply.Seeds != 1 || !r.Stopped || len(peersOf(reply)) != 1 || peersOf(reply)[0].Port != 7001 {
		t.Errorf("%s: %+v, stopped %v", url, reply, r.Stopped)
	}
	other := RandomHash()
	scraped := Scrape(t.Context(), url, []metainfo.HashV1{hash, other}, opt)
	if len(scraped) != 1 || !scraped[0].Good() || len(scraped[0].Counts) != 2 || scraped[0].Counts[0].Seeds != 1 || scraped[0].Counts[1].Seeds > 0 {
		t.Errorf("%s: scraped %+v", url, scraped)
	}
	seed.Event = EventStopped
	wantGood(t, one(t, Query{Tracker: url, Hash: hash}, seed))
	if seeders, leechers := tracker.Count(); seeders+leechers != 0 {
		t.Errorf("%s: %d seeders and %d leechers stay", url, seeders, leechers)
	}
}

func countPassed(rep Report) (n int) {
	for _, v := range rep.Verdicts {
		if v.State == Pass {
			n++
		}
	}
	return n
}

// What Torrust refuses is named.
func TestTorrustRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		mode      peertest.TorrustMode
		path      string
		http, udp Code // "" where it does not refuse
	}{
		"not listed":            {peertest.TorrustMode{Listed: true}, "", Unregistered, Unregistered},
		"no key":                {peertest.TorrustMode{Private: true}, "", PasskeyInvalid, Refused},
		"a key of nobody":       {peertest.TorrustMode{Private: true}, "/" + strings.Repeat("aB3d", 8), PasskeyInvalid, Refused},
		"no word of the client": {peertest.TorrustMode{Proxy: true}, "", Rejected, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tracker := peertest.NewTorrust(t, test.mode)
			for url, want := range map[string]Code{tracker.HTTP + test.path: test.http, tracker.UDP: test.udp} {
				r := one(t, Query{Tracker: url, Hash: RandomHash()}, Options{})
				if r.Good() != (want == "") || r.Failure != nil && r.Failure.Code != want {
					t.Errorf("%s: %v, want %q", url, r.Failure, want)
				}
			}
			if seeders, leechers := tracker.Count(); seeders+leechers != 0 {
				t.Errorf("%d seeders and %d leechers stay", seeders, leechers)
			}
		})
	}
}
