package find

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// What was read of a candidate that is held is not read again, as far as there is
// room, and what is given back is others'.
func TestMemory(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(10, 11))
	data := map[string][]byte{"a": noise(rng, 10000), "b": noise(rng, 10000), "c": noise(rng, 100), "d": noise(rng, 10000)}
	m, read := newMemory(20000), 0
	look := func(path string, from, to, want int) {
		t.Helper()
		read = 0
		f, err := m.view(path, func(string) (piecehash.File, error) {
			return sniffed{inMemory{bytes.NewReader(data[path])}, &read}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		got := make([]byte, to-from)
		if n, err := f.ReadAt(got, int64(from)); n != len(got) || err != nil || !bytes.Equal(got, data[path][from:to]) || read != want {
			t.Errorf("%s: %d bytes of %d to %d, %d of them of the file, want %d: %v", path, n, from, to, read, want, err)
		}
		if m.used > m.room || m.used+m.idle > m.room {
			t.Errorf("%d bytes are in memory, and %d idle, of %d", m.used, m.idle, m.room)
		}
	}
	if m.choose(map[int64][]string{10000: {"a", "b", "d"}, 100: {"c"}}, map[int64][]string{10: {"e"}}) {
		t.Error("all are held, though there is no room")
	}
	look("a", 5, 10, 5) // not held
	look("c", 5, 10, 100)
	look("c", 0, 100, 0)
	m.hold("a", 10000, false)
	look("a", 0, 3000, 3000)
	look("a", 100, 3500, 500)
	look("a", 9000, 9999, 999)
	look("a", 3400, 9500, 5500)
	look("a", 0, 9999, 0)
	m.hold("b", 10000, false)
	look("b", 0, 10000, 10000)
	look("b", 0, 9000, 0)
	look("b", 0, 10000, 784) // the last page had no room
	m.letGo("a")
	look("b", 0, 10000, 784)
	look("b", 0, 10000, 0)
	m.hold("d", 10000, false)
	look("d", 0, 10000, 10000)
	for range 20 { // whatever is asked for in whatever order
		from := rng.IntN(10000)
		read = 0
		f, err := m.view("a", func(string) (piecehash.File, error) {
			return sniffed{inMemory{bytes.NewReader(data["a"])}, &read}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		m.hold("a", 10000, false)
		got := make([]byte, rng.IntN(10000-from)+1)
		if n, err := f.ReadAt(got, int64(from)); n != len(got) || err != nil || !bytes.Equal(got, data["a"][from:from+n]) {
			t.Errorf("%d bytes at %d: %v", n, from, err)
		}
		f.Close()
	}
}

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }
