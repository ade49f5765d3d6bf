// Package metainfo is the .torrent document: a lossless reading of the bytes
// that somebody wrote (BEP 3, 12, 19, 47, 52 and others), edits of them, and the
// encoding of new ones. It is the noun that the packages create, inspect,
// verify, magnet and announce speak of.
//
// # Reading
//
// [Read] gives a [Torrent], a typed view of the raw bytes, and all that is wrong
// with it: where there is an info dictionary there is an infohash. [Parse] is for
// who needs the content: it fails on the first thing that stands in the way of
// laying it out and checking it, and [ParseCompact] for who needs nothing else. Every fault is a [Problem] with the key and the byte it is about. Keys
// that the view does not know stay where they are.
//
// Infohashes ([Hashes], of [HashV1] and [HashV2]) are taken over the raw bytes
// of info, never over a re-encoding; [ParseHash] reads one that somebody typed.
// A [Format] is v1, v2 or hybrid ([ParseFormat]).
//
// # Writing
//
// An [Edit] says what to change; [Torrent.Apply] splices it in, and all other
// bytes stay as they are. [NewDraft] begins a new torrent, which is encoded once
// the hashes of its pieces are known; [Wrap] makes one around an info dictionary
// that is there already. Keys with no meaning here are an [Entry]: [ParseEntry]
// reads KEY=JSON, [TextEntry] and [ListEntry] make strings and lists of them. A
// [Checksum] of a whole file is one ([ParseChecksum]).
//
// [Redact] and [RedactText] hide the passkeys of URLs where they are shown;
// [Edit] takes them out. [WebSeedURL] and [URLBelow] are the URLs at
// which web seeds have files. [TrackerSchemes] and [WebSeedSchemes] are what
// such URLs begin with.
//
// It is one of the two places in the module where v1, v2 and hybrid torrents
// differ (the other is their geometry, in internal/layout). It opens no files,
// makes no connections and hashes no content, and it knows none of the verbs.
package metainfo

import (
	"crypto/sha1"
	"crypto/sha256"
	"fmt"
	"iter"
	"math"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/merkle"
)

// Torrent is a .torrent document.
type Torrent struct {
	Fields
	Format Format
	// Name is the suggested name of the file or folder: name.utf-8 where it is
	// present, else name. It need not be valid UTF-8. As Read gives it, it need not
	// be a name.
	Name string
	// Single is set when the content is one file, and not a folder.
	Single      bool
	PieceLength int64
	// Files are all files in the order of the pieces, pad files included: see
	// Content for those that are on a disk.
	Files []File
	// Unknown are the keys that the view does not know (at most 1000), outside
	// of info and in it, but not those of single files.
	Unknown []Key
	// UnknownOfFiles are the keys that the view does not know in entries of
	// files (at most 100).
	UnknownOfFiles []FileKey
	// Problems are all that is wrong, as Read returns it; Parse fails on errors.
	Problems []Problem

	doc    []byte        // what was read, or the pieces roots that ParseCompact kept of it
	root   bencode.Value // the document in it, scanned once
	info   bencode.Value // in root
	layout *layout.Layout
	seats  seats                  // of Files; nil once the document is let go of
	pieces []byte                 // the v1 hashes, in root
	layers map[merkle.Hash][]byte // the v2 piece layers, in root

	hashed   Format                  // a v2 torrent with a list of v1 files is announced as a hybrid is
	unusable bool                    // what Parse refuses
	names    map[int]func() []string // names of the path of a file, in which slashes are no separators
	compact  *compact                // nil while the document is there
	written  *written                // nil where Name and Files are as the document has them
}

// Fields are the keys that say nothing about the content: a torrent is made
// with them, and read into them. All but Private and Source lie outside of info.
type Fields struct {
	Trackers     [][]string // announce URLs by tier (announce, BEP 3; announce-list, BEP 12)
	WebSeeds     []string   // url-list (BEP 19)
	HTTPSeeds    []string   // httpseeds (BEP 17)
	Nodes        []string   // DHT nodes as HOST:PORT (BEP 5)
	Comment      string
	CreatedBy    string
	CreationDate time.Time // zero where there is none
	Private      bool      // BEP 27
	Source       string
}

// Content yields the files that are no padding, with their indices in Files.
func (t *Torrent) Content() iter.Seq2[int, *File] { return content(t.Files) }

func content(files []File) iter.Seq2[int, *File] {
	return func(yield func(int, *File) bool) {
		for i := range files {
			if !files[i].Pad() && !yield(i, &files[i]) {
				return
			}
		}
	}
}

// FileKey names where the i-th file stands in the document, as a key like
// info.files[3] and a byte offset.
func (t *Torrent) FileKey(i int) (key string, offset int) {
	switch {
	case t.Format.HasV1() && t.Single:
		return "info", t.info.Offset()
	case t.Format.HasV1():
		return bencode.JoinIndex("info.files", i), t.seats.at(i)
	}
	key = "info.file tree"
	for _, name := range (original{t}).names(i) {
		key = bencode.JoinKey(key, name)
	}
	return key, t.seats.at(i)
}

// Key is a key of the document, with its raw value.
type Key struct {
	Path   string // like info.x_cross_seed
	Offset int    // of the value, in bytes
	Raw    []byte // the bencoded value
}

// FileKey is a key that entries of files have.
type FileKey struct {
	Key   string
	Files int // how many files have it
}

// Severity grades a Problem.
type Severity uint8

const (
	// Warning is for what other clients load, and what can be worked with.
	Warning Severity = iota
	// Error is for what makes a torrent useless or dangerous.
	Error
)

func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// Problem is one thing that is wrong with a document. It is an error value.
type Problem struct {
	Severity Severity
	ID       string // a stable name, like path-escapes
	Path     string // the key, like info.files[3].length; "" for the whole document
	Offset   int    // in bytes
	Message  string
}

func (p Problem) Error() string {
	if p.Path == "" {
		return fmt.Sprintf("%s (byte %d)", p.Message, p.Offset)
	}
	return fmt.Sprintf("%s: %s (byte %d)", p.Path, p.Message, p.Offset)
}

func firstError(problems []Problem) (Problem, bool) {
	for _, p := range problems {
		if p.Severity == Error {
			return p, true
		}
	}
	return Problem{}, false
}

// Raw returns the document, a dictionary of bencode, without what may stand
// around it. It must not be changed.
func (t *Torrent) Raw() []byte {
	if t.compact != nil {
		return nil
	}
	return t.root.Raw()
}

// Around returns how many bytes that are no part of the document were read in
// front of it and behind its end.
func (t *Torrent) Around() (front, behind int) {
	if t.compact != nil {
		return 0, 0
	}
	return t.root.Offset(), len(t.doc) - t.root.End()
}

// RawInfo returns the exact bytes of the info dictionary.
func (t *Torrent) RawInfo() []byte {
	if t.compact != nil {
		return nil
	}
	return t.info.Raw()
}

// Hashes returns the infohashes: digests of the exact bytes of the info
// dictionary, of the versions that clients announce. They are computed each time.
func (t *Torrent) Hashes() Hashes {
	if t.compact != nil {
		return t.compact.hashes
	}
	return hashesOf(t.hashed, t.info.Raw())
}

func hashesOf(format Format, info []byte) (h Hashes) {
	if format.HasV1() {
		h.V1 = sha1.Sum(info)
	}
	if format.HasV2() {
		h.V2 = sha256.Sum256(info)
	}
	return h
}

// Layout returns where the bytes of files lie in pieces. Its files are Files. It
// is nil where an error stands in the way, which Parse lets none.
func (t *Torrent) Layout() *layout.Layout { return t.layout }

// Size returns how many bytes the content has, without padding: as many as its
// files say, where they cannot be laid out.
func (t *Torrent) Size() int64 {
	if t.layout != nil {
		return t.layout.TotalLength()
	}
	var n int64
	for _, f := range t.Content() {
		n += min(f.Length, math.MaxInt64-n)
	}
	return n
}

// NumPieces returns how many pieces the content is cut into; 0 where it cannot
// be laid out.
func (t *Torrent) NumPieces() int {
	if t.layout == nil {
		return 0
	}
	return t.layout.NumPieces()
}

// FilePieces returns the pieces that hold bytes of the i-th file: first, and the
// one behind the last. An empty file has none, nor has a file that cannot be laid out.
func (t *Torrent) FilePieces(i int) (first, end int) {
	if t.layout == nil {
		return 0, 0
	}
	return t.layout.FilePieces(layout.FileIndex(i))
}

// PieceSHA1 returns the SHA-1 of the i-th piece; nil in a v2 torrent.
func (t *Torrent) PieceSHA1(i int) []byte {
	if t.pieces == nil {
		return nil
	}
	return t.pieces[20*i : 20*i+20]
}

// PieceRoot returns the merkle root that stands for the i-th piece: an entry of
// its file's piece layer, or the pieces root of a file that fits into a piece.
// It is nil where the torrent has none.
func (t *Torrent) PieceRoot(i int) []byte {
	if t.layout.Piece(i).Leaves == 0 {
		return nil
	}
	n := t.layout.FirstFile(i)
	f := &t.Files[n]
	if f.Length <= t.PieceLength {
		return rootIn(t, int(n))
	}
	first, end := t.layout.FilePieces(n)
	layer := t.layers[t.Root(int(n))]
	if len(layer) != 32*(end-first) {
		return nil
	}
	return layer[32*(i-first) : 32*(i-first)+32]
}

// Hashed yields the pieces of which the torrent has a hash, in order. Those of files
// without a piece layer cost nothing, however many they are.
func (t *Torrent) Hashed() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, n := 0, t.NumPieces(); i < n; i++ {
			if t.PieceSHA1(i) == nil && t.PieceRoot(i) == nil {
				i = t.layout.RunOf(t.layout.FirstFile(i)).End - 1
			} else if !yield(i) {
				return
			}
		}
	}
}

// PieceLayers returns the piece layers that hash to the pieces root of their
// file (BEP 52), by that root: 32 bytes for each piece. They must not be changed.
func (t *Torrent) PieceLayers() map[[32]byte][]byte {
	proven := make(map[[32]byte][]byte, len(t.layers))
	for root, layer := range t.layers {
		if layer != nil {
			proven[root] = layer
		}
	}
	return proven
}

// Verdict is what comparing a piece with a torrent gives.
type Verdict uint8

// The verdicts of Check.
const (
	Unknown  Verdict = iota // the torrent has no hash of the piece
	Good                    // all hashes of the piece match
	Bad                     // none does
	OnlySHA1                // a hybrid contradicts itself: its SHA-1 matches, its merkle root does not
	OnlyRoot                // and the other way round
)

// Check compares the digests of the i-th piece with the torrent's.
func (t *Torrent) Check(i int, sha [20]byte, root [32]byte) Verdict {
	wantSHA, wantRoot := t.PieceSHA1(i), t.PieceRoot(i)
	okSHA, okRoot := string(sha[:]) == string(wantSHA), string(root[:]) == string(wantRoot)
	switch {
	case wantSHA == nil && wantRoot == nil:
		return Unknown
	case (okSHA || wantSHA == nil) && (okRoot || wantRoot == nil):
		return Good
	case !okSHA && !okRoot:
		return Bad
	case okSHA:
		return OnlySHA1
	}
	return OnlyRoot
}
