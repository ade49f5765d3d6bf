package verify_test

import (
	"bytes"
	"context"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
	"github.com/torrentkit/torrentkit/verify/internal/treetest"
)

// A piece layer that is no good does not stand in the way: the root of a file proves the whole of it, and a hybrid has its
// SHA-1s.
func TestBrokenLayers(t *testing.T) {
	t.Parallel()
	files := treetest.Files{"a": treetest.Noise(rand.New(rand.NewPCG(18, 1)), 40_000), "b": []byte("b")}
	for _, format := range []metainfo.Format{metainfo.V2, metainfo.Hybrid} {
		good := files.Torrent(t, format, 16384, metainfo.Fields{})
		at := bytes.Index(good, []byte("12:piece layersd32:"))
		flipped := bytes.Clone(good)
		flipped[len(flipped)-10] ^= 1 // in the last hash of the layer
		broken := map[string][]byte{
			"flipped": flipped,
			"a list":  append(bytes.Clone(good[:at]), "12:piece layerslee"...),
			"short":   append(bytes.Clone(good[:at]), "12:piece layersd32:"+string(good[at+19:at+51])+"32:"+strings.Repeat("x", 32)+"ee"...),
		}
		for name, torrent := range broken {
			for _, damaged := range []bool{false, true} {
				m := fstest.MapFS{"tree/b": {Data: files["b"]}, "tree/a": {Data: bytes.Clone(files["a"])}}
				if damaged {
					m["tree/a"].Data[20_000] ^= 1
				}
				r, err := verify.FS(context.Background(), torrent, m, ".", verify.FSOptions{})
				if err != nil || r.OK() == damaged || len(r.Warnings) == 0 {
					t.Errorf("%v, layer %s, damaged: %v: %v, %+v", format, name, damaged, err, r)
				}
			}
		}
	}
}

// A name that no file system has is not there; the one under which libtorrent stores the file is.
func TestLongNames(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("paths of that length are another matter there")
	}
	data := []byte("content")
	made := treetest.Files{"a": data}.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	long := strings.Repeat("x", 300) + ".txt"
	torrent := bytes.Replace(made, []byte("4:pathl1:ae"), []byte("4:pathl304:"+long+"e"), 1)
	for name, want := range map[string]verify.State{"": verify.Missing, long[:240] + ".txt": verify.OK} {
		dir := t.TempDir()
		treetest.Put(t, filepath.Join(dir, "tree", "other"), data[:1])
		if name != "" {
			treetest.Put(t, filepath.Join(dir, "tree", name), data)
		}
		r, err := verify.Data(context.Background(), torrent, dir, verify.Options{})
		if err != nil || r.Files[0].State != want {
			t.Errorf("beside %.10q: %v, %+v", name, err, r)
		}
	}
}
