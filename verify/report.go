package verify

import (
	"cmp"
	"errors"
	"io/fs"
	"iter"
	"slices"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// State is what became of a file.
type State uint8

// The states. Every file has exactly one, the first that fits from the bottom
// of this list up; OK and Elsewhere are good.
const (
	OK         State = iota // right size, and every byte of it is proved
	Elsewhere               // not right in its place; [Search] found it in another, and proved it
	Unchecked               // right size, and nothing is known against it, but not every byte is proved
	Damaged                 // right size, but pieces do not match
	Long                    // more bytes than the torrent says, whatever the pieces say
	Short                   // fewer bytes than the torrent says
	Unreadable              // the system refuses to read it, or it changed while it was read
	WrongType               // a folder or something else is in its place
	Missing
	Skipped // not looked at, because Options left it out
)

func (s State) String() string {
	return [...]string{"ok", "found elsewhere", "unchecked", "damaged", "long", "short", "unreadable", "wrong type", "missing", "skipped"}[s]
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
	// Differs says how the name of Root differs from the torrent's, if it is the name
	// in other words; else it is SameName, as where Root is called anything else.
	Differs NameDifference
	Files   []FileReport
	// Pieces counts all pieces, those that match, those known to be wrong,
	// those that could not be checked, and those that Options left out.
	Pieces, GoodPieces, BadPieces, UncheckedPieces, SkippedPieces int
	// LostPieces counts those of UncheckedPieces that were given up because their
	// bytes come too far apart in an [Archive] to wait for one another.
	LostPieces int
	// KnownPieces counts those of GoodPieces that the journal knew; of several, which
	// are the parts of one run, none. Oldest is when the one of them was read that was
	// not read for longest, as far as the journal remembers.
	KnownPieces int
	Oldest      time.Time
	// Bytes counts all bytes of content, those in pieces that match, those in pieces
	// that could not be checked, and those in pieces that Options left out.
	Bytes, GoodBytes, UncheckedBytes, SkippedBytes int64
	// ReadBytes counts the bytes of content in pieces that this run read.
	ReadBytes int64
	// Incomplete is set when the run ended before everything was read: ctx was
	// done, or Options.FailFast stopped it.
	Incomplete bool
	// Err is the first that the system refused while the content was looked for and read,
	// if anything: what is not OK may be so for that, though it is no more. See [Refused].
	Err error
	// Extra are the things in the content's folder that the torrent does not
	// name, in the order of their paths. It is nil unless Options.Extra asked.
	Extra []Extra
	// MoreExtra counts such entries of an [Archive] that are too many to be listed.
	MoreExtra int
	// Compared says what Options.CompareWith found; nil where nothing was compared.
	Compared *Comparison
	// Seed is what the pieces of Options.Sample were drawn with.
	Seed uint64
	// Warnings are what is odd about the torrent itself.
	Warnings []metainfo.Problem

	layout   *layout.Layout
	pieces   states
	plain    *Details             // of the files that have none
	lacking  *Details             // of those that are not there
	since    map[int]time.Time    // when bad pieces were found to be, if not now
	evidence map[partKey]evidence // what is known of parts of bad pieces
}

// FileReport is what verifying found of one file.
type FileReport struct {
	// File is the file in the torrent. Its Path is the torrent's name if the content is
	// one file. It is not to be changed.
	*metainfo.File
	*Details
	Size  int64 // in bytes, on disk; 0 if it is not there
	State State
	// Differs says how the name differs that the file was found under.
	Differs NameDifference
}

// Details of a file are what few have to tell. They are not to be changed: all files
// that have none share theirs, and so do files that are not there.
type Details struct {
	Err error // why, if it is Unreadable, WrongType or Missing
	// Found is the path, below Report.Root, of the file under another name, where
	// nothing has its own; else empty.
	Found string
	// Sums are checksums of the file's bytes as they were read, those that
	// Reading.Sums asks for; of a file that could be read to its end.
	Sums map[metainfo.Checksum][]byte
	// Damaged are the byte ranges of pieces that do not match, Unverified those
	// of pieces that could not be checked because of another file, because the
	// torrent has no hash, or because the run ended. Both are in order and apart
	// from each other. Pieces that Options left out are in neither.
	Damaged, Unverified []Range
}

// details are those of a file, to be changed.
func (r *Report) details(f *FileReport) *Details {
	if r.shared(f) {
		own := *f.Details
		f.Details = &own
	}
	return f.Details
}

// say settles the state of a file, and why it is that.
func (r *Report) say(f *FileReport, s State, why error) {
	f.State = s
	switch {
	case why == nil && r.shared(f):
		f.Details = r.plain
	case why == fs.ErrNotExist && r.shared(f):
		f.Details = r.lacking
	default:
		r.details(f).Err = why
	}
}

// shared tells whether the details of a file are those of many.
func (r *Report) shared(f *FileReport) bool { return f.Details == r.plain || f.Details == r.lacking }

// Place is the path, below Report.Root, where the file lies or should lie.
func (f *FileReport) Place() string { return cmp.Or(f.Found, f.Path) }

// Changed tells whether a file is Unreadable because it changed, or another file
// took its place, between the time when it was looked for and the end of the
// reading.
func (f *FileReport) Changed() bool { return errors.Is(f.Err, errChanged) }

// Suspect tells whether a file is Damaged for nothing but pieces that hold bytes
// of other files too, any of which may be the damaged one.
func (f *FileReport) Suspect() bool {
	return f.State == Damaged && !slices.ContainsFunc(f.Damaged, func(r Range) bool { return !r.Shared })
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

// Extra is something in the content's folder that the torrent does not name.
type Extra struct {
	Path string // slash-separated, below Report.Root
	Size int64  // in bytes; 0 unless Kind is file or escapes
	// Kind is file, link or special; unreadable, a folder that cannot be looked
	// into; or escapes, an entry of an archive whose path leads out of the folder.
	Kind string
	Err  error // why, if Kind is unreadable
}

// Comparison is what another copy told about the damaged pieces.
type Comparison struct {
	Root string // of the other copy
	// Good counts the damaged pieces that are whole there, Bad the others.
	Good, Bad int
	// Err is the first that the system refused to read of the copy, if any.
	Err error
}

// PieceReport is a piece that is not ok, and the files that it holds bytes of; or
// several, from Index to Last, that were not checked and lie in one file.
type PieceReport struct {
	Index, Last int
	State       PieceState
	Parts       []Part
}

// Part is the bytes of one file in a piece, or in several.
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

// OK tells whether everything that Options asked for is as the torrent says. Files
// are Unchecked in such a report if Options left out pieces of them.
func (r *Report) OK() bool {
	for i := range r.Files {
		if s := r.Files[i].State; s > Unchecked && s != Skipped {
			return false
		}
	}
	return r.GoodPieces+r.SkippedPieces == r.Pieces && !r.Incomplete && len(r.Extra) == 0
}

// Unread tells whether nothing of the content was read, or known from a journal: Options left out
// all pieces, as a budget does that others spent. Such a report may be OK, and proves nothing.
func (r *Report) Unread() bool {
	unchecked := func(f FileReport) bool { return f.State == Unchecked }
	return r.GoodPieces == 0 && r.SkippedPieces == r.Pieces && slices.ContainsFunc(r.Files, unchecked)
}

// Good tells how much of a file is good: the pieces that match of those with bytes
// of it, and the bytes of it in them.
func (r *Report) Good(file int) (pieces, of int, bytes int64) {
	i := r.indexOf(file)
	all := r.layout.RunOf(i)
	for run, state := range r.pieces.runs(all) {
		if state == PieceOK {
			first, _ := r.layout.InFile(i, run.First)
			last, length := r.layout.InFile(i, run.End-1)
			pieces, bytes = pieces+run.Len(), bytes+last+length-first
		}
	}
	return pieces, all.Len(), bytes
}

// Proved returns how many bytes of a file are in pieces that match, or were found to be
// right by a checksum of the torrent or another copy.
func (r *Report) Proved(file int) int64 {
	_, _, bytes := r.Good(file)
	i := r.indexOf(file)
	all, alone := r.layout.RunOf(i), r.layout.Alone(i)
	for _, shared := range []layout.Run{{First: all.First, End: alone.First}, {First: alone.End, End: all.End}} {
		for p := shared.First; p < shared.End; p++ {
			if r.pieces.get(p).Bad() && r.evidence[partKey{p, file}].verdict == Whole {
				_, length := r.layout.InFile(i, p)
				bytes += length
			}
		}
	}
	return bytes
}

// indexOf is the index in the torrent of one of Files, and fileOf the other way round.
func (r *Report) indexOf(file int) layout.FileIndex    { return r.layout.ContentFile(file) }
func (r *Report) fileOf(i layout.FileIndex) (file int) { return r.layout.ContentIndex(i) }

// BadSince returns when a journal first noted that a bad piece is bad; zero if that was
// found now. The files of the piece are the same since then, the system says.
func (r *Report) BadSince(i int) time.Time { return r.since[i] }

// PieceState returns what became of the i-th piece.
func (r *Report) PieceState(i int) PieceState { return r.pieces.get(i) }

// NotOK yields the pieces that are not ok, in order, without those that were
// skipped.
func (r *Report) NotOK() iter.Seq[PieceReport] {
	return func(yield func(PieceReport) bool) {
		for run, state := range r.pieces.runs(r.pieces.all()) {
			for state != PieceOK && state != PieceSkipped && run.Len() > 0 {
				p := r.piece(run, state)
				if !yield(p) {
					return
				}
				run.First = p.Last + 1
			}
		}
	}
}

// piece describes the first piece of a run that is not ok, and those behind it of
// which the same is to be said.
func (r *Report) piece(run layout.Run, state PieceState) PieceReport {
	p := PieceReport{Index: run.First, Last: run.First, State: state}
	var file layout.FileIndex
	for span := range r.layout.Spans(run.First) {
		if !span.Zero {
			k := r.fileOf(span.File)
			p.Parts = append(p.Parts, Part{k, span.Offset, span.Length, r.evidence[partKey{run.First, k}].verdict})
			file = span.File
		}
	}
	switch {
	case len(p.Parts) == 1 && state.Bad():
		p.Parts[0].Verdict = Guilty
	case len(p.Parts) == 1:
		p.Last = max(p.Last, min(run.End, r.layout.Alone(file).End)-1)
		at, n := r.layout.InFile(file, p.Last)
		p.Parts[0].Length = at + n - p.Parts[0].Offset
	}
	return p
}

// Map draws a file as at most cells runs of pieces of about equal number, each
// with its worst state: a bad piece counts more than an unread one, that more
// than one that was skipped, and a good one least. A piece that is bad because
// of another file counts as good. An empty file has no cells.
func (r *Report) Map(file, cells int) []PieceState {
	var drawn []PieceState
	all := r.layout.RunOf(r.indexOf(file))
	n := min(cells, all.Len())
	for c := range n {
		cell := layout.Run{First: all.First + c*all.Len()/n, End: all.First + (c+1)*all.Len()/n}
		drawn = append(drawn, r.worst(cell, file))
	}
	return drawn
}

// worst is the state of a run of pieces of a file that counts most.
func (r *Report) worst(cell layout.Run, file int) PieceState {
	worst := PieceOK
	for run, s := range r.pieces.runs(cell) {
		if rank(s) > rank(worst) && (!s.Bad() || r.blamed(run, file)) {
			worst = s
		}
	}
	return worst
}

// blamed tells whether one of some bad pieces is not known to be bad because of
// another file.
func (r *Report) blamed(run layout.Run, file int) bool {
	for p := run.First; p < run.End; p++ {
		if r.evidence[partKey{p, file}].verdict != Whole {
			return true
		}
	}
	return false
}

func rank(s PieceState) int {
	switch {
	case s == PieceOK:
		return 0
	case s == PieceSkipped:
		return 1
	case !s.Bad():
		return 2
	}
	return 3
}
