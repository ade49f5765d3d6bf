package verify

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// Turn is asked once, before anything is read, with what there is to read, and told when that is done.
func TestTurn(t *testing.T) {
	t.Parallel()
	tree := files{"a": make([]byte, 70000), "b": make([]byte, 5)}
	root := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, root, metainfo.V1, 16384, metainfo.Fields{})
	var told []int64
	o := Options{}
	o.Progress = func(done, total int64) {
		if len(told) != 1 {
			t.Errorf("%d bytes were read while Turn was called %d times", done, len(told))
		}
	}
	o.Turn = func(bytes int64) (int, func()) {
		told = append(told, bytes)
		return 1, func() { told = append(told, -1) }
	}
	r, err := Data(context.Background(), torrent, root, o)
	if err != nil || !r.OK() || len(told) != 2 || told[0] != 70005 || told[1] != -1 {
		t.Errorf("%v: %v, %v", told, r, err)
	}
}
