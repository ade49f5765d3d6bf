package inspect

import (
	"slices"
	"strconv"
	"testing"
)

// Transmission 4.1.4 wants each path once, also of pad files; rTorrent ends at two files of one name, and does not mind pad files.
func TestTwins(t *testing.T) {
	t.Parallel()
	padded := func(a, b int) []byte {
		pad := func(n int) dict { return file(n, ".pad", strconv.Itoa(n)).with("attr", "p") }
		return encode(torrent(multi(file(leaf-a, "a"), pad(a), file(leaf-b, "b"), pad(b), file(1, "c"))))
	}
	twins := encode(torrent(multi(file(10, "d", "a"), file(10, "d", "a"))))
	clash := encode(torrent(multi(file(10, "a"), file(10, "a", "b"))))
	for _, c := range []struct {
		doc     []byte
		target  Target
		refused bool
	}{
		{padded(10, 11), Transmission, false}, {padded(10, 10), Transmission, true}, {twins, Transmission4, true}, {clash, Transmission, false},
		{padded(10, 10), Transmission3, false}, {twins, Transmission3, false},
		{padded(10, 10), RTorrent, false}, {twins, RTorrent, true}, {clash, RTorrent, true},
		{padded(10, 10), QBittorrent, false}, {twins, QBittorrent, false}, {twins, Aria2, false},
	} {
		if got := slices.Contains(ids(t, c.doc, LintOptions{Targets: []Target{c.target}}), "target-content"); got != c.refused {
			t.Errorf("%s, %q: refused %v", c.target, c.doc, got)
		}
	}
}
