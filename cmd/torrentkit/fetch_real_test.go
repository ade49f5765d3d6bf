package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/internal/trackertest"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// seeded is a torrent, with its content in the folder "content" beside it.
type seeded struct {
	dir, torrent string
	raw          []byte
	link         magnet.Link
}

// newSeeded makes a torrent whose info dictionary takes two blocks of metadata, and of which one file has a piece layer.
func newSeeded(t *testing.T, oracle *peertest.Oracle, format string, seed uint64) seeded {
	t.Helper()
	s := seeded{dir: t.TempDir()}
	root := filepath.Join(s.dir, "content")
	s.torrent = filepath.Join(s.dir, "content.torrent")
	files := map[string][]byte{"long": seededBytes(600000, seed)}
	for i := range 150 {
		files[fmt.Sprintf("%0100d", i)] = []byte("short")
	}
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(root, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	oracle.Ask(t, peertest.Question{Do: "create", Root: root, Format: format, PieceLength: 16384, Output: s.torrent})
	var err error
	if s.raw, err = os.ReadFile(s.torrent); err != nil {
		t.Fatal(err)
	}
	m, err := metainfo.Parse(s.raw)
	if err != nil {
		t.Fatal(err)
	}
	if s.link, _, err = magnet.FromTorrent(m, magnet.LinkOptions{}); err != nil {
		t.Fatal(err)
	}
	if info := rawKey(t, s.raw, "info"); len(info) <= 16384 {
		t.Fatalf("an info dictionary of %d bytes", len(info))
	}
	return s
}

// announced are the infohashes that trackers know the torrent by.
func (s seeded) announced() [][20]byte {
	var out [][20]byte
	if !s.link.V1.IsZero() {
		out = append(out, s.link.V1)
	}
	if !s.link.V2.IsZero() {
		out = append(out, s.link.V2.Short())
	}
	return out
}

func rawKey(t *testing.T, torrent []byte, key string) []byte {
	t.Helper()
	v, _, err := bencode.Scan(torrent)
	if err != nil {
		t.Fatal(err)
	}
	x, _ := v.Get(key)
	return x.Raw()
}

// announcingSeeder seeds a torrent with libtorrent at an address, and announces itself to the trackers.
const announcingSeeder = `
import sys, time, libtorrent as lt
s = lt.session({"listen_interfaces": sys.argv[3], "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
    "allow_multiple_connections_per_ip": True, "announce_to_all_trackers": True, "announce_to_all_tiers": True, "ssrf_mitigation": False})
h = s.add_torrent({"ti": lt.torrent_info(sys.argv[1]), "save_path": sys.argv[2]})
while not h.status().is_seeding: time.sleep(0.05)
for url in sys.argv[4:]: h.add_tracker({"url": url, "tier": 0})
h.force_reannounce()
print("ready", flush=True)
time.sleep(600)
`

// seeding starts a program that seeds a torrent at 127.0.0.1 or ::1, and sees to it that the trackers know.
type seeding func(t *testing.T, s seeded, host string, trackers []string)

func seedWithLibtorrent(t *testing.T, s seeded, host string, trackers []string) {
	t.Helper()
	args := []string{"-c", announcingSeeder, s.torrent, s.dir, net.JoinHostPort(host, "0")}
	out := startPeer(t, peertest.Python(t), append(args, trackers...)...)
	if !bufio.NewScanner(out).Scan() {
		t.Fatal("libtorrent does not start to seed")
	}
}

// seedWithAria2 starts an aria2 for each tracker, as one announces to the first only that answers. Each has the content for
// itself, because it writes notes beside it, and asks UDP trackers through the socket of a DHT that knows no node.
func seedWithAria2(t *testing.T, s seeded, host string, trackers []string) {
	t.Helper()
	for _, u := range trackers {
		dir := t.TempDir()
		if err := os.CopyFS(dir, os.DirFS(s.dir)); err != nil {
			t.Fatal(err)
		}
		args := []string{"--no-conf", "--interface=" + host, "--bt-enable-lpd=false", "--listen-port=" + peertest.Port(t, host),
			"--seed-ratio=0", "-V", "-d", s.dir, "--bt-tracker=" + u}
		if strings.HasPrefix(u, "udp:") {
			args = append(args, "--enable-dht=true", "--dht-listen-port="+peertest.Port(t, host), "--dht-file-path="+filepath.Join(dir, "dht"))
		} else {
			args = append(args, "--enable-dht=false")
		}
		startPeer(t, peertest.Need(t, "aria2c"), append(args, s.torrent)...)
	}
}

// seedWithTransmission has the trackers in the torrent. Transmission announces from the address only that it is bound to
// for IPv4, which never reaches ::1: there, this module announces for it.
func seedWithTransmission(t *testing.T, s seeded, host string, trackers []string) {
	t.Helper()
	dir, port := t.TempDir(), peertest.Port(t, host)
	watch := filepath.Join(dir, "watch")
	if err := os.Mkdir(watch, 0o755); err != nil {
		t.Fatal(err)
	}
	torrent, tiers := s.raw, []byte(nil)
	if host == "127.0.0.1" {
		for _, u := range trackers {
			tiers = fmt.Appendf(tiers, "l%d:%se", len(u), u)
		}
		torrent = fmt.Appendf(nil, "d13:announce-listl%se4:info%se", tiers, rawKey(t, s.raw, "info"))
	}
	if err := os.WriteFile(filepath.Join(watch, "x.torrent"), torrent, 0o644); err != nil {
		t.Fatal(err)
	}
	startPeer(t, peertest.Need(t, "transmission-daemon"), "-f", "-g", filepath.Join(dir, "config"), "-w", s.dir, "-c", watch,
		"-P", port, "-p", peertest.Port(t, "127.0.0.1"), "-i", "127.0.0.1", "-I", "::1", "--no-dht", "--no-portmap", "--no-lpd", "--no-utp", "--no-incomplete-dir")
	for _, u := range trackers {
		if host != "127.0.0.1" {
			announceSeed(t, u, s.announced()[0], net.JoinHostPort(host, port))
		}
	}
}

// announceSeed tells a tracker that somebody on this machine seeds a torrent at the port of an address.
func announceSeed(t *testing.T, tracker string, hash metainfo.HashV1, address string) {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		t.Fatal(err)
	}
	o := announce.Options{Event: announce.EventStarted, Seed: true, NoStop: true, Port: uint16(n), Timeout: time.Minute}
	for _, r := range announce.Probe(context.Background(), announce.Query{Tracker: tracker, Hash: hash}, o) {
		if !r.Good() {
			t.Fatalf("announcing to %s: %v", tracker, r.Failure)
		}
	}
}

func startPeer(t *testing.T, program string, args ...string) io.Reader {
	t.Helper()
	cmd := exec.Command(program, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return out
}

// seeder is a client that seeds a torrent.
type seeder struct {
	client, format string
	seed           seeding
}

// TestRealFetchThroughTrackers fetches from seeders that are known by a tracker only, through each way to ask it.
func TestRealFetchThroughTrackers(t *testing.T) {
	t.Parallel()
	seeders := []seeder{
		{"Transmission", "v1", seedWithTransmission},
		{"aria2", "v1", seedWithAria2},
		{"libtorrent", "v1", seedWithLibtorrent},
		{"libtorrent", "v2", seedWithLibtorrent},
		{"libtorrent", "hybrid", seedWithLibtorrent},
	}
	oracle := peertest.Libtorrent(t)
	var torrents []seeded
	var announced [][20]byte
	for i, c := range seeders {
		torrents = append(torrents, newSeeded(t, oracle, c.format, uint64(i)))
		announced = append(announced, torrents[i].announced()...)
	}
	var ways sync.WaitGroup // of tests that wait more than they work, and together take one of those that run side by side
	defer ways.Wait()
	for _, way := range []struct {
		name, host string
		trackers   func(*testing.T) []string
	}{
		{"opentracker", "127.0.0.1", func(t *testing.T) []string {
			r := peertest.Opentracker(t, announced...)
			return []string{r.HTTP, r.UDP}
		}},
		{"bittorrent-tracker", "127.0.0.1", func(t *testing.T) []string {
			r := peertest.BittorrentTracker(t)
			return []string{r.HTTP, r.UDP}
		}},
		{"bittorrent-tracker over IPv6", "::1", func(t *testing.T) []string {
			needIPv6(t)
			return []string{peertest.BittorrentTracker(t).HTTP6} // TestRealTrackerOverUDP6 is about its UDP
		}},
	} {
		ways.Go(func() {
			t.Run(way.name, func(t *testing.T) {
				trackers := way.trackers(t)
				var group sync.WaitGroup
				defer group.Wait()
				for i, c := range seeders {
					group.Go(func() {
						t.Run(c.client+" "+c.format, func(t *testing.T) { fetchBy(t, torrents[i], c, way.host, trackers) })
					})
				}
			})
		})
	}
}

func fetchBy(t *testing.T, s seeded, c seeder, host string, trackers []string) {
	t.Helper()
	c.seed(t, s, host, trackers)
	for _, u := range trackers {
		fetchThrough(t, s, u, c.client, host)
	}
}

func needIPv6(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("no IPv6 here")
	}
	_ = l.Close()
}

// fetchThrough runs the command until the seeder has announced itself, and holds that it is who delivers.
func fetchThrough(t *testing.T, s seeded, tracker, client, host string) {
	t.Helper()
	link := s.link
	link.Trackers = []string{tracker}
	target := filepath.Join(t.TempDir(), "got.torrent")
	var said string
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		e, out, errs := consoletest.Env()
		code := run(context.Background(), e, []string{"magnet", "fetch", "--json", "--no-dht", "--allow-private", "-o", target, link.String()})
		if said = errs.String(); code != console.ExitYes {
			continue
		}
		var res fetched
		if err := json.Unmarshal([]byte(out.String()), &res); err != nil {
			t.Fatal(err)
		}
		delivers := func(p fetchedPeer) bool {
			return p.Address == res.From && p.Source == tracker && strings.HasPrefix(p.Client, client)
		}
		if from, _, _ := net.SplitHostPort(res.From); from != host || !slices.ContainsFunc(res.Peers, delivers) {
			t.Errorf("through %s: %+v", tracker, res)
		}
		checkFetched(t, target, s.raw)
		return
	}
	t.Errorf("nothing through %s: %s", tracker, said)
}

// TestFetchOverIPv6 fetches from a peer at ::1 that the link names.
func TestFetchOverIPv6(t *testing.T) {
	needIPv6(t)
	s, address := seedIPv6(t)
	s.link.Peers = []string{address}
	target := filepath.Join(t.TempDir(), "got.torrent")
	e, _, errs := consoletest.Env()
	if code := run(context.Background(), e, []string{"magnet", "fetch", "--no-dht", "--allow-private", "-o", target, s.link.String()}); code != console.ExitYes {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	checkFetched(t, target, s.raw)
}

// seedIPv6 gives metadata at ::1.
func seedIPv6(t *testing.T) (s seeded, address string) {
	t.Helper()
	s.raw = []byte("d4:infod6:lengthi5e4:name1:x12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee")
	address = peertest.Seed(t, "::1", s.raw[7:len(s.raw)-1]).String()
	m, err := metainfo.Parse(s.raw)
	if err != nil {
		t.Fatal(err)
	}
	if s.link, _, err = magnet.FromTorrent(m, magnet.LinkOptions{}); err != nil {
		t.Fatal(err)
	}
	return s, address
}

// TestRealTrackerOverUDP6 has a peer at ::1 announced to bittorrent-tracker over UDP. Over HTTP the tracker names it. Over
// UDP on IPv6 it cannot name any such peer: its answers have the counts of the whole swarm, and then the bytes of the IPv4
// peers alone, which is nothing while there are none, and 6 bytes, a third of an IPv6 peer, when there is one.
func TestRealTrackerOverUDP6(t *testing.T) {
	needIPv6(t)
	s, address := seedIPv6(t)
	tracker := peertest.BittorrentTracker(t)
	announceSeed(t, tracker.UDP6, s.link.V1, address)
	fetchThrough(t, s, tracker.HTTP6, "", "::1")

	for ipv4 := range 2 { // peers of the swarm
		if ipv4 > 0 {
			announceSeed(t, tracker.UDP, s.link.V1, "127.0.0.1:7001")
		}
		q := announce.Query{Tracker: tracker.UDP6, Hash: s.link.V1}
		r := announce.Probe(context.Background(), q, announce.Options{NumWant: 10, Timeout: time.Minute})[0]
		if !r.Good() {
			t.Fatal(r.Failure)
		}
		if r.Reply.Seeds != int64(1+ipv4) || r.Reply.Peers.Len() != 0 {
			t.Errorf("%d IPv4 peers: %+v", ipv4, r.Reply)
		}
		uneven := slices.ContainsFunc(r.Findings, func(f announce.Finding) bool { return f.ID == "peers-length" })
		if uneven != (ipv4 > 0) {
			t.Errorf("%d IPv4 peers: findings %v", ipv4, r.Findings)
		}
		s.link.Trackers = []string{tracker.UDP6}
		e, _, errs := consoletest.Env()
		code := run(context.Background(), e, []string{"magnet", "fetch", "--no-dht", "--allow-private", "-o", t.TempDir(), s.link.String()})
		if code == console.ExitYes || !strings.Contains(errs.String(), "no peer") {
			t.Errorf("%d IPv4 peers: exit code %d: %s", ipv4, code, errs)
		}
	}
}

// fetched is what "magnet fetch --json" prints, as far as tests read it.
type fetched struct {
	From    string
	Peers   []fetchedPeer
	Sources []struct{ Error string }
}

type fetchedPeer struct{ Address, Source, Client string }

// TestFetchIsNoPeer holds that who asks a tracker is not among the peers, though the tracker says so.
func TestFetchIsNoPeer(t *testing.T) {
	tracker := trackertest.Start(t, trackertest.SwarmSelf)
	for _, u := range []string{tracker.HTTP(), tracker.UDP()} {
		link := magnet.Link{V1: announce.RandomHash(), Trackers: []string{u}}
		e, out, errs := consoletest.Env()
		code := run(context.Background(), e, []string{"magnet", "fetch", "--json", "--no-dht", "--allow-private", "-o", t.TempDir(), link.String()})
		var res fetched
		if err := json.Unmarshal([]byte(out.String()), &res); err != nil {
			t.Fatal(err)
		}
		if code == console.ExitYes || len(res.Sources) != 1 || res.Sources[0].Error != "" || len(res.Peers) != 0 {
			t.Errorf("exit code %d: %+v: %s", code, res, errs)
		}
	}
}

func checkFetched(t *testing.T, target string, want []byte) {
	t.Helper()
	raw, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"info", "piece layers"} {
		if a, b := rawKey(t, want, key), rawKey(t, raw, key); !bytes.Equal(a, b) {
			t.Errorf("%s differs: %d bytes instead of %d", key, len(b), len(a))
		}
	}
	a, err := metainfo.Parse(want)
	if err != nil {
		t.Fatal(err)
	}
	b, err := metainfo.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Problems) > len(a.Problems) {
		t.Errorf("problems: %v", b.Problems)
	}
}
