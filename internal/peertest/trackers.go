package peertest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// Tracker is a tracker program that runs on loopback until the test ends.
type Tracker struct {
	HTTP  string // announce URLs; "" where the program has no such transport
	HTTP6 string
	UDP   string
	UDP6  string
	WS    string
}

// Opentracker starts opentracker for these torrents (Debian builds it with a
// whitelist), or skips the test where it is not installed.
func Opentracker(t testing.TB, hashes ...[20]byte) Tracker {
	t.Helper()
	bin := Need(t, "opentracker")
	dir, err := os.MkdirTemp("", "opentracker")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	var list strings.Builder
	for _, h := range hashes {
		fmt.Fprintf(&list, "%x\n", h)
	}
	if err := os.WriteFile(filepath.Join(dir, "wl.txt"), []byte(list.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for try := 1; ; try++ {
		port := Port(t, "127.0.0.1")
		args := []string{"-i", "127.0.0.1", "-p", port, "-P", port, "-d", dir, "-w", "wl.txt"}
		if u, err := user.Current(); err == nil && u.Uid == "0" { // it refuses to stay root
			args = append(args, "-u", "nobody")
		}
		host := "127.0.0.1:" + port
		if _, ended := start(t, exec.Command(bin, args...), ""); waitListed(t, host, hashes, ended) {
			return Tracker{HTTP: "http://" + host + "/announce", UDP: "udp://" + host + "/announce"}
		}
		if try == 5 {
			t.Fatal("opentracker ended before it was ready")
		}
	}
}

// npmServer runs bittorrent-tracker, each socket on its own address. It has one
// socket for HTTP by itself, and takes requests from others.
const npmServer = `
import http from 'http'
import Server from '%s'
const s = new Server({ udp: true, http: true, ws: true, stats: true })
s.on('error', e => { console.error(e.message); process.exit(1) })
s.on('warning', () => {})
const port = %s
const http6 = http.createServer((req, res) => s.onHttpRequest(req, res))
http6.on('error', e => { console.error(e.message); process.exit(1) })
s.on('listening', () => http6.listen(port, '::1', () => console.log('listening')))
s.listen(port, { http: '127.0.0.1', udp: '127.0.0.1', udp6: '::1' })
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
`

// BittorrentTracker starts the npm package of that name, or skips the test
// where it is not installed: it is looked for in the folder that
// TORRENTKIT_NODE_MODULES names, and in node_modules at the root of this module.
func BittorrentTracker(t testing.TB) Tracker {
	t.Helper()
	node := Need(t, "node")
	entry := npmEntry("bittorrent-tracker", "server.js")
	if entry == "" {
		missing(t, "bittorrent-tracker (npm i --ignore-scripts bittorrent-tracker; TORRENTKIT_NODE_MODULES names its node_modules folder)")
	}
	port := Port(t, "127.0.0.1")
	for try := 1; !startNPM(t, node, entry, port); try++ {
		if try == 5 {
			t.Fatal("bittorrent-tracker ended before it was ready")
		}
		port = Port(t, "127.0.0.1") // until it listened, another program could take it
	}
	host, host6 := "127.0.0.1:"+port, "[::1]:"+port
	return Tracker{
		HTTP: "http://" + host + "/announce", HTTP6: "http://" + host6 + "/announce",
		UDP: "udp://" + host + "/announce", UDP6: "udp://" + host6 + "/announce", WS: "ws://" + host + "/announce",
	}
}

func startNPM(t testing.TB, node, entry, port string) bool {
	t.Helper()
	script := filepath.Join(t.TempDir(), "server.mjs")
	if err := os.WriteFile(script, fmt.Appendf(nil, npmServer, entry, port), 0o600); err != nil {
		t.Fatal(err)
	}
	ready, _ := start(t, exec.Command(node, script), "listening")
	return ready
}

// npmEntry is a file of an npm package, or "" where that is not installed.
func npmEntry(name, file string) string {
	_, here, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(here)))
	for _, dir := range []string{os.Getenv("TORRENTKIT_NODE_MODULES"), filepath.Join(root, "node_modules")} {
		entry := filepath.Join(dir, name, file)
		if _, err := os.Stat(entry); err == nil && dir != "" {
			return entry
		}
	}
	return ""
}

// start runs a program until the test ends, and waits for a line of output
// where one is named. It tells whether that came before the program ended, and
// closes ended when it does.
func start(t testing.TB, cmd *exec.Cmd, line string) (ready bool, ended <-chan struct{}) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe() // ends with this process, and so does the program
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	found, end := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(end)
		seen := false
		for sc := bufio.NewScanner(out); sc.Scan(); {
			if !seen && strings.Contains(sc.Text(), line) {
				seen = true
				close(found)
			}
		}
	}()
	if line == "" {
		return true, end
	}
	select {
	case <-found:
		return true, end
	case <-end:
		return false, end
	case <-time.After(time.Minute):
		t.Fatalf("%s is not ready after a minute", cmd.Path)
		return false, end
	}
}

// waitListed waits until opentracker answers, and serves the first torrent, if
// there is one: it reads its list beside answering. It returns false if the
// program ends before that.
func waitListed(t testing.TB, host string, hashes [][20]byte, ended <-chan struct{}) bool {
	t.Helper()
	q := url.Values{"peer_id": {"-XX0000-000000000000"}, "port": {"1"}, "compact": {"1"}, "numwant": {"0"}}
	q.Set("info_hash", strings.Repeat("x", 20))
	if len(hashes) > 0 {
		q.Set("info_hash", string(hashes[0][:]))
	}
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			return false
		default:
		}
		resp, err := http.Get("http://" + host + "/announce?" + strings.ReplaceAll(q.Encode(), "+", "%20")) // it takes a plus sign for itself
		if err != nil {
			continue
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		switch served := bytes.HasPrefix(body, []byte("d")) && !bytes.Contains(body, []byte("failure")); {
		case q.Get("event") != "" && served, len(hashes) == 0:
			return true
		case served: // it is to know no peer; a stop alone it takes for any torrent
			q.Set("event", "stopped")
		}
	}
	t.Fatal("opentracker does not serve what it should")
	return false
}
