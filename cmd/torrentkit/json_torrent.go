package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

// hexIfNeeded gives the bytes of a string that is not UTF-8, which JSON cannot hold.
func hexIfNeeded(s string) string {
	if utf8.ValidString(s) {
		return ""
	}
	return hex.EncodeToString([]byte(s))
}

// createdJSON is what "create --json" prints.
type createdJSON struct {
	Name        string `json:"name"`
	NameHex     string `json:"name_hex,omitempty"`
	Format      string `json:"format"`
	InfoHash    string `json:"infohash,omitempty"`
	InfoHashV2  string `json:"infohash_v2,omitempty"`
	Files       int    `json:"files"`
	Size        int64  `json:"size"`
	PieceLength int64  `json:"piece_length"`
	Pieces      int    `json:"pieces"`
	TorrentSize int    `json:"torrent_size"`
	Magnet      string `json:"magnet"`
	Output      string `json:"output"`

	ReusedPieces int      `json:"reused_pieces,omitempty"` // known from a journal or an old torrent
	ReusedBytes  int64    `json:"reused_bytes,omitempty"`
	Contradicted []string `json:"contradicted,omitempty"` // files that are not what the journal remembers
}

// shardJSON is what "create --shard --json" prints.
type shardJSON struct {
	Shard  int `json:"shard"`
	Shards int `json:"shards"`
	Pieces int `json:"pieces"`
	Known  int `json:"known"` // of them from the journal
}

func createdToJSON(t *metainfo.Torrent, reused create.Reused, out *output) createdJSON {
	h := t.Hashes()
	return createdJSON{
		Name: t.Name, NameHex: hexIfNeeded(t.Name), Format: t.Format.String(), InfoHash: h.V1.String(), InfoHashV2: h.V2.String(),
		Files: contentFiles(t), Size: t.Layout().TotalLength(), PieceLength: t.PieceLength, Pieces: t.Layout().NumPieces(),
		TorrentSize: len(t.Raw()), Magnet: magnetLink(t).String(), Output: out.String(),
		ReusedPieces: reused.Pieces, ReusedBytes: reused.Bytes, Contradicted: reused.Contradicted,
	}
}

// planJSON is what "create --dry-run --json" prints.
type planJSON struct {
	Name             string     `json:"name"`
	NameHex          string     `json:"name_hex,omitempty"`
	Format           string     `json:"format"`
	Size             int64      `json:"size"`
	PieceLength      int64      `json:"piece_length"`
	Pieces           int        `json:"pieces"`
	TorrentSize      int64      `json:"torrent_size"`
	TorrentSizeExact bool       `json:"torrent_size_exact"`
	Files            []fileJSON `json:"files"`
}

// fileJSON is a file of a torrent.
type fileJSON struct {
	Path       string `json:"path"`
	PathHex    string `json:"path_hex,omitempty"`
	Length     int64  `json:"length"`
	Attr       string `json:"attr,omitempty"`
	Pad        bool   `json:"pad,omitempty"`
	Link       string `json:"symlink,omitempty"`
	PiecesRoot string `json:"pieces_root,omitempty"`
}

func planToJSON(p *create.Plan) planJSON {
	v := planJSON{
		Name: p.Name, NameHex: hexIfNeeded(p.Name), Format: p.Format.String(), Size: p.TotalLength, PieceLength: p.PieceLength,
		Pieces: p.NumPieces, TorrentSize: p.Size, TorrentSizeExact: p.SizeIsExact, Files: make([]fileJSON, len(p.Files)),
	}
	for i, f := range p.Files {
		if f.Path == "" {
			f.Path = p.Name
		}
		v.Files[i] = fileJSON{Path: f.Path, PathHex: hexIfNeeded(f.Path), Length: f.Length, Link: f.Link}
	}
	return v
}

// decisionsJSON is what "create --list --json" prints.
type decisionsJSON struct {
	Name  string         `json:"name"`
	Paths []decisionJSON `json:"paths"`
}

type decisionJSON struct {
	Path     string `json:"path"`
	PathHex  string `json:"path_hex,omitempty"`
	Included bool   `json:"included"`
	Reason   string `json:"reason,omitempty"`
}

func decisionsToJSON(name string, c *create.Content) decisionsJSON {
	v := decisionsJSON{Name: name, Paths: []decisionJSON{}}
	for _, d := range c.Decisions {
		v.Paths = append(v.Paths, decisionJSON{d.Path, hexIfNeeded(d.Path), d.Included, d.Reason})
	}
	return v
}

// choicesJSON is what "create --plan --json" prints.
type choicesJSON struct {
	Name    string       `json:"name"`
	NameHex string       `json:"name_hex,omitempty"`
	Format  string       `json:"format"`
	Size    int64        `json:"size"`
	Choices []choiceJSON `json:"choices"`
}

type choiceJSON struct {
	PieceLength      int64    `json:"piece_length"`
	Chosen           bool     `json:"chosen"`
	Pieces           int      `json:"pieces"`
	PiecesV2         int      `json:"pieces_v2"`
	TorrentSizeV1    int64    `json:"torrent_size_v1"`
	TorrentSizeV2    int64    `json:"torrent_size_v2"`
	TorrentSizeBoth  int64    `json:"torrent_size_hybrid"`
	TorrentSizeExact bool     `json:"torrent_size_exact"`
	Padding          int64    `json:"padding"`
	RefusedBy        []string `json:"refused_by"`
}

func choicesToJSON(p *create.Plan, choices []create.Choice) choicesJSON {
	v := choicesJSON{Name: p.Name, NameHex: hexIfNeeded(p.Name), Format: p.Format.String(), Size: p.TotalLength}
	for _, c := range choices {
		v.Choices = append(v.Choices, choiceJSON{c.PieceLength, c.Chosen, c.Pieces, c.PiecesV2, c.V1, c.V2, c.Hybrid, c.Exact, c.Padding, orEmpty(c.RefusedBy)})
	}
	return v
}

// torrentJSON is what "inspect --json" prints.
type torrentJSON struct {
	Input       string        `json:"input"`
	Name        string        `json:"name"`
	NameHex     string        `json:"name_hex,omitempty"`
	InfoHash    string        `json:"infohash,omitempty"`
	InfoHashV2  string        `json:"infohash_v2,omitempty"`
	Format      string        `json:"format"`
	Size        int64         `json:"size"`
	PieceLength int64         `json:"piece_length"`
	Pieces      int           `json:"pieces"`
	Private     bool          `json:"private"`
	Trackers    [][]string    `json:"trackers"`
	WebSeeds    []string      `json:"web_seeds"`
	HTTPSeeds   []string      `json:"http_seeds,omitempty"`
	Nodes       []string      `json:"nodes,omitempty"`
	Source      string        `json:"source,omitempty"`
	Comment     string        `json:"comment,omitempty"`
	CreatedBy   string        `json:"created_by,omitempty"`
	Created     *time.Time    `json:"created,omitempty"`
	TorrentSize int           `json:"torrent_size"`
	Files       []fileJSON    `json:"files"`
	PieceHashes []pieceJSON   `json:"piece_hashes,omitempty"`
	Unknown     []keyJSON     `json:"unknown_keys,omitempty"`
	FileKeys    []fileKeyJSON `json:"unknown_file_keys,omitempty"`
	Warnings    []problemJSON `json:"warnings,omitempty"`
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

// pieceJSON is a piece, with "inspect --pieces".
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
		Input: input, Name: t.Name, NameHex: hexIfNeeded(t.Name), InfoHash: h.V1.String(), InfoHashV2: h.V2.String(), Format: t.Format.String(),
		Size: t.Layout().TotalLength(), PieceLength: t.PieceLength, Pieces: t.Layout().NumPieces(), Private: t.Private,
		Trackers: orEmpty(t.Trackers), WebSeeds: orEmpty(t.WebSeeds), HTTPSeeds: t.HTTPSeeds, Nodes: t.Nodes,
		Source: t.Source, Comment: t.Comment, CreatedBy: t.CreatedBy, TorrentSize: len(t.Raw()), Files: []fileJSON{},
	}
	if !t.CreationDate.IsZero() {
		v.Created = &t.CreationDate
	}
	for _, k := range t.UnknownOfFiles {
		v.FileKeys = append(v.FileKeys, fileKeyJSON{k.Key, hexIfNeeded(k.Key), k.Files})
	}
	for _, k := range t.Unknown {
		v.Unknown = append(v.Unknown, keyJSON{k.Path, k.Offset, hex.EncodeToString(k.Raw)})
	}
	for _, p := range t.Problems {
		v.Warnings = append(v.Warnings, problemJSON{p.ID, p.Path, p.Offset, p.Message})
	}
	return v
}

// writeTorrentJSON prints what "inspect --json" prints. There may be a million files, so that the object is never in
// memory whole.
func (a *app) writeTorrentJSON(t *metainfo.Torrent, input string, f *inspectFlags) error {
	v := torrentToJSON(t, input)
	if f.pieces {
		for i := range t.Layout().NumPieces() {
			v.PieceHashes = append(v.PieceHashes, pieceJSON{i, t.Layout().Piece(i).Length, hex.EncodeToString(t.PieceSHA1(i)), hex.EncodeToString(t.PieceRoot(i))})
		}
	}
	return a.writeAround(v, `"files":[]`, func(w io.Writer) error {
		var line bytes.Buffer
		e := json.NewEncoder(&line)
		e.SetEscapeHTML(false)
		if _, err := io.WriteString(w, "["); err != nil {
			return err
		}
		separator := ""
		for i := range t.Files {
			file := &t.Files[i]
			if file.Pad() && !f.pads {
				continue
			}
			line.Reset()
			line.WriteString(separator)
			separator = ","
			if err := e.Encode(fileToJSON(file, filePath(t, i))); err != nil {
				return fmt.Errorf("encoding JSON: %w", err)
			}
			if _, err := w.Write(bytes.TrimSuffix(line.Bytes(), []byte("\n"))); err != nil {
				return err
			}
		}
		_, err := io.WriteString(w, "]")
		return err
	})
}

func fileToJSON(f *metainfo.File, path string) fileJSON {
	j := fileJSON{Path: path, PathHex: hexIfNeeded(path), Length: f.Length, Attr: f.Attr, Pad: f.Pad(), Link: f.Link}
	if f.Root != [32]byte{} {
		j.PiecesRoot = hex.EncodeToString(f.Root[:])
	}
	return j
}

// orEmpty makes an empty list of none, so that it is [] and not null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
