package metainfo

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// What a draft tells of its torrent is what reading that tells.
func TestDraftTorrent(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	refused := 0
	for range 1000 {
		from, fields, _ := draft(t, rng)
		shape := from.shape
		shape.Align, shape.PadEnds = rng.IntN(2) == 0, rng.IntN(3) == 0
		shape.Outer = []Entry{TextEntry("x-outer", "1"), TextEntry("zz", "2"), {Key: "encoding", Value: []byte("le")}}
		shape.Info = []Entry{TextEntry("x-info", "3"), TextEntry("a", "4"), TextEntry("name.utf-8", "other")}[:rng.IntN(4)]
		if rng.IntN(2) == 0 {
			kind := Checksum(rng.IntN(4))
			shape.Sums = make([][]Entry, from.count)
			shape.Sums[0] = []Entry{kind.Entry(bytes.Repeat([]byte{7}, kind.New().Size()))}
		}
		if rng.IntN(2) == 0 && !from.single() {
			from.files[0].Traits = &Traits{Attr: "x"}
		}
		d, err := NewDraft(shape, from.files, fields)
		if err != nil {
			t.Fatal(err)
		}
		for i := range d.Layout().NumPieces() {
			d.Set(i, [20]byte{byte(i), 1}, [32]byte{byte(i), 2})
		}
		raw, _ := d.Encode()
		want, problems := Read(raw)
		got := d.Torrent()
		if again, _ := d.Encode(); !bytes.Equal(again, raw) {
			t.Fatal("encoded otherwise once it is a torrent")
		}
		sameTorrent(t, want, problems, got)
		if _, bad := firstError(problems); bad {
			refused++
		}
	}
	if refused > 200 {
		t.Errorf("%d of 1000 torrents are refused", refused)
	}
}

func sameTorrent(t *testing.T, want *Torrent, problems []Problem, got *Torrent) {
	t.Helper()
	if got.Hashes() != want.Hashes() || got.Name != want.Name || got.Format != want.Format || got.Single != want.Single || got.PieceLength != want.PieceLength {
		t.Fatalf("%v %q %v, want %v %q %v", got.Hashes(), got.Name, got.Format, want.Hashes(), want.Name, want.Format)
	}
	if !reflect.DeepEqual(got.Fields, want.Fields) || !reflect.DeepEqual(got.Unknown, want.Unknown) || !reflect.DeepEqual(got.UnknownOfFiles, want.UnknownOfFiles) {
		t.Fatalf("%+v %v %v, want %+v %v %v", got.Fields, got.Unknown, got.UnknownOfFiles, want.Fields, want.Unknown, want.UnknownOfFiles)
	}
	if len(got.Problems)+len(problems) > 0 && !reflect.DeepEqual(got.Problems, problems) {
		t.Fatalf("problems are %v, want %v", got.Problems, problems)
	}
	if _, bad := firstError(problems); bad {
		return // what Parse refuses has no layout
	}
	if !reflect.DeepEqual(got.FileSums(), want.FileSums()) || !reflect.DeepEqual(got.PieceLayers(), want.PieceLayers()) || !reflect.DeepEqual(got.Layout(), want.Layout()) {
		t.Fatal("checksums, piece layers or the layout are others")
	}
	if got.Raw() != nil || got.RawInfo() != nil {
		t.Fatal("there is a document")
	}
	for i := range want.NumPieces() {
		if !bytes.Equal(got.PieceSHA1(i), want.PieceSHA1(i)) || !bytes.Equal(got.PieceRoot(i), want.PieceRoot(i)) {
			t.Fatalf("piece %d has other hashes", i)
		}
	}
	if len(got.Files) != len(want.Files) {
		t.Fatalf("%d files, want %d", len(got.Files), len(want.Files))
	}
	for i := range want.Files {
		f, g := &want.Files[i], &got.Files[i]
		key, at := want.FileKey(i)
		key2, at2 := got.FileKey(i)
		if f.Path != g.Path || f.Length != g.Length || f.Attr() != g.Attr() || f.Pad() != g.Pad() || got.Root(i) != want.Root(i) || key != key2 || at != at2 {
			t.Fatalf("file %d is %+v at %s %d, want %+v at %s %d", i, g, key2, at2, f, key, at)
		}
	}
	doc, whole := got.Outline()
	for k, v := range bencode.View(doc).Entries() {
		key, _ := k.Text()
		w, _ := want.root.Get(key)
		if whole(v.Offset()) != w.Offset() {
			t.Fatalf("%s stands at %d, want %d", key, whole(v.Offset()), w.Offset())
		}
	}
}
