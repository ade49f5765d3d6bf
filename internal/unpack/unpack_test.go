package unpack

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/torrentkit/torrentkit/internal/longtest"
)

const enough = 8 << 20

func unpacked(b []byte, limit int64) ([]byte, error) {
	r, err := NewReader(bytes.NewReader(b), limit)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func packXz(t testing.TB, data []byte, c xz.WriterConfig) []byte {
	t.Helper()
	var z bytes.Buffer
	w, err := c.NewWriter(&z)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

func packZstd(t testing.TB, data []byte, o ...zstd.EOption) []byte {
	t.Helper()
	var z bytes.Buffer
	w, err := zstd.NewWriter(&z, o...) // not EncodeAll, which needs no window
	if err != nil {
		t.Fatal(err)
	}
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

// What xz and zstd themselves wrote: several blocks and streams with padding between, frames and one to skip.
func TestRealFiles(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/text")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]byte{
		"one.zst": text, "blocks.xz": text, "streams.xz": append(text[:len(text):len(text)], text...),
		"frames.zst": append(append(text[:len(text):len(text)], make([]byte, 5000)...), text...),
	} {
		z, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unpacked(z, enough); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %d bytes instead of %d, %v", name, len(got), len(want), err)
		}
		if name == "streams.xz" {
			continue // where the first ends, so may the file; and one has no checksum
		}
		for i := 7; i < len(z); i += longtest.Rounds(11, 1) {
			if got, err := unpacked(z[:i], enough); name != "frames.zst" && err == nil {
				t.Errorf("%s cut off at %d is read as %d bytes", name, i, len(got))
			}
			bad := bytes.Clone(z)
			bad[i] ^= 0x10
			if got, err := unpacked(bad, enough); name == "blocks.xz" && err == nil && !bytes.Equal(got, want) {
				t.Errorf("%s with a wrong byte at %d is read as other data", name, i)
			}
		}
	}
}

func TestXzOfAllKinds(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(4, 4))
	var packed, want []byte
	for _, check := range []byte{xz.CRC32, xz.CRC64, xz.SHA256, xz.None} {
		for _, size := range []int{0, 1, 1000, 70_000} {
			data := make([]byte, size)
			for i := range data {
				data[i] = byte(rng.IntN(1 + rng.IntN(4)*80)) // some chunks can be compressed, and others not
			}
			c := xz.WriterConfig{CheckSum: check, NoCheckSum: check == xz.None, BlockSize: 30_000, DictCap: 4096 << rng.IntN(4)}
			packed, want = append(packed, packXz(t, data, c)...), append(want, data...)
			packed = append(packed, make([]byte, 4*rng.IntN(3))...)
		}
	}
	if got, err := unpacked(packed, enough); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes instead of %d, %v", len(got), len(want), err)
	}
}

// Every block of every stream, and every frame, is held to the limit.
func TestWindowsAreBounded(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	small, large := packXz(t, data, xz.WriterConfig{DictCap: 1 << 16}), packXz(t, data, xz.WriterConfig{DictCap: 1 << 22})
	few, many := packZstd(t, data, zstd.WithWindowSize(1<<16)), packZstd(t, data, zstd.WithWindowSize(1<<22))
	for name, z := range map[string][]byte{"xz": join(large), "second xz": join(small, large), "zstd": join(many), "second zstd": join(few, many)} {
		got, err := unpacked(z, 1<<20)
		var window *WindowError
		if !errors.As(err, &window) || window.Window != 1<<22 || window.Limit != 1<<20 || len(got) > len(data) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		if got, err := unpacked(z, 1<<22); err != nil || len(got)%len(data) != 0 {
			t.Errorf("%s in a larger window: %d bytes, %v", name, len(got), err)
		}
	}
}

// The windows of a chain of blocks or frames are one piece of memory.
func TestPartsShareAWindow(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<10)
	for name, part := range map[string][]byte{
		"xz":   packXz(t, data, xz.WriterConfig{DictCap: 1 << 22}),
		"zstd": packZstd(t, data, zstd.WithWindowSize(1<<22)),
	} {
		many := bytes.Repeat(part, 100)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := NewReader(bytes.NewReader(many), enough)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; err != nil || n != int64(100*len(data)) || used > 8<<20 {
			t.Errorf("%s: %d bytes, %v; %d MiB of memory for 100 parts with windows of 4 MiB", name, n, err, used>>20)
		}
	}
}

// The decoders' own readers are the judges of what a file is.
func FuzzNewReader(f *testing.F) {
	for _, name := range []string{"one.zst", "frames.zst", "blocks.xz", "streams.xz"} {
		z, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(z)
	}
	f.Fuzz(func(t *testing.T, z []byte) {
		const limit = 1 << 20
		got, err := unpacked(z, limit)
		var window *WindowError
		if errors.As(err, &window) {
			return
		}
		var other io.Reader
		var otherErr error
		switch {
		case bytes.HasPrefix(z, []byte(xzMagic)):
			other, otherErr = xz.NewReader(bytes.NewReader(z))
		case isZstd(z):
			other, otherErr = zstd.NewReader(bytes.NewReader(z), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(limit))
		default:
			return
		}
		var want []byte
		if otherErr == nil {
			want, otherErr = io.ReadAll(other)
		}
		if err == nil && otherErr == nil && !bytes.Equal(got, want) {
			t.Errorf("%d bytes, and %d by the decoder's reader", len(got), len(want))
		}
		if err != nil && otherErr == nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, errUnused) {
			t.Errorf("%v, and the decoder's reader takes it", err)
		}
	})
}
