package metainfo

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
)

// A torrent without its document tells the same, of content.
func TestParseCompact(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	for range 500 {
		d, _, _ := draft(t, rng)
		d.shape.Sums = make([][]Entry, len(d.files))
		kind := Checksum(rng.IntN(4))
		d.shape.Sums[0] = []Entry{kind.Entry(bytes.Repeat([]byte{7}, kind.New().Size()))}
		raw, _ := d.Encode()
		want, err := Parse(raw)
		compactly(t, raw, want, err)
		if got, _ := ParseCompact(raw, nil); got.Raw() != nil || got.RawInfo() != nil {
			t.Fatal("there is a document")
		}
	}
}

// parseSpoiled is ParseCompact of a document whose bytes are others once they are not wanted any more.
func parseSpoiled(raw []byte) (*Torrent, error) {
	return ParseCompact(raw, func(from, to int) {
		for i := range raw[from:to] {
			raw[from+i] = 0xff
		}
	})
}

// compactly holds ParseCompact to what Parse tells.
func compactly(t *testing.T, raw []byte, want *Torrent, wrong error) {
	t.Helper()
	spoiled := bytes.Clone(raw)
	got, err := parseSpoiled(spoiled)
	if fmt.Sprint(err) != fmt.Sprint(wrong) {
		t.Fatalf("read compactly: %v, want %v", err, wrong)
	}
	if err != nil {
		return
	}
	for i := range spoiled {
		spoiled[i] = 0xff
	}
	same := got.Name == want.Name && got.Single == want.Single && got.Format == want.Format && got.PieceLength == want.PieceLength &&
		got.Hashes() == want.Hashes() && got.NumPieces() == want.NumPieces() && got.Size() == want.Size() &&
		reflect.DeepEqual(got.Fields, want.Fields) && reflect.DeepEqual(got.Problems, want.Problems) && reflect.DeepEqual(got.UnknownOfFiles, want.UnknownOfFiles) &&
		reflect.DeepEqual(got.FileSums(), want.FileSums()) && reflect.DeepEqual(got.PieceLayers(), want.PieceLayers()) && len(got.Files) == len(want.Files)
	if !same {
		t.Fatalf("read compactly: %+v, want %+v", got, want)
	}
	for c := range WebTorrent + 1 {
		if a, b := got.StoredName(c), want.StoredName(c); a != b {
			t.Fatalf("client %d stores %q, want %q", c, a, b)
		}
		if a, b := got.StoredPaths(c), want.StoredPaths(c); !reflect.DeepEqual(a, b) {
			t.Fatalf("client %d stores %q, want %q", c, a, b)
		}
	}
	for i := range want.Files {
		f, g := &want.Files[i], &got.Files[i]
		key, _ := want.FileKey(i)
		key2, _ := got.FileKey(i)
		if f.Path != g.Path || f.Length != g.Length || f.Pad() != g.Pad() || !reflect.DeepEqual(f.Traits, g.Traits) || got.Root(i) != want.Root(i) || key != key2 {
			t.Fatalf("file %d is %+v at %s, want %+v at %s", i, g, key2, f, key)
		}
	}
	for i := range min(want.NumPieces(), 1000) {
		if !bytes.Equal(got.PieceSHA1(i), want.PieceSHA1(i)) || !bytes.Equal(got.PieceRoot(i), want.PieceRoot(i)) {
			t.Fatalf("piece %d has other hashes", i)
		}
	}
}
