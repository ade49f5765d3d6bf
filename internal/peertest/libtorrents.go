package peertest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const libtorrentScript = `
import sys, libtorrent
print(libtorrent.__version__, flush=True)
for line in sys.stdin:
    try:
        libtorrent.torrent_info(line.rstrip("\n"))
        print("", flush=True)
    except Exception as e:
        print(("refuses: " + str(e)).encode("ascii", "replace").decode().replace("\n", " "), flush=True)
`

// Libtorrents starts the libtorrents of Python that there are, which are asked what they load only: 2.0 of Debian, and 2.1 of the
// Python that TORRENTKIT_LIBTORRENT names.
func Libtorrents(t testing.TB) []*Client {
	t.Helper()
	return []*Client{libtorrentOf(t, Python(t)), libtorrentOf(t, newerPython(t))}
}

func newerPython(t testing.TB) string {
	t.Helper()
	python := os.Getenv("TORRENTKIT_LIBTORRENT")
	if python == "" {
		missing(t, "libtorrent 2.1 (TORRENTKIT_LIBTORRENT names a Python that has it)")
	}
	return python
}

func libtorrentOf(t testing.TB, python string) *Client {
	t.Helper()
	in, out := conversation(t, exec.Command(python, "-c", libtorrentScript))
	lines := bufio.NewScanner(out)
	next := func() string {
		if !lines.Scan() {
			t.Fatalf("%s ended: %v", python, lines.Err())
		}
		return lines.Text()
	}
	file := filepath.Join(t.TempDir(), "x.torrent")
	return &Client{Name: "libtorrent", Version: next(), Add: func(torrent []byte, _ string) string {
		write(t, file, torrent)
		fmt.Fprintln(in, file)
		return next()
	}}
}
