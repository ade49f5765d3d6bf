package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/magnet"
)

// tellPeers says where peers came from and what came of them: a line in sum, or one for each with --verbose.
func (a *app) tellPeers(sources []magnet.SourceReport, peers []magnet.PeerReport, f *fetchFlags) {
	var from []string
	for _, s := range sources {
		if s.Peers > 0 {
			from = append(from, fmt.Sprintf("%d from %s", s.Peers, a.url(s.Name)))
		}
		if s.Err != nil {
			a.note(fmt.Sprintf("%s: %v", a.url(s.Name), s.Err))
		}
	}
	if f.verbose {
		for i := range peers {
			a.note(peerLine(&peers[i]))
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
	a.note(fmt.Sprintf("peers: %s: %s", strings.Join(from, ", "), strings.Join(came, ", ")))
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
func (a *app) showFetched(input string, res *magnet.Result, out *output) error {
	if a.options.JSON {
		v := fetchJSON{
			Input: input, Found: true, InfoHash: res.V1.String(), InfoHashV2: res.V2.String(), Name: res.Name, NameHex: hexIfNeeded(res.Name), Private: res.Private,
			InfoSize: len(res.Info), TorrentSize: len(res.Torrent), MissingLayers: res.MissingLayers, From: res.From, Problems: res.Problems,
			Seconds: math.Round(res.Elapsed.Seconds()*1000) / 1000,
		}
		if out != nil {
			v.Output = out.String()
		}
		v.add(res.Sources, res.Peers)
		return a.json(v)
	}
	if out != nil && out.kind == toStdout {
		return nil
	}
	var f fields
	f.text("name", res.Name)
	optional(&f, "infohash", res.V1.String())
	optional(&f, "infohash v2", res.V2.String())
	f.size("torrent size", int64(len(res.Torrent)))
	f.text("from", a.url(res.From))
	f.add("time", cell{human: res.Elapsed.Round(time.Millisecond).String(), raw: fmt.Sprintf("%.3f", res.Elapsed.Seconds())})
	if out != nil {
		f.text("output", out.String())
	}
	a.show(&f)
	return nil
}
