package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	torrent, err := create.Torrent(context.Background(), file, create.Options{PieceLength: 64 << 10})
	if err != nil {
		t.Fatal(err)
	}
	data[300<<10]++
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := verify.Data(context.Background(), torrent, file, verify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	e, out, _ := testEnv()
	e.OutTTY = true
	a := newApp(e)
	a.options.Color = "never"
	if err := a.showReport(verified{torrent: "film.torrent", report: r}); err != nil {
		t.Fatal(err)
	}
	a.flush()
	if want := "[....X.....] film\n"; !strings.Contains(out.String(), want) {
		t.Errorf("no map %q in\n%s", want, out)
	}
}
