package main

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// scriptSeed is a peer that gives metadata (BEP 9) and nothing else.
func scriptSeed(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 2, "seed NAME VAR")
		raw, err := os.ReadFile(ts.MkAbs(args[0]))
		ts.Check(err)
		m, err := metainfo.Parse(raw)
		ts.Check(err)
		ts.Setenv(args[1], peertest.Seed(t, "127.0.0.1", m.RawInfo()).String())
	}
}

// scriptServer serves a folder by HTTP at the URL in $VAR, and lists the URLs of its files in VAR.urls. Below /whole/ it sends files whole, though ranges are asked
// for, below /none/ it tells no lengths, and below /new/ files are others from the second answer on.
func scriptServer(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 2, "webserver FOLDER VAR")
		files := http.FileServer(http.Dir(ts.MkAbs(args[0])))
		var version atomic.Int64
		mux := http.NewServeMux()
		mux.Handle("/", files)
		mux.Handle("/whole/", http.StripPrefix("/whole", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Range")
			files.ServeHTTP(w, r)
		})))
		mux.Handle("/none/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = w.Write([]byte("some"))
		}))
		mux.Handle("/new/", http.StripPrefix("/new", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, version.Add(1)))
			files.ServeHTTP(w, r)
		})))
		s := httptest.NewServer(mux)
		t.Cleanup(s.Close)
		ts.Setenv(args[1], s.URL)
		list := "# what the server has\n\n"
		folder := os.DirFS(ts.MkAbs(args[0]))
		ts.Check(fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() {
				list += s.URL + "/" + name + "\n"
			}
			return err
		}))
		ts.Check(os.WriteFile(ts.MkAbs(args[1]+".urls"), []byte(list), 0o666))
	}
}
