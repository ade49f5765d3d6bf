package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"math"
	"math/bits"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/mutant"
)

// ceiling is how much memory a command may take, whatever strangers send.
const ceiling = 64 << 20

// peak runs the program, which must end with the exit code unless that is -1, and returns the most memory that it had
// resident, in bytes, and how long it had a processor. The system's own account of the memory of a child would count what
// the test had when it started it.
func peak(t *testing.T, code int, args ...string) (int64, time.Duration) {
	t.Helper()
	if info, _ := debug.ReadBuildInfo(); info != nil && strings.Contains(fmt.Sprint(info.Settings), "{-race true}") {
		t.Skip("the race detector takes memory of its own")
	}
	file := filepath.Join(t.TempDir(), "peak")
	cmd := &exec.Cmd{Path: executable(t), Args: append([]string{"torrentkit"}, args...), Env: append(os.Environ(), "TORRENTKIT_TEST_PEAK="+file)}
	var said bytes.Buffer
	cmd.Stderr = &said
	cmd.Run()
	if got := cmd.ProcessState.ExitCode(); got != code && code >= 0 {
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
	return kib << 10, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
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
	used, _ := peak(t, code, args...)
	t.Logf("%.200q: %d MiB", args, used>>20)
	if used > limit {
		t.Errorf("%.200q takes %d MiB, more than %d", args, used>>20, limit>>20)
	}
}

// Whatever a torrent of 1 MB is made of, to inspect it takes 64 MiB and, of a machine of some
// speed, 100 ms of a processor: what others do on the machine is not counted.
func TestCeilingOfHostileTorrents(t *testing.T) {
	docs := map[string][]byte{}
	for _, size := range []int{1_000_000, 250_000} {
		for name, doc := range mutant.Hostile(size) {
			docs[fmt.Sprintf("%s, %d bytes", name, len(doc))] = doc
		}
	}
	for seed := uint64(0); len(docs) < 300; seed++ {
		docs[fmt.Sprint("mutant ", seed)] = mutant.Make(seed)
	}
	names := slices.Sorted(maps.Keys(docs))
	const limit = 500 * time.Millisecond // five times what is promised: machines differ, and what grows out of hand takes seconds
	every := longtest.Rounds(30, 1)
	file := filepath.Join(t.TempDir(), "x.torrent")
	for i := 0; i < len(names); i += every {
		if err := os.WriteFile(file, docs[names[i]], 0o600); err != nil {
			t.Fatal(err)
		}
		least := time.Duration(math.MaxInt64)
		for range 5 {
			used, spent := peak(t, -1, "inspect", file)
			if least = min(least, spent); used > ceiling {
				t.Errorf("%s takes %d MiB", names[i], used>>20)
			}
			if least < limit || !longtest.Whole() {
				break
			}
		}
		if least > limit && longtest.Whole() {
			t.Errorf("%s takes %v", names[i], least)
		}
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

// However many torrents a run is about, it keeps no more than it says of them.
func TestCeilingOfManyTorrents(t *testing.T) {
	dir := t.TempDir()
	files := ""
	for i := range 5 {
		files += fmt.Sprintf("d6:lengthi100e4:pathl4:a b 3:aux1:%dee", i)
	}
	for i := range longtest.Rounds(1_000, 20_000) {
		name := fmt.Sprintf("n%d", i)
		torrent := fmt.Sprintf("d13:creation datei-5e4:infod5:filesl%se4:name%d:%s12:piece lengthi16000e6:pieces20:%see", files, len(name), name, strings.Repeat("x", 20))
		if err := os.WriteFile(filepath.Join(dir, name+".torrent"), []byte(torrent), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	held(t, ceiling, 0, "lint", "--format", "sarif", dir)
	held(t, ceiling, 1, "diff", "--common", dir)
	if !longtest.Whole() {
		return
	}
	held(t, ceiling, 0, "lint", "--json", dir)
	held(t, ceiling, 0, "inspect", "--json", dir)
	held(t, ceiling, 1, "verify", dir)
	held(t, ceiling, 0, "edit", "--comment", "x", "--dry-run", "--recursive", dir)
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
	const pieces = 1024 // of 1 MiB: an archive is given up where it holds ten times the content
	torrent := file("x.torrent", fmt.Appendf(nil, "d4:infod6:lengthi%de4:name1:x12:piece lengthi%de6:pieces%d:%see", pieces<<20, 1<<20, 20*pieces, strings.Repeat("x", 20*pieces)))
	named := func(entries, length int) []byte {
		return zipped(t, func(w *tar.Writer) {
			for i := range entries {
				w.WriteHeader(&tar.Header{Name: fmt.Sprint(i, strings.Repeat("n", length)), Format: tar.FormatPAX})
			}
		})
	}
	commented := zipped(t, func(w *tar.Writer) { // a short name, in a header that is not
		for i := range longtest.Rounds(20, 200) {
			w.WriteHeader(&tar.Header{Name: fmt.Sprint(i), PAXRecords: map[string]string{"X.comment": strings.Repeat("c", 1_000_000)}, Format: tar.FormatPAX})
		}
	})
	for name, c := range map[string]struct {
		archive []byte
		code    int
	}{
		"names of 1 MB": {named(longtest.Rounds(20, 200), 1_000_000), 2}, "names of 90 KB": {named(longtest.Rounds(100, 1000), 90_000), 1},
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

// frames are zstd frames with windows that grow, each twice as full of an entry's zeros.
func frames(t *testing.T, windows ...int) []byte {
	t.Helper()
	var b, head bytes.Buffer
	if err := tar.NewWriter(&head).WriteHeader(&tar.Header{Name: "x", Size: 1 << 30, Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	for _, size := range windows {
		z, err := zstd.NewWriter(&b, zstd.WithWindowSize(1<<16), zstd.WithEncoderConcurrency(1))
		if err != nil {
			t.Fatal(err)
		}
		at := b.Len()
		head.WriteTo(z)
		io.CopyN(z, endless{}, 2*int64(size))
		z.Close()
		log := bits.Len(uint(size)) - 1
		eighths := size>>(log-3) - 8
		b.Bytes()[at+5] = byte((log-10)<<3 | eighths) // behind the magic and the flags (RFC 8878, section 3.1.1.1.2)
	}
	return b.Bytes()
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
