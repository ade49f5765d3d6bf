package inspecting

import (
	"encoding/hex"
	"io"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
)

// torrentJSON is what "inspect --json" prints.
type torrentJSON struct {
	Input       string             `json:"input"`
	Name        string             `json:"name"`
	NameHex     string             `json:"name_hex,omitempty"`
	InfoHash    string             `json:"infohash,omitempty"`
	InfoHashV2  string             `json:"infohash_v2,omitempty"`
	Format      string             `json:"format"`
	Size        int64              `json:"size"`
	PieceLength int64              `json:"piece_length"`
	Pieces      int                `json:"pieces"`
	Private     bool               `json:"private"`
	Trackers    [][]string         `json:"trackers"`
	WebSeeds    []string           `json:"web_seeds"`
	HTTPSeeds   []string           `json:"http_seeds,omitempty"`
	Nodes       []string           `json:"nodes,omitempty"`
	Source      string             `json:"source,omitempty"`
	Comment     string             `json:"comment,omitempty"`
	CreatedBy   string             `json:"created_by,omitempty"`
	Created     *time.Time         `json:"created,omitempty"`
	TorrentSize int                `json:"torrent_size"`
	Files       []command.FileJSON `json:"files"`
	PieceHashes []pieceJSON        `json:"piece_hashes,omitempty"`
	Unknown     []keyJSON          `json:"unknown_keys,omitempty"`
	FileKeys    []fileKeyJSON      `json:"unknown_file_keys,omitempty"`
	Warnings    []problemJSON      `json:"warnings,omitempty"`
	Lint        *lintedJSON        `json:"lint,omitempty"` // none where lint finds nothing
}

// lintedJSON counts what lint finds.
type lintedJSON struct {
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
}

type keyJSON struct {
	Key    string `json:"key"`
	Offset int    `json:"offset"`
	RawHex string `json:"raw_hex"`
}

type fileKeyJSON struct {
	Key    string `json:"key"`
	KeyHex string `json:"key_hex,omitempty"`
	Files  int    `json:"files"`
}

// pieceJSON is a piece that has a hash, with "inspect --pieces".
type pieceJSON struct {
	Index  int    `json:"index"`
	Length int64  `json:"length"`
	SHA1   string `json:"sha1,omitempty"`
	Root   string `json:"root,omitempty"`
}

type problemJSON struct {
	ID      string `json:"id"`
	Key     string `json:"key,omitempty"`
	Offset  int    `json:"offset"`
	Message string `json:"message"`
}

// torrentToJSON leaves the files out: writeTorrentJSON writes them one by one.
func torrentToJSON(t *metainfo.Torrent, input string) torrentJSON {
	h := t.Hashes()
	v := torrentJSON{
		Input: input, Name: t.Name, NameHex: command.HexIfNeeded(t.Name), InfoHash: h.V1.String(), InfoHashV2: h.V2.String(), Format: t.Format.String(),
		Size: t.Size(), PieceLength: t.PieceLength, Pieces: t.NumPieces(), Private: t.Private,
		Trackers: command.OrEmpty(t.Trackers), WebSeeds: command.OrEmpty(t.WebSeeds), HTTPSeeds: t.HTTPSeeds, Nodes: t.Nodes,
		Source: t.Source, Comment: t.Comment, CreatedBy: t.CreatedBy, TorrentSize: len(t.Raw()), Files: []command.FileJSON{},
	}
	if !t.CreationDate.IsZero() {
		v.Created = &t.CreationDate
	}
	v.FileKeys = make([]fileKeyJSON, len(t.UnknownOfFiles))
	for i, k := range t.UnknownOfFiles {
		v.FileKeys[i] = fileKeyJSON{k.Key, command.HexIfNeeded(k.Key), k.Files}
	}
	v.Unknown = make([]keyJSON, len(t.Unknown))
	for i, k := range t.Unknown {
		v.Unknown[i] = keyJSON{k.Path, k.Offset, hex.EncodeToString(k.Raw)}
	}
	v.Warnings = make([]problemJSON, len(t.Problems))
	for i, p := range t.Problems {
		v.Warnings[i] = problemJSON{p.ID, p.Path, p.Offset, p.Message}
	}
	return v
}

// writeTorrentJSON prints what "inspect --json" prints. There may be a million files, so that the object is never in
// memory whole.
func writeTorrentJSON(con *console.Console, l linted, f *inspectFlags) error {
	t := l.report.Torrent
	v := torrentToJSON(t, l.input)
	if errors, warnings := l.report.Count(); errors+warnings > 0 {
		v.Lint = &lintedJSON{errors, warnings}
	}
	return con.WriteAround(v, `"files":[]`, func(w io.Writer) error {
		stored := t.StoredPaths(metainfo.Libtorrent)
		err := console.ListTo(w, func(yield func(any) bool) {
			for i := range f.shown(t) {
				j := fileToJSON(t, i)
				if stored != nil && stored[i] != j.Path {
					j.StoredAs = stored[i]
				}
				if !yield(j) {
					return
				}
			}
		})
		if err != nil || !f.pieces {
			return err
		}
		if _, err := io.WriteString(w, `,"piece_hashes":`); err != nil {
			return err
		}
		return console.ListTo(w, func(yield func(any) bool) {
			for i := range t.Hashed() {
				if !yield(pieceJSON{i, t.Layout().Piece(i).Length, hex.EncodeToString(t.PieceSHA1(i)), hex.EncodeToString(t.PieceRoot(i))}) {
					return
				}
			}
		})
	})
}

func fileToJSON(t *metainfo.Torrent, i int) command.FileJSON {
	f, path := &t.Files[i], filePath(t, i)
	return command.FileJSON{Path: path, PathHex: command.HexIfNeeded(path), Length: f.Length, Attr: f.Attr(), Pad: f.Pad(), Link: f.Link(), PiecesRoot: rootText(t, i)}
}
