package magnet

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha1"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

// dhtScript runs a DHT of libtorrent sessions on loopback, of which one seeds a
// torrent. It prints the ports of all.
const dhtScript = `
import sys, time, libtorrent as lt
def session():
    return lt.session({"listen_interfaces": "127.0.0.1:0", "enable_dht": True, "enable_lsd": False, "enable_upnp": False, "enable_natpmp": False,
        "dht_bootstrap_nodes": "", "dht_restrict_routing_ips": False, "dht_restrict_search_ips": False, "dht_prefer_verified_node_ids": False,
        "dht_enforce_node_id": False, "dht_ignore_dark_internet": False, "dht_privacy_lookups": False, "dht_max_fail_count": 3,
        "dht_block_ratelimit": 100000, "dht_upload_rate_limit": 10000000,
        "allow_multiple_connections_per_ip": True, "alert_mask": lt.alert.category_t.dht_notification | lt.alert.category_t.status_notification})
sessions = [session() for _ in range(24)]
for s in sessions:
    while s.listen_port() == 0: time.sleep(0.01)
for i, s in enumerate(sessions):
    for o in (sessions[i-1], sessions[i-7], sessions[0]):
        s.add_dht_node(("127.0.0.1", o.listen_port()))
deadline = time.time() + 5
while time.time() < deadline and any(s.status().dht_nodes < 3 for s in sessions): time.sleep(0.1)
seeder = sessions[5]
h = seeder.add_torrent({"ti": lt.torrent_info(sys.argv[1]), "save_path": sys.argv[2]})
while not h.status().is_seeding: time.sleep(0.05)
h.force_dht_announce()
time.sleep(1)
print(*[s.listen_port() for s in sessions], flush=True)
time.sleep(600)
`

// TestRealDHT finds a seed through a DHT of 24 libtorrent nodes.
func TestRealDHT(t *testing.T) {
	t.Parallel()
	python := peertest.Python(t)
	content, torrent := realTorrent(t, "hybrid")
	link := hashesOf(t, torrent, "hybrid")
	out := start(t, python, "-W", "ignore", "-c", dhtScript, torrent, filepath.Dir(content))
	if !out.Scan() {
		t.Fatal("no DHT")
	}
	ports := strings.Fields(out.Text())
	d, err := OpenDHT(DHTOptions{Nodes: []string{"127.0.0.1:" + ports[15]}, AllowPrivate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	// The announcement goes on after the nodes have told their ports.
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		if _, err := fetch(t, link, FetchOptions{Sources: []Source{d.Source(link)}}); err == nil {
			break
		}
	}
	res := mustFetch(t, link, FetchOptions{Sources: []Source{d.Source(link)}})
	compareReal(t, torrent, res)
	if res.Sources[0].Name != "dht" || res.Sources[0].Peers == 0 {
		t.Errorf("sources %+v", res.Sources)
	}
	v2 := Link{V2: link.V2}
	compareReal(t, torrent, mustFetch(t, v2, FetchOptions{Sources: []Source{d.Source(v2)}}))
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	swarm, _, err := d.client.Scrape(ctx, link.V1, nil)
	if err != nil || swarm.Nodes == 0 || swarm.Seeds+swarm.Downloaders != 1 {
		t.Errorf("scrape: %+v, %v", swarm, err)
	}

	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	stored := 0
	for _, port := range ports {
		if err := putItem("127.0.0.1:"+port, private, "n", "d2:ih20:"+string(link.V1[:])+"e"); err != nil {
			t.Logf("port %s: %v", port, err)
			continue
		}
		stored++
	}
	if stored < len(ports)/2 {
		t.Fatalf("only %d nodes store an item", stored)
	}
	mutable := Link{Key: PublicKey(public), Salt: []byte("n"), Trackers: []string{"udp://a:1"}}
	resolved, seq, err := d.Resolve(ctx, mutable)
	if err != nil || resolved.V1 != link.V1 || seq != 7 || len(resolved.Trackers) != 1 {
		t.Errorf("resolved to %v (%d), %v", resolved, seq, err)
	}
	mutable.Salt = nil
	if _, _, err := d.Resolve(ctx, mutable); err == nil {
		t.Error("resolved without the salt")
	}
	if _, _, err := d.Resolve(ctx, link); !errors.Is(err, ErrNoKey) {
		t.Errorf("resolving a link without a key: %v", err)
	}
}

// putItem stores a mutable item at one node (BEP 44).
func putItem(node string, private ed25519.PrivateKey, salt, value string) error {
	c, err := net.Dial("udp", node)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	public := private.Public().(ed25519.PublicKey)
	target := sha1.Sum(append([]byte(public), salt...))
	ask := func(method string, args ...bencode.Entry) (bencode.Value, error) {
		args = append(args, bencode.Entry{Key: "id", Value: bencode.AppendString(nil, "abcdefghijklmnopqrst")})
		query := bencode.AppendDict(nil, []bencode.Entry{
			{Key: "a", Value: bencode.AppendDict(nil, args)}, {Key: "q", Value: bencode.AppendString(nil, method)},
			{Key: "t", Value: []byte("2:aa")}, {Key: "y", Value: []byte("1:q")}})
		_, err := c.Write(query)
		b := make([]byte, 4096)
		for n, tries := 0, 1; err == nil; {
			_ = c.SetReadDeadline(time.Now().Add(time.Second))
			if n, err = c.Read(b); errors.Is(err, os.ErrDeadlineExceeded) && tries < 10 {
				tries++ // a datagram may be lost
				_, err = c.Write(query)
				continue
			}
			if err != nil {
				break
			}
			v, _, fault := bencode.Scan(bytes.Clone(b[:n]))
			if r, ok := v.Get("r"); ok && fault == nil { // and not a query of the node's own
				return r, nil
			}
			if e, ok := v.Get("e"); ok {
				return v, fmt.Errorf("%s: %q", method, e.Raw())
			}
		}
		return bencode.Value{}, fmt.Errorf("%s: %w", method, err)
	}
	r, err := ask("get", bencode.Entry{Key: "target", Value: bencode.AppendString(nil, target[:])})
	if err != nil {
		return err
	}
	token, _ := r.Get("token")
	sig := ed25519.Sign(private, fmt.Appendf(nil, "4:salt%d:%s3:seqi7e1:v%s", len(salt), salt, value))
	_, err = ask("put", bencode.Entry{Key: "token", Value: token.Raw()}, bencode.Entry{Key: "v", Value: []byte(value)}, bencode.Entry{Key: "seq", Value: []byte("i7e")},
		bencode.Entry{Key: "k", Value: bencode.AppendString(nil, []byte(public))}, bencode.Entry{Key: "sig", Value: bencode.AppendString(nil, sig)},
		bencode.Entry{Key: "salt", Value: bencode.AppendString(nil, salt)})
	return err
}

// TestFetchWithDeadDHT holds that a DHT of which nobody answers delays nothing.
func TestFetchWithDeadDHT(t *testing.T) {
	t.Parallel()
	d, err := OpenDHT(DHTOptions{Nodes: []string{"127.0.0.1:1"}, AllowPrivate: true, Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	info := v1Info(100)
	link := Link{V1: sha1.Sum(info)}
	if _, err := fetch(t, link, FetchOptions{Sources: []Source{d.Source(link)}}); !errors.Is(err, ErrNoPeers) {
		t.Errorf("error %v", err)
	}
	link.Peers = []string{listen(t, seedOf(info).serve)}
	if res := mustFetch(t, link, FetchOptions{Sources: []Source{d.Source(link)}}); !bytes.Equal(infoOf(t, res), info) {
		t.Error("info differs")
	}
}
