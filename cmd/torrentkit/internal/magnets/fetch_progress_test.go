package magnets

import (
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/magnet"
)

// TestProgressInWords holds that fetches side by side say together how they stand.
func TestProgressInWords(t *testing.T) {
	con, _, errs := consoletest.New()
	p := con.StartProgress("fetching metadata")
	defer p.Finish()
	board := newFetchBoard(p, 2)
	board.of(0)(magnet.Progress{Phase: magnet.Finished, Found: 3, Failed: 1})
	board.of(1)(magnet.Progress{Found: 5, Active: 2})
	p.Status()
	const want = "1 of 2 torrents, 8 peers found, 2 being asked, 1 of no use"
	if said := errs.String(); !strings.Contains(said, want) {
		t.Errorf("said %q", said)
	}
}
