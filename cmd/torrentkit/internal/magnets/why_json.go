package magnets

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// whyJSON is what "magnet --why --json" prints.
type whyJSON struct {
	Input         string         `json:"input"`
	Starts        bool           `json:"starts"`
	InfoHash      string         `json:"infohash,omitempty"`
	InfoHashV2    string         `json:"infohash_v2,omitempty"`
	Metadata      bool           `json:"metadata"` // was had
	MissingLayers int            `json:"missing_layers"`
	Asked         []askedJSON    `json:"asked"`
	Peers         int            `json:"peers"`
	Results       map[string]int `json:"results"` // how many peers, by what came of them
	Missing       []missingJSON  `json:"missing"`
}

type askedJSON struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Peers int    `json:"peers"`
	Error string `json:"error,omitempty"`
}

type missingJSON struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Try  string `json:"try"`
}

func whyToJSON(con *console.Console, input string, w *why) whyJSON {
	hide := hider(con, w.sources)
	v := whyJSON{Input: input, Starts: w.starts(), InfoHash: w.link.V1.String(), InfoHashV2: w.link.V2.String(), Metadata: w.res != nil, Peers: len(w.peers), Results: map[string]int{}}
	if w.res != nil {
		v.MissingLayers = w.res.MissingLayers
	}
	v.Asked = make([]askedJSON, len(w.sources))
	for i, s := range w.sources {
		v.Asked[i] = askedJSON{sourceKind(s), s.Name, s.Peers, hide(errorText(s.Err))}
	}
	for r, n := range magnet.Count(w.peers) {
		v.Results[r.String()] = n
	}
	v.Missing = make([]missingJSON, len(w.missing))
	for i, m := range w.missing {
		v.Missing[i] = missingJSON{m.code, m.text, m.try}
	}
	return v
}
