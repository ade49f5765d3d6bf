package inspecting

import (
	"encoding/hex"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// diffJSON is what "diff --json" prints.
type diffJSON struct {
	A              diffSideJSON     `json:"a"`
	B              diffSideJSON     `json:"b"`
	Same           bool             `json:"same"`
	SameInfoHash   bool             `json:"same_infohash"`
	InfoHashKeys   []string         `json:"infohash_differs_by"`
	Keys           []keyChangeJSON  `json:"keys"`
	Fields         []fieldDiffJSON  `json:"fields"`
	Lists          []listChangeJSON `json:"lists"`
	Files          []fileChangeJSON `json:"files"`
	FilesKnownSame int              `json:"files_known_same"`
}

type diffSideJSON struct {
	Input      string `json:"input"`
	InfoHash   string `json:"infohash,omitempty"`
	InfoHashV2 string `json:"infohash_v2,omitempty"`
}

// keyChangeJSON has values of up to 1 KiB only: info.pieces of a large torrent would be all that is seen.
type keyChangeJSON struct {
	Key  string `json:"key"`
	AHex string `json:"a_hex,omitempty"`
	BHex string `json:"b_hex,omitempty"`
}

type fieldDiffJSON struct {
	Field string `json:"field"`
	A     string `json:"a"`
	B     string `json:"b"`
	AHex  string `json:"a_hex,omitempty"`
	BHex  string `json:"b_hex,omitempty"`
}

type listChangeJSON struct {
	List   string `json:"list"`
	Change string `json:"change"` // added or removed
	Value  string `json:"value"`
}

type fileChangeJSON struct {
	Change  string `json:"change"`
	A       string `json:"a,omitempty"`
	AHex    string `json:"a_hex,omitempty"`
	B       string `json:"b,omitempty"`
	BHex    string `json:"b_hex,omitempty"`
	LengthA int64  `json:"length_a"`
	LengthB int64  `json:"length_b"`
}

func diffToJSON(d *inspect.Difference, t [2]*metainfo.Torrent, names []string) diffJSON {
	v := diffJSON{Same: d.Same(), SameInfoHash: d.SameInfoHash, InfoHashKeys: []string{}, Keys: []keyChangeJSON{}, Fields: []fieldDiffJSON{},
		Lists: []listChangeJSON{}, Files: []fileChangeJSON{}, FilesKnownSame: d.SameFiles}
	for i, side := range []*diffSideJSON{&v.A, &v.B} {
		side.Input = names[i]
		h := t[i].Hashes()
		side.InfoHash, side.InfoHashV2 = h.V1.String(), h.V2.String()
	}
	for _, k := range d.InfoKeys {
		v.InfoHashKeys = append(v.InfoHashKeys, k.Key)
		v.Keys = append(v.Keys, keyChangeJSON{k.Key, shortHex(k.A), shortHex(k.B)})
	}
	for _, k := range d.OtherKeys {
		v.Keys = append(v.Keys, keyChangeJSON{k.Key, shortHex(k.A), shortHex(k.B)})
	}
	for _, f := range d.Fields {
		v.Fields = append(v.Fields, fieldDiffJSON{f.Field, f.A, f.B, command.HexIfNeeded(f.A), command.HexIfNeeded(f.B)})
	}
	for _, l := range d.Lists {
		change := "removed"
		if l.Added {
			change = "added"
		}
		v.Lists = append(v.Lists, listChangeJSON{l.List, change, l.Value})
	}
	for _, f := range d.Files {
		v.Files = append(v.Files, fileChangeJSON{f.Kind.String(), f.A, command.HexIfNeeded(f.A), f.B, command.HexIfNeeded(f.B), f.LengthA, f.LengthB})
	}
	return v
}

func shortHex(b []byte) string {
	if len(b) > 1<<10 {
		return ""
	}
	return hex.EncodeToString(b)
}

// commonJSON is what "diff --common --json" prints.
type commonJSON struct {
	Files []sharedJSON `json:"files"`
}

type sharedJSON struct {
	Length int64       `json:"length"`
	In     []placeJSON `json:"in"`
}

type placeJSON struct {
	Input      string `json:"input"`
	InfoHash   string `json:"infohash,omitempty"`
	InfoHashV2 string `json:"infohash_v2,omitempty"`
	Path       string `json:"path"`
	PathHex    string `json:"path_hex,omitempty"`
}

func commonToJSON(shared []inspect.SharedFile, torrents []compared) commonJSON {
	v := commonJSON{Files: []sharedJSON{}}
	for _, s := range shared {
		j := sharedJSON{Length: s.Length}
		for _, p := range s.In {
			t := torrents[p.Torrent]
			h := t.hashes
			j.In = append(j.In, placeJSON{t.input, h.V1.String(), h.V2.String(), p.Path, command.HexIfNeeded(p.Path)})
		}
		v.Files = append(v.Files, j)
	}
	return v
}
