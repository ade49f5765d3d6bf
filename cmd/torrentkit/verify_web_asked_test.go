package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file that a web seed does not have is told with the URL that was asked, in every form, and without its secrets.
func TestWebSeedNamesURL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"c", "a", "b"} {
		if err := os.MkdirAll(filepath.Join(dir, "album"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "album", name), []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	torrent := filepath.Join(dir, "album.torrent")
	if code, _, stderr := runIn(t, "create", "-q", "--no-date", "-o", torrent, filepath.Join(dir, "album")); code != 0 {
		t.Fatal(stderr)
	}
	const key = "0123456789abcdef0123456789abcdef"
	asked := server.URL + "/***4a/album/"
	code, out, stderr := runIn(t, "verify", "--full", "--web-seed", server.URL+"/"+key+"/", torrent)
	at := -1
	for _, name := range []string{"a", "b", "c"} {
		i := strings.Index(out, "missing\t"+name+"\tthe file is not there (404): "+asked+name+"\n")
		if i <= at {
			t.Errorf("%q is at %d, after %d: %d %s%s", name, i, at, code, out, stderr)
		}
		at = i
	}
	if _, out, _ := runIn(t, "verify", "--human", "--full", "--web-seed", server.URL+"/"+key+"/", torrent); !strings.Contains(out, "missing at:") || strings.Count(out, asked) != 1 || strings.Contains(out, key) {
		t.Errorf("for people: %s", out)
	}
	if _, out, _ := runIn(t, "verify", "--json", "--full", "--web-seed", server.URL+"/"+key+"/", torrent); !strings.Contains(out, `"asked":"`+asked+`a"`) || strings.Contains(out, key) {
		t.Errorf("JSON: %s", out)
	}
}
