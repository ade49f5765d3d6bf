package main

import (
	"archive/tar"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// interrupting gives what a reader has, and interrupts the run before the byte at which it stands then.
type interrupting struct {
	io.Reader
	left   int64
	cancel context.CancelCauseFunc
	ctx    context.Context
}

func (r *interrupting) Read(p []byte) (int, error) {
	if r.left <= 0 {
		r.cancel(console.ErrInterrupted)
		return 0, r.ctx.Err()
	}
	n, err := r.Reader.Read(p[:min(int64(len(p)), r.left)])
	r.left -= int64(n)
	return n, err
}

// interruptedRun runs a command line that is interrupted by what it reads: stdin after 3 MiB, the server that is URL at the
// request with the number at.
type interruptedRun struct {
	t       *testing.T
	dir     string
	handler http.Handler
	at      int64
}

func (x *interruptedRun) run(args ...string) (out, stderr string) {
	x.t.Helper()
	ctx, cancel := context.WithCancelCause(x.t.Context())
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) == x.at {
			cancel(console.ErrInterrupted)
			<-r.Context().Done()
			return
		}
		x.handler.ServeHTTP(w, r)
	}))
	defer server.Close()
	e, stdout, errors := consoletest.Env()
	e.Now = time.Now
	if archive, err := os.ReadFile(filepath.Join(x.dir, "data.tar")); err == nil {
		e.In = &interrupting{bytes.NewReader(archive), 3 << 20, cancel, ctx}
	}
	for i := range args {
		args[i] = strings.NewReplacer("URL", server.URL, "DIR", x.dir).Replace(args[i])
	}
	code := run(ctx, e, args)
	if code != console.ExitInterrupted || !strings.HasSuffix(errors.String(), "torrentkit: interrupted\n") || strings.Contains(errors.String(), "error:") {
		x.t.Errorf("%q: code %d, printed %q", args, code, errors.String())
	}
	return stdout.String(), strings.ReplaceAll(strings.ReplaceAll(errors.String(), x.dir, "DIR"), server.URL, "URL")
}

// interruptible makes a folder of two files, an archive of it, and torrents of both.
func interruptible(t *testing.T) *interruptedRun {
	t.Helper()
	dir := t.TempDir()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i, name := range []string{"data/one", "data/two"} {
		data, old := seededBytes(2<<20, uint64(i)), time.Unix(1_700_000_000, 0)
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil { // or no journal would trust a server's word
			t.Fatal(err)
		}
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(data))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "data.tar"), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	e, _, stderr := consoletest.Env()
	if code := run(t.Context(), e, []string{"create", "-q", "-l", "64K", "-o", filepath.Join(dir, "data.torrent"), filepath.Join(dir, "data")}); code != 0 {
		t.Fatal(stderr.String())
	}
	return &interruptedRun{t: t, dir: dir, handler: http.FileServer(http.Dir(dir))}
}

// Interrupted, a command says what is kept, and promises nothing that the next run does not hold.
func TestInterruptSaysWhatIsKept(t *testing.T) {
	t.Parallel()
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "d8:completei0e10:incompletei1e8:intervali1800e5:peers0:e")
	})
	const hash = "5a7399982742b61a70287833f982e3d9fa9fe873"
	tests := []struct {
		name    string
		at      int64
		handler http.Handler
		args    string
		stdout  string // that matches; "" is any
		stderr  string
	}{
		{"create from an archive", 0, nil, "create --tar - --name x -o DIR/x.torrent", `^$`, `^torrentkit: interrupted`},
		{"verify an archive", 0, nil, "verify --tar DIR/data.torrent -", `not complete: stopped`,
			`^torrentkit: stopped after .* of 4 MiB; what comes in one stream is read from its beginning again\n`},
		{"create from a server", 3, nil, "create --allow-private --connections 1 -o DIR/x.torrent URL/data/one URL/data/two", `^$`,
			`^torrentkit: stopped after hashing .* of 4 MiB; nothing was written, and with --journal FILE it would be kept\n`},
		{"create from a server, with a journal", 3, nil, "create --allow-private --connections 1 --journal DIR/j -o DIR/x.torrent URL/data/one URL/data/two", `^$`,
			`^torrentkit: .* of 4 MiB are kept in "DIR/j": the same command goes on from there\n`},
		{"verify a server", 4, nil, "verify --allow-private --full --web-seed URL/ DIR/data.torrent", `not complete: stopped`,
			`^torrentkit: stopped after .* of 4 MiB; with --journal FILE the same command would go on from there\n`},
		{"verify a server, with a journal", 4, nil, "verify --allow-private --full --journal DIR/j --web-seed URL/ DIR/data.torrent", `not complete: stopped`,
			`^torrentkit: .* of 4 MiB are kept in "DIR/j", as far as they are good: the same command goes on from there\n`},
		{"announce several times", 3, answer, "announce --count 9 --interval 1ms URL/announce " + hash, `(?m)^sent\t1\nanswered\t1\n`, `^torrentkit: interrupted`},
		{"doctor", 20, answer, "doctor URL/announce", `(?m)^pass\thttp\.status\t[^§]*interrupted after [0-9]+ of [0-9]+ checks`, `^torrentkit: interrupted`},
		{"doctor that has no answer", 1, answer, "doctor URL/announce", `^$`, `^torrentkit: interrupted`},
		{"announce", 1, answer, "announce URL/announce " + hash, "", `^torrentkit: 0 answered, 0 failed, the others were not waited for\n`},
		{"scrape", 1, answer, "scrape URL/announce " + hash, "", `^torrentkit: interrupted`},
		{"read a torrent", 1, nil, "inspect URL/data.torrent", "", `^torrentkit: interrupted`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := interruptible(t)
			x.t, x.at = t, tt.at
			if tt.handler != nil {
				x.handler = tt.handler
			}
			out, stderr := x.run(strings.Fields(tt.args)...)
			if !regexp.MustCompile(tt.stdout).MatchString(out) || !regexp.MustCompile(tt.stderr).MatchString(stderr) {
				t.Errorf("printed %q and %q", out, stderr)
			}
			if _, err := os.Stat(filepath.Join(x.dir, "x.torrent")); err == nil {
				t.Error("a torrent was written")
			}
		})
	}
}
