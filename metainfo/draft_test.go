package metainfo

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// draft makes a random torrent. Files that have equal lengths are alike in
// their pieces now and then.
func draft(t *testing.T, rng *rand.Rand) (*Draft, Fields, bool) {
	t.Helper()
	format := []Format{V1, V2, Hybrid}[rng.IntN(3)]
	pl := int64(leaf) << rng.IntN(4)
	lengths := []int64{0, 0, 1, 100, leaf - 1, leaf, leaf + 1, pl - 1, pl, pl + 1, 2 * pl, 5*pl + 3}
	var files []File
	if rng.IntN(4) == 0 {
		files = []File{{Length: lengths[rng.IntN(len(lengths))]}}
	} else {
		for _, name := range []string{"a/x", "a-b/x", "a.b", "b/c/d/e", "b/c/d/f", "b/c/g", "caf\xe9", "日本/本"} {
			if rng.IntN(2) == 0 {
				files = append(files, File{Path: name, Length: lengths[rng.IntN(len(lengths))]})
			}
		}
		files = append(files, File{Path: "z", Length: 1 + rng.Int64N(3*pl)})
		slices.SortFunc(files, func(a, b File) int { return layout.ComparePaths(a.Path, b.Path) })
	}
	some := func(n int) bool { return rng.IntN(n) > 0 }
	var f Fields
	for i := range rng.IntN(4) {
		tier := []string{fmt.Sprintf("http://t%d/a,b", i)}
		if some(2) {
			tier = append(tier, "udp://[::1]:80")
		}
		f.Trackers = append(f.Trackers, tier)
	}
	for i := range rng.IntN(3) {
		f.WebSeeds = append(f.WebSeeds, fmt.Sprint("http://w", i))
		f.HTTPSeeds = append(f.HTTPSeeds, fmt.Sprint("http://h", i))
		f.Nodes = append(f.Nodes, fmt.Sprintf("[::%d]:%d", i+1, 1+rng.IntN(65535)))
	}
	f.Private = some(2)
	if some(2) {
		f.Comment, f.CreatedBy, f.Source = "c\xff", "torrentkit/1", "S"
		f.CreationDate = time.Unix(rng.Int64N(year9999), 0).UTC()
	}
	d, err := NewDraft(Shape{Format: format, Name: "näme", PieceLength: pl}, files, f)
	if err != nil {
		t.Fatal(err)
	}
	alike := some(2)
	for i := range d.Layout().NumPieces() {
		n := i
		if alike && format.HasV2() {
			n = int(d.Layout().ContentLength(i)) // pieces of one length have one content
		}
		root := sha256.Sum256([]byte{byte(n), byte(n >> 8), byte(n >> 16)})
		d.Set(i, [20]byte(root[:20]), root)
	}
	return d, f, alike
}

func TestDraftReadsBack(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	exact := 0
	for range 2000 {
		d, fields, alike := draft(t, rng)
		size, isExact := d.Size()
		raw, hashes := d.Encode()
		if isExact && size != int64(len(raw)) && !alike || size < int64(len(raw)) {
			t.Fatalf("size %d (exact: %v) of a torrent of %d bytes", size, isExact, len(raw))
		}
		var written bytes.Buffer
		if n, err := d.WriteTo(&written); err != nil || n != int64(len(raw)) || !bytes.Equal(written.Bytes(), raw) {
			t.Fatalf("%d bytes written, %v: not what Encode returns", n, err)
		}
		if h, n := d.Seal(); h != hashes || n != int64(len(raw)) {
			t.Fatalf("sealed as %v, %d bytes", h, n)
		}
		if isExact {
			exact++
		}
		m, problems := Read(raw)
		if len(problems) > 0 {
			t.Fatalf("%v in %q", problems, raw)
		}
		consistent(t, m)
		if m.Hashes() != hashes {
			t.Fatalf("infohashes %v are said of a torrent with %v", hashes, m.Hashes())
		}
		if got, want := fmt.Sprintf("%+v", m.Fields), fmt.Sprintf("%+v", fields); got != want {
			t.Fatalf("fields are\n%s\nwant\n%s", got, want)
		}
		if m.Name != "näme" || m.Format != Format(d.Layout().Format()) || m.PieceLength != d.Layout().PieceLength() || len(m.Files) != int(d.Layout().NumFiles()) || string(m.Raw()) != string(raw) {
			t.Fatalf("read back as %+v", m)
		}
		pads := len(m.Files)
		for i, f := range d.Content() {
			pads--
			if g := m.Files[i]; g.Path != f.Path || g.Length != f.Length || g.Pad() || (m.Root(i) != [32]byte{}) != (m.Format.HasV2() && f.Length > 0) {
				t.Fatalf("file %d is read back as %+v, was %+v", i, g, f)
			}
		}
		for i := range m.NumPieces() {
			if root := m.PieceRoot(i); root != nil && string(root) != string(d.rootsOf(i, i+1)) || (root == nil) != (m.Layout().Piece(i).Leaves == 0) {
				t.Fatalf("piece %d has the root %x, was set to %x", i, root, d.rootsOf(i, i+1))
			}
		}
		for i, g := range m.Files {
			if f := d.Layout().File(layout.FileIndex(i)); g.Pad() != f.Pad || g.Length != f.Length {
				t.Fatalf("file %d is read back as %+v, was %+v", i, g, f)
			}
			if g.Pad() {
				pads--
			}
		}
		if pads != 0 {
			t.Fatalf("%d files are too many", pads)
		}
		for i := range d.Layout().NumPieces() {
			var sha [20]byte
			var root [32]byte
			copy(sha[:], m.PieceSHA1(i))
			copy(root[:], m.PieceRoot(i))
			if v := m.Check(i, sha, root); v != Good {
				t.Fatalf("piece %d: verdict %d", i, v)
			}
		}
		if len(m.Unknown) > 0 {
			t.Fatalf("unknown keys: %v", m.Unknown)
		}
	}
	if exact < 500 {
		t.Errorf("only %d of 2000 sizes were exact", exact)
	}
}

func TestDraftBytes(t *testing.T) {
	d, err := NewDraft(Shape{Format: V1, Name: "n", PieceLength: leaf}, []File{{Path: "a/b", Length: 3}, {Path: "c", Length: 0}},
		Fields{Trackers: [][]string{nil, {"http://a"}, {}}, WebSeeds: []string{"http://w"}, Private: true, CreationDate: time.Unix(5, 0)})
	if err != nil {
		t.Fatal(err)
	}
	d.Set(0, [20]byte([]byte(sums(1))), [32]byte{})
	want, _ := build(dict{"announce", "http://a", "creation date", 5, "info", dict{"files", list{file(3, "a", "b"), file(0, "c")}, "name", "n",
		"piece length", leaf, "pieces", sums(1), "private", 1}, "url-list", "http://w"})
	if got, _ := d.Encode(); string(got) != string(want) {
		t.Errorf("encoded as\n%q\nwant\n%q", got, want)
	}
}

func TestNewDraftRefuses(t *testing.T) {
	one := []File{{Path: "a", Length: 1}}
	deep := func(n int) []File { return []File{{Path: strings.Repeat("d/", n-1) + "f", Length: 1}} }
	for _, tt := range []struct {
		what   string
		format Format
		name   string
		pl     int64
		files  []File
		fields Fields
		want   string
	}{
		{"no name", V1, "", leaf, one, Fields{}, "empty"},
		{"name ..", V1, "..", leaf, one, Fields{}, "lead out"},
		{"name with a slash", V1, "a/b", leaf, one, Fields{}, "slash"},
		{"name with NUL", V1, "a\x00", leaf, one, Fields{}, "NUL"},
		{"no files", V1, "n", leaf, nil, Fields{}, "without files"},
		{"piece length", V2, "n", 20000, one, Fields{}, "power of two"},
		{"piece length over 256 MiB", V1, "n", 512 << 20, one, Fields{}, "256 MiB"},
		{"node without a port", V1, "n", leaf, one, Fields{Nodes: []string{"host"}}, "HOST:PORT"},
		{"node of port 0", V1, "n", leaf, one, Fields{Nodes: []string{"host:0"}}, "port"},
		{"date before 1970", V1, "n", leaf, one, Fields{CreationDate: time.Unix(-1, 0)}, "1970"},
		{"date after 9999", V1, "n", leaf, one, Fields{CreationDate: time.Unix(year9999+1, 0)}, "9999"},
		{"too deep", V2, "n", leaf, deep(96), Fields{}, "deeper than"},
		{"too deep in a hybrid", Hybrid, "n", leaf, deep(96), Fields{}, "deeper than"},
		{"reads as a single file", V2, "a", leaf, one, Fields{}, "reads as"},
	} {
		if _, err := NewDraft(Shape{Format: tt.format, Name: tt.name, PieceLength: tt.pl}, tt.files, tt.fields); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.what, err)
		}
	}
	if _, err := NewDraft(Shape{Format: V2, Name: "a", PieceLength: leaf}, one, Fields{}); !errors.Is(err, ErrName) {
		t.Errorf("%v is not ErrName", err)
	}
	for _, tt := range []struct {
		format Format
		files  []File
	}{{V2, deep(95)}, {Hybrid, deep(95)}, {V1, deep(500)}, {Hybrid, []File{{Path: "n", Length: 1}}}} {
		d, err := NewDraft(Shape{Format: tt.format, Name: "n", PieceLength: leaf}, tt.files, Fields{})
		if err != nil {
			t.Error(err)
			continue
		}
		d.Set(0, [20]byte{1}, [32]byte{1})
		raw, _ := d.Encode()
		if _, err := Parse(raw); err != nil {
			t.Errorf("%v: %v", tt.format, err)
		}
	}
}

// A torrent that is wrapped around the info dictionary of another is that one, with what lies outside of info.
func TestWrap(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 7))
	for range 300 {
		d, _, _ := draft(t, rng)
		raw, hashes := d.Encode()
		m := parseRaw(t, raw)
		var layers map[[32]byte][]byte
		if m.Format.HasV2() {
			layers = m.PieceLayers()
		}
		trackers := [][]string{{"http://a", "http://b"}, nil, {"http://c"}}
		again := parseRaw(t, Wrap(m.RawInfo(), trackers, []string{"http://w"}, layers))
		if again.Hashes() != hashes || len(again.PieceLayers()) != len(layers) {
			t.Fatalf("%v with %d layers is wrapped as %v with %d", hashes, len(layers), again.Hashes(), len(again.PieceLayers()))
		}
		if got := fmt.Sprint(again.Trackers, again.WebSeeds, again.Problems); got != "[[http://a http://b] [http://c]] [http://w] []" && len(m.Problems) == 0 {
			t.Fatal(got)
		}
		for i := range d.Layout().NumPieces() {
			if string(again.PieceSHA1(i)) != string(m.PieceSHA1(i)) || string(again.PieceRoot(i)) != string(m.PieceRoot(i)) {
				t.Fatalf("piece %d differs", i)
			}
		}
	}
}

func parseRaw(t *testing.T, raw []byte) *Torrent {
	t.Helper()
	m, err := Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// An entry without a value is no key.
func TestDraftWithoutValues(t *testing.T) {
	shape := Shape{Format: V1, Name: "n", PieceLength: leaf, Outer: []Entry{{"outer", nil}}, Info: []Entry{{"inner", nil}}}
	d, err := NewDraft(shape, []File{{Length: 3}}, Fields{})
	if err != nil {
		t.Fatal(err)
	}
	d.Set(0, [20]byte{}, [32]byte{})
	raw, _ := d.Encode()
	if m := parseRaw(t, raw); len(m.Unknown) > 0 {
		t.Errorf("keys without values: %v", m.Unknown)
	}
}
