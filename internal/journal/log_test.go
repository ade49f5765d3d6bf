package journal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// named knows files by their names; the file "?" may have changed.
func named(kind string, names ...string) Identity {
	return Identity{kind, func(b []byte, i layout.FileIndex, _ int64) ([]byte, bool) {
		return append(b, names[i]...), names[i] != "?"
	}}
}

func TestLog(t *testing.T) {
	l, err := layout.New(layout.Hybrid, 16384, []layout.File{{Length: 20000}, {Length: 12768, Pad: true}, {Length: 5}})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "journal")
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	digest := func(i int) Digest { return Digest{SHA1: [20]byte{byte(i + 1)}} }
	run := func(id Identity, known int) {
		t.Helper()
		j, err := Open([]string{path, path + "2"}, l, id)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i := range l.NumPieces() {
			if d, ok := j.Known(i); ok && d == digest(i) {
				n++
			}
			if err := j.Note(i, digest(i)); err != nil {
				t.Error(err)
			}
		}
		if err := j.Close(); err != nil || n != known {
			t.Errorf("%v: %d pieces are known, want %d; %v", id.Kind, n, known, err)
		}
	}
	run(named("piece", "a", "", "b"), 0)
	one := size()
	if run(named("piece", "a", "", "b"), 3); size() != one {
		t.Errorf("%d bytes, then %d", one, size())
	}
	run(named("other", "a", "", "b"), 0) // kinds share no keys
	if run(named("piece", "a", "", "c"), 2); size() != 2*one+one/3 {
		t.Errorf("%d bytes, want those of 7 pieces", size())
	}
	two := size()
	if run(named("piece", "?", "", "b"), 1); size() != two {
		t.Error("a file that may have changed is remembered")
	}
	if j, err := Open(nil, l, named("piece")); j != nil || err != nil || !j.Empty() || j.Note(0, Digest{}) != nil || j.Close() != nil {
		t.Error("no journal does something")
	}
	if _, known := (*Log)(nil).Known(0); known {
		t.Error("no journal knows something")
	}
}
