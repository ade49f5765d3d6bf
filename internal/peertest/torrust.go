package peertest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TorrustMode says how a Torrust is set up. The zero value takes any torrent of anybody.
type TorrustMode struct {
	Listed  bool // takes the torrents that it was told of
	Private bool // takes whom it gave a key to
	Proxy   bool // believes the header X-Forwarded-For, and wants it
}

// Torrust is the tracker of that name, with its API.
type Torrust struct {
	Tracker
	t   testing.TB
	api string
}

const torrustConfig = `
[metadata]
app = "torrust-tracker"
purpose = "configuration"
schema_version = "2.0.0"
[logging]
threshold = "error"
[core]
listed = %v
private = %v
[core.net]
on_reverse_proxy = %v
external_ip = "0.0.0.0"
[core.database]
driver = "sqlite3"
path = %q
[[udp_trackers]]
bind_address = "127.0.0.1:%[5]s"
[[http_trackers]]
bind_address = "127.0.0.1:%[5]s"
[http_api]
bind_address = "127.0.0.1:%[6]s"
[http_api.access_tokens]
admin = "token"
[health_check_api]
bind_address = "127.0.0.1:%[7]s"
`

// NewTorrust starts the program that TORRENTKIT_TORRUST names, or skips the test where it names none: building it takes
// half an hour, for which continuous integration does not wait.
func NewTorrust(t testing.TB, mode TorrustMode) *Torrust {
	t.Helper()
	bin := os.Getenv("TORRENTKIT_TORRUST")
	if bin == "" {
		t.Skip("peer test skipped: TORRENTKIT_TORRUST names no torrust-tracker (.ci/torrust builds one)")
	}
	dir := t.TempDir()
	for range 5 {
		port, api := Port(t, "127.0.0.1"), Port(t, "127.0.0.1")
		config := fmt.Sprintf(torrustConfig, mode.Listed, mode.Private, mode.Proxy, filepath.Join(dir, "tracker.db"), port, api, Port(t, "127.0.0.1"))
		name := filepath.Join(dir, "tracker.toml")
		if err := os.WriteFile(name, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(bin)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TORRUST_TRACKER_CONFIG_TOML_PATH="+name)
		_, ended := start(t, cmd, "")
		host := "127.0.0.1:" + port
		tracker := &Torrust{Tracker{HTTP: "http://" + host + "/announce", UDP: "udp://" + host + "/announce"}, t, "http://127.0.0.1:" + api}
		if tracker.ready(ended) {
			return tracker
		}
	}
	t.Fatal("torrust-tracker ended before it was ready, five times")
	return nil
}

// ready waits until the API and the HTTP tracker answer, which start last, and returns false if the program ends before that.
func (r *Torrust) ready(ended <-chan struct{}) bool {
	for _, url := range []string{r.api + "/api/v1/stats?token=token", r.HTTP} {
		for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
			select {
			case <-ended:
				return false
			default:
			}
			if resp, err := http.Get(url); err == nil {
				resp.Body.Close()
				break
			}
			if time.Now().After(end) {
				r.t.Fatalf("nothing answers at %s after a minute", url)
			}
		}
	}
	return true
}

// List tells the tracker of a torrent.
func (r *Torrust) List(hash [20]byte) {
	r.t.Helper()
	r.call(http.MethodPost, fmt.Sprintf("/api/v1/whitelist/%x", hash), nil)
}

// Key is a new key, for an hour.
func (r *Torrust) Key() string {
	r.t.Helper()
	var answer struct{ Key string }
	r.call(http.MethodPost, "/api/v1/key/3600", &answer)
	return answer.Key
}

// Count is how many peers the tracker has, of all torrents.
func (r *Torrust) Count() (seeders, leechers int) {
	r.t.Helper()
	var stats struct{ Seeders, Leechers int }
	r.call(http.MethodGet, "/api/v1/stats", &stats)
	return stats.Seeders, stats.Leechers
}

// call asks the API, and reads its answer into one, if that is not nil.
func (r *Torrust) call(method, path string, answer any) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.api+path+"?token=token", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && answer != nil {
		err = json.Unmarshal(body, answer)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: %s: %s, %v", path, resp.Status, body, err)
	}
}
