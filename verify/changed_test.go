package verify

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// A file that changes while data is verified is a finding, however well it is hidden, and no error.
func TestChangesWhileVerifying(t *testing.T) {
	tree := files{"a": []byte("some"), "b": []byte("bytes")}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V2, 16384, metainfo.Fields{})
	for _, sums := range [][]metainfo.Checksum{nil, {metainfo.MD5}} {
		done := false
		r := data(t, torrent, dir, Options{Reading: Reading{Sums: sums, Progress: func(n, total int64) {
			if n != total || done {
				return
			}
			done = true
			name := filepath.Join(dir, "b")
			if err := os.Rename(name, filepath.Join(t.TempDir(), "away")); err != nil {
				t.Error(err)
			}
			put(t, name, tree["b"])
		}}})
		if f := r.file(t, "b"); r.OK() || f.State != Unreadable || !f.Changed() || r.file(t, "a").State != OK {
			t.Errorf("%+v", r.Files)
		}
	}
}
