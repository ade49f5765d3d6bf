package verifying

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/verify"
)

// On a terminal a damaged file is drawn.
func TestVerifyMap(t *testing.T) {
	file := filepath.Join(t.TempDir(), "film")
	data := bytes.Repeat([]byte("0123456789abcdef"), 40<<10)
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	made, err := create.Torrent(context.Background(), file, create.Options{PieceLength: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	data[300<<10]++
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := verify.Data(context.Background(), made.Raw(), file, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, out, _ := consoletest.Env()
	e.OutTTY = true
	con := console.New(e)
	con.Options.Color = "never"
	if err := showReport(con, verified{torrent: "film.torrent", report: r}); err != nil {
		t.Fatal(err)
	}
	con.Flush()
	if want := "[████▒█████]  film\n"; !strings.Contains(out.String(), want) {
		t.Errorf("no map %q in\n%s", want, out)
	}
}
