package create_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Torrents that are made together are those that are made one by one.
func TestTogether(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 5))
	for round := range 20 {
		dir := t.TempDir()
		root := peertest.Tree(t, rng, dir, 16384)
		if round == 0 { // more than one window, and pieces longer than one
			root = filepath.Join(dir, "large")
			file(t, filepath.Join(root, "a"), 30<<20)
			file(t, filepath.Join(root, "b"), 7<<20+5)
		}
		options := []create.Options{{}}
		for range 1 + rng.IntN(4) {
			options = append(options, create.Options{Format: formats[rng.IntN(3)], PieceLength: 16384 << rng.IntN(12), Align: rng.IntN(2) == 0,
				Fields: metainfo.Fields{Source: "x"}})
		}
		plans := together(t, root, options...)
		var last, total int64
		plans[0].Progress = func(done, all int64) { last, total = done, all }
		got, err := create.Torrents(context.Background(), plans)
		if err != nil {
			t.Fatal(err)
		}
		if last != total || total != plans[0].TotalLength {
			t.Errorf("progress ended at %d of %d", last, total)
		}
		for i, o := range options {
			if !bytes.Equal(checked(t, got[i]), torrent(t, root, o)) {
				t.Errorf("round %d, torrent %d (%+v) is another one than alone", round, i, o)
			}
		}
	}
}

func TestTogetherFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	file(t, path, 100000)
	plans := together(t, path, create.Options{Journals: []string{filepath.Join(dir, "j")}}, create.Options{PieceLength: 65536})
	if _, err := create.Torrents(context.Background(), plans); !errors.Is(err, create.ErrJournals) {
		t.Errorf("with a journal: %v", err)
	}
	if _, err := create.Torrents(context.Background(), []*create.Plan{plans[0], plan(t, path, create.Options{})}); err == nil {
		t.Error("plans of two scans were made together")
	}
	plans = together(t, path, create.Options{}, create.Options{PieceLength: 65536})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := create.Torrents(ctx, plans); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := os.Truncate(path, 50000); err != nil {
		t.Fatal(err)
	}
	if _, err := create.Torrents(context.Background(), plans); err == nil {
		t.Error("a file that shrank")
	}
}
