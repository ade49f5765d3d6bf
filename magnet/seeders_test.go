package magnet

import (
	"bufio"
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// realTorrent makes a torrent of content that is long enough for several hash
// requests, and returns its folder and the .torrent.
func realTorrent(t *testing.T, format string) (content, torrent string) {
	t.Helper()
	dir := t.TempDir()
	content, torrent = filepath.Join(dir, "content"), filepath.Join(dir, "content.torrent")
	rng := rand.NewChaCha8([32]byte{1})
	for name, size := range map[string]int{"long": 600*16384 + 5, "a/two": 16384 * 2, "a/short": 100, "empty": 0} {
		path := filepath.Join(content, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		b := make([]byte, size)
		_, _ = rng.Read(b)
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	peertest.Libtorrent(t).Ask(t, peertest.Question{Do: "create", Root: content, Format: format, PieceLength: 16384, Output: torrent})
	return content, torrent
}

// start runs a program until the test ends.
func start(t *testing.T, name string, args ...string) *bufio.Scanner {
	t.Helper()
	cmd := exec.Command(name, args...)
	if testing.Verbose() {
		cmd.Stderr = os.Stderr
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return bufio.NewScanner(out)
}

// awaitPort waits until something listens.
func awaitPort(t *testing.T, port string) string {
	t.Helper()
	address := net.JoinHostPort("127.0.0.1", port)
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return address
		}
	}
	t.Fatalf("nothing listens at %s", address)
	return ""
}

const seederScript = `
import sys, time, libtorrent as lt
encryption, _, host = sys.argv[3].partition("@")
policy = {"plain": lt.enc_policy.disabled, "both": lt.enc_policy.enabled, "forced": lt.enc_policy.forced}[encryption]
s = lt.session({"listen_interfaces": (host or "127.0.0.1") + ":0", "enable_dht": False, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
    "allow_multiple_connections_per_ip": True, "in_enc_policy": int(policy), "out_enc_policy": int(policy)})
t = lt.torrent_info(sys.argv[1])
h = s.add_torrent({"ti": t, "save_path": sys.argv[2]})
while len(sys.argv) == 4 and not h.status().is_seeding: time.sleep(0.05)
print(s.listen_port(), flush=True)
time.sleep(600)
`

// libtorrentSeed seeds with libtorrent; encryption is plain, both or forced, and may have an address behind it: forced@[::1].
func libtorrentSeed(t *testing.T, torrent, content, encryption string) string {
	t.Helper()
	out := start(t, peertest.Python(t), "-c", seederScript, torrent, filepath.Dir(content), encryption)
	if !out.Scan() {
		t.Fatal("libtorrent does not start to seed")
	}
	if _, host, elsewhere := strings.Cut(encryption, "@"); elsewhere {
		return host + ":" + out.Text()
	}
	return "127.0.0.1:" + out.Text()
}

func aria2Seed(t *testing.T, torrent, content string) string {
	t.Helper()
	port := peertest.Port(t, "127.0.0.1")
	start(t, peertest.Need(t, "aria2c"), "--no-conf", "--interface=127.0.0.1", "--enable-dht=false", "--bt-enable-lpd=false",
		"--listen-port="+port, "--seed-ratio=0", "-V", "-d", filepath.Dir(content), torrent)
	return awaitPort(t, port)
}

func transmissionSeed(t *testing.T, torrent, content string, args ...string) string {
	t.Helper()
	dir, port := t.TempDir(), peertest.Port(t, "127.0.0.1")
	raw, err := os.ReadFile(torrent)
	if err != nil {
		t.Fatal(err)
	}
	watch := filepath.Join(dir, "watch")
	if err := os.MkdirAll(watch, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(watch, "x.torrent"), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	all := append([]string{"-f", "-g", filepath.Join(dir, "config"), "-w", filepath.Dir(content), "-c", watch, "-P", port, "-p", peertest.Port(t, "127.0.0.1"),
		"-i", "127.0.0.1", "-I", "::1", "--no-dht", "--no-portmap", "--no-lpd", "--no-utp", "--no-incomplete-dir"}, args...)
	start(t, peertest.Need(t, "transmission-daemon"), all...)
	return awaitPort(t, port)
}

// checkReal fetches a torrent from peers and compares it with the original.
func checkReal(t *testing.T, torrent string, link Link) *Result {
	t.Helper()
	res := mustFetch(t, link, FetchOptions{})
	compareReal(t, torrent, res)
	return res
}

func compareReal(t *testing.T, torrent string, res *Result) {
	t.Helper()
	want, err := os.ReadFile(torrent)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"info", "piece layers"} {
		if a, b := rawKey(t, want, key), rawKey(t, res.Torrent, key); !bytes.Equal(a, b) {
			t.Errorf("%s differs: %d bytes instead of %d", key, len(b), len(a))
		}
	}
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

// hashesOf returns the link of a .torrent, without anything else.
func hashesOf(t *testing.T, torrent, format string) Link {
	t.Helper()
	raw, err := os.ReadFile(torrent)
	if err != nil {
		t.Fatal(err)
	}
	info := rawKey(t, raw, "info")
	var l Link
	if format != "v2" {
		l.V1 = sha1.Sum(info)
	}
	if format != "v1" {
		l.V2 = sha256.Sum256(info)
	}
	return l
}

func TestRealLibtorrent(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ format, encryption string }{{"v1", "plain"}, {"v1", "forced"}, {"v2", "both"}, {"v2", "forced"}, {"hybrid", "both"}, {"hybrid", "forced@[::1]"}} {
		t.Run(c.format+" "+c.encryption, func(t *testing.T) {
			t.Parallel()
			if l, err := net.Listen("tcp", "[::1]:0"); err == nil {
				_ = l.Close()
			} else if strings.Contains(c.encryption, "[::1]") {
				t.Skip(err)
			}
			content, torrent := realTorrent(t, c.format)
			link := hashesOf(t, torrent, c.format)
			link.Peers = []string{libtorrentSeed(t, torrent, content, c.encryption)}
			res := checkReal(t, torrent, link)
			if got := res.Peers[0].Encrypted; got != strings.HasPrefix(c.encryption, "forced") {
				t.Errorf("encrypted: %v", got)
			}
			if !strings.HasPrefix(res.Peers[0].Client, "libtorrent") {
				t.Errorf("client %q", res.Peers[0].Client)
			}
			if c.format == "hybrid" {
				link.V2 = metainfo.HashV2{}
				checkReal(t, torrent, link) // layers are found through the v1 infohash alone
			}
		})
	}
}

func TestRealAria2(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"v1", "hybrid"} {
		content, torrent := realTorrent(t, format)
		link := hashesOf(t, torrent, format)
		link.Peers = []string{aria2Seed(t, torrent, content)}
		if format == "hybrid" { // aria2 knows v1 only: libtorrent has the layers
			link.Peers = append(link.Peers, libtorrentSeed(t, torrent, content, "both"))
		}
		checkReal(t, torrent, link)
	}
}

func TestRealTransmission(t *testing.T) {
	t.Parallel()
	for _, encryption := range []string{"--encryption-tolerated", "--encryption-required"} {
		t.Run(encryption, func(t *testing.T) {
			t.Parallel()
			content, torrent := realTorrent(t, "v1")
			link := hashesOf(t, torrent, "v1")
			link.Peers = []string{transmissionSeed(t, torrent, content, encryption)}
			res := fetchWhenReady(t, link)
			compareReal(t, torrent, res)
			if res.Peers[0].Encrypted != (encryption == "--encryption-required") {
				t.Errorf("report %+v", res.Peers[0])
			}
		})
	}
}

// TestRealLarge fetches the metadata of many files from libtorrent.
func TestRealLarge(t *testing.T) {
	t.Parallel()
	info := manyFiles(longtest.Rounds(20_000, 200_000))
	dir := t.TempDir()
	torrent := filepath.Join(dir, "x.torrent")
	if err := os.WriteFile(torrent, metainfo.Wrap(info, nil, nil, nil), 0o644); err != nil {
		t.Fatal(err)
	}
	out := start(t, peertest.Python(t), "-c", seederScript, torrent, dir, "both", "unchecked")
	if !out.Scan() {
		t.Fatal("libtorrent does not load the torrent")
	}
	if res := fetchWhenReady(t, linkOf(info, "127.0.0.1:"+out.Text())); !bytes.Equal(infoOf(t, res), info) {
		t.Errorf("info of %d bytes differs", len(info))
	}
}

// fetchWhenReady tries again while a peer checks its files.
func fetchWhenReady(t *testing.T, link Link) *Result {
	t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if res, err := fetch(t, link, FetchOptions{}); err == nil {
			return res
		}
	}
	t.Fatal("the peer never gives the metadata")
	return nil
}

func manyFiles(n int) []byte {
	files := []byte("l")
	for i := range n {
		files = fmt.Appendf(files, "d6:lengthi16384e4:pathl6:folder10:f%09dee", i)
	}
	return bencode.AppendDict(nil, []bencode.Entry{
		{Key: "files", Value: append(files, 'e')},
		{Key: "name", Value: bencode.AppendString(nil, "many")},
		{Key: "piece length", Value: bencode.AppendInt(nil, 1<<24)},
		{Key: "pieces", Value: bencode.AppendString(nil, strings.Repeat("01234567890123456789", (n*16384+1<<24-1)>>24))},
	})
}
