package verify

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/ulikunitz/xz"

	"github.com/torrentkit/torrentkit/metainfo"
)

// rawTar makes an archive of headers and bodies as they are, checked by nobody.
func rawTar(t *testing.T, write func(w *tar.Writer)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	write(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A name that no path can be is refused, and not shown, in all the forms that an archive has for long names.
func TestArchiveOfNamesThatAreNone(t *testing.T) {
	t.Parallel()
	torrent := files{"a": []byte("1")}.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	long := strings.Repeat("n", 1_000_000)
	for name, h := range map[string]*tar.Header{
		"PAX": {Name: long, Format: tar.FormatPAX}, "GNU": {Name: long, Format: tar.FormatGNU},
		"PAX link": {Name: "x", Typeflag: tar.TypeSymlink, Linkname: long, Format: tar.FormatPAX},
		"GNU link": {Name: "a", Typeflag: tar.TypeLink, Linkname: long, Format: tar.FormatGNU},
	} {
		b := rawTar(t, func(w *tar.Writer) { w.WriteHeader(h) })
		r, err := Archive(context.Background(), torrent, bytes.NewReader(b), ArchiveOptions{Extra: true})
		if err == nil || !strings.Contains(err.Error(), "1000000 bytes") || len(err.Error()) > 200 || len(r.Extra) > 0 {
			t.Errorf("%s: %.300v, %d extra", name, err, len(r.Extra))
		}
	}
	link := &tar.Header{Name: "a", Typeflag: tar.TypeLink, Linkname: long[:50_000], Format: tar.FormatPAX}
	r := archive1(t, torrent, rawTar(t, func(w *tar.Writer) { w.WriteHeader(link) }), ArchiveOptions{})
	if f := r.Files[0]; f.State != Unreadable || len(f.Err.Error()) > 400 {
		t.Errorf("a link with a long name: %v, %.300v", f.State, f.Err)
	}
}

// What is listed of strange entries is bounded, by number and by size; the others are counted.
func TestArchiveOfManyExtras(t *testing.T) {
	t.Parallel()
	torrent := files{"a": []byte("1")}.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	long := strings.Repeat("n", 90_000)
	b := rawTar(t, func(w *tar.Writer) {
		for i := range 200 {
			w.WriteHeader(&tar.Header{Name: fmt.Sprint(i, long), Format: tar.FormatPAX})
		}
	})
	r := archive1(t, torrent, b, ArchiveOptions{Extra: true})
	size := 0
	for _, e := range r.Extra {
		size += len(e.Path)
	}
	if size > maxExtraSize || size < maxExtraSize-100_000 || len(r.Extra)+r.MoreExtra != 200 || r.OK() {
		t.Errorf("%d are listed, with %d bytes of names, and %d are not", len(r.Extra), size, r.MoreExtra)
	}
	x := extras{}
	for range maxExtras + 5 {
		x.note(Extra{Path: "e"})
	}
	if len(x.list) != maxExtras || x.more != 5 {
		t.Errorf("%d are listed, and %d are not", len(x.list), x.more)
	}
}

// The holes of a sparse entry are no bytes of the archive: they end where its content would have, tenfold.
func TestArchiveOfHoles(t *testing.T) {
	t.Parallel()
	torrent := files{"a": []byte("1")}.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	sparse := "1\n0\n0\n" + strings.Repeat("\x00", 506) // the map: one part, of no bytes
	var b bytes.Buffer
	b.Write(paxHeader("22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n21 GNU.sparse.name=a\n43 GNU.sparse.realsize=1152921504606846976\n"))
	b.Write(tarHeader("GNUSparseFile.0/a", '0', len(sparse)))
	b.WriteString(sparse)
	b.Write(make([]byte, 1024))
	o := ArchiveOptions{Reading: Reading{Sums: []metainfo.Checksum{metainfo.CRC32}}}
	r, err := Archive(context.Background(), torrent, &b, o)
	if !errors.Is(err, errBomb) || r.Files[0].Size != 1<<60 {
		t.Errorf("%v: %+v", err, r.Files)
	}
}

func paxHeader(records string) []byte {
	return append(tarHeader("pax", 'x', len(records)), append([]byte(records), make([]byte, -len(records)&511)...)...)
}

func tarHeader(name string, kind byte, size int) []byte {
	h := make([]byte, 512)
	copy(h, name)
	copy(h[100:], "0000644\x000000000\x000000000\x00")
	copy(h[124:], fmt.Sprintf("%011o\x0000000000000\x00        %c", size, kind))
	copy(h[257:], "ustar\x0000")
	sum := 0
	for _, c := range h {
		sum += int(c)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return h
}

// A stranger's archive cannot ask for more memory than it may have, and what would take it is named.
func TestArchiveOfAWindow(t *testing.T) {
	t.Parallel()
	torrent := files{"a": []byte("1")}.Torrent(t, metainfo.V1, 16384, metainfo.Fields{})
	var z bytes.Buffer
	w, err := xz.WriterConfig{DictCap: 1 << 20}.NewWriter(&z)
	if err != nil {
		t.Fatal(err)
	}
	w.Write(pack(t, files{"a": []byte("1")}, []string{"a"}, ""))
	w.Close()
	_, err = Archive(context.Background(), torrent, bytes.NewReader(z.Bytes()), ArchiveOptions{MaxWindow: 1 << 19})
	var window *WindowError
	if !errors.As(err, &window) || *window != (WindowError{"xz", 1 << 20, 1 << 19}) {
		t.Errorf("%v", err)
	}
	if r := archive1(t, torrent, z.Bytes(), ArchiveOptions{MaxWindow: 1 << 20}); !r.OK() {
		t.Errorf("%+v", r)
	}
}
