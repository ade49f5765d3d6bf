package main

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/merkle"
	"github.com/torrentkit/torrentkit/internal/sha256simd"
)

// declared are small torrents of far more pieces than anybody has.
func declared(t *testing.T, tracker string) map[string]string {
	file := func(length int64, root string) string {
		return fmt.Sprintf("d0:d6:lengthi%de11:pieces root32:%see", length, root)
	}
	torrent := func(tree string, pieceLength int, layers string) string {
		return fmt.Sprintf("d8:announce%d:%s4:infod9:file treed%se12:meta versioni2e4:name1:n12:piece lengthi%dee%s8:url-list%d:%se",
			len(tracker)+9, tracker+"/announce", tree, pieceLength, layers, len(tracker)+6, tracker+"/seed/")
	}
	root := strings.Repeat("r", 32)
	several := ""
	var shared strings.Builder
	for i := range 100 {
		several += fmt.Sprintf("3:f%02d%s", i, file(1<<43+int64(i), root[:30]+fmt.Sprintf("%02d", i)))
	}
	row := make([]merkle.Hash, 1024)
	layer := ""
	for i := range row {
		row[i] = sha256.Sum256([]byte{byte(i), byte(i >> 8)})
		layer += string(row[i][:])
	}
	top := merkle.New(sha256simd.New()).LayerRoot(row, 1)
	for i := range 20_000 {
		fmt.Fprintf(&shared, "6:f%05d%s", i, file(1024<<14, string(top[:])))
	}
	all := map[string]string{
		"a file of 1 PiB":    torrent("1:a"+file(1<<50, root), 1<<20, ""),
		"only small pieces":  torrent("1:a"+file((1<<31-2)<<14, root), 1<<14, ""),
		"the file itself":    torrent("1:n"+file(1<<50, root), 1<<20, ""),
		"several files":      torrent(several, 1<<20, ""),
		"files of one layer": torrent(shared.String(), 1<<14, fmt.Sprintf("12:piece layersd32:%s%d:%se", top[:], len(layer), layer)),
	}
	paths := map[string]string{}
	for name, raw := range all {
		paths[name] = filepath.Join(t.TempDir(), "x.torrent")
		put(t, paths[name], raw)
	}
	return paths
}

func put(t *testing.T, path, data string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(data), 0o666); err != nil {
		t.Fatal(err)
	}
}

// What a small torrent declares costs nothing: time and memory are those of its bytes, and of the content that is there.
func TestDeclaredPieces(t *testing.T) {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/seed/") {
			http.NotFound(w, r)
			return
		}
		io.WriteString(w, "d8:intervali1800e5:peers0:e")
	}))
	defer answers.Close()
	dir := t.TempDir()
	empty, begun := filepath.Join(dir, "empty"), filepath.Join(dir, "begun")
	put(t, filepath.Join(empty, "other"), "other")
	for _, name := range []string{"a", "n", "f00", "f00000", "f00001"} {
		put(t, filepath.Join(begun, name), strings.Repeat("begun", 10_000))
	}
	commands := []string{
		"inspect X", "inspect --json X", "inspect --files X", "inspect --tree X", "inspect --stats X", "inspect --table X", "lint X",
		"lint --for libtorrent X", "lint --for transmission X", "diff X X", "dump X", "magnet X", "edit --comment c -o OUT X", "announce X", "scrape X",
		"verify X EMPTY", "verify X BEGUN", "verify --json X BEGUN", "verify --extra X BEGUN", "verify --sample 50 X EMPTY", "verify --only a X BEGUN",
		"verify --pieces 5-300000 X BEGUN", "verify --journal OUT X BEGUN", "verify --journal OUT --recheck X BEGUN", "verify --compare-with EMPTY X BEGUN",
		"verify --repair-from EMPTY X BEGUN", "verify --fix X BEGUN", "verify --search BEGUN X EMPTY", "verify --search EMPTY X BEGUN",
		"verify --search BEGUN --link copy -o OUT X EMPTY", "verify --report sha256sums=OUT X BEGUN", "verify --tar X TAR", "verify X -", "verify --fail-fast X BEGUN",
		"verify --web-seeds --allow-private X", "verify --web-seeds --full --allow-private X", "create --reuse X -o OUT BEGUN", "inspect --pieces X",
	}
	tarball := filepath.Join(dir, "x.tar")
	put(t, tarball, tarOf(t, begun))
	for name, torrent := range declared(t, answers.URL) {
		if name != "only small pieces" && !longtest.Whole() {
			continue
		}
		for i, command := range commands {
			if name == "files of one layer" && strings.HasPrefix(command, "inspect --pieces") {
				continue // its pieces have hashes, and a line each
			}
			fill := strings.NewReplacer("X", torrent, "EMPTY", empty, "BEGUN", begun, "TAR", tarball, "OUT", filepath.Join(t.TempDir(), fmt.Sprint("out", i)))
			bounded(t, name+": "+command, strings.Fields(fill.Replace(command)))
		}
	}
}

// bounded runs a command, and holds what it allocates and how long it has processors to what small torrents are worth.
func bounded(t *testing.T, what string, args []string) {
	t.Helper()
	e, _, stderr := consoletest.Env()
	e.In = strings.NewReader(strings.Repeat("begun", 10_000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := processors(t)
	code := run(context.Background(), e, args)
	spent := processors(t) - start
	runtime.ReadMemStats(&after)
	if n := (after.TotalAlloc - before.TotalAlloc) >> 20; n > 200 || spent > 2*time.Second {
		t.Errorf("%s: %d MB and %v", what, n, spent)
	}
	if strings.Contains(stderr.String(), "usage") || strings.Contains(stderr.String(), "flag") || code > 2 {
		t.Errorf("%s: code %d, printed %q", what, code, stderr.String())
	}
}

// processors is how long the process has had processors: a loop over a billion pieces takes seconds of that on any machine.
func processors(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// tarOf is a tar of a folder.
func tarOf(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	w := tar.NewWriter(&b)
	if err := w.AddFS(os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
