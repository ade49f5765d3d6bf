package magnets

import (
	"fmt"
	"math"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// hider returns what hides the secrets of the sources in a text: trackers repeat the URLs that they were asked by, in
// words, in names of peers, in parts, and peers say what they like.
func hider(con *console.Console, sources []magnet.SourceReport) func(string) string {
	names := make([]string, len(sources))
	for i := range sources {
		names[i] = sources[i].Name
	}
	return func(s string) string { return con.Redact(s, names...) }
}

// tellPeers says where peers came from and what came of them: a line in sum, or one for each with --verbose.
func tellPeers(con *console.Console, sources []magnet.SourceReport, peers []magnet.PeerReport, f *fetchFlags) {
	hide := hider(con, sources)
	var from []string
	for _, s := range sources {
		if s.Peers > 0 {
			from = append(from, fmt.Sprintf("%d from %s", s.Peers, con.URL(s.Name)))
		}
		if s.Err != nil {
			con.Note(hide(con.URL(s.Name) + ": " + console.OneLine(s.Err)))
		}
	}
	if f.verbose {
		for i := range peers {
			con.Note(hide(peerLine(&peers[i])))
		}
	}
	if len(peers) == 0 {
		return
	}
	var came []string
	counts := magnet.Count(peers)
	for r := magnet.Delivered; r <= magnet.BadEncryption; r++ {
		if n := counts[r]; n > 0 {
			came = append(came, fmt.Sprintf("%d %s", n, r))
		}
	}
	con.Note(fmt.Sprintf("peers: %s: %s", strings.Join(from, ", "), strings.Join(came, ", ")))
}

// peerLine is a peer in one line.
func peerLine(p *magnet.PeerReport) string {
	s := fmt.Sprintf("peer %s (%s): %s", p.Address, p.Source, p.Reason)
	if p.Err != nil {
		s += fmt.Sprintf(" (%v)", p.Err)
	}
	if p.Blocks > 0 {
		s += fmt.Sprintf(", %d blocks", p.Blocks)
	}
	if p.Client != "" {
		s += fmt.Sprintf(", client %q", p.Client)
	}
	if p.Encrypted {
		s += ", encrypted"
	}
	return s
}

// showFetched prints what was had. Where the torrent itself went to standard output, nothing else does.
func showFetched(con *console.Console, input string, res *magnet.Result, out *command.Output) error {
	if con.Options.JSON {
		v := fetchJSON{
			Input: input, Found: true, InfoHash: res.V1.String(), InfoHashV2: res.V2.String(), Name: res.Name, NameHex: command.HexIfNeeded(res.Name), Private: res.Private,
			InfoSize: res.InfoSize, TorrentSize: len(res.Torrent), MissingLayers: res.MissingLayers, From: res.From,
			Seconds: math.Round(res.Elapsed.Seconds()*1000) / 1000,
		}
		if out != nil {
			v.Output = out.String()
		}
		for _, p := range res.Problems {
			v.Problems = append(v.Problems, hider(con, res.Sources)(p))
		}
		v.add(con, res.Sources, res.Peers)
		return con.JSON(v)
	}
	if out != nil && out.Kind == command.ToStdout {
		return nil
	}
	var f console.Fields
	f.Text("name", res.Name)
	command.AddInfoHashes(&f, metainfo.Hashes{V1: res.V1, V2: res.V2})
	f.Size("torrent size", int64(len(res.Torrent)))
	f.Text("from", con.URL(res.From))
	f.Add("time", &console.Cell{Human: con.Times.Answer(res.Elapsed), Raw: fmt.Sprintf("%.3f", res.Elapsed.Seconds())})
	if out != nil {
		f.Text("output", out.String())
	}
	con.Show(&f)
	return nil
}
