package peertest

import (
	"bytes"
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

// TorrustIndex is a Torrust index, with the tracker that it tells of torrents. Its administrator has the token.
type TorrustIndex struct {
	*Torrust
	URL, Token     string
	User, Password string
	t              testing.TB
}

const torrustIndexConfig = `
[metadata]
app = "torrust-index"
purpose = "configuration"
schema_version = "2.0.0"
[logging]
threshold = "error"
[tracker]
api_url = %q
listed = %v
private = %v
token = "token"
url = %q
[net]
bind_address = "127.0.0.1:%s"
[auth]
user_claim_token_pepper = "pepper"
[database]
connect_url = "sqlite://%s?mode=rwc"
[tracker_statistics_importer]
port = %s
[registration]
`

// NewTorrustIndex starts the program torrust-index, which lies beside the one that TORRENTKIT_TORRUST names, and a tracker, or skips
// the test where one of them is not there.
func NewTorrustIndex(t testing.TB, mode TorrustMode) *TorrustIndex {
	t.Helper()
	tracker := NewTorrust(t, mode)
	bin := filepath.Join(filepath.Dir(os.Getenv("TORRENTKIT_TORRUST")), "torrust-index")
	if _, err := os.Stat(bin); err != nil {
		t.Skip("peer test skipped: there is no torrust-index beside torrust-tracker (.ci/torrust builds one)")
	}
	dir := t.TempDir()
	for range 5 {
		port := Port(t, "127.0.0.1")
		config := fmt.Sprintf(torrustIndexConfig, tracker.api+"/", mode.Listed, mode.Private, tracker.HTTP, port, filepath.Join(dir, "index.db"), Port(t, "127.0.0.1"))
		cmd := exec.Command(bin)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TORRUST_INDEX_CONFIG_TOML="+config)
		_, ended := start(t, cmd, "")
		x := &TorrustIndex{Torrust: tracker, URL: "http://127.0.0.1:" + port, User: "ann", Password: "correct horse battery", t: t}
		if x.ready(ended) {
			x.register()
			return x
		}
	}
	t.Fatal("torrust-index ended before it was ready, five times")
	return nil
}

// ready waits until the index answers, and returns false if the program ends before that.
func (x *TorrustIndex) ready(ended <-chan struct{}) bool {
	for end := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		select {
		case <-ended:
			return false
		default:
		}
		if resp, err := http.Get(x.URL + "/health_check"); err == nil {
			resp.Body.Close()
			return true
		}
		if time.Now().After(end) {
			x.t.Fatalf("nothing answers at %s after a minute", x.URL)
		}
	}
}

// register makes the first account, which is an administrator's, and tags.
func (x *TorrustIndex) register() {
	x.t.Helper()
	account := map[string]string{"username": x.User, "password": x.Password, "confirm_password": x.Password, "login": x.User}
	x.post("/v1/user/register", account, nil)
	var session struct{ Data struct{ Token string } }
	x.post("/v1/user/login", account, &session)
	x.Token = session.Data.Token
	for _, tag := range []string{"release", "beta"} {
		x.post("/v1/tag", map[string]string{"name": tag}, nil)
	}
}

// post sends JSON, and reads the answer into one, if that is not nil.
func (x *TorrustIndex) post(path string, body, answer any) {
	x.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		x.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, x.URL+path, bytes.NewReader(text))
	if err != nil {
		x.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if x.Token != "" {
		req.Header.Set("Authorization", "Bearer "+x.Token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		x.t.Fatal(err)
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(resp.Body)
	if err == nil && answer != nil {
		err = json.Unmarshal(reply, answer)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		x.t.Fatalf("%s: %s: %s, %v", path, resp.Status, reply, err)
	}
}
