package magnets

import (
	"encoding/hex"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/magnet"
)

// linkJSON is what "magnet --json" and "inspect LINK --json" print of a link.
type linkJSON struct {
	Input      string           `json:"input"`
	Magnet     string           `json:"magnet"`
	InfoHash   string           `json:"infohash,omitempty"`
	InfoHashV2 string           `json:"infohash_v2,omitempty"`
	PublicKey  string           `json:"public_key,omitempty"`
	SaltHex    string           `json:"salt_hex,omitempty"`
	Name       string           `json:"name,omitempty"`
	NameHex    string           `json:"name_hex,omitempty"`
	Size       int64            `json:"size,omitempty"`
	Trackers   []string         `json:"trackers"`
	WebSeeds   []string         `json:"web_seeds"`
	Sources    []string         `json:"sources,omitempty"`
	Mirrors    []string         `json:"mirrors,omitempty"`
	Peers      []string         `json:"peers,omitempty"`
	Select     []indexRangeJSON `json:"select,omitempty"`
	Keywords   []string         `json:"keywords,omitempty"`
	Manifests  []string         `json:"manifests,omitempty"`
	Nodes      []string         `json:"nodes,omitempty"`
	Topics     []string         `json:"other_topics,omitempty"`
	Other      []paramJSON      `json:"other_parameters,omitempty"`
	Issues     []issueJSON      `json:"issues"`
}

// indexRangeJSON is a run of file indices, both ends included.
type indexRangeJSON struct {
	First int64 `json:"first"`
	Last  int64 `json:"last"`
}

type paramJSON struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type issueJSON struct {
	Kind      string `json:"kind"`
	Lost      bool   `json:"lost"`
	Parameter string `json:"parameter,omitempty"`
	Offset    int    `json:"offset"`
	Detail    string `json:"detail"`
}

func linkToJSON(input string, l magnet.Link, issues []magnet.Issue) linkJSON {
	v := linkJSON{
		Input: input, Magnet: l.String(), SaltHex: hex.EncodeToString(l.Salt), Name: l.Name, NameHex: command.HexIfNeeded(l.Name), Size: l.Size,
		Trackers: command.OrEmpty(l.Trackers), WebSeeds: command.OrEmpty(l.WebSeeds), Sources: l.Sources, Mirrors: l.Mirrors, Peers: l.Peers,
		Keywords: l.Keywords, Manifests: l.Manifests, Nodes: l.Nodes, Topics: l.Topics,
		Select: make([]indexRangeJSON, len(l.Select)), Other: make([]paramJSON, len(l.Extra)), Issues: make([]issueJSON, len(issues)),
	}
	for i, r := range l.Select {
		v.Select[i] = indexRangeJSON(r)
	}
	for i, p := range l.Extra {
		v.Other[i] = paramJSON(p)
	}
	for i, one := range issues {
		v.Issues[i] = issueJSON{one.Kind.String(), one.Lost(), one.Param, one.Offset, one.Detail}
	}
	v.InfoHash, v.InfoHashV2 = l.V1.String(), l.V2.String()
	if !l.Key.IsZero() {
		v.PublicKey = l.Key.String()
	}
	return v
}

// comparisonJSON is what "magnet A B --json" prints.
type comparisonJSON struct {
	A           string           `json:"a"`
	B           string           `json:"b"`
	SameTorrent bool             `json:"same_torrent"`
	SameLink    bool             `json:"same_link"`
	Differences []differenceJSON `json:"differences"`
}

type differenceJSON struct {
	Parameter string   `json:"parameter"`
	A         []string `json:"a"`
	B         []string `json:"b"`
}

func comparisonToJSON(args []string, same bool, diffs []magnet.Difference) comparisonJSON {
	list := make([]differenceJSON, len(diffs))
	for i, d := range diffs {
		list[i] = differenceJSON{d.Field, command.OrEmpty(d.A), command.OrEmpty(d.B)}
	}
	return comparisonJSON{A: args[0], B: args[1], SameTorrent: same, SameLink: len(diffs) == 0, Differences: list}
}
