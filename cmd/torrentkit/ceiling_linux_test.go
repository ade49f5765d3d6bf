package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/torrentkit/torrentkit/internal/longtest"
)

// ceiling is how much memory a command may take, whatever strangers send.
const ceiling = 64 << 20

// peak runs the program, which must end with the exit code, and returns the most memory that it had resident, in bytes.
// The system's own account of a child would count what the test had when it started it.
func peak(t *testing.T, code int, args ...string) int64 {
	t.Helper()
	if info, _ := debug.ReadBuildInfo(); info != nil && strings.Contains(fmt.Sprint(info.Settings), "{-race true}") {
		t.Skip("the race detector takes memory of its own")
	}
	file := filepath.Join(t.TempDir(), "peak")
	cmd := &exec.Cmd{Path: executable(t), Args: append([]string{"torrentkit"}, args...), Env: append(os.Environ(), "TORRENTKIT_TEST_PEAK="+file)}
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("%q: exit code %d: %.1000s", args, got, &said)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kib, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil || kib == 0 {
		t.Fatalf("%q is no size", text)
	}
	return kib << 10
}

func executable(t *testing.T) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// held runs the program under a ceiling.
func held(t *testing.T, limit int64, code int, args ...string) {
	t.Helper()
	used := peak(t, code, args...)
	t.Logf("%.200q: %d MiB", args, used>>20)
	if used > limit {
		t.Errorf("%.200q takes %d MiB, more than %d", args, used>>20, limit>>20)
	}
}

// An answer may be 2 MiB, which is a third of a million of peers.
func TestCeilingOfPeers(t *testing.T) {
	compact, dicts := []byte{}, []byte("l")
	for i := range 333_000 {
		compact = append(compact, byte(1+i%200), byte(i>>8), byte(i>>16), byte(1+i%250), byte(i>>8), byte(i))
		if len(dicts) < 1_990_000 {
			dicts = fmt.Appendf(dicts, "d2:ip7:9.9.9.%d4:porti%dee", i%10, 1024+i%8976)
		}
	}
	list := fmt.Appendf(nil, "%d:%s", len(compact), compact)
	for name, peers := range map[string][]byte{"compact": list, "dictionaries": append(dicts, 'e')} {
		body := fmt.Appendf(nil, "d8:completei5e10:incompletei5e8:intervali1800e5:peers%se", peers)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(body) }))
			defer server.Close()
			u := server.URL + "/announce"
			held(t, ceiling, 0, "announce", u)
			held(t, ceiling, 0, "announce", "--peers", u)
			held(t, ceiling, 0, "announce", "--json", u)
			if name == "dictionaries" && !longtest.Whole() {
				return // they are the smaller ones, and take longer
			}
			held(t, ceiling, 1, "doctor", u)
			held(t, ceiling, 1, "doctor", "--json", u)
		})
	}
}

// Archives take a window and 64 MiB, whatever their headers say.
func TestCeilingOfArchives(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	torrent := file("x.torrent", []byte("d4:infod6:lengthi1e4:name1:x12:piece lengthi16384e6:pieces20:"+strings.Repeat("x", 20)+"ee"))
	named := func(entries, length int) []byte {
		return zipped(t, func(w *tar.Writer) {
			for i := range entries {
				w.WriteHeader(&tar.Header{Name: fmt.Sprint(i, strings.Repeat("n", length)), Format: tar.FormatPAX})
			}
		})
	}
	commented := zipped(t, func(w *tar.Writer) { // a short name, in a header that is not
		for i := range longtest.Rounds(60, 1000) {
			w.WriteHeader(&tar.Header{Name: fmt.Sprint(i), PAXRecords: map[string]string{"X.comment": strings.Repeat("c", 1_000_000)}, Format: tar.FormatPAX})
		}
	})
	for name, c := range map[string]struct {
		archive []byte
		code    int
	}{
		"names of 1 MB": {named(longtest.Rounds(60, 1000), 1_000_000), 2}, "names of 90 KB": {named(longtest.Rounds(500, 10_000), 90_000), 1},
		"comments of 1 MB": {commented, 1}, "many names": {named(longtest.Rounds(20_000, 300_000), 20), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			held(t, ceiling, c.code, "verify", "--tar", "--extra", torrent, file(name, c.archive))
		})
	}
	if longtest.Whole() {
		const window = 128 << 20
		held(t, ceiling+window, 2, "verify", "--tar", "--extra", torrent, file("windows", frames(t, 64<<20, 96<<20, window)))
	}
}

func zipped(t *testing.T, write func(w *tar.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	w := tar.NewWriter(z)
	write(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	z.Close()
	return b.Bytes()
}

// frames are zstd frames with windows that grow, each full of zeros.
func frames(t *testing.T, windows ...int) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, size := range windows {
		z, err := zstd.NewWriter(&b, zstd.WithWindowSize(1<<16), zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		at := b.Len()
		io.CopyN(z, endless{}, int64(size))
		z.Close()
		log := 0
		for 1<<(log+10) < size*3/4 {
			log++
		}
		b.Bytes()[at+5] = byte(log << 3) // the window, of which the header tells behind its magic and its flags
	}
	return b.Bytes()
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
