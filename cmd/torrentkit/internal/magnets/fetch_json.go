package magnets

import (
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

// add puts in what came of sources and peers.
func (v *fetchJSON) add(sources []magnet.SourceReport, peers []magnet.PeerReport) {
	v.Sources, v.Peers = []sourceJSON{}, []fetchPeerJSON{}
	for _, s := range sources {
		v.Sources = append(v.Sources, sourceJSON{s.Name, s.Peers, errorText(s.Err)})
	}
	for i := range peers {
		p := &peers[i]
		v.Peers = append(v.Peers, fetchPeerJSON{p.Address, p.Source, p.Client, p.Reason.String(), errorText(p.Err), p.Encrypted, p.Blocks})
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
