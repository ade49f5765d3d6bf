package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
)

func record(i int) (Key, Digest) {
	var k Key
	var d Digest
	rng := rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)})
	rng.Read(k[:])
	rng.Read(d.SHA1[:])
	rng.Read(d.Root[:])
	return k, d
}

// write makes a journal of n records.
func write(t testing.TB, path string, from, n int) []byte {
	t.Helper()
	w, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		k, d := record(from + i)
		if err := w.Put(k, d); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// check reads a journal and demands that nothing is in it that was not put
// there, and at least so many of the first n records.
func check(t testing.TB, data []byte, n, least int) (damaged int64) {
	t.Helper()
	var s Set
	damaged, err := s.Read(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i := range n {
		k, want := record(i)
		if got, ok := s.Get(k); ok {
			found++
			if got != want {
				t.Fatalf("record %d is %x, was written as %x", i, got, want)
			}
		}
	}
	if found != s.Len() || found < least {
		t.Fatalf("%d records, of which %d were written, want at least %d", s.Len(), found, least)
	}
	return damaged
}

func TestRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	data := write(t, path, 0, 100)
	if len(data) != 100*recordSize {
		t.Errorf("%d bytes for 100 records", len(data))
	}
	if n := check(t, data, 100, 100); n != 0 {
		t.Errorf("%d bytes are damaged", n)
	}
	data = write(t, path, 100, 1000) // appended
	if n := check(t, data, 1100, 1100); n != 0 {
		t.Errorf("%d bytes are damaged", n)
	}
	var s Set
	if n, err := s.ReadFile(path); err != nil || n != 0 || s.Len() != 1100 {
		t.Errorf("%d records, %d damaged bytes, %v", s.Len(), n, err)
	}
	if n, err := s.ReadFile(path + "x"); err != nil || n != 0 {
		t.Errorf("a journal that is not there: %d, %v", n, err)
	}
}

// Damage costs the records that it touches, one or two, and no others.
func TestDamage(t *testing.T) {
	const n = 20
	data := write(t, filepath.Join(t.TempDir(), "j"), 0, n)
	rng := rand.New(rand.NewPCG(4, 4))
	for range 3000 {
		b := bytes.Clone(data)
		i := rng.IntN(len(b))
		switch rng.IntN(5) {
		case 0:
			b[i] ^= 1 << rng.IntN(8)
			check(t, b, n, n-1)
		case 1: // a byte is gone
			check(t, append(b[:i], b[i+1:]...), n, n-1)
		case 2: // something is in between
			check(t, append(b[:i:i], append([]byte("tkj1tkjunk"), b[i:]...)...), n, n-1)
		case 3: // the end is gone
			check(t, b[:i], n, i/recordSize)
		case 4: // a stretch of zeros, as a lost block leaves them
			k := min(len(b), i+rng.IntN(200))
			clear(b[i:k])
			check(t, b, n, n-2-(k-i)/recordSize)
		}
	}
}

// A block of a disk that is lost, anywhere in the file, costs the records that lie in it, and no run is refused for it.
func TestLostBlocks(t *testing.T) {
	const n, block = 300, 4 << 10
	path := filepath.Join(t.TempDir(), "j")
	data := write(t, path, 0, n)
	rng := rand.New(rand.NewPCG(11, 16))
	offsets := []int{0, len(data) - block}
	for range longtest.Rounds(100, 5000) {
		offsets = append(offsets, rng.IntN(len(data)-block))
	}
	for i, at := range offsets {
		for name, damage := range map[string]func(b []byte){
			"zeros": func(b []byte) { clear(b) },
			"flipped": func(b []byte) {
				for i := range b {
					b[i] ^= 0xff
				}
			},
			"another block": func(b []byte) { copy(b, bytes.Clone(data[(at+5*block)%(len(data)-block):])) },
		} {
			b := bytes.Clone(data)
			damage(b[at : at+block])
			touched := (at+block+recordSize-1)/recordSize - at/recordSize
			if lost := check(t, b, n, n-touched); lost > int64(touched*recordSize) {
				t.Errorf("%s at %d: %d bytes are lost", name, at, lost)
			}
			if i > 2 {
				continue
			}
			if err := os.WriteFile(path, b, 0o644); err != nil {
				t.Fatal(err)
			}
			after := write(t, path, n, 1)
			if !bytes.HasPrefix(after, b) {
				t.Fatalf("%s at %d: what was there is written to", name, at)
			}
			check(t, after[len(b):], n+1, 1)
			check(t, after, n+1, n+1-touched)
		}
	}
}

func TestContradictionsAreLeftOut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	one := write(t, path, 0, 2)
	k, d := record(0)
	d.SHA1[0]++
	w, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Put(k, d), w.Close()); err != nil {
		t.Fatal(err)
	}
	var s Set
	if _, err := s.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(bytes.NewReader(one)); err != nil {
		t.Fatal(err)
	}
	if _, ok := s.Get(k); ok || s.Len() != 1 {
		t.Errorf("a digest that two records disagree about is believed")
	}
}

func TestForeignFilesAreNotWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "precious")
	precious := bytes.Repeat([]byte("a tale of tkj2 "), 10000)
	if err := os.WriteFile(path, precious, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Append(path); err == nil {
		t.Error("a file that is no journal was opened for writing")
	}
	check(t, precious, 1, 0)
	if _, err := Append(t.TempDir()); err == nil {
		t.Error("a folder was opened for writing")
	}
	for name, data := range map[string]struct {
		data string
		want error
	}{
		"another version":  {"tkj2" + strings.Repeat("x", 1000), errVersion},
		"a mark inside":    {"a tale of tkj1 " + strings.Repeat("x", 1000), errForeign},
		"zeros and a word": {strings.Repeat("\x00", 100000) + "word", errForeign},
	} {
		if err := os.WriteFile(path, []byte(data.data), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Append(path)
		_, read := new(Set).ReadFile(path)
		if now, _ := os.ReadFile(path); !errors.Is(err, data.want) || !errors.Is(read, data.want) || string(now) != data.data {
			t.Errorf("%s: %v, reading %v, want %v", name, err, read, data.want)
		}
	}
	for _, torn := range []string{"", "t", "tkj", "tkj1\x00", strings.Repeat("\x00", 5000)} {
		if err := os.WriteFile(path, []byte(torn), 0o644); err != nil {
			t.Fatal(err)
		}
		check(t, write(t, path, 0, 3), 3, 3)
	}
}

type failing struct{ io.Reader }

func (failing) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestReadError(t *testing.T) {
	var s Set
	if _, err := s.Read(failing{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v", err)
	}
}

func FuzzRead(f *testing.F) {
	data := write(f, filepath.Join(f.TempDir(), "j"), 0, 3)
	f.Add(data)
	f.Add(data[1:])
	f.Fuzz(func(t *testing.T, b []byte) {
		var s Set
		damaged, err := s.Read(bytes.NewReader(b))
		if err != nil || damaged > int64(len(b)) || (int64(len(b))-damaged)%int64(recordSize) != 0 {
			t.Fatalf("%d of %d bytes damaged, %v", damaged, len(b), err)
		}
	})
}

func BenchmarkPut(b *testing.B) {
	w, err := Append(filepath.Join(b.TempDir(), "j"))
	if err != nil {
		b.Fatal(err)
	}
	var k Key
	for i := range b.N {
		binary.LittleEndian.PutUint64(k[:], uint64(i))
		if err := w.Put(k, Digest{}); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
}
