package verify

import (
	"bytes"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// Content is verified all the same where bytes of the torrent are gone once they were spent.
func TestSpent(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	files{"a": bytes.Repeat([]byte("a"), 40000), "b/c": []byte("c"), "b/d": nil}.Write(t, dir)
	for _, format := range formats() {
		torrent := makeTorrent(t, dir, format, 16384, metainfo.Fields{})
		told := 0
		r, err := Data(t.Context(), torrent, dir, Options{Spent: func(from, to int) {
			told += to - from
			for i := range torrent[from:to] {
				torrent[from+i] = 0xff
			}
		}})
		if err != nil || !r.OK() || told == 0 {
			t.Errorf("%v: %v, ok %v, %d bytes spent", format, err, r.OK(), told)
		}
	}
}
