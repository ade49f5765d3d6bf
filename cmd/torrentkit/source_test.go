package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

const smallTorrent = "d4:infod6:lengthi10e4:name8:film.mkv12:piece lengthi16384e6:pieces20:01234567890123456789ee"

// serve is a web server with all that can go wrong.
func serve(t *testing.T) string {
	mux := http.NewServeMux()
	mux.HandleFunc("/good.torrent", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, smallTorrent) })
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/good.torrent", http.StatusFound) })
	mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "ftp://example.org/x", http.StatusFound)
	})
	mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			fmt.Fprint(w, strings.Repeat("x", 1<<16))
		}
	})
	mux.HandleFunc("/secret/0123456789abcdef0123456789abcdef/x", http.NotFound)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func runFor(t *testing.T, tty bool, in string, args ...string) (code int, out, err string) {
	t.Helper()
	e, o, w := consoletest.Env()
	e.OutTTY, e.ErrTTY = tty, tty
	e.In = strings.NewReader(in)
	e.Getenv = func(name string) string { return map[string]string{"NO_COLOR": "1", "TERM": "dumb"}[name] }
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	code = run(ctx, e, args)
	return code, o.String(), w.String()
}

func TestTorrentsFromURLs(t *testing.T) {
	base := serve(t)
	for _, tt := range []struct {
		args []string
		code int
		want string // in standard output, or in standard error where the code is not 0
	}{
		{[]string{"inspect", "--field", "name", base + "/good.torrent"}, 0, "film.mkv\n"},
		{[]string{"inspect", "--field", "name", base + "/moved"}, 0, "film.mkv\n"},
		{[]string{"lint", "--json", base + "/good.torrent"}, 0, `"errors":0,"warnings":0`},
		{[]string{"dump", "--compact", base + "/good.torrent"}, 0, `{"info":{"length":10,`},
		{[]string{"diff", base + "/good.torrent", base + "/moved"}, 0, ""},
		{[]string{"inspect", base + "/nothing"}, 2, "the server answers 404 Not Found"},
		{[]string{"inspect", base + "/loop"}, 2, "more than 5 redirects"},
		{[]string{"inspect", base + "/away"}, 2, "redirected to something that is not http or https"},
		{[]string{"inspect", "--max-size", "1M", base + "/large"}, 2, "larger than 1 MiB"},
		{[]string{"inspect", base + "/secret/0123456789abcdef0123456789abcdef/x"}, 2, "/secret/***4a/x"},
		{[]string{"inspect", "http://127.0.0.1:1/x"}, 2, "connection refused"},
	} {
		code, out, err := runFor(t, false, "", tt.args...)
		if got := out + err; code != tt.code || !strings.Contains(got, tt.want) {
			t.Errorf("%v: exit code %d, want %d; %s, want %s", tt.args, code, tt.code, got, tt.want)
		}
	}
}

func TestFolderThatCannotBeRead(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("root reads everything")
	}
	folder := t.TempDir()
	if err := os.Chmod(folder, 0); err != nil {
		t.Fatal(err)
	}
	if code, _, err := runFor(t, false, "", "inspect", folder); code != console.ExitTrouble || !strings.Contains(err, "permission denied") {
		t.Errorf("exit code %d, %s", code, err)
	}
}
