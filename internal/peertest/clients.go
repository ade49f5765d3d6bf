package peertest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"
)

// Client is a BitTorrent client that runs on loopback until the test ends, and finds no peers.
type Client struct {
	Name, Version string
	// Add gives the client a torrent whose content lies in a folder. It returns why that is refused, or "".
	Add func(torrent []byte, folder string) string
	// Check makes the client read the content of all torrents that it has, and returns of each, by its name, how much
	// of it is there: from 0 to 1. It waits until all were read.
	Check func() map[string]float64
}

func (c *Client) String() string { return c.Name + " " + c.Version }

// version is the first number with a point in what a program says when it is asked.
func version(t testing.TB, program, flag string) string {
	t.Helper()
	out, _ := exec.Command(program, flag).CombinedOutput() // rtorrent calls that an error
	v := regexp.MustCompile(`[0-9]+\.[0-9.]*[0-9]`).Find(out)
	if v == nil {
		t.Fatalf("%s %s says %q", program, flag, out)
	}
	return string(v)
}

// api is where a client answers over HTTP, and what it wants to be told each time.
type api struct {
	t       testing.TB
	url     string
	headers http.Header
}

func (a *api) post(contentType string, body []byte) (int, []byte, error) {
	req, err := http.NewRequest(http.MethodPost, a.url, bytes.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header = a.headers.Clone()
	req.Header.Set("Content-Type", contentType)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	if id := resp.Header.Get("X-Transmission-Session-Id"); id != "" {
		a.headers.Set("X-Transmission-Session-Id", id)
	}
	answer, err := io.ReadAll(resp.Body)
	return resp.StatusCode, answer, err
}

// listens waits until somebody listens at an address, or the program ends.
func listens(t testing.TB, host string, ended <-chan struct{}) bool {
	t.Helper()
	return until(t, host+" listens", func() bool {
		c, err := net.Dial("tcp", host)
		if err == nil {
			c.Close()
		}
		select {
		case <-ended:
			t.Fatalf("the program that should listen at %s ended", host)
		default:
		}
		return err == nil
	})
}

// until asks again and again, for five minutes, whether something is so: a client that reads its content may share the machine.
func until(t testing.TB, what string, is func() bool) bool {
	t.Helper()
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if is() {
			return true
		}
	}
	t.Fatalf("after five minutes it is not so that %s", what)
	return false
}

// checked waits until ask tells, of as many torrents as were added, that none is being read any more.
func checked(t testing.TB, what string, n *int, ask func() (have map[string]float64, busy bool)) map[string]float64 {
	t.Helper()
	var have map[string]float64
	defer func() {
		if t.Failed() {
			t.Logf("%s: %v", what, have)
		}
	}()
	until(t, what+" has read the content of its torrents", func() bool {
		var busy bool
		have, busy = ask()
		return !busy && len(have) == *n
	})
	return have
}

// startQBittorrent starts qbittorrent-nox, with more settings of BitTorrent, and returns where its Web API listens.
func startQBittorrent(t testing.TB, settings string) (host string, ended <-chan struct{}) {
	t.Helper()
	program, dir, port := Need(t, "qbittorrent-nox"), t.TempDir(), Port(t, "127.0.0.1")
	config := filepath.Join(dir, "qBittorrent", "config", "qBittorrent.conf")
	write(t, config, []byte(`[LegalNotice]
Accepted=true
[Network]
PortForwardingEnabled=false
[BitTorrent]
`+settings+`Session\DHTEnabled=false
Session\LSDEnabled=false
Session\PeXEnabled=false
Session\InterfaceName=lo
Session\Interface=lo
Session\Port=`+Port(t, "127.0.0.1")+`
[Preferences]
WebUI\Address=127.0.0.1
WebUI\LocalHostAuth=false
WebUI\CSRFProtection=false
WebUI\HostHeaderValidation=false
`))
	_, ended = start(t, exec.Command(program, "--profile="+dir, "--webui-port="+port), "")
	host = "127.0.0.1:" + port
	listens(t, host, ended)
	return host, ended
}

// QBittorrentTracker starts the tracker that qBittorrent has in it.
func QBittorrentTracker(t testing.TB) Tracker {
	t.Helper()
	port := Port(t, "127.0.0.1")
	_, ended := startQBittorrent(t, "TrackerEnabled=true\n[Preferences]\nAdvanced\\trackerPort="+port+"\n[BitTorrent]\n")
	listens(t, "127.0.0.1:"+port, ended)
	return Tracker{HTTP: "http://127.0.0.1:" + port + "/announce"}
}

// QBittorrent starts qbittorrent-nox.
func QBittorrent(t testing.TB) *Client {
	t.Helper()
	host, _ := startQBittorrent(t, "")
	c := &qbittorrent{t: t, url: "http://" + host + "/api/v2/torrents/"}
	return &Client{Name: "qbittorrent-nox", Version: version(t, "qbittorrent-nox", "--version"), Add: c.add, Check: c.check}
}

type qbittorrent struct {
	t     testing.TB
	url   string
	added int
}

func (c *qbittorrent) ask(method, contentType string, body []byte) string {
	c.t.Helper()
	a := &api{c.t, c.url + method, http.Header{}}
	_, answer, err := a.post(contentType, body)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(answer)
}

func (c *qbittorrent) add(torrent []byte, folder string) string {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, _ := form.CreateFormFile("torrents", "x.torrent")
	part.Write(torrent)
	form.WriteField("savepath", folder)
	form.WriteField("paused", "true")
	form.WriteField("stopped", "true") // since 5
	form.WriteField("contentLayout", "Original")
	form.Close()
	answer := c.ask("add", form.FormDataContentType(), body.Bytes())
	var counts struct {
		Success int `json:"success_count"` // since 5.2
	}
	if err := json.Unmarshal([]byte(answer), &counts); answer != "Ok." && (err != nil || counts.Success != 1) {
		return answer
	}
	c.added++
	return ""
}

func (c *qbittorrent) check() map[string]float64 {
	const form = "application/x-www-form-urlencoded"
	c.ask("recheck", form, []byte("hashes=all"))
	return checked(c.t, "qbittorrent-nox", &c.added, func() (map[string]float64, bool) {
		var list []struct {
			Name, State string
			Progress    float64
		}
		if err := json.Unmarshal([]byte(c.ask("info", form, nil)), &list); err != nil {
			c.t.Fatal(err)
		}
		have, busy := map[string]float64{}, false
		for _, x := range list {
			have[x.Name] = x.Progress
			busy = busy || x.Progress < 1 && x.State != "missingFiles" // it does not say when it begins
		}
		return have, busy
	})
}

// Transmission starts transmission-daemon.
func Transmission(t testing.TB) *Client {
	t.Helper()
	program, dir := Need(t, "transmission-daemon"), t.TempDir()
	c := &transmission{t: t}
	c.start = func() {
		port := Port(t, "127.0.0.1")
		_, ended := start(t, exec.Command(program, "-f", "-g", dir, "-p", port, "-r", "127.0.0.1", "-a", "127.0.0.1", "-T", "-M", "-O", "-Y", "--no-utp",
			"--paused", "-i", "127.0.0.1", "-P", Port(t, "127.0.0.1")), "")
		listens(t, "127.0.0.1:"+port, ended)
		c.api = &api{t, "http://127.0.0.1:" + port + "/transmission/rpc", http.Header{}}
	}
	c.start()
	return &Client{Name: "transmission-daemon", Version: version(t, program, "--version"), Add: c.add, Check: c.check}
}

type transmission struct {
	t     testing.TB
	start func()
	api   *api
	added int
}

type transmissionAnswer struct {
	Result    string
	Arguments struct {
		Torrents []struct {
			Name        string
			PercentDone float64 `json:"percentDone"`
			Status      int
		}
	}
}

func (c *transmission) ask(method string, arguments map[string]any) (a transmissionAnswer, err error) {
	body, err := json.Marshal(map[string]any{"method": method, "arguments": arguments})
	if err != nil {
		return a, err
	}
	code, answer, err := c.api.post("application/json", body)
	if code == http.StatusConflict { // it has told the id of the session
		_, answer, err = c.api.post("application/json", body)
	}
	return a, errors.Join(err, json.Unmarshal(answer, &a))
}

func (c *transmission) add(torrent []byte, folder string) string {
	a, err := c.ask("torrent-add", map[string]any{"metainfo": base64.StdEncoding.EncodeToString(torrent), "download-dir": folder, "paused": true})
	switch {
	case err != nil: // some torrents are its end
		c.start()
		return "it ended"
	case a.Result != "success":
		return a.Result
	}
	c.added++
	return ""
}

func (c *transmission) check() map[string]float64 {
	if _, err := c.ask("torrent-verify", map[string]any{}); err != nil {
		c.t.Fatal(err)
	}
	return checked(c.t, "transmission-daemon", &c.added, func() (map[string]float64, bool) {
		a, err := c.ask("torrent-get", map[string]any{"fields": []string{"name", "percentDone", "status"}})
		if err != nil {
			c.t.Fatal(err)
		}
		have, busy := map[string]float64{}, false
		for _, x := range a.Arguments.Torrents {
			have[x.Name] = x.PercentDone
			busy = busy || x.Status == 1 || x.Status == 2
		}
		return have, busy
	})
}

// Aria2 starts aria2c, which is asked what it loads only.
func Aria2(t testing.TB) *Client {
	t.Helper()
	port := Port(t, "127.0.0.1")
	_, ended := start(t, exec.Command(Need(t, "aria2c"), "--no-conf", "--interface=127.0.0.1", "--enable-rpc", "--rpc-listen-port="+port, "--enable-dht=false",
		"--bt-enable-lpd=false", "--rpc-max-request-size=200M", "--dir="+t.TempDir()), "")
	listens(t, "127.0.0.1:"+port, ended)
	a := &api{t, "http://127.0.0.1:" + port + "/jsonrpc", http.Header{}}
	return &Client{Name: "aria2c", Version: version(t, "aria2c", "--version"), Add: func(torrent []byte, folder string) string {
		body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"aria2.addTorrent","params":[%q,[],{"pause":"true","dir":%q}]}`, base64.StdEncoding.EncodeToString(torrent), folder)
		_, answer, err := a.post("application/json", []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		var said struct{ Error struct{ Message string } }
		if err := json.Unmarshal(answer, &said); err != nil {
			t.Fatal(err)
		}
		return said.Error.Message
	}}
}
