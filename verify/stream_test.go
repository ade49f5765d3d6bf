package verify

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

func TestStream(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 1))
	whole := noise(rng, 20<<20+12345) // more than two batches
	file := filepath.Join(t.TempDir(), "film")
	put(t, file, whole)
	tests := []struct {
		in    io.Reader
		state State
		good  int64
		size  int64
	}{
		{bytes.NewReader(whole), OK, 20<<20 + 12345, 20<<20 + 12345},
		{bytes.NewReader(flipAt(whole, 1<<20)), Damaged, 19<<20 + 12345, 20<<20 + 12345},
		{bytes.NewReader(whole[:5<<20+1]), Short, 5 << 20, 5<<20 + 1},
		{bytes.NewReader(nil), Short, 0, 0},
		{io.MultiReader(bytes.NewReader(whole), rand.NewChaCha8([32]byte{})), Long, 20<<20 + 12345, 20<<20 + 12346},
		{io.MultiReader(bytes.NewReader(whole[:1<<20]), iotest.ErrReader(errors.New("torn"))), Unreadable, 1 << 20, 1 << 20},
	}
	for _, format := range formats() {
		torrent := makeTorrent(t, file, format, 1<<20, metainfo.Fields{})
		for i, tt := range tests {
			if s, ok := tt.in.(*bytes.Reader); ok {
				s.Seek(0, io.SeekStart)
			} else if format != metainfo.V1 {
				continue
			}
			r, err := Stream(context.Background(), torrent, tt.in, StreamOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if f := r.Files[0]; f.State != tt.state || r.GoodBytes != tt.good || f.Size != tt.size || r.OK() != (tt.state == OK) {
				t.Errorf("%v, case %d: %v, %d good, size %d; %v", format, i, f.State, r.GoodBytes, f.Size, f.Err)
			}
		}
	}
}

// A piece that is larger than what is gathered goes through as it comes.
func TestStreamOfLargePieces(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 2))
	whole := noise(rng, 40<<20+5)
	file := filepath.Join(t.TempDir(), "film")
	put(t, file, whole)
	for _, format := range formats() {
		torrent := makeTorrent(t, file, format, 16<<20, metainfo.Fields{})
		r, err := Stream(context.Background(), torrent, bytes.NewReader(whole), StreamOptions{})
		if err != nil || !r.OK() {
			t.Errorf("%v: %v, %+v", format, err, r)
		}
		r, err = Stream(context.Background(), torrent, bytes.NewReader(flipAt(whole, 20<<20)), StreamOptions{})
		if err != nil || r.GoodPieces != 2 || r.PieceState(1) != PieceBad {
			t.Errorf("%v: %v, %v", format, err, r.pieces)
		}
		if r, err = Stream(context.Background(), torrent, bytes.NewReader(whole[:20<<20]), StreamOptions{}); err != nil || r.GoodPieces != 1 || r.Files[0].State != Short {
			t.Errorf("%v: %v, %v, %v", format, err, r.pieces, r.Files[0].State)
		}
	}
}

func pack(t *testing.T, tree files, names []string, prefix string) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, n := range names {
		if err := w.WriteHeader(&tar.Header{Name: prefix + n, Mode: 0o644, Size: int64(len(tree[n]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(tree[n]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func archive1(t *testing.T, torrent, tar []byte, o ArchiveOptions) *Report {
	t.Helper()
	r, err := Archive(context.Background(), torrent, bytes.NewReader(tar), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestArchive(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 3))
	tree := files{"a/b": noise(rng, 100000), "a/c": noise(rng, 5), "d": nil, "e": noise(rng, 40000), "f": noise(rng, 16384)}
	compressors := []func([]byte) []byte{
		func(b []byte) []byte { return b },
		func(b []byte) []byte {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			w.Write(b)
			w.Close()
			return z.Bytes()
		},
		func(b []byte) []byte {
			w, _ := zstd.NewWriter(nil)
			return w.EncodeAll(b, nil)
		},
		func(b []byte) []byte {
			var z bytes.Buffer
			w, _ := xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&z)
			w.Write(b)
			w.Close()
			return z.Bytes()
		},
	}
	torrents := map[metainfo.Format][]byte{}
	for _, format := range formats() {
		torrents[format] = tree.Torrent(t, format, 32768, metainfo.Fields{})
	}
	names := tree.Paths()
	for round := range 3 {
		for p, prefix := range []string{"", "./", "tree/", "./tree/"} {
			packed := pack(t, tree, names, prefix)
			for i, compress := range compressors {
				if !longtest.Whole() && (round+p+i)%2 != 0 {
					continue // every two of them, though not all three
				}
				z := compress(packed)
				for format, torrent := range torrents {
					if r := archive1(t, torrent, z, ArchiveOptions{Extra: true}); !r.OK() {
						t.Errorf("%v, %d, %q, order %q: %+v %v", format, i, prefix, names, r.Files, r.pieces)
					}
					if prefix != "" {
						continue // and half of it, once for each order
					}
					if _, err := Archive(context.Background(), torrent, bytes.NewReader(z[:len(z)/2]), ArchiveOptions{}); err == nil {
						t.Errorf("%v, %d: half an archive is no error", format, i)
					}
				}
			}
		}
		rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	}
	for format, torrent := range torrents {
		bad := files{"a/b": flipAt(tree["a/b"], 40000), "d": nil, "e": tree["e"][:100], "f": append(tree["f"][:16384:16384], 1), "x": []byte("more")}
		r := archive1(t, torrent, pack(t, bad, bad.Paths(), ""), ArchiveOptions{Extra: true})
		got := ""
		for _, f := range r.Files {
			got += fmt.Sprint(f.Path, " ", f.State, ", ")
		}
		if want := "a/b damaged, a/c missing, d ok, e short, f long, "; got != want || fmt.Sprint(r.Extra) != "[{x 4 file <nil>}]" {
			t.Errorf("%v: %s%v", format, got, r.Extra)
		}
	}
}

func TestStrangeArchives(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 4))
	tree := files{"a": noise(rng, 100), "b": noise(rng, 100)}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	twice := archive1(t, torrent, pack(t, tree, []string{"a", "b", "a"}, ""), ArchiveOptions{})
	if f := twice.file(t, "a"); f.State != Unreadable || !strings.Contains(f.Err.Error(), "twice") {
		t.Errorf("twice: %+v", f)
	}
	out := pack(t, files{"../a": tree["a"], "/b": nil}, []string{"../a", "/b"}, "")
	if r := archive1(t, torrent, out, ArchiveOptions{}); len(r.Extra) != 2 || r.Extra[0].Kind != "escapes" || r.file(t, "a").State != Missing {
		t.Errorf("escapes: %+v", r.Extra)
	}
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "b"})
	w.WriteHeader(&tar.Header{Name: "b", Typeflag: tar.TypeLink, Linkname: "a"})
	w.Close()
	r := archive1(t, torrent, b.Bytes(), ArchiveOptions{})
	if got := []State{r.Files[0].State, r.Files[1].State}; !slices.Equal(got, []State{WrongType, Unreadable}) {
		t.Errorf("links: %v", got)
	}
	if _, err := Archive(context.Background(), torrent, strings.NewReader("this is no archive"+strings.Repeat("x", 600)), ArchiveOptions{}); err == nil {
		t.Error("nonsense is no error")
	}
	bomb := &bounded{r: rand.NewChaCha8([32]byte{}), left: 1000}
	if n, err := io.Copy(io.Discard, bomb); n != 1000 || err != errBomb {
		t.Errorf("bomb: %d, %v", n, err)
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 5))
	tree := files{"a": noise(rng, 100000), "b": []byte("123456789"), "c": nil}
	dir := tree.Write(t, filepath.Join(t.TempDir(), "tree"))
	torrent := makeTorrent(t, dir, metainfo.V1, 16384, metainfo.Fields{})
	o := Options{Reading: Reading{Sums: []metainfo.Checksum{metainfo.CRC32, metainfo.MD5, metainfo.SHA256}}}
	disk := data(t, torrent, dir, o)
	packed := archive1(t, torrent, pack(t, tree, []string{"c", "b", "a"}, ""), ArchiveOptions{Reading: o.Reading})
	for _, r := range []*Report{disk, packed} {
		if got := fmt.Sprintf("%x", r.file(t, "b").Sums[metainfo.CRC32]); got != "cbf43926" || !r.OK() {
			t.Errorf("crc32 %s", got)
		}
		if got := fmt.Sprintf("%x", r.file(t, "c").Sums[metainfo.MD5]); got != "d41d8cd98f00b204e9800998ecf8427e" {
			t.Errorf("md5 %s", got)
		}
	}
	if a, b := disk.file(t, "a").Sums[metainfo.SHA256], packed.file(t, "a").Sums[metainfo.SHA256]; len(a) != 32 || !bytes.Equal(a, b) {
		t.Errorf("sha256 %x and %x", a, b)
	}
}
