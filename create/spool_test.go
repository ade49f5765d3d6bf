package create

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// zeros never end.
type zeros struct{ read int64 }

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	z.read += int64(len(p))
	return len(p), nil
}

func oneFileTar(t *testing.T, name string, size int64, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	if err := w.WriteHeader(&tar.Header{Name: name, Size: size, Mode: 0o644}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if int64(len(content)) == size {
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func spoolerOf(t *testing.T, free *int64) *spooler {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "spool"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return &spooler{ctx: t.Context(), file: file, room: func(string) (int64, bool) { return *free, true }}
}

// An archive ends where tar ends to read it, and what is no archive is known at once.
func TestSpoolEndsWithTheArchive(t *testing.T) {
	free := int64(1 << 40)
	whole := oneFileTar(t, "a", 3, []byte("abc"))
	for name, test := range map[string]struct {
		in   io.Reader
		want int
	}{
		"whole":          {bytes.NewReader(whole), len(whole)},
		"then zeros":     {io.MultiReader(bytes.NewReader(whole), &zeros{}), len(whole)},
		"zeros only":     {&zeros{}, 1024},
		"zeros, no tar":  {io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("x"), 512)), &zeros{}), 512},
		"ends too early": {bytes.NewReader(whole[:600]), 600},
	} {
		s := spoolerOf(t, &free)
		if err := copyArchive(s, test.in); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if info, err := s.file.Stat(); err != nil || info.Size() != int64(test.want) {
			t.Errorf("%s: %d bytes kept, %v; want %d", name, info.Size(), err, test.want)
		}
	}
}

// What fails to be read is an error, in the archive and behind it.
func TestSpoolTellsErrors(t *testing.T) {
	free := int64(1 << 40)
	whole := oneFileTar(t, "a", 3, []byte("abc"))
	bad := errors.New("bad checksum")
	for _, n := range []int{10, 700, len(whole)} {
		in := io.MultiReader(bytes.NewReader(whole[:n]), failing{bad})
		if err := copyArchive(spoolerOf(t, &free), in); !errors.Is(err, bad) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// A temporary file leaves room: one that says how long it will be is refused at once, another one when a part of the room is taken.
func TestSpoolLeavesRoom(t *testing.T) {
	free := int64(1 << 30)
	long := &zeros{}
	err := copyArchive(spoolerOf(t, &free), io.MultiReader(bytes.NewReader(oneFileTar(t, "a", 1<<40, nil)), long))
	var full *FullError
	if !errors.As(err, &full) || full.Want != 1<<40 || full.Free != 1<<30 || long.read != 0 {
		t.Errorf("%v after %d bytes", err, long.read)
	}

	s := spoolerOf(t, &free)
	chunk := make([]byte, 1<<20)
	for range 20 {
		if _, err = s.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	free = 100 << 20
	for range 20 {
		if _, err = s.Write(chunk); err != nil {
			break
		}
	}
	if !errors.As(err, &full) || full.Want != 0 || full.Free != free {
		t.Errorf("no room is left, and the error is %v", err)
	}
	free = 5 << 10 // a small disk has room for what is small
	if _, err := spoolerOf(t, &free).Write(chunk[:100]); err != nil {
		t.Error(err)
	}
}
