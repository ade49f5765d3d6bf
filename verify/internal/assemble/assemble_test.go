package assemble

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify/internal/treetest"
)

// newJob is one for the files of a folder of which all pieces are said to match.
func newJob(t *testing.T, raw []byte, dir string, kind Kind) *Job {
	t.Helper()
	torrent, err := metainfo.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := content.Gather(context.Background(), dir, func(int64) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { tree.Close() })
	j := &Job{Torrent: torrent, Kind: kind, Good: func(int) bool { return true }, Own: &content.Own{}}
	at := map[string]int{}
	for i, f := range tree.Files() {
		at[f.Path] = i
	}
	for i := range torrent.Content() {
		name := torrent.Files[i].Path
		j.Files = append(j.Files, File{
			Index: layout.FileIndex(i), Name: "tree/" + name,
			Tree: tree, At: content.FileIndex(at[name]), Path: filepath.Join(dir, filepath.FromSlash(name)),
		})
	}
	return j
}

// What does not match gets no name, and what does not hang on it does.
func TestProof(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 1))
	tree := treetest.Files{"a": treetest.Noise(rng, 100_000), "b": treetest.Noise(rng, 300), "c/d": treetest.Noise(rng, 100_000), "e": nil}
	for _, format := range treetest.Formats() {
		raw := tree.Torrent(t, format, 16384, metainfo.Fields{})
		for _, kind := range []Kind{HardLink, Copy} {
			out, whole := t.TempDir(), tree.Write(t, filepath.Join(t.TempDir(), "tree"))
			if done, err := newJob(t, raw, whole, kind).Into(context.Background(), out); err != nil || done.Made != 4 {
				t.Errorf("%v: %+v, %v", format, done, err)
			}
			bad := treetest.Files{"a": tree["a"], "b": tree["b"], "c/d": treetest.FlipAt(tree["c/d"], 50_000), "e": nil}
			out, dir := t.TempDir(), bad.Write(t, filepath.Join(t.TempDir(), "tree"))
			now := time.Now().Add(time.Minute) // so that times do not tell whether it was changed again
			if err := os.Chtimes(filepath.Join(dir, "c", "d"), now, now); err != nil {
				t.Fatal(err)
			}
			_, err := newJob(t, raw, dir, kind).Into(context.Background(), out)
			if !errors.Is(err, ErrNotProved) {
				t.Errorf("%v: %v", format, err)
			}
			if _, err := os.Lstat(filepath.Join(out, "tree", "c", "d")); err == nil {
				t.Errorf("%v: what does not match has its name", format)
			}
			entries, _ := os.ReadDir(out)
			if len(entries) > 1 || len(entries) == 1 && entries[0].Name() != "tree" {
				t.Errorf("%v: left are %v", format, entries)
			}
		}
	}
}

// Large files are hashed while they are copied, and many small ones that share pieces together.
func TestSettlesOnTheWay(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 2))
	tree := treetest.Files{}
	for i := range 700 {
		tree[string(rune('a'+i%26))+"/"+string(rune('a'+i/26))] = treetest.Noise(rng, 1+rng.IntN(900))
	}
	raw := tree.Torrent(t, metainfo.V1, 1<<20, metainfo.Fields{})
	out, whole := t.TempDir(), tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	if done, err := newJob(t, raw, whole, Copy).Into(context.Background(), out); err != nil || done.Made != 700 {
		t.Errorf("%+v, %v", done, err)
	}
	for name, data := range tree {
		if got, err := os.ReadFile(filepath.Join(out, "tree", filepath.FromSlash(name))); err != nil || string(got) != string(data) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file that is larger than what is copied between two looks is proved as it grows, and what is wrong ends the copy.
func TestProvesALargeFile(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 3))
	tree := treetest.Files{"a": treetest.Noise(rng, 5000), "b": treetest.Noise(rng, 4<<20+77), "c": treetest.Noise(rng, 5000)}
	bad := treetest.Files{"a": tree["a"], "b": treetest.FlipAt(tree["b"], 1<<20), "c": tree["c"]}
	for _, format := range treetest.Formats() {
		raw := tree.Torrent(t, format, 65536, metainfo.Fields{})
		for _, files := range []treetest.Files{tree, bad} {
			j := newJob(t, raw, files.Write(t, filepath.Join(t.TempDir(), "tree")), Copy)
			j.every = 1 << 20
			looked := 0
			j.Good = func(int) bool { looked++; return true }
			done, err := j.Into(context.Background(), t.TempDir())
			whole := j.Torrent.Layout().NumPieces()
			switch {
			case files["b"][1<<20] == tree["b"][1<<20] && (err != nil || done.Made != 3 || looked != whole):
				t.Errorf("%v: %+v, %v, %d of %d pieces", format, done, err, looked, whole)
			case files["b"][1<<20] != tree["b"][1<<20] && (!errors.Is(err, ErrNotProved) || looked > whole/2+1):
				t.Errorf("%v: %+v, %v, %d of %d pieces", format, done, err, looked, whole)
			}
		}
	}
}
