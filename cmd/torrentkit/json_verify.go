package main

import "github.com/torrentkit/torrentkit/verify"

// reportJSON is what "verify --json" prints.
type reportJSON struct {
	Name            string           `json:"name"`
	NameHex         string           `json:"name_hex,omitempty"`
	Content         string           `json:"content"`
	OK              bool             `json:"ok"`
	Incomplete      bool             `json:"incomplete,omitempty"` // interrupted
	Pieces          int              `json:"pieces"`
	PiecesOK        int              `json:"pieces_ok"`
	PiecesBad       int              `json:"pieces_bad"`
	PiecesUnchecked int              `json:"pieces_unchecked"`
	Bytes           int64            `json:"bytes"`
	BytesOK         int64            `json:"bytes_ok"`
	Percent         string           `json:"percent"` // rounded down to two decimals
	Files           []fileReportJSON `json:"files"`
	BadPieces       []badPieceJSON   `json:"bad_pieces"`
}

type fileReportJSON struct {
	Path       string      `json:"path"`
	PathHex    string      `json:"path_hex,omitempty"`
	State      string      `json:"state"`
	Length     int64       `json:"length"`
	Size       int64       `json:"size"` // on disk
	Error      string      `json:"error,omitempty"`
	Damaged    []rangeJSON `json:"damaged,omitempty"`
	Unverified []rangeJSON `json:"unverified,omitempty"`
}

type rangeJSON struct {
	Offset     int64 `json:"offset"`
	Length     int64 `json:"length"`
	FirstPiece int   `json:"first_piece"`
	LastPiece  int   `json:"last_piece"`
	Shared     bool  `json:"shared,omitempty"` // the piece holds bytes of other files: see bad_pieces
}

type badPieceJSON struct {
	Index int        `json:"index"`
	State string     `json:"state"`
	Files []partJSON `json:"files"` // any of which may be the damaged one
}

type partJSON struct {
	Path   string `json:"path"`
	Offset int64  `json:"offset"`
	Length int64  `json:"length"`
}

func reportToJSON(r *verify.Report) reportJSON {
	v := reportJSON{
		Name: r.Name, NameHex: hexIfNeeded(r.Name), Content: r.Root, OK: r.OK(), Incomplete: r.Incomplete,
		Pieces: r.Pieces, PiecesOK: r.GoodPieces, PiecesBad: r.BadPieces, PiecesUnchecked: r.UncheckedPieces,
		Bytes: r.Bytes, BytesOK: r.GoodBytes, Percent: percent(r.GoodBytes, r.Bytes),
		Files: make([]fileReportJSON, len(r.Files)), BadPieces: []badPieceJSON{},
	}
	for i := range r.Files {
		f := &r.Files[i]
		j := &v.Files[i]
		*j = fileReportJSON{
			Path: f.Path, PathHex: hexIfNeeded(f.Path), State: f.State.String(), Length: f.Length, Size: f.Size,
			Damaged: rangesToJSON(f.Damaged), Unverified: rangesToJSON(f.Unverified),
		}
		if f.Err != nil {
			j.Error = rootCause(f.Err).Error()
		}
	}
	for p := range r.NotOK() {
		if !p.State.Bad() {
			continue
		}
		bad := badPieceJSON{Index: p.Index, State: p.State.String(), Files: []partJSON{}}
		for _, part := range p.Parts {
			bad.Files = append(bad.Files, partJSON{r.Files[part.File].Path, part.Offset, part.Length})
		}
		v.BadPieces = append(v.BadPieces, bad)
	}
	return v
}

func rangesToJSON(ranges []verify.Range) []rangeJSON {
	var list []rangeJSON
	for _, r := range ranges {
		list = append(list, rangeJSON(r))
	}
	return list
}
