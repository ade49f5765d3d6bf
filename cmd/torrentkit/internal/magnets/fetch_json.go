package magnets

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// fetchJSON is what "magnet fetch --json" prints, also of a fetch that failed.
type fetchJSON struct {
	Input         string          `json:"input"`
	Found         bool            `json:"found"`
	Error         string          `json:"error,omitempty"`
	InfoHash      string          `json:"infohash,omitempty"`
	InfoHashV2    string          `json:"infohash_v2,omitempty"`
	Name          string          `json:"name,omitempty"`
	NameHex       string          `json:"name_hex,omitempty"`
	Private       bool            `json:"private"`
	InfoSize      int             `json:"info_size"`
	TorrentSize   int             `json:"torrent_size"`
	MissingLayers int             `json:"missing_layers"`
	From          string          `json:"from,omitempty"`
	Output        string          `json:"output,omitempty"`
	Seconds       float64         `json:"seconds"`
	Problems      []string        `json:"problems,omitempty"`
	Sources       []sourceJSON    `json:"sources"`
	Peers         []fetchPeerJSON `json:"peers"`
}

type sourceJSON struct {
	Name  string `json:"name"`
	Peers int    `json:"peers"`
	Error string `json:"error,omitempty"`
}

type fetchPeerJSON struct {
	Address   string `json:"address"`
	Source    string `json:"source"`
	Client    string `json:"client,omitempty"`
	Result    string `json:"result"`
	Error     string `json:"error,omitempty"`
	Encrypted bool   `json:"encrypted"`
	Blocks    int    `json:"blocks"`
}

// add puts in what came of sources and peers. The names of sources are whole, as they were given; the words of trackers and
// peers are not.
func (v *fetchJSON) add(con *console.Console, sources []magnet.SourceReport, peers []magnet.PeerReport) {
	hide := hider(con, sources)
	v.Sources = make([]sourceJSON, len(sources))
	for i, s := range sources {
		v.Sources[i] = sourceJSON{s.Name, s.Peers, hide(errorText(s.Err))}
	}
	v.Peers = make([]fetchPeerJSON, len(peers))
	for i, p := range peers {
		v.Peers[i] = fetchPeerJSON{hide(p.Address), p.Source, hide(p.Client), p.Reason.String(), hide(errorText(p.Err)), p.Encrypted, p.Blocks}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
