package main

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/internal/trackertest"
	"github.com/torrentkit/torrentkit/magnet"
)

// announcingSeeder seeds a torrent with libtorrent, over IPv4 and IPv6, which announces itself to the trackers.
const announcingSeeder = `
import sys, time, libtorrent as lt
s = lt.session({"listen_interfaces": "127.0.0.1:0,[::1]:0", "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
    "allow_multiple_connections_per_ip": True, "announce_to_all_trackers": True, "announce_to_all_tiers": True, "ssrf_mitigation": False})
h = s.add_torrent({"ti": lt.torrent_info(sys.argv[1]), "save_path": sys.argv[2]})
while not h.status().is_seeding: time.sleep(0.05)
for url in sys.argv[3:]: h.add_tracker({"url": url, "tier": 0})
h.force_reannounce()
print("ready", flush=True)
time.sleep(600)
`

// TestRealFetchThroughTrackers fetches from a libtorrent seeder that is known by a tracker only, through each way to
// ask that tracker.
func TestRealFetchThroughTrackers(t *testing.T) {
	python := peertest.Python(t)
	http := func(r trackertest.Real) string { return r.HTTP }
	udp := func(r trackertest.Real) string { return r.UDP }
	for _, c := range []struct {
		tracker, format string
		ways            []func(trackertest.Real) string
	}{
		{"opentracker", "v1", []func(trackertest.Real) string{http, udp}},
		{"opentracker", "v2", []func(trackertest.Real) string{http, udp}},
		{"bittorrent-tracker", "hybrid", []func(trackertest.Real) string{http, udp}},
	} {
		format := c.format
		t.Run(c.tracker+" "+format, func(t *testing.T) {
			dir := t.TempDir()
			content, torrent := filepath.Join(dir, "content"), filepath.Join(dir, "content.torrent")
			if err := os.WriteFile(content, seededBytes(200000, 5), 0o644); err != nil {
				t.Fatal(err)
			}
			peertest.Libtorrent(t).Ask(t, peertest.Question{Do: "create", Root: content, Format: format, PieceLength: 16384, Output: torrent})
			raw, err := os.ReadFile(torrent)
			if err != nil {
				t.Fatal(err)
			}
			link, _, err := magnet.FromTorrent(raw, magnet.LinkOptions{})
			if err != nil {
				t.Fatal(err)
			}
			var tracker trackertest.Real
			if c.tracker == "bittorrent-tracker" {
				tracker = trackertest.BittorrentTracker(t)
			} else {
				hash := [20]byte(link.V1)
				if link.V1.IsZero() {
					hash = link.V2.Short()
				}
				tracker = trackertest.Opentracker(t, hash)
			}
			var urls []string
			for _, way := range c.ways {
				urls = append(urls, way(tracker))
			}
			seeder := exec.Command(python, append([]string{"-c", announcingSeeder, torrent, dir}, urls...)...)
			out, err := seeder.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := seeder.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = seeder.Process.Kill(); _ = seeder.Wait() })
			if !bufio.NewScanner(out).Scan() {
				t.Fatal("libtorrent does not start to seed")
			}
			for _, u := range urls {
				link.Trackers = []string{u}
				fetchThrough(t, link, raw)
			}
		})
	}
}

// TestFetchOverIPv6 fetches from a peer at ::1 that the link names. (bittorrent-tracker counts peers that announce over
// IPv6 UDP, and names none.)
func TestFetchOverIPv6(t *testing.T) {
	raw := []byte("d4:infod6:lengthi5e4:name1:x12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee")
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here")
	}
	defer func() { _ = l.Close() }()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			seedMetadata(c, raw[7:len(raw)-1])
			_ = c.Close()
		}
	}()
	link, _, err := magnet.FromTorrent(raw, magnet.LinkOptions{Peers: []string{l.Addr().String()}})
	if err != nil {
		t.Fatal(err)
	}
	fetchThrough(t, link, raw)
}

// fetchThrough runs the command until the seeder has announced itself.
func fetchThrough(t *testing.T, link magnet.Link, want []byte) {
	t.Helper()
	target := filepath.Join(t.TempDir(), "got.torrent")
	var said string
	for range 40 {
		e, _, errs := testEnv()
		code := run(context.Background(), e, []string{"magnet", "fetch", "--no-dht", "--allow-private", "-o", target, link.String()})
		said = errs.String()
		if code == exitYes {
			checkFetched(t, target, want)
			return
		}
		time.Sleep(250 * time.Millisecond)
	}
	t.Errorf("nothing through %s: %s", link.Trackers, said)
}

func checkFetched(t *testing.T, target string, want []byte) {
	t.Helper()
	raw, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	a, err := inspect.Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	b, err := inspect.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.RawInfo(), b.RawInfo()) {
		t.Error("the info dictionary differs")
	}
	if len(b.Problems) > len(a.Problems) {
		t.Errorf("problems: %v", b.Problems)
	}
}
