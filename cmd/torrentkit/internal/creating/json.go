package creating

import (
	"math"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// createdJSON is what "create --json" prints. URLs are whole, as in the .torrent.
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
	TorrentSize int64  `json:"torrent_size"`
	Magnet      string `json:"magnet"`
	Output      string `json:"output"`

	Private     bool       `json:"private,omitempty"`
	Source      string     `json:"source,omitempty"`
	Created     *time.Time `json:"created,omitempty"`
	Trackers    [][]string `json:"trackers,omitempty"`
	WebSeeds    []string   `json:"web_seeds,omitempty"`
	WebSeedAsks []string   `json:"web_seed_asks,omitempty"` // what a client asks each web seed for the first file
	Seconds     float64    `json:"seconds"`

	ReusedPieces int      `json:"reused_pieces,omitempty"` // known from a journal or an old torrent
	ReusedBytes  int64    `json:"reused_bytes,omitempty"`
	Contradicted []string `json:"contradicted,omitempty"` // files that are not what the journal remembers
}

// expectJSON is what "create --expect --json" and "create --expect-infohash --json" print where the torrent is another. An
// infohash does not tell which files and keys differ: the lists are empty then.
type expectJSON struct {
	Same           bool                     `json:"same"` // false
	Expected       hashesJSON               `json:"expected"`
	Got            hashesJSON               `json:"got"`
	InfoHashKeys   []string                 `json:"infohash_differs_by"`
	Files          []command.FileChangeJSON `json:"files"` // a is in the torrent that was expected, b in the content
	FilesKnownSame int                      `json:"files_known_same"`
}

type hashesJSON struct {
	InfoHash   string `json:"infohash,omitempty"`
	InfoHashV2 string `json:"infohash_v2,omitempty"`
}

func unexpectedToJSON(d *inspect.Difference, want, got metainfo.Hashes) expectJSON {
	return expectJSON{
		Expected: hashesJSON{want.V1.String(), want.V2.String()}, Got: hashesJSON{got.V1.String(), got.V2.String()}, InfoHashKeys: infoKeys(d),
		Files: command.FileChangesToJSON(d.Files), FilesKnownSame: d.SameFiles,
	}
}

func otherHashToJSON(e *create.UnexpectedHashError) expectJSON {
	v := expectJSON{Got: hashesJSON{e.Got.V1.String(), e.Got.V2.String()}, InfoHashKeys: []string{}, Files: []command.FileChangeJSON{}}
	if len(e.Want) == 2*len(metainfo.HashV1{}) {
		v.Expected.InfoHash = e.Want
	} else {
		v.Expected.InfoHashV2 = e.Want
	}
	return v
}

// deniedJSON is what "create --deny --json" prints where the rules find something.
type deniedJSON struct {
	Denied  []deniedFindingJSON `json:"denied"`
	Omitted map[string]int      `json:"omitted,omitempty"` // by rule: how many more there are
}

type deniedFindingJSON struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

func deniedToJSON(denied []*inspect.Finding, omitted map[string]int) deniedJSON {
	list := make([]deniedFindingJSON, len(denied))
	for i, f := range denied {
		list[i] = deniedFindingJSON{f.Rule.ID, f.Message}
	}
	return deniedJSON{list, omitted}
}

// shardJSON is what "create --shard --json" prints.
type shardJSON struct {
	Shard  int `json:"shard"`
	Shards int `json:"shards"`
	Pieces int `json:"pieces"`
	Known  int `json:"known"` // of them from the journal
}

func createdToJSON(c created, out *command.Output) createdJSON {
	t, reused, h := c.Torrent, c.reused, c.Hashes()
	v := createdJSON{
		Name: t.Name, NameHex: command.HexIfNeeded(t.Name), Format: t.Format.String(), InfoHash: h.V1.String(), InfoHashV2: h.V2.String(),
		Files: command.ContentFiles(t), Size: t.Size(), PieceLength: t.PieceLength, Pieces: t.NumPieces(),
		TorrentSize: c.bytes, Magnet: c.link().String(), Output: out.String(),
		ReusedPieces: reused.Pieces, ReusedBytes: reused.Bytes, Contradicted: reused.Contradicted,
		Private: t.Private, Source: t.Source, Trackers: t.Trackers, WebSeeds: t.WebSeeds, WebSeedAsks: c.firstFile(),
		Seconds: math.Round(c.took.Seconds()*1000) / 1000,
	}
	if !t.CreationDate.IsZero() {
		v.Created = &t.CreationDate
	}
	return v
}

// planJSON is what "create --dry-run --json" prints.
type planJSON struct {
	Name             string             `json:"name"`
	NameHex          string             `json:"name_hex,omitempty"`
	Format           string             `json:"format"`
	Size             int64              `json:"size"`
	PieceLength      int64              `json:"piece_length"`
	Pieces           int                `json:"pieces"`
	TorrentSize      int64              `json:"torrent_size"`
	TorrentSizeExact bool               `json:"torrent_size_exact"`
	Files            []command.FileJSON `json:"files"`
}

func planToJSON(p *create.Plan) planJSON {
	v := planJSON{
		Name: p.Name, NameHex: command.HexIfNeeded(p.Name), Format: p.Format.String(), Size: p.TotalLength, PieceLength: p.PieceLength,
		Pieces: p.NumPieces, TorrentSize: p.Size, TorrentSizeExact: p.SizeIsExact, Files: make([]command.FileJSON, len(p.Files)),
	}
	for i, f := range p.Files {
		if f.Path == "" {
			f.Path = p.Name
		}
		v.Files[i] = command.FileJSON{Path: f.Path, PathHex: command.HexIfNeeded(f.Path), Length: f.Length, Link: f.Link()}
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
	list := make([]decisionJSON, len(c.Decisions))
	for i, d := range c.Decisions {
		list[i] = decisionJSON{d.Path, command.HexIfNeeded(d.Path), d.Included, d.Reason}
	}
	return decisionsJSON{name, list}
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
	list := make([]choiceJSON, len(choices))
	for i, c := range choices {
		list[i] = choiceJSON{c.PieceLength, c.Chosen, c.Pieces, c.PiecesV2, c.V1, c.V2, c.Hybrid, c.Exact, c.Padding, command.OrEmpty(c.RefusedBy)}
	}
	return choicesJSON{Name: p.Name, NameHex: command.HexIfNeeded(p.Name), Format: p.Format.String(), Size: p.TotalLength, Choices: list}
}
