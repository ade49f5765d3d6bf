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
		want, err := Parse(bytes.Clone(raw))
		got, err2 := ParseCompact(raw)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		clear(raw) // nothing of it is used any more
		if got.Hashes() != want.Hashes() || !reflect.DeepEqual(got.FileSums(), want.FileSums()) || !reflect.DeepEqual(got.Fields, want.Fields) {
			t.Fatalf("%v, %v, %+v: want %v, %v, %+v", got.Hashes(), got.FileSums(), got.Fields, want.Hashes(), want.FileSums(), want.Fields)
		}
		if !reflect.DeepEqual(got.PieceLayers(), want.PieceLayers()) || got.Raw() != nil || got.RawInfo() != nil {
			t.Fatal("the piece layers are others, or there is a document")
		}
		for i := range want.NumPieces() {
			if !bytes.Equal(got.PieceSHA1(i), want.PieceSHA1(i)) || !bytes.Equal(got.PieceRoot(i), want.PieceRoot(i)) {
				t.Fatalf("piece %d has other hashes", i)
			}
		}
		for i := range want.Files {
			f, g := &want.Files[i], &got.Files[i]
			key, at := want.FileKey(i)
			key2, at2 := got.FileKey(i)
			if f.Path != g.Path || f.Length != g.Length || f.Pad() != g.Pad() || got.Root(i) != want.Root(i) || key != key2 || at != at2 && !want.Single {
				t.Fatalf("file %d is %+v at %s, want %+v at %s", i, g, fmt.Sprint(key2, at2), f, fmt.Sprint(key, at))
			}
		}
	}
}
