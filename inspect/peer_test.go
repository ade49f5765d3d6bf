package inspect

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/peertest"
)

// TestLibtorrentLimits holds the limits that Lint knows of libtorrent against
// what it loads, on both sides of each limit. Releases differ in the longest
// piece (512 MiB or 1 GiB), of which Lint takes the smaller.
func TestLibtorrentLimits(t *testing.T) {
	python := peertest.Python(t)
	sized := func(n int) []byte {
		empty := len(encode(torrent(single()).with("comment", ""))) + 6 // for a length of seven digits
		return encode(torrent(single()).with("comment", strings.Repeat("x", n-empty)))
	}
	const around = 15 // tokens of the torrent, and of the list
	tokens := func(n int) []byte {
		return encode(torrent(single()).with("x", list{raw(strings.Repeat("0:", n-around-1))}))
	}
	pieces := func(n int) []byte { return encode(torrent(v2(dict{"a", leafFile(n*leaf, hashOf("a"))}))) }
	long := func(n int) []byte { return encode(torrent(single().with("piece length", n))) }
	docs := [][]byte{sized(10_000_000), sized(10_000_001), tokens(3_000_000), tokens(3_000_001), pieces(0x200000), pieces(0x200001),
		long(536854528), long(1 << 30), encode(torrent(hybrid()))}
	folder := t.TempDir()
	args := []string{"-c", `
import sys, libtorrent
for name in sys.argv[1:]:
    try:
        libtorrent.torrent_info(name)
        print("loads")
    except RuntimeError as e:
        print("refuses:", e)
`}
	for i, doc := range docs {
		name := filepath.Join(folder, fmt.Sprint(i))
		if err := os.WriteFile(name, doc, 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, name)
	}
	out, err := exec.Command(python, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, doc := range docs {
		found := ""
		for _, id := range ids(t, doc, LintOptions{Targets: []Target{Libtorrent20}}) {
			if strings.HasPrefix(id, "target-") && id != "target-tracker" {
				found += " " + id
			}
		}
		if loads := answers[i] == "loads"; loads != (found == "") {
			t.Errorf("torrent %d: libtorrent %s, lint finds%s", i, answers[i], found)
		}
	}
}
