package verifying

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// reportJSON is what "verify --json" prints.
type reportJSON struct {
	Torrent         string           `json:"torrent"` // as it was given
	Name            string           `json:"name"`
	NameHex         string           `json:"name_hex,omitempty"`
	Content         string           `json:"content"`
	ContentAs       string           `json:"content_as,omitempty"` // how its name differs from the torrent's, in words
	OK              bool             `json:"ok"`                   // what was read is as the torrent says, and something was
	Result          string           `json:"result"`               // ok; ok, with files found elsewhere; ok, as far as it was read; unchecked; not ok; or not complete: stopped
	Incomplete      bool             `json:"incomplete,omitempty"` // interrupted
	Pieces          int              `json:"pieces"`
	PiecesOK        int              `json:"pieces_ok"`
	PiecesBad       int              `json:"pieces_bad"`
	PiecesUnchecked int              `json:"pieces_unchecked"`
	PiecesLost      int              `json:"pieces_lost,omitempty"`    // of pieces_unchecked: too scattered in the archive
	PiecesKnown     int              `json:"pieces_known,omitempty"`   // of pieces_ok: from the journal
	ReadSince       string           `json:"read_since,omitempty"`     // when that of pieces_known was read that was not read for longest
	PiecesSkipped   int              `json:"pieces_skipped,omitempty"` // left out by --only, --pieces, --sample or --budget
	Seed            uint64           `json:"seed,omitempty"`           // of --sample
	Bytes           int64            `json:"bytes"`
	BytesOK         int64            `json:"bytes_ok"`
	BytesUnchecked  int64            `json:"bytes_unchecked,omitempty"` // in pieces_unchecked
	Percent         string           `json:"percent"`                   // rounded down to two decimals
	Files           []fileReportJSON `json:"files"`
	BadPieces       []badPieceJSON   `json:"bad_pieces"`
	Extra           []extraJSON      `json:"extra,omitempty"`      // with --extra
	ExtraMore       int              `json:"extra_more,omitempty"` // entries of an archive that are too many to be listed
	Compared        *comparedJSON    `json:"compared,omitempty"`   // with --compare-with
	Repair          *repairJSON      `json:"repair,omitempty"`     // with --repair-from
	Search          *searchJSON      `json:"search,omitempty"`     // with --search
	Fixed           *fixedJSON       `json:"fixed,omitempty"`      // with --fix
}

type extraJSON struct {
	Path    string `json:"path"`
	PathHex string `json:"path_hex,omitempty"`
	Size    int64  `json:"size"`
	Kind    string `json:"kind"` // file, link, special or unreadable
}

type comparedJSON struct {
	With      string `json:"with"`
	PiecesOK  int    `json:"pieces_ok"` // of the bad pieces
	PiecesBad int    `json:"pieces_bad"`
}

type fileReportJSON struct {
	Path       string      `json:"path"`
	PathHex    string      `json:"path_hex,omitempty"`
	State      string      `json:"state"` // ok, found elsewhere, unchecked, damaged, long, short, unreadable, wrong type, missing or skipped
	Length     int64       `json:"length"`
	Size       int64       `json:"size"` // on disk
	Error      string      `json:"error,omitempty"`
	Found      string      `json:"found,omitempty"`     // where the file is, under another name
	FoundAs    string      `json:"found_as,omitempty"`  // how that name differs, in words
	PiecesOK   int         `json:"pieces_ok,omitempty"` // of a download that is not finished
	BytesOK    int64       `json:"bytes_ok"`            // that are proved
	Damaged    []rangeJSON `json:"damaged,omitempty"`
	Unverified []rangeJSON `json:"unverified,omitempty"`
}

type rangeJSON struct {
	Offset     int64 `json:"offset"`
	Length     int64 `json:"length"`
	FirstPiece int   `json:"first_piece"`
	LastPiece  int   `json:"last_piece"`
	Shared     bool  `json:"shared,omitempty"` // the damage may be in another file of the piece: see bad_pieces
	Likely     bool  `json:"likely,omitempty"` // the neighbouring piece is damaged in this file
	Exact      bool  `json:"exact,omitempty"`  // found by comparing with a good copy
}

type badPieceJSON struct {
	Index int        `json:"index"`
	State string     `json:"state"`
	Since string     `json:"since,omitempty"` // when the journal noted it first; without a journal, or if that is now, there is none
	Files []partJSON `json:"files"`           // any of which may be the damaged one
}

type partJSON struct {
	Path   string `json:"path"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
	State  string `json:"state"` // suspect, whole or damaged
}

func reportToJSON(o verified) reportJSON {
	r := o.report
	v := reportJSON{
		Torrent: o.torrent, OK: o.ok(), Result: o.result().Raw, PiecesLost: r.LostPieces, PiecesKnown: r.KnownPieces, PiecesSkipped: r.SkippedPieces, Seed: r.Seed,
		Name: r.Name, NameHex: command.HexIfNeeded(r.Name), Content: r.Root, Incomplete: r.Incomplete,
		Pieces: r.Pieces, PiecesOK: r.GoodPieces, PiecesBad: r.BadPieces, PiecesUnchecked: r.UncheckedPieces,
		Bytes: r.Bytes, BytesOK: r.GoodBytes, BytesUnchecked: r.UncheckedBytes, Percent: percent(r.GoodBytes, r.Bytes),
		Files: make([]fileReportJSON, len(r.Files)), BadPieces: []badPieceJSON{},
	}
	for i := range r.Files {
		f := &r.Files[i]
		j := &v.Files[i]
		*j = fileReportJSON{
			Path: f.Path, PathHex: command.HexIfNeeded(f.Path), State: f.State.String(), Length: f.Length, Size: f.Size, BytesOK: r.Proved(i),
			Found: f.Found, FoundAs: foundAs(f), Damaged: rangesToJSON(f.Damaged), Unverified: rangesToJSON(f.Unverified),
		}
		if unfinished(r, i) {
			j.PiecesOK, _, _ = r.Good(i)
		}
		if f.Err != nil {
			j.Error = console.RootCause(f.Err).Error()
		}
	}
	if !r.Oldest.IsZero() {
		v.ReadSince = atSecond(r.Oldest)
	}
	if r.Differs != verify.SameName {
		v.ContentAs = r.Differs.String()
	}
	for p := range r.NotOK() {
		if !p.State.Bad() {
			continue
		}
		since := ""
		if at := r.BadSince(p.Index); !at.IsZero() {
			since = atSecond(at)
		}
		parts := make([]partJSON, len(p.Parts))
		for i, part := range p.Parts {
			parts[i] = partJSON{r.Files[part.File].Path, part.Offset, part.Length, part.Verdict.String()}
		}
		v.BadPieces = append(v.BadPieces, badPieceJSON{p.Index, p.State.String(), since, parts})
	}
	v.Extra = make([]extraJSON, len(r.Extra))
	for i, e := range r.Extra {
		v.Extra[i] = extraJSON{e.Path, command.HexIfNeeded(e.Path), e.Size, e.Kind}
	}
	v.ExtraMore = r.MoreExtra
	if c := r.Compared; c != nil {
		v.Compared = &comparedJSON{c.Root, c.Good, c.Bad}
	}
	return v
}

func foundAs(f *verify.FileReport) string {
	if f.Found == "" {
		return ""
	}
	return f.Differs.String()
}

func verifiedToJSON(v verified) reportJSON {
	j := reportToJSON(v)
	j.Repair, j.Search, j.Fixed = repairToJSON(v.repair), searchToJSON(v.search), fixedToJSON(v.fixed)
	return j
}

func rangesToJSON(ranges []verify.Range) []rangeJSON {
	list := make([]rangeJSON, len(ranges))
	for i, r := range ranges {
		list[i] = rangeJSON(r)
	}
	return list
}
