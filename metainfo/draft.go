package metainfo

import (
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
)

// Shape is what a torrent will be like, besides its files and Fields.
type Shape struct {
	Format      Format
	Name        string
	PieceLength int64 // in bytes
	// Align gives a v1 torrent the pad files of a hybrid (BEP 47).
	Align bool
	// PadEnds gives a hybrid, or a v1 torrent, the pad files that libtorrent 2.1 makes
	// by default: behind every file that does not end on a piece boundary, the last
	// one too.
	PadEnds bool
	// Outer and Info are arbitrary keys outside of info and in it.
	Outer, Info []Entry
	// Sums are checksums of whole files, in the order of the files, each sorted by
	// their keys; nil where no file gets any.
	Sums [][]Entry
}

// Draft is a torrent that is being made: everything is known but the hashes of
// its pieces, for which there is memory from the first Set on.
type Draft struct {
	fields Fields
	shape  Shape
	files  []File // without pad files
	seats  []seat // of the files in the torrent, once it was encoded, with those of pad files as files has them
	layout *layout.Layout
	count  int    // of the files without pad files
	padded bool   // files has the pad files, too, as Torrent leaves it
	sha1   []byte // 20 bytes a piece, in v1 and hybrid
	// roots are, behind a byte that is none, one of 32 bytes for each piece in v2 and
	// hybrid, and then those of the files that are longer than a piece.
	roots  []byte
	layers []layer // nil until the roots of files are known
	sealed *sealed // nil until all is known
}

// single tells whether the content is a file, and no folder.
func (d *Draft) single() bool { return d.count == 1 && d.files[0].Path == "" }

// rootSize is how many bytes a merkle root has.
const rootSize = len(merkle.Hash{})

// NewDraft begins a torrent. files are the content in the order of
// layout.ComparePaths (v1 torrents may have any order); a single file has the
// path "". The layout has pad files among them. They are kept.
func NewDraft(s Shape, files []File, fields Fields) (*Draft, error) {
	if why := checkName(s.Name); why != "" {
		return nil, fmt.Errorf("name %q: %s", s.Name, why)
	}
	if err := layout.CheckAnyPieceLength(layout.Format(s.Format), s.PieceLength); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("a torrent without files")
	}
	if err := checkFields(&fields); err != nil {
		return nil, err
	}
	if err := checkTree(s.Format, s.Name, files); err != nil {
		return nil, err
	}
	if err := errors.Join(checkEntries(s.Outer, false), checkEntries(s.Info, true)); err != nil {
		return nil, err
	}
	sizes := make([]layout.File, len(files))
	for i := range files {
		sizes[i].Length = files[i].Length
	}
	padded := layout.Pad(layout.Format(s.Format), s.PieceLength, sizes)
	switch {
	case s.Format.HasV1() && s.PadEnds:
		padded = layout.AlignEnds(s.PieceLength, sizes)
	case s.Format == V1 && s.Align:
		padded = layout.Align(s.PieceLength, sizes)
	}
	l, err := layout.New(layout.Format(s.Format), s.PieceLength, padded)
	if err != nil {
		return nil, err
	}
	if s.Sums != nil && len(s.Sums) != len(files) {
		return nil, fmt.Errorf("checksums of %d files for %d", len(s.Sums), len(files))
	}
	return &Draft{fields: fields, shape: s, files: files, count: len(files), layout: l}, nil
}

// ErrName is the error of a name that reads as something else in a v2 torrent.
var ErrName = errors.New("in v2, a folder whose only file has its name reads as that file alone")

// checkTree refuses what a file tree cannot say.
func checkTree(format Format, name string, files []File) error {
	if !format.HasV2() {
		return nil
	}
	if format == V2 && len(files) == 1 && files[0].Path == name {
		return fmt.Errorf("name %q: %w", name, ErrName)
	}
	const around = 4 // the document, info, the tree and the file are levels too
	for i := range files {
		if 1+strings.Count(files[i].Path, "/")+around > bencode.MaxDepth {
			return fmt.Errorf("%q lies deeper than %d folders, which a v2 torrent cannot hold", files[i].Path, bencode.MaxDepth-around-1)
		}
	}
	return nil
}

func checkFields(f *Fields) error {
	f.Trackers = withoutEmpty(f.Trackers)
	for _, n := range f.Nodes {
		if _, _, err := splitNode(n); err != nil {
			return err
		}
	}
	return checkDate(f.CreationDate)
}

func withoutEmpty(tiers [][]string) [][]string {
	var full [][]string
	for _, tier := range tiers {
		if len(tier) > 0 {
			full = append(full, tier)
		}
	}
	return full
}

// Layout returns where the bytes of the files, and of the pad files of a hybrid
// among them, lie in pieces.
func (d *Draft) Layout() *layout.Layout { return d.layout }

// Content yields the files, without padding, with their indices in the layout.
func (d *Draft) Content() iter.Seq2[int, *File] {
	return func(yield func(int, *File) bool) {
		for k, i := range d.layout.Content() {
			if !yield(int(i), d.file(i, k)) {
				return
			}
		}
	}
}

// Set gives the digests of the i-th piece. What the format does not have is ignored.
func (d *Draft) Set(i int, sha [20]byte, root [32]byte) {
	d.allocate()
	d.layers, d.sealed = nil, nil
	if d.sha1 != nil {
		copy(d.sha1[20*i:], sha[:])
	}
	if d.roots != nil {
		copy(d.roots[1+rootSize*i:], root[:])
	}
}

// CopyHashes takes over all pieces of a draft of the same layout.
func (d *Draft) CopyHashes(from *Draft) {
	d.sha1, d.roots, d.layers, d.sealed = from.sha1, from.roots, from.layers, nil
}

func (d *Draft) allocate() {
	n, format := d.layout.NumPieces(), d.layout.Format()
	if d.sha1 == nil && format.HasV1() {
		d.sha1 = make([]byte, 20*n)
	}
	if d.roots == nil && format.HasV2() {
		long := 0
		for _, f := range d.Content() {
			if f.Length > d.layout.PieceLength() {
				long++
			}
		}
		d.roots = make([]byte, 1+rootSize*n, 1+rootSize*(n+long))
	}
}

// Size returns how many bytes the torrent will have, without any piece being
// set. In v2, files with equal content share one piece layer: where two files
// that are longer than a piece have equal lengths, the size is an upper bound,
// and exact is false.
func (d *Draft) Size() (n int64, exact bool) {
	blank := *d
	blank.sha1, blank.roots, blank.layers = nil, nil, nil
	p := pass{Draft: &blank}
	p.run()
	n, exact = p.sent, true
	if format := d.layout.Format(); format.HasV1() {
		n += stringLength(20*int64(d.layout.NumPieces())) - stringLength(0)
	}
	if !d.layout.Format().HasV2() {
		return n, exact
	}
	n += int64(len("12:piece layersde"))
	lengths := make(map[int64]bool)
	for i, f := range d.Content() {
		if f.Length > d.layout.PieceLength() {
			first, end := d.layout.FilePieces(layout.FileIndex(i))
			n += stringLength(32) + stringLength(32*int64(end-first))
			exact = exact && !lengths[f.Length]
			lengths[f.Length] = true
		}
	}
	return n, exact
}

// stringLength is how many bytes a string of n bytes takes when it is bencoded.
func stringLength(n int64) int64 { return int64(len(strconv.FormatInt(n, 10))) + 1 + n }
