package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// runIn runs the program with buffers for its streams.
func runIn(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	e, out, err := consoletest.Env()
	code = run(context.Background(), e, args)
	return code, out.String(), err.String()
}

func TestVerifyWebSeeds(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "film"), seededBytes(1<<20, 1), 0o644); err != nil {
		t.Fatal(err)
	}
	torrent := filepath.Join(dir, "film.torrent")
	good := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer good.Close()
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(seededBytes(1<<20, 1)) }))
	defer plain.Close()
	if code, _, stderr := runIn(t, "create", "-q", "--no-date", "-l", "32K", "-w", good.URL+"/film", "-o", torrent, filepath.Join(dir, "film")); code != 0 {
		t.Fatal(stderr)
	}
	code, out, stderr := runIn(t, "verify", "--web-seeds", "--allow-private", torrent)
	if code != 0 || !strings.Contains(out, "pieces\t16/16\nleft_out\t16\nseed\t") || !strings.Contains(out, "result\tok, as far as it was read\n") {
		t.Errorf("%d %s %s", code, out, stderr)
	}
	if code, out, _ := runIn(t, "verify", "--web-seeds", "--full", "--allow-private", torrent); code != 0 || !strings.Contains(out, "pieces\t32/32\n") {
		t.Errorf("full: %d %s", code, out)
	}
	if code, out, _ := runIn(t, "verify", "--web-seeds", torrent); code != 1 || !strings.Contains(out, "address\t-\t") {
		t.Errorf("without leave: %d %s", code, out)
	}
	code, out, _ = runIn(t, "verify", "--json", "--web-seed", plain.URL+"/film", torrent)
	var v struct {
		OK     bool
		Kind   string
		URL    string
		Faults []struct{ Kind, Message string }
	}
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 1 || v.OK || v.Kind != "BEP 19" || len(v.Faults) != 1 || v.Faults[0].Kind != "no-range" {
		t.Errorf("%d %v %s", code, err, out)
	}
	if err := os.Mkdir(filepath.Join(dir, "copy"), 0o755); err != nil {
		t.Fatal(err)
	}
	code, out, stderr = runIn(t, "verify", "--repair-from", "web-seeds", "--allow-private", torrent, filepath.Join(dir, "copy"))
	if code != 0 || !strings.Contains(out, "repaired\t32\n") {
		t.Errorf("repair: %d %s %s", code, out, stderr)
	}
	if err := os.WriteFile(filepath.Join(dir, "copy", "film"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	code, out, stderr = runIn(t, "verify", "--json", "--repair-from", "web-seeds", "--web-seed", "ftp://example.org/0123456789abcdef0123456789abcdef/", "--web-seed", good.URL+"/film", torrent, filepath.Join(dir, "copy"))
	if code != 0 || !strings.Contains(out, `"seed_faults":[{"url":"ftp://example.org/***4a/","kind":"scheme"`) {
		t.Errorf("repair from a bad seed and a good one: %d %s %s", code, out, stderr)
	}
	for _, args := range [][]string{{"--full"}, {"--timeout", "1s"}, {"--web-seeds", "--timeout", "-1s"}, {"--full", "--web-seeds", "--sample", "3"}, {"--web-seeds", "--extra"}, {"--web-seeds", "--repair-from", dir}} {
		if code, _, _ := runIn(t, append([]string{"verify", torrent}, args...)...); code != 2 {
			t.Errorf("%v: code %d", args, code)
		}
	}
}
