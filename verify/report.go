package verify

import (
	"errors"
	"iter"
	"sync"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// State is what became of a file.
type State uint8

// The states. Every file has exactly one, the first that fits from the bottom
// of this list up; only OK is good.
const (
	OK         State = iota // right size, and no piece of it is known to be bad
	Damaged                 // right size, but pieces do not match
	Long                    // more bytes than the torrent says, whatever the pieces say
	Short                   // fewer bytes than the torrent says
	Unreadable              // the system refuses to read it, or it changed while it was read
	WrongType               // a folder or something else is in its place
	Missing
	Skipped // not looked at, because Options left it out
)

func (s State) String() string {
	return [...]string{"ok", "damaged", "long", "short", "unreadable", "wrong type", "missing", "skipped"}[s]
}

// PieceState is what became of a piece.
type PieceState uint8

// The states of a piece.
const (
	PieceUnread   PieceState = iota // a file of it is missing, too short, or cannot be read; or nothing was read yet
	PieceOK                         // all hashes match
	PieceBad                        // no hash matches
	PieceOnlySHA1                   // hybrid: the v1 hash matches and the v2 hash does not
	PieceOnlyRoot                   // hybrid: the v2 hash matches and the v1 hash does not
	PieceNoHash                     // the torrent has no hash of it (a piece layer is missing)
	PieceSkipped                    // not read, because Options left it out
)

func (s PieceState) String() string {
	return [...]string{"unread", "ok", "bad", "v1 matches, v2 does not", "v2 matches, v1 does not", "no hash", "skipped"}[s]
}

// Bad tells whether the data of the piece is known to be wrong.
func (s PieceState) Bad() bool { return s == PieceBad || s == PieceOnlySHA1 || s == PieceOnlyRoot }

// Report is what verifying found.
type Report struct {
	Name   string // of the torrent
	Single bool   // the content is one file, and not a folder
	Root   string // where the content was looked for
	Files  []FileReport
	// Pieces counts all pieces, those that match, those known to be wrong,
	// those that could not be checked, and those that Options left out.
	Pieces, GoodPieces, BadPieces, UncheckedPieces, SkippedPieces int
	// LostPieces counts those of UncheckedPieces that were given up because their
	// bytes come too far apart in an [Archive] to wait for one another.
	LostPieces int
	// KnownPieces counts those of GoodPieces that Options.Journal knew.
	KnownPieces int
	// Bytes counts all bytes of content, those in pieces that match, and those
	// in pieces that Options left out.
	Bytes, GoodBytes, SkippedBytes int64
	// Incomplete is set when the run ended before everything was read: ctx was
	// done, or Options.FailFast stopped it.
	Incomplete bool
	// Extra are the things in the content's folder that the torrent does not
	// name, in the order of their paths. It is nil unless Options.Extra asked.
	Extra []Extra
	// Compared says what Options.CompareWith found; nil where nothing was compared.
	Compared *Comparison
	// Seed is what the pieces of Options.Sample were drawn with.
	Seed uint64
	// Warnings are what is odd about the torrent itself.
	Warnings []metainfo.Problem

	torrent  *metainfo.Torrent
	located  *content.Located
	files    []int32 // index in the torrent of each of Files
	disk     []int32 // index in Files of each file of the torrent; -1 for padding
	pieces   []PieceState
	evidence map[partKey]evidence // what is known of parts of bad pieces
	bare     map[int]*bareFile    // by their index in the torrent
	bareLock sync.Mutex
}

// FileReport is what verifying found of one file.
type FileReport struct {
	Path   string // slash-separated; the torrent's name if the content is one file
	Length int64  // in bytes, as the torrent says
	Size   int64  // in bytes, on disk; 0 if it is not there
	State  State
	Err    error // why, if it is Unreadable, WrongType or Missing
	// Found is the path, below Report.Root, of a file whose name differs from a
	// missing one's in case only; else empty.
	Found string
	// Sums are checksums of the file's bytes as they were read, by the names in
	// Options.Sums; of a file that could be read to its end.
	Sums map[string][]byte
	// Damaged are the byte ranges of pieces that do not match, Unverified those
	// of pieces that could not be checked because of another file, or because
	// the torrent has no hash. Both are in order and apart from each other.
	Damaged, Unverified []Range
}

// Range is a run of bytes of a file, and the pieces that they lie in.
type Range struct {
	Offset, Length        int64 // in bytes
	FirstPiece, LastPiece int
	// Shared is set when the piece holds bytes of other files too, any of which
	// may be the damaged one: see PieceReport.
	Shared bool
	// Likely is set beside Shared when the piece next to it is damaged in this
	// file for certain.
	Likely bool
	// Exact is set when the range was found by comparing with good data: it
	// starts and ends with a wrong byte, and the pieces around it hold others
	// that are right.
	Exact bool
}

// PieceReport is a piece that is not ok, and the files that it holds bytes of.
type PieceReport struct {
	Index int
	State PieceState
	Parts []Part
}

// Part is the bytes of one file in a piece.
type Part struct {
	File           int // index in Report.Files
	Offset, Length int64
	Verdict        PartVerdict // of a bad piece
}

// PartVerdict is what is known of one file's bytes in a bad piece.
type PartVerdict uint8

// The verdicts on parts.
const (
	Suspect PartVerdict = iota // these bytes may be the wrong ones, or bytes of another file in the piece
	Whole                      // a checksum or another copy proves them right
	Guilty                     // they are wrong
)

func (v PartVerdict) String() string { return [...]string{"suspect", "whole", "damaged"}[v] }

type partKey struct{ piece, file int } // file is an index in Report.Files

// evidence is what is known of a part, beside that its piece is bad.
type evidence struct {
	verdict PartVerdict
	exact   []Range // the wrong bytes, if they are known
}

// newReport begins a report on content on disk.
func newReport(t *metainfo.Torrent, root string, files []int32, located *content.Located) *Report {
	r := blankReport(t, root, files)
	r.located = located
	for k := range r.Files {
		f, p := &r.Files[k], located.Presence()[k]
		f.Size, f.Err, f.State = p.Size, p.Err, stateOf(p, f.Length)
		if p.Err != nil && p.Detail != "" {
			f.Err = &absence{p}
		}
	}
	return r
}

// absence is why there is no file, in the words that say most.
type absence struct{ content.Presence }

func (a *absence) Error() string { return a.Detail }
func (a *absence) Unwrap() error { return a.Err }

// blankReport begins a report on files that have not been looked for.
func blankReport(t *metainfo.Torrent, root string, files []int32) *Report {
	r := &Report{
		Name: t.Name, Single: t.Single, Root: root, Warnings: t.Problems, torrent: t, files: files,
		Files:  make([]FileReport, len(files)),
		Pieces: t.Layout().NumPieces(),
		Bytes:  t.Layout().TotalLength(),
		disk:   make([]int32, len(t.Files)),
		pieces: make([]PieceState, t.Layout().NumPieces()),
	}
	for i := range r.disk {
		r.disk[i] = -1
	}
	for k, i := range files {
		r.disk[i] = int32(k)
		f := &r.Files[k]
		f.Path, f.Length = t.Files[i].Path, t.Files[i].Length
		if f.Path == "" {
			f.Path = t.Name
		}
	}
	return r
}

// stateOf is what can be said of a file before anything is read.
func stateOf(p content.Presence, want int64) State {
	switch {
	case p.Kind == content.Missing:
		return Missing
	case p.Kind == content.WrongType:
		return WrongType
	case p.Kind == content.Unreadable:
		return Unreadable
	case p.Size < want:
		return Short
	case p.Size > want:
		return Long
	}
	return OK
}

// source gives the files of the torrent to the pipeline, which counts pad files too.
type source struct{ *Report }

func (s source) Open(i int) (piecehash.File, error) { return s.located.Open(int(s.disk[i])) }

// mark records the verdict on a piece.
func (r *Report) mark(i int, v metainfo.Verdict) {
	r.pieces[i] = [...]PieceState{
		metainfo.Unknown:  PieceNoHash,
		metainfo.Good:     PieceOK,
		metainfo.Bad:      PieceBad,
		metainfo.OnlySHA1: PieceOnlySHA1,
		metainfo.OnlyRoot: PieceOnlyRoot,
	}[v]
}

// unread records why a piece could not be read. That its file is missing or
// short is known already.
func (r *Report) unread(err error) {
	var read *piecehash.ReadError
	if !errors.As(err, &read) {
		return
	}
	if f := &r.Files[r.disk[read.File]]; f.State == OK || f.State == Long {
		f.State, f.Err = Unreadable, read.Err
	}
}

// OK tells whether everything that Options asked for is as the torrent says.
func (r *Report) OK() bool {
	for i := range r.Files {
		if s := r.Files[i].State; s != OK && s != Skipped {
			return false
		}
	}
	return r.GoodPieces+r.SkippedPieces == r.Pieces && !r.Incomplete && len(r.Extra) == 0
}

// PieceState returns what became of the i-th piece.
func (r *Report) PieceState(i int) PieceState { return r.pieces[i] }

// NotOK yields the pieces that are not ok, in order, without those that were
// skipped.
func (r *Report) NotOK() iter.Seq[PieceReport] {
	return func(yield func(PieceReport) bool) {
		for i, s := range r.pieces {
			if s != PieceOK && s != PieceSkipped && !yield(r.piece(i)) {
				return
			}
		}
	}
}

// piece describes a piece that is not ok.
func (r *Report) piece(i int) PieceReport {
	p := PieceReport{Index: i, State: r.pieces[i]}
	for span := range r.torrent.Layout().Spans(i) {
		if !span.Zero {
			k := int(r.disk[span.File])
			p.Parts = append(p.Parts, Part{k, span.Offset, span.Length, r.evidence[partKey{i, k}].verdict})
		}
	}
	if len(p.Parts) == 1 && p.State.Bad() {
		p.Parts[0].Verdict = Guilty
	}
	return p
}

// stop judges what could only be judged whole, notes which files changed while they were read, and counts pieces.
func (r *Report) stop(incomplete bool) {
	r.Incomplete = incomplete
	r.judgeBare()
	if r.located != nil {
		for _, k := range r.located.Changed() {
			if f := &r.Files[k]; f.State < Unreadable {
				f.State, f.Err = Unreadable, errChanged
			}
		}
	}
	for i, s := range r.pieces {
		switch {
		case s == PieceOK:
			r.GoodPieces++
			r.GoodBytes += r.torrent.Layout().ContentLength(i)
		case s == PieceSkipped:
			r.SkippedPieces++
			r.SkippedBytes += r.torrent.Layout().ContentLength(i)
		case s.Bad():
			r.BadPieces++
		default:
			r.UncheckedPieces++
		}
	}
}

// conclude draws the conclusions for files from pieces and evidence.
func (r *Report) conclude() {
	for p := range r.NotOK() {
		for _, part := range p.Parts {
			r.blame(&r.Files[part.File], p, part)
		}
	}
	for i := range r.Files {
		markLikely(r.Files[i].Damaged)
	}
}

var errChanged = errors.New("changed while it was read")

// blame adds one piece that is not ok to what is said of one of its files.
func (r *Report) blame(f *FileReport, p PieceReport, part Part) {
	rng := Range{Offset: part.Offset, Length: part.Length, FirstPiece: p.Index, LastPiece: p.Index, Shared: len(p.Parts) > 1}
	switch {
	case p.State.Bad() && part.Verdict == Whole:
	case p.State.Bad():
		if f.State == OK {
			f.State = Damaged
		}
		rng.Shared = rng.Shared && part.Verdict == Suspect
		if exact := r.evidence[partKey{p.Index, part.File}].exact; len(exact) > 0 {
			for _, e := range exact {
				f.Damaged = appendRange(f.Damaged, e)
			}
			return
		}
		f.Damaged = appendRange(f.Damaged, rng)
	case f.State <= Long || part.Offset+part.Length <= f.Size && f.State == Short:
		f.Unverified = appendRange(f.Unverified, rng)
	}
}

// markLikely finds shared ranges beside damage that is certain.
func markLikely(ranges []Range) {
	for i := range ranges {
		r := &ranges[i]
		before := i > 0 && !ranges[i-1].Shared && ranges[i-1].LastPiece+1 == r.FirstPiece
		after := i+1 < len(ranges) && !ranges[i+1].Shared && ranges[i+1].FirstPiece == r.LastPiece+1
		r.Likely = r.Shared && (before || after)
	}
}

// appendRange adds a range behind the others, growing the last one where the
// two touch and are of one kind.
func appendRange(ranges []Range, r Range) []Range {
	if n := len(ranges); n > 0 {
		last := &ranges[n-1]
		if last.Offset+last.Length == r.Offset && !last.Shared && !r.Shared && last.Exact == r.Exact {
			last.Length += r.Length
			last.LastPiece = r.LastPiece
			return ranges
		}
	}
	return append(ranges, r)
}
