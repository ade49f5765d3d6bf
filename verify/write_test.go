package verify_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// write makes files below a folder; each holds its name, repeated.
func write(t *testing.T, root string, sizes map[string]int) {
	t.Helper()
	for name, n := range sizes {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, bytes.Repeat([]byte(name+"\n"), n/len(name)+1)[:n], 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func torrentOf(t *testing.T, root string, format metainfo.Format) []byte {
	t.Helper()
	made, err := create.Torrent(context.Background(), root, create.Options{Format: format, PieceLength: 16384})
	do(t, err)
	return made.Raw()
}

// states is the state of every file, in order.
func states(r *verify.Report) string {
	var s []string
	for i := range r.Files {
		s = append(s, r.Files[i].Path+" "+r.Files[i].State.String())
	}
	return strings.Join(s, ", ")
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	do(t, err)
	return data
}
