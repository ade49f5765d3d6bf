package magnets

import (
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/magnet"
)

// A client that does not have a torrent closes the connection without a word (BEP 3), and with MSE it cannot even answer.
func TestWhyPeersWithoutTheTorrentClose(t *testing.T) {
	w := &why{peers: []magnet.PeerReport{{Reason: magnet.Closed}, {Reason: magnet.BadEncryption}}}
	w.ofPeers()
	if len(w.missing) != 1 || w.missing[0].code != "closed" || w.missing[0].text != "2 peers closed the connection" {
		t.Fatalf("missing %+v", w.missing)
	}
	if try := w.missing[0].try; !strings.HasPrefix(try, "they may not have the torrent any more") {
		t.Errorf("try %q does not begin with the usual cause", try)
	}
}
