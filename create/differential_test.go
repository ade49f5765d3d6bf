package create_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

func hashes(t *testing.T, raw []byte) (v1, v2 string) {
	t.Helper()
	m, err := metainfo.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m.Hashes().V1.String(), m.Hashes().V2.String()
}

// intact checks that a torrent verifies against its content.
func intact(t *testing.T, raw []byte, path string) {
	t.Helper()
	r, err := verify.Data(context.Background(), raw, path, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK() || r.GoodBytes != r.Bytes {
		t.Errorf("intact data is not ok: %+v", r)
	}
}

// Our torrents and libtorrent's, of random trees.
func TestAgainstLibtorrent(t *testing.T) {
	t.Parallel()
	oracle := peertest.Libtorrent(t)
	rng := rand.New(rand.NewPCG(2024, 52))
	for round := range longtest.Rounds(24, 66) {
		format := []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[round%3]
		pieceLength := int64(16384) << rng.IntN(4)
		t.Run(fmt.Sprintf("%d %v %d", round, format, pieceLength), func(t *testing.T) {
			dir := t.TempDir()
			root := peertest.Tree(t, rng, dir, pieceLength)
			ours := torrent(t, root, create.Options{Format: format, PieceLength: pieceLength})
			ourFile, theirFile := filepath.Join(dir, "ours.torrent"), filepath.Join(dir, "theirs.torrent")
			if err := os.WriteFile(ourFile, ours, 0o644); err != nil {
				t.Fatal(err)
			}
			theirs := oracle.Ask(t, peertest.Question{Do: "create", Root: root, Format: format.String(), PieceLength: pieceLength, Output: theirFile})
			readBack := oracle.Ask(t, peertest.Question{Do: "inspect", Torrent: ourFile})
			v1, v2 := hashes(t, ours)
			if readBack.V1 != v1 || readBack.V2 != v2 {
				t.Errorf("libtorrent reads our infohashes as %q and %q, we as %q and %q", readBack.V1, readBack.V2, v1, v2)
			}
			if theirs.V1 != v1 || theirs.V2 != v2 {
				t.Errorf("infohashes %q and %q, libtorrent makes %q and %q", v1, v2, theirs.V1, theirs.V2)
			}
			if fmt.Sprint(readBack.Files) != fmt.Sprint(theirs.Files) {
				t.Errorf("files\n%v\nlibtorrent makes\n%v", readBack.Files, theirs.Files)
			}
			intact(t, ours, root)
			raw, err := os.ReadFile(theirFile)
			if err != nil {
				t.Fatal(err)
			}
			if v1, v2 := hashes(t, raw); v1 != theirs.V1 || v2 != theirs.V2 {
				t.Errorf("we read libtorrent's infohashes as %q and %q, it as %q and %q", v1, v2, theirs.V1, theirs.V2)
			}
			intact(t, raw, dir)
		})
	}
}

// What libtorrent 2 makes by default, 2.1 and 2.0.8: pad files behind files, the last one too, and in front of empty ones. (Of a-b/x and a/x it
// makes hybrids that it does not load: their v1 part has the paths in the order of their texts.)
func TestAgainstLibtorrent21(t *testing.T) {
	t.Parallel()
	oracles := []*peertest.Oracle{peertest.Libtorrent(t), peertest.Libtorrent21(t)}
	rng := rand.New(rand.NewPCG(2025, 21))
	for round := range longtest.Rounds(16, 60) {
		pieceLength := int64(16384) << rng.IntN(3)
		dir := t.TempDir()
		root := filepath.Join(dir, "tree")
		sizes := []int64{0, 0, 1, 16383, 16384, 40000, pieceLength, pieceLength + 1, 2 * pieceLength}
		content := 0
		for _, name := range []string{"a/x", "a/y", "b", "c/d/e", "c/f", "g", "h"}[rng.IntN(7):] {
			file := filepath.Join(root, name)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			data := make([]byte, sizes[rng.IntN(len(sizes))])
			if name == "h" && content == 0 { // it refuses torrents of empty files only
				data = []byte("h")
			}
			content += len(data)
			if err := os.WriteFile(file, data, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		format, asked := metainfo.Hybrid, "libtorrent-2.1"
		if round%2 == 1 {
			format, asked = metainfo.V1, "libtorrent-2.1-v1"
		}
		ours := torrent(t, root, create.Options{Format: format, PieceLength: pieceLength, PadEnds: true})
		theirFile := filepath.Join(dir, "theirs.torrent")
		theirs := oracles[round/2%2].Ask(t, peertest.Question{Do: "create", Root: root, Format: asked, PieceLength: pieceLength, Output: theirFile})
		if v1, v2 := hashes(t, ours); v1 != theirs.V1 || v2 != theirs.V2 {
			raw, _ := os.ReadFile(theirFile)
			t.Errorf("%s, round %d: infohashes %q and %q, libtorrent makes %q and %q\n%.300q\n%.300q", asked, round, v1, v2, theirs.V1, theirs.V2, ours, raw)
		}
		intact(t, ours, root)
	}
}

// Torrents of mktorrent and transmission-create are read and verified, and
// where they list the files in our order, the infohash is ours.
func TestAgainstCommandLinePeers(t *testing.T) {
	t.Parallel()
	peers := []struct {
		program string
		args    func(root, out string, power int) []string
	}{
		{"mktorrent", func(root, out string, power int) []string {
			return []string{"-l", fmt.Sprint(power), "-o", out, root}
		}},
		{"transmission-create", func(root, out string, power int) []string {
			return []string{"-s", fmt.Sprint(1 << power / 1024), "-o", out, root}
		}},
	}
	for _, peer := range peers {
		t.Run(peer.program, func(t *testing.T) {
			program := peertest.Need(t, peer.program)
			rng := rand.New(rand.NewPCG(2025, 3))
			same := 0
			rounds := longtest.Rounds(4, 10)
			for range rounds {
				power := 15 + rng.IntN(3) // both refuse 16 KiB or round it
				dir := t.TempDir()
				root := peertest.Tree(t, rng, dir, 1<<power)
				out := filepath.Join(dir, "theirs.torrent")
				if msg, err := exec.Command(program, peer.args(root, out, power)...).CombinedOutput(); err != nil {
					t.Fatalf("%v: %s", err, msg)
				}
				theirs, err := os.ReadFile(out)
				if err != nil {
					t.Fatal(err)
				}
				intact(t, theirs, root)
				intact(t, theirs, dir)
				m, err := metainfo.Parse(theirs)
				if err != nil {
					t.Fatal(err)
				}
				ours := torrent(t, root, create.Options{PieceLength: m.PieceLength, Fields: metainfo.Fields{Private: m.Private}})
				o, err := metainfo.Parse(ours)
				if err != nil {
					t.Fatal(err)
				}
				if paths(o) != paths(m) || bytes.Contains(theirs, []byte("7:privatei0e")) {
					continue
				}
				same++
				if a, b := o.RawInfo(), m.RawInfo(); !bytes.Equal(a, b) {
					t.Errorf("info of %s is %q, ours %q", peer.program, b, a)
				}
			}
			t.Logf("%d of %d trees were listed in the same order", same, rounds)
			if peer.program == "mktorrent" && same == 0 {
				t.Error("no infohash was compared")
			}
		})
	}
}

func paths(m *metainfo.Torrent) string {
	s := ""
	for i := range m.Files {
		s += m.Files[i].Path + "\n"
	}
	return s
}
