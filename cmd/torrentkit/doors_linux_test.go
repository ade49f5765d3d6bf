package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/torrentkit/torrentkit/internal/dialtest"
	"github.com/torrentkit/torrentkit/internal/longtest"
)

const doorHash = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"

// doors is a server for everything at every address of a network of our own, which notes where it is spoken to.
type doors struct {
	net.Listener
	mu   sync.Mutex
	hits []netip.Addr
	udp  int // datagrams
}

func (d *doors) Accept() (net.Conn, error) {
	c, err := d.Listener.Accept()
	if err == nil {
		d.mu.Lock()
		d.hits = append(d.hits, netip.MustParseAddrPort(c.LocalAddr().String()).Addr().WithZone("").Unmap())
		d.mu.Unlock()
		c = &impatient{Conn: c}
	}
	return c, err
}

// impatient ends connections that do not speak HTTP.
type impatient struct {
	net.Conn
	known bool
}

func (c *impatient) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.known && n > 0 && (p[0] < 'A' || p[0] > 'Z') {
		return 0, io.EOF
	}
	c.known = true
	return n, err
}

// taken returns what was noted since it was called last.
func (d *doors) taken() (hits []netip.Addr, datagrams int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	hits, datagrams = d.hits, d.udp
	d.hits, d.udp = nil, 0
	return hits, datagrams
}

func (d *doors) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/to":
		http.Redirect(w, r, r.URL.Query().Get("u"), http.StatusFound)
	case "/announce":
		fmt.Fprint(w, "d8:intervali1800e5:peers0:e")
	case "/x.torrent":
		fmt.Fprint(w, smallTorrent)
	default:
		http.ServeFile(w, r, filepath.Join(os.TempDir(), "nothing"))
	}
}

func openDoors(t *testing.T) *doors {
	l, err := net.Listen("tcp", ":8080")
	if err != nil {
		t.Fatal(err)
	}
	d := &doors{Listener: l}
	srv := &http.Server{Handler: d}
	go srv.Serve(d)
	t.Cleanup(func() { srv.Close() })
	pc, err := net.ListenPacket("udp", ":8080")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go func() {
		for buf := make([]byte, 2048); ; {
			if _, _, err := pc.ReadFrom(buf); err != nil {
				return
			}
			d.mu.Lock()
			d.udp++
			d.mu.Unlock()
		}
	}()
	return d
}

// Through no door can a stranger have us connect to an address that is not public: not by an address in any form, nor by a
// name that leads there at the first or the second look-up, nor by a redirect. The person can. This is run where all
// addresses are this machine's, so that what is connected to is seen.
func TestEveryDoor(t *testing.T) {
	t.Parallel()
	resolver := new(dialtest.Resolver)
	if !dialtest.Alone(t, resolver) {
		return
	}
	d := openDoors(t)
	public := []netip.Addr{netip.MustParseAddr("8.8.8.8")}
	resolver.Set("good.example", public)
	torrent := filepath.Join(t.TempDir(), "x.torrent")
	if code, _, stderr := runIn(t, "inspect", "http://good.example:8080/to?u=http://8.8.4.4:8080/x.torrent"); code != 0 {
		t.Fatal(stderr) // the network is not what it should be
	}
	if hits, _ := d.taken(); fmt.Sprint(hits) != "[8.8.8.8 8.8.4.4]" {
		t.Fatal(hits)
	}
	forms := dialtest.Private()
	if len(forms) < 60 {
		t.Fatalf("only %d forms", len(forms))
	}
	for i, host := range dialtest.Disguised() {
		if i%longtest.Rounds(5, 1) == 0 {
			strangers(t, d, net.JoinHostPort(host, "8080"), torrent)
		}
	}
	for i, f := range forms {
		if i%longtest.Rounds(5, 1) != 0 {
			continue // every form is tried in package dial, and at each door below the command line
		}
		hosts := []string{f.Host}
		if i%longtest.Rounds(20, 1) == 0 { // and names that lead to it
			first, second := fmt.Sprintf("first%d.example", i), fmt.Sprintf("second%d.example", i)
			resolver.Set(first, []netip.Addr{f.Addr})
			resolver.Set(second, public, []netip.Addr{f.Addr})
			hosts = append(hosts, first, second)
		}
		for _, host := range hosts {
			at := net.JoinHostPort(host, "8080")
			if strings.HasPrefix(host, "second") {
				turned(t, d, at)
			} else {
				strangers(t, d, at, torrent)
			}
		}
		for _, host := range hosts[:min(len(hosts), 2)] {
			person(t, d, net.JoinHostPort(host, "8080"), torrent)
		}
	}
}

// inURL is host:port as it stands in a URL: with the zone escaped.
func inURL(at string) string { return strings.Replace(at, "%", "%25", 1) }

// strangers name a host in every place that they can.
func strangers(t *testing.T, d *doors, at, torrent string) {
	t.Helper()
	u := "http://" + inURL(at)
	from := func(path string) string { return "http://8.8.8.8:8080/to?u=" + url.QueryEscape(u+path) }
	link := url.Values{
		"tr": {u + "/announce", "udp://" + inURL(at) + "/announce", "ws://" + inURL(at) + "/announce", from("/announce")},
		"xs": {u + "/x.torrent", from("/x.torrent")}, "as": {u + "/x.torrent"}, "x.pe": {at},
	}
	withSeed(t, torrent, u+"/film")
	outside(t, d, at, 2, "magnet", "fetch", "--no-dht", "magnet:?xt=urn:btih:"+doorHash+"&"+link.Encode())
	outside(t, d, at, 1, "verify", "--web-seeds", torrent)
	outside(t, d, at, 1, "verify", "--repair-from", "web-seeds", torrent, t.TempDir())
	outside(t, d, at, 2, "inspect", from("/x.torrent"))
	outside(t, d, at, 1, "announce", from("/announce"), doorHash)
	outside(t, d, at, 1, "verify", "--web-seed", from("/film"), torrent)
}

// turned is a name that is public when it is looked up first, and is not when it is looked up again.
func turned(t *testing.T, d *doors, at string) {
	t.Helper()
	again := url.QueryEscape("http://" + at + "/x.torrent")
	outside(t, d, at, 2, "inspect", "http://"+at+"/to?u="+again)
}

// outside runs a command that must not speak to an address that is not public.
func outside(t *testing.T, d *doors, at string, want int, args ...string) {
	t.Helper()
	code, out, stderr := runIn(t, args...)
	if code != want {
		t.Errorf("%s: %v: exit code %d: %s%s", at, args[:2], code, out, stderr)
	}
	hits, datagrams := d.taken()
	hits = slices.DeleteFunc(hits, func(a netip.Addr) bool { return a == netip.MustParseAddr("8.8.8.8") })
	if len(hits) > 0 || datagrams > 0 {
		t.Errorf("%s: %v spoke to %v, and sent %d datagrams", at, args[:2], hits, datagrams)
	}
}

// person names a host, which is spoken to if it can be.
func person(t *testing.T, d *doors, at, torrent string) {
	t.Helper()
	c, err := net.Dial("tcp", at)
	if err != nil {
		return // no host for the system either: multicast, or a form that this system does not read
	}
	c.Close()
	d.taken()
	u := "http://" + inURL(at)
	for _, args := range [][]string{
		{"inspect", u + "/x.torrent"},
		{"announce", u + "/announce", doorHash},
		{"announce", "ws://" + inURL(at) + "/announce", doorHash},
		{"verify", "--web-seed", u + "/film", torrent},
		{"magnet", "fetch", "--no-dht", "--tracker", u + "/announce", doorHash},
		{"magnet", "fetch", "--no-dht", "--peer", at, doorHash},
	} {
		runIn(t, args...)
		if hits, _ := d.taken(); len(hits) == 0 {
			t.Errorf("%v did not speak to what the person named", args)
		}
	}
	for _, patience := range []string{"20ms", "5s"} { // nobody answers; the first may be too short to look up a name
		runIn(t, "announce", "udp://"+inURL(at)+"/announce", "--retries", "0", "--timeout", patience, doorHash)
		if _, datagrams := d.taken(); datagrams > 0 {
			return
		}
	}
	t.Errorf("announce did not ask udp://%s, which the person named", at)
}

func withSeed(t *testing.T, torrent, seed string) {
	t.Helper()
	doc := strings.TrimSuffix(smallTorrent, "e") + fmt.Sprintf("8:url-list%d:%se", len(seed), seed)
	if err := os.WriteFile(torrent, []byte(doc), 0o666); err != nil {
		t.Fatal(err)
	}
}
