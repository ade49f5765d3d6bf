package inspecting

import (
	"encoding/hex"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// diffJSON is what "diff --json" prints.
type diffJSON struct {
	A              diffSideJSON             `json:"a"`
	B              diffSideJSON             `json:"b"`
	Same           bool                     `json:"same"`
	SameInfoHash   bool                     `json:"same_infohash"`
	InfoHashKeys   []string                 `json:"infohash_differs_by"`
	Keys           []keyChangeJSON          `json:"keys"`
	Fields         []fieldDiffJSON          `json:"fields"`
	Lists          []listChangeJSON         `json:"lists"`
	Files          []command.FileChangeJSON `json:"files"`
	FilesKnownSame int                      `json:"files_known_same"`
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

func diffToJSON(d *inspect.Difference, t [2]*metainfo.Torrent, names []string) diffJSON {
	v := diffJSON{Same: d.Same(), SameInfoHash: d.SameInfoHash, FilesKnownSame: d.SameFiles}
	for i, side := range []*diffSideJSON{&v.A, &v.B} {
		side.Input = names[i]
		h := t[i].Hashes()
		side.InfoHash, side.InfoHashV2 = h.V1.String(), h.V2.String()
	}
	v.InfoHashKeys = make([]string, len(d.InfoKeys))
	for i, k := range d.InfoKeys {
		v.InfoHashKeys[i] = k.Key
	}
	keys := slices.Concat(d.InfoKeys, d.OtherKeys)
	v.Keys = make([]keyChangeJSON, len(keys))
	for i, k := range keys {
		v.Keys[i] = keyChangeJSON{k.Key, shortHex(k.A), shortHex(k.B)}
	}
	v.Fields = make([]fieldDiffJSON, len(d.Fields))
	for i, f := range d.Fields {
		v.Fields[i] = fieldDiffJSON{f.Field, f.A, f.B, command.HexIfNeeded(f.A), command.HexIfNeeded(f.B)}
	}
	v.Lists = make([]listChangeJSON, len(d.Lists))
	for i, l := range d.Lists {
		v.Lists[i] = listChangeJSON{l.List, map[bool]string{true: "added", false: "removed"}[l.Added], l.Value}
	}
	v.Files = command.FileChangesToJSON(d.Files)
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
	files := make([]sharedJSON, len(shared))
	for i, s := range shared {
		files[i] = sharedJSON{s.Length, make([]placeJSON, len(s.In))}
		for k, p := range s.In {
			t := torrents[p.Torrent]
			files[i].In[k] = placeJSON{t.input, t.hashes.V1.String(), t.hashes.V2.String(), p.Path, command.HexIfNeeded(p.Path)}
		}
	}
	return commonJSON{files}
}
