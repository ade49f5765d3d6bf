package announce

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/internal/peertest"
	tt "github.com/torrentkit/torrentkit/internal/trackertest"
)

func diagnose(t *testing.T, tracker string, opt DoctorOptions) Report {
	t.Helper()
	if opt.Timeout == 0 {
		opt.Timeout = time.Minute
	}
	rep := Doctor(t.Context(), tracker, opt)
	if rep.Failure != nil {
		t.Fatalf("%s: %v", tracker, rep.Failure)
	}
	for _, v := range rep.Verdicts {
		wantEvidence(t, v)
	}
	return rep
}

// wantEvidence holds what texts of verdicts are: of a check that was judged it has what was seen, which is a number, a name with
// its value, or the tracker's own words; and one is one.
func wantEvidence(t *testing.T, v Verdict) {
	t.Helper()
	const things = "seed|leech|peer|torrent|byte|key|datagram|redirect|request|connection|error packet|check|record|header|scrape|view|count"
	if v.State != Skip && !regexp.MustCompile(`[0-9]|: .`).MatchString(v.Detail) {
		t.Errorf("%s: a bare verdict, without what was seen: %s", v.ID, v.Detail)
	}
	if wrong := regexp.MustCompile(`(^|[^0-9.:])(1 (` + things + `)s|([02-9]|[0-9]+[02-9]|[0-9]*1[0-9]) (` + things + `))\b`).FindString(v.Detail); wrong != "" {
		t.Errorf("%s: %q in %s", v.ID, wrong, v.Detail)
	}
}

// TestDoctorPasses: a tracker without faults has none found, and no peer of
// ours is left behind.
func TestDoctorPasses(t *testing.T) {
	for _, transport := range []Transport{HTTP, UDP, WS} {
		t.Run(string(transport), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var opt DoctorOptions
				n := new(memnet.Network)
				opt.network = n
				tr := tt.StartIn(t, n)
				rep := diagnose(t, urls(tr)[transport], opt)
				for _, v := range rep.Verdicts {
					if v.State == Fail {
						t.Errorf("%s: %s", v.ID, v.Detail)
					}
				}
				if n := tr.Count(rep.Hash); n != 0 {
					t.Errorf("%d peers are left behind", n)
				}
				t.Logf("%d checks in %s", len(rep.Verdicts), rep.Elapsed)
			})
		})
	}
}

// livingTorrent puts peers into a torrent that a tracker serves, of which it hands out 50 at most.
func livingTorrent(tr *tt.Tracker, peers int) [20]byte {
	h := RandomHash()
	tr.Allow(h)
	for i := range peers {
		tr.Add(h, netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), uint16(1+i)), "", int64(i%2))
	}
	return h
}

// TestDoctorLivingTorrent: others in the torrent that was named, who may come and go, are taken for no fault of the tracker.
func TestDoctorLivingTorrent(t *testing.T) {
	for _, transport := range []Transport{HTTP, UDP, WS} {
		for _, c := range []struct {
			peers  int
			faults []tt.Fault
			skips  int // at most, but for what skips in a torrent of its own
		}{
			{2, nil, 0}, {2, []tt.Fault{tt.Whitelist}, 1}, {200, nil, 8}, {7, []tt.Fault{tt.Busy}, 12},
		} {
			t.Run(fmt.Sprint(transport, c.peers, c.faults), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					n := new(memnet.Network)
					opt := DoctorOptions{}
					opt.network = n
					plain := diagnose(t, urls(tt.StartIn(t, n))[transport], opt)
					tr := tt.StartIn(t, n, c.faults...)
					opt.Hash = livingTorrent(tr, c.peers)
					before := tr.Count(opt.Hash)
					rep := diagnose(t, urls(tr)[transport], opt)
					for _, v := range rep.Verdicts {
						if v.State == Fail {
							t.Errorf("%s: %s", v.ID, v.Detail)
						}
						if v.State == Skip {
							t.Logf("skip %s: %s", v.ID, v.Detail)
						}
					}
					if more := rep.Count(Skip, "") - plain.Count(Skip, ""); more > c.skips {
						t.Errorf("%d checks more could not be judged, want %d at most", more, c.skips)
					}
					if n := tr.Count(opt.Hash); n != before && !tr.Has(tt.Busy) {
						t.Errorf("%d peers, there were %d", n, before)
					}
				})
			})
		}
	}
}

// faultOf names for each check a fault that it must find, and the transport.
func faultOf() map[string][2]string {
	f := func(fault tt.Fault, transport Transport) [2]string {
		return [2]string{string(fault), string(transport)}
	}
	return map[string][2]string{
		"http.redirect": f(tt.RedirectBare, HTTP), "http.status": f(tt.BencodeStatus, HTTP), "http.content-type": f(tt.ContentTypeHTML, HTTP), "http.canonical": f(tt.UnsortedKeys, HTTP),
		"http.length": f(tt.Surplus, HTTP), "http.required-keys": f(tt.NoInterval, HTTP), "http.numbers": f(tt.Negative, HTTP), "http.interval": f(tt.IntervalZero, HTTP), "http.min-interval": f(tt.MinIntervalLong, HTTP),
		"http.peers-length": f(tt.PeersLength, HTTP), "http.peers6": f(tt.Peers6Length, HTTP), "http.compact-default": f(tt.DictsByDefault, HTTP),
		"http.compact-1": f(tt.Compact1Dicts, HTTP), "http.compact-0": f(tt.Compact0Error, HTTP), "http.no-peer-id": f(tt.NoPeerIDIgnored, HTTP),
		"http.numwant-0": f(tt.NumWantIgnored, HTTP), "http.numwant-1": f(tt.NumWantIgnored, HTTP), "http.numwant-200": f(tt.NumWant200Error, HTTP),
		"http.event-started": f(tt.StartedError, HTTP), "http.event-none": f(tt.NoEventError, HTTP), "http.event-empty": f(tt.EmptyEventError, HTTP),
		"http.event-paused": f(tt.PausedError, HTTP), "http.event-unknown": f(tt.UnknownEvent500, HTTP), "http.event-completed": f(tt.CompletedError, HTTP),
		"http.event-stopped": f(tt.StoppedError, HTTP), "http.unknown-parameter": f(tt.UnknownParamError, HTTP), "http.escapes": f(tt.LowerEscapesBroken, HTTP),
		"http.head": f(tt.Head500, HTTP), "http.gzip": f(tt.GzipUndeclared, HTTP), "http.keep-alive": f(tt.NoKeepAlive, HTTP),
		"http.peer-id-19": f(tt.BadRequestsAccepted, HTTP), "http.hash-hex": f(tt.BadRequests500, HTTP), "http.port-0": f(tt.KeepsPortZero, HTTP),
		"http.port-70000": f(tt.BadRequestsAccepted, HTTP), "http.missing-info-hash": f(tt.BadRequests500, HTTP), "http.missing-peer-id": f(tt.BadRequests500, HTTP),
		"http.missing-port": f(tt.BadRequestsAccepted, HTTP), "http.several-hashes": f(tt.SeveralHashes500, HTTP), "http.failure-status": f(tt.FailureStatus400, HTTP),
		"http.unlisted": f(tt.UnlistedHTML, HTTP),

		"http.peer-address": f(tt.PeerNowhere, HTTP), "http.peer-dictionaries": f(tt.Latin1PeerID, HTTP), "http.external-ip": f(tt.ExternalIPText, HTTP), "http.cache": f(tt.CacheForever, HTTP),
		"udp.peer-address": f(tt.PeerNowhere, UDP), "scrape.duplicates": f(tt.UDPScrapeTable, UDP),

		"udp.connect": f(tt.UDPShortConnect, UDP), "udp.announce": f(tt.UDPPeersLength, UDP), "udp.interval": f(tt.UDPZeroInterval, UDP), "udp.counts": f(tt.UDPNegative, UDP),
		"udp.counts-order": f(tt.UDPSwapped, UDP), "udp.numwant-1": f(tt.UDPNumWantIgnored, UDP), "udp.numwant-default": f(tt.UDPDefaultNone, UDP),
		"udp.unknown-action": f(tt.UDPUnknownSilent, UDP), "udp.error-text": f(tt.UDPErrorNUL, UDP), "udp.short-packet": f(tt.UDPShortAnswered, UDP),
		"udp.bep41": f(tt.UDPOptionsError, UDP), "udp.bep41-unknown": f(tt.UDPUnknownOption, UDP), "udp.bep41-nop": f(tt.UDPOptionsError, UDP),
		"udp.event-4": f(tt.UDPEvent4Silent, UDP), "udp.event-large": f(tt.UDPEvent4Silent, UDP), "udp.unlisted": f(tt.UnlistedEightBytes, UDP),
		"udp.connection-id": f(tt.UDPIDConstant, UDP), "udp.connection-id-lives": f(tt.UDPIDShort, UDP), "udp.connection-id-expires": f(tt.UDPIDForever, UDP),
		"udp.connection-id-bound": f(tt.UDPIDUnbound, UDP), "udp.connection-id-checked": f(tt.UDPIDUnchecked, UDP), "udp.connection-id-error": f(tt.UDPIDSilent, UDP),
		"udp.connection-id-scrape": f(tt.UDPScrapeAnyID, UDP), "udp.error-transaction": f(tt.UDPErrorNoID, UDP),

		"ws.announce": f(tt.WSNoInterval, WS), "ws.info-hash": f(tt.WSWrongHash, WS), "ws.invalid-json": f(tt.WSInvalidSilent, WS),
		"ws.short-hash": f(tt.WSShortHashSilent, WS), "ws.unlisted": f(tt.WSUnlistedHangup, WS),

		"swarm.visible": f(tt.SwarmHidden, HTTP), "swarm.address": f(tt.SwarmWrongPort, HTTP), "swarm.self": f(tt.SwarmSelf, UDP),
		"swarm.counts": f(tt.SwarmFrozen, UDP), "swarm.completed": f(tt.SwarmNoCompleted, HTTP), "swarm.completed-once": f(tt.SwarmCompletedTwice, HTTP),
		"swarm.stopped": f(tt.SwarmStoppedIgnored, HTTP), "swarm.scrape-agrees": f(tt.ScrapeDisagrees, WS), "swarm.views-agree": f(tt.ViewsDisagree, HTTP),

		"honesty.fresh-hash": f(tt.PhantomPeers, HTTP), "honesty.port-zero": f(tt.KeepsPortZero, UDP), "honesty.ip": f(tt.HonoursIP, HTTP),
		"honesty.ipv4": f(tt.HonoursIPv4, HTTP), "honesty.forwarded": f(tt.HonoursForwarded, HTTP), "honesty.udp-ip": f(tt.HonoursUDPIP, UDP),

		"scrape.works": f(tt.ScrapeClosed, UDP), "scrape.keys": f(tt.ScrapeMissingKeys, HTTP), "scrape.key-length": f(tt.ScrapeMangled, HTTP),
		"scrape.length": f(tt.UDPScrapeLength, UDP), "scrape.order": f(tt.UDPScrapeTable, UDP), "scrape.canonical": f(tt.ScrapeUnsorted, HTTP), "scrape.unknown-hash": f(tt.ScrapeUnknownError, HTTP),
		"scrape.limit": f(tt.ScrapeLimit, UDP), "scrape.full": f(tt.FullScrapeOpen, HTTP),
	}
}

// TestEveryCheck: each check passes on a good tracker and fails on one with
// its fault.
func TestEveryCheck(t *testing.T) {
	faults := faultOf()
	if n := len(Checks()); n < 100 {
		t.Errorf("%d checks, want 100 at least", n)
	}
	for _, c := range Checks() {
		if strings.HasPrefix(c.ID, "dns.") || strings.HasPrefix(c.ID, "tls.") {
			continue // TestBEP34, TestDoctorAddresses, TestDoctorTLS
		}
		fault, ok := faults[c.ID]
		if !ok {
			t.Errorf("%s has no fault in this test", c.ID)
			continue
		}
		t.Run(c.ID, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				judge := func(living bool, faults ...tt.Fault) Verdict {
					n := new(memnet.Network)
					tr := tt.StartIn(t, n, faults...)
					opt := DoctorOptions{Only: []string{c.ID}}
					opt.network, opt.Timeout = n, 3*time.Second
					if living {
						opt.Hash = livingTorrent(tr, 2)
					}
					if c.ID == "udp.connection-id-expires" {
						opt.ExpiryWait = tt.IDLife + 100*time.Millisecond
					}
					rep := diagnose(t, urls(tr)[Transport(fault[1])], opt)
					if len(rep.Verdicts) != 1 {
						t.Fatalf("%d verdicts", len(rep.Verdicts))
					}
					return rep.Verdicts[0]
				}
				var base, bad []tt.Fault
				bad = append(bad, tt.Fault(fault[0]))
				switch c.ID {
				case "udp.connection-id-expires":
					base = append(base, tt.UDPIDShort)
				case "http.unlisted", "udp.unlisted", "ws.unlisted":
					base, bad = append(base, tt.Whitelist), append(bad, tt.Whitelist)
				}
				for _, living := range []bool{false, true} {
					if v := judge(living, base...); v.State != Pass {
						t.Errorf("good tracker: %s: %s", v.State, v.Detail)
					}
				}
				if v := judge(true, bad...); v.State != Fail {
					t.Errorf("in a torrent of others, with %v: %s: %s", bad, v.State, v.Detail)
				}
				v := judge(false, bad...)
				if v.State != Fail || v.Detail == "" || v.Sent == "" && !strings.HasPrefix(v.ID, "swarm") && v.ID != "udp.connect" {
					t.Errorf("with %v: %s: %q, sent %q", bad, v.State, v.Detail, v.Sent)
				}
			})
		})
	}
}

// TestOneCause: what many checks fail for counts once, with the gravest of them.
func TestOneCause(t *testing.T) {
	for _, c := range []struct {
		fault     tt.Fault
		transport Transport
		cause     string
		failed    []string // all that fail
		least     int      // checks that name the cause
	}{
		{tt.RedirectBare, HTTP, "http.redirect", []string{"http.redirect", "scrape.works"}, 30},
		{tt.NoEventError, HTTP, "http.event-none", []string{"http.event-none"}, 15},
		{tt.ScrapeClosed, UDP, "scrape.works", []string{"scrape.works"}, 4},
		{tt.ScrapeZeros, HTTP, "scrape.works", []string{"swarm.scrape-agrees", "swarm.views-agree", "scrape.works"}, 2},
		{tt.BadRequests500, HTTP, "", []string{"http.peer-id-19", "http.hash-hex", "http.port-0", "http.port-70000", "http.missing-info-hash", "http.missing-peer-id",
			"http.missing-port", "http.several-hashes", "http.failure-status"}, 0}, // each for what it has of its own
		{tt.Compact0Error, HTTP, "http.compact-0", []string{"http.compact-0", "http.failure-status"}, 1},
		{tt.UDPOptionsError, UDP, "udp.bep41", []string{"udp.bep41"}, 2},
	} {
		synctest.Test(t, func(t *testing.T) {
			n := new(memnet.Network)
			opt := DoctorOptions{}
			opt.network = n
			rep := diagnose(t, urls(tt.StartIn(t, n, c.fault))[c.transport], opt)
			var failed []string
			named := 0
			for _, v := range rep.Verdicts {
				if v.State == Fail {
					failed = append(failed, v.ID)
				}
				if v.Cause == c.cause && v.State == Skip {
					named++
				}
			}
			if !slices.Equal(failed, c.failed) || named < c.least || !rep.Examined() {
				t.Errorf("%s: failed %v, %d name the cause, examined %v", c.fault, failed, named, rep.Examined())
			}
		})
	}
}

// TestKeepAliveThroughRedirect: what goes to two servers in turn says nothing of either.
func TestKeepAliveThroughRedirect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		opt := DoctorOptions{Only: []string{"http.keep-alive"}}
		opt.network = n
		if v := diagnose(t, tt.StartIn(t, n, tt.RedirectFive).HTTP(), opt).Verdicts[0]; v.State != Skip {
			t.Errorf("%s: %s", v.State, v.Detail)
		}
	})
}

// TestOneText: doctor says of an answer what announce says of it.
func TestOneText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tracker := tt.StartIn(t, n, tt.Whitelist, tt.UnlistedEightBytes).UDP()
		r := one(t, Query{Tracker: tracker, Hash: RandomHash()}, Options{network: n})
		opt := DoctorOptions{Only: []string{"udp.unlisted"}}
		opt.network = n
		if v := diagnose(t, tracker, opt).Verdicts[0]; r.Failure == nil || v.State != Fail || v.Detail != words(r.Failure) {
			t.Errorf("%s: %s, announce: %v", v.State, v.Detail, r.Failure)
		}
	})
}

type txt []string

func (r txt) LookupTXT(context.Context, string) ([]string, error) { return r, nil }

type txtHost struct {
	host
	txt
}

func (r txtHost) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return r.txt.LookupTXT(ctx, name)
}

func TestBEP34(t *testing.T) {
	tr := tt.Start(t)
	for record, want := range map[string]State{"BITTORRENT DENY ALL": Fail, "BITTORRENT UDP:1 TCP:2": Fail, "v=spf1": Pass} {
		opt := DoctorOptions{Only: []string{"dns.bep34"}}
		opt.Resolver = txtHost{host{"127.0.0.1"}, txt{record}}
		rep := diagnose(t, withHost(tr.HTTP(), "name.test"), opt)
		if v := rep.Verdicts[0]; v.State != want {
			t.Errorf("%s: %s", record, v.Detail)
		}
	}
}

// TestDoctorAddresses: a host of whose addresses one is dead is told from one that answers at all. Where nobody
// answers over IPv6, that may be our own network.
func TestDoctorAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := tt.StartIn(t, n)
		for _, transport := range []Transport{HTTP, UDP} {
			for _, c := range []struct {
				addresses host
				want      State
			}{
				{host{"127.0.0.1"}, Pass}, {host{"127.0.0.1", "::1"}, Pass}, {host{"127.0.0.1", "127.0.0.7"}, Fail}, {host{"127.0.0.1", "127.0.0.7", "127.0.0.8"}, Fail},
			} {
				opt := DoctorOptions{Only: []string{"dns.addresses"}}
				opt.network, opt.Resolver, opt.Timeout = n, c.addresses, 2*time.Second
				if v := diagnose(t, withHost(urls(tr)[transport], "name.test"), opt).Verdicts[0]; v.State != c.want {
					t.Errorf("%s at %v: %s: %s", transport, c.addresses, v.State, v.Detail)
				}
			}
		}
	})
}

// TestDoctorTLS: a certificate that is no good, or ends soon, is found where it is accepted.
func TestDoctorTLS(t *testing.T) {
	for fault, want := range map[tt.Fault][2]State{"": {Pass, Pass}, tt.CertExpired: {Fail, Fail}, tt.CertOtherHost: {Fail, Pass}} {
		tr := tt.Start(t, fault)
		for _, u := range []string{tr.HTTPS(), tr.WSS()} {
			opt := DoctorOptions{Only: []string{"tls"}}
			opt.TLS = &tls.Config{InsecureSkipVerify: true, RootCAs: tr.Roots()}
			vs := diagnose(t, u, opt).Verdicts
			if len(vs) != 2 || vs[0].State != want[0] || vs[1].State != want[1] {
				t.Errorf("%s %s: %+v", fault, u, vs)
			}
		}
	}
}

func TestDoctorSelection(t *testing.T) {
	tr := tt.Start(t)
	calls := 0
	rep := diagnose(t, tr.HTTP(), DoctorOptions{
		Only: []string{"scrape", "http.head"}, Skip: []string{"scrape.limit"}, Progress: func(int, int) { calls++ },
	})
	if calls != len(rep.Verdicts) {
		t.Errorf("progress was told %d times of %d checks", calls, len(rep.Verdicts))
	}
	var ids []string
	for _, v := range rep.Verdicts {
		ids = append(ids, v.ID)
	}
	if slices.Contains(ids, "scrape.limit") || !slices.Contains(ids, "scrape.works") || ids[0] != "http.head" {
		t.Errorf("ran %v", ids)
	}
}

func TestDoctorBadTrackers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(memnet.Network)
		tr := tt.StartIn(t, n, tt.Mute)
		opt := DoctorOptions{}
		opt.network = n
		for _, u := range []string{tr.HTTP(), tr.UDP(), tr.WS(), "gopher://x"} {
			if rep := Doctor(t.Context(), u, opt); rep.Failure == nil || len(rep.Verdicts) > 0 {
				t.Errorf("%s: %+v", u, rep)
			}
		}
		away := tt.StartIn(t, n, tt.UDPElsewhere)
		if rep := Doctor(t.Context(), away.UDP(), opt); rep.Failure == nil || !strings.Contains(rep.Failure.Detail, "the answer came from 127.0.0.1:") {
			t.Errorf("a tracker that answers from elsewhere: %v", rep.Failure)
		}
		refusing := tt.StartIn(t, n, tt.Whitelist)
		rep := diagnose(t, refusing.HTTP(), opt)
		if rep.Count(Skip, "") < 20 {
			t.Error("checks ran though the torrent is refused")
		}
	})
}

// doctorAmongOthers examines a tracker with a torrent that has a seeder and a leecher: nothing fails that does not fail
// without them. It leaves out what is waited for in vain, and has nothing to do with them.
func doctorAmongOthers(t *testing.T, u string, opt DoctorOptions, failed []string) {
	t.Helper()
	opt.Only = []string{"http", "udp.announce", "udp.counts", "udp.counts-order", "udp.numwant-1", "udp.numwant-default", "swarm", "honesty", "scrape"}
	others := func(event Event) {
		for i := range 2 {
			o := opt.Options
			o.Event, o.Seed, o.NoStop, o.Port = event, i == 0, true, uint16(7001+i)
			copy(o.PeerID[:], fmt.Sprintf("-XX0000-peer-%d------", i))
			wantGood(t, one(t, Query{Tracker: u, Hash: opt.Hash}, o))
		}
	}
	others(EventStarted)
	defer others(EventStopped)
	for _, v := range diagnose(t, u, opt).Verdicts {
		if v.State == Fail && !slices.Contains(failed, v.ID) {
			t.Errorf("%s: %s fails in a torrent with peers: %s", u, v.ID, v.Detail)
		}
	}
}

func failedIn(rep Report) (ids []string) {
	for _, v := range rep.Verdicts {
		if v.State == Fail {
			ids = append(ids, v.ID)
		}
	}
	return ids
}

// TestDoctorReal holds that the known deviations of real trackers are found.
func TestDoctorReal(t *testing.T) {
	t.Parallel()
	var hashes [][20]byte // two for each URL, whose swarms are not to meet
	for range 8 {
		hashes = append(hashes, RandomHash())
	}
	for _, c := range []struct {
		name  string
		start func(t *testing.T) peertest.Tracker
		want  map[Transport][]string // deviations that must be found
		not   []string
		mute  []string // checks to which there is no answer
	}{
		{"opentracker", func(t *testing.T) peertest.Tracker { return peertest.Opentracker(t, hashes...) }, map[Transport][]string{
			HTTP: {"http.compact-0", "http.peer-id-19", "http.hash-hex", "http.port-70000", "http.failure-status", "honesty.port-zero"},
			UDP:  {"honesty.port-zero", "udp.unlisted", "udp.error-text"},
		}, []string{"http.canonical", "http.compact-default", "scrape.limit", "scrape.key-length", "swarm.visible", "honesty.ip"}, []string{"udp.unknown-action"}},
		{"bittorrent-tracker", func(t *testing.T) peertest.Tracker { return peertest.BittorrentTracker(t) }, map[Transport][]string{
			HTTP: {"http.compact-default", "http.numwant-0", "scrape.key-length", "swarm.self"},
			UDP:  {"udp.connection-id", "udp.connection-id-bound", "swarm.self"},
			WS:   {},
		}, []string{"http.canonical", "http.port-0", "swarm.visible"}, []string{"udp.unknown-action", "udp.event-large", "udp.connection-id-error"}},
		{"qbittorrent-nox", func(t *testing.T) peertest.Tracker { return peertest.QBittorrentTracker(t) }, map[Transport][]string{
			HTTP: {"http.peer-id-19", "http.hash-hex", "honesty.ip", "swarm.self", "scrape.works"},
		}, []string{"http.canonical", "http.port-0", "swarm.visible", "swarm.stopped"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			real := c.start(t)
			for i, u := range realURLs(real) {
				t.Run(u[:strings.IndexByte(u, ':')], func(t *testing.T) {
					t.Parallel()
					opt := DoctorOptions{Hash: hashes[i], Skip: c.mute}
					opt.Timeout = time.Minute
					rep := diagnose(t, u, opt)
					for _, v := range rep.Verdicts {
						if v.State != Pass {
							t.Logf("%s %s: %s: %s", rep.Transport, v.State, v.ID, v.Detail)
						}
					}
					failed := failedIn(rep)
					t.Logf("%s: %d checks in %s", u, len(rep.Verdicts), rep.Elapsed)
					living := opt
					living.Hash = hashes[len(hashes)-1-i]
					doctorAmongOthers(t, u, living, failed)
					for _, id := range c.want[rep.Transport] {
						if !slices.Contains(failed, id) && !strings.Contains(u, "::1") {
							t.Errorf("%s: %s was not found", u, id)
						}
					}
					for _, id := range c.not {
						if slices.Contains(failed, id) && !strings.Contains(u, "::1") {
							t.Errorf("%s: %s was found", u, id)
						}
					}
					if rep.Transport != UDP || !longtest.Whole() {
						return
					}
					opt.Skip, opt.Only, opt.Timeout = nil, c.mute, 10*time.Second
					for _, v := range diagnose(t, u, opt).Verdicts {
						if v.State != Fail {
							t.Errorf("%s: %s passes: %s", u, v.ID, v.Detail)
						}
					}
				})
			}
		})
	}
}

// TestDoctorNoScrape: what answers a scrape with an announce is neither open to a scrape of everything, nor closed. Headers
// that forbid to keep an answer, or say nothing of it, are no fault.
func TestDoctorNoScrape(t *testing.T) {
	for headers, want := range map[string]State{
		"": Pass, "Cache-Control: no-store": Pass, "Cache-Control: max-age=0; Expires: Thu, 01 Jan 2099 00:00:00 GMT": Pass, "Expires: 0": Pass,
		"Cache-Control: public, s-maxage=60": Fail, "Expires: Thu, 01 Jan 2099 00:00:00 GMT": Fail,
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for h := range strings.SplitSeq(headers, "; ") {
				if name, value, ok := strings.Cut(h, ": "); ok {
					w.Header().Add(name, value)
				}
			}
			w.Write([]byte("d8:intervali1800e5:peers0:e"))
		}))
		for _, v := range diagnose(t, server.URL+"/announce", DoctorOptions{Only: []string{"http.cache", "scrape.full"}}).Verdicts {
			if v.ID == "http.cache" && v.State != want || v.ID == "scrape.full" && v.State != Skip {
				t.Errorf("%s: %s: %s: %s", headers, v.ID, v.State, v.Detail)
			}
		}
		server.Close()
	}
}

// TestDoctorQuotes: of long answers a verdict keeps how they begin, and how long they are.
func TestDoctorQuotes(t *testing.T) {
	body := fmt.Appendf(nil, "d8:completei5e10:incompletei5e8:intervali1800e5:peers%d:%se", 60_000, strings.Repeat("peer12", 10_000))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(body) }))
	defer server.Close()
	rep := diagnose(t, server.URL+"/announce", DoctorOptions{Only: []string{"http.status", "http.canonical"}})
	for _, v := range rep.Verdicts {
		if v.Length != len(body) || !bytes.Equal(v.Exchange.Received, body[:1<<10]) {
			t.Errorf("%s: %d bytes of %d, want 1024 of %d", v.ID, len(v.Exchange.Received), v.Length, len(body))
		}
	}
	if len(rep.Verdicts) != 2 {
		t.Errorf("%d verdicts", len(rep.Verdicts))
	}
}
