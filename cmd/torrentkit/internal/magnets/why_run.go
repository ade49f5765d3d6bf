package magnets

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// why is what came of asking for the torrent of a link as a client would.
type why struct {
	link    magnet.Link
	res     *magnet.Result // nil where the metadata was not had
	sources []magnet.SourceReport
	peers   []magnet.PeerReport
	missing []missing
}

// missing is something that keeps a link from starting, and what can be done about it.
type missing struct{ code, text, try string }

// runWhy asks for the torrent of a link, and reports. It is a no where the torrent does not start.
func runWhy(ctx context.Context, con *console.Console, arg string, f *magnetFlags) error {
	l, _, err := linkOf(ctx, con, arg, f)
	if err != nil {
		return err
	}
	fetch := fetchFlags{FetchOptions: magnet.FetchOptions{MaxPeers: 60, Timeout: f.timeout, AllowPrivate: f.allowPrivate, AllowMissingLayers: true,
		Client: "torrentkit/" + command.BuildVersion().Version}}
	if !f.noDHT {
		d, err := magnet.OpenDHT(magnet.DHTOptions{Nodes: f.nodes, AllowPrivate: f.allowPrivate})
		if err != nil {
			return err
		}
		defer func() { _ = d.Close() }()
		fetch.dht = d
	}
	p := con.StartProgress("asking trackers, the DHT and peers")
	res, err := fetchLink(ctx, con, l.String(), &fetch, newFetchBoard(p, 1).of(0))
	p.Finish()
	w := &why{link: l, res: res}
	var failure *magnet.FetchError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case res != nil:
		w.sources, w.peers = res.Sources, res.Peers
	case errors.As(err, &failure):
		w.sources, w.peers = failure.Sources, failure.Peers
	default:
		return fmt.Errorf("asking for %s: %w", shortInput(arg), err)
	}
	w.diagnose(con, f, err)
	if err := showWhy(con, arg, w); err != nil {
		return err
	}
	if !w.starts() {
		return console.No()
	}
	return nil
}

// starts tells whether a client that knows all of the torrent's formats can begin with its content.
func (w *why) starts() bool { return w.res != nil && w.res.MissingLayers == 0 }

func (w *why) lacks(code, text, try string) { w.missing = append(w.missing, missing{code, text, try}) }

// diagnose finds out what is missing.
func (w *why) diagnose(con *console.Console, f *magnetFlags, err error) {
	switch {
	case w.starts():
		return
	case w.res != nil:
		w.layers()
		return
	case errors.Is(err, magnet.ErrNotInfo):
		w.lacks("not-info", "the infohash stands for something that is no info dictionary", "no client can use it: get another link")
		return
	}
	w.askedNobody(f)
	if w.left() {
		w.lacks("private-address", "who could be asked is at an address that is not public, and was left alone", "--allow-private, for a tracker or peer of your own network")
	}
	if len(w.peers) == 0 {
		w.lacks("no-peers", "nobody who was asked knows a peer: the torrent may be dead, or known elsewhere only", "a link with more trackers, or later: peers come and go")
		return
	}
	w.ofPeers()
}

// layers are missing: that a hybrid starts without them for clients that know v1 only is the way out.
func (w *why) layers() {
	try := "magnet fetch --allow-missing-layers writes the torrent for clients that ask peers for layers themselves; a seed that knows v2 has them"
	if !w.res.V1.IsZero() {
		try = "magnet fetch --allow-missing-layers -o FILE, then edit --keep-only v1 --new-infohash FILE: the v1 torrent needs no layers"
	}
	w.lacks("no-layers", fmt.Sprintf("no peer gives the piece layers of %s, without which clients that know v2 cannot check their pieces", command.Plural(w.res.MissingLayers, "file")), try)
}

// askedNobody tells of trackers and of the DHT, of whom none was of use.
func (w *why) askedNobody(f *magnetFlags) {
	var trackers, answered int
	webRTC, dhtFails := false, false
	for _, s := range w.sources {
		if isTrackerSource(s) {
			trackers++
			webRTC = webRTC || errors.Is(s.Err, errWebRTC)
			if s.Err == nil {
				answered++
			}
		}
		dhtFails = dhtFails || s.Name == "dht" && s.Err != nil
	}
	switch {
	case trackers == 0:
		w.lacks("no-trackers", "the link names no tracker", "add trackers of the place where the link is from: &tr=URL")
	case webRTC:
		w.lacks("webrtc-only", "a tracker of the link leads to peers in browsers only (WebRTC)", "a client that speaks WebTorrent")
	case answered == 0:
		w.lacks("trackers-fail", "no tracker of the link answered", "torrentkit announce TRACKER HASH --explain says why; torrentkit doctor TRACKER examines it")
	}
	switch {
	case f.noDHT:
		w.lacks("dht-not-asked", "the DHT was not asked", "without --no-dht; a private torrent is not found there")
	case dhtFails:
		w.lacks("dht-fails", "the DHT did not answer", "let UDP through the firewall, or --dht-node HOST:PORT")
	}
}

// isTrackerSource tells a tracker from the DHT, the link's own peers and its URLs.
func isTrackerSource(s magnet.SourceReport) bool { return strings.Contains(s.Name, "://") }

// left tells whether somebody was left alone.
func (w *why) left() bool {
	return namedPrivate(&magnet.FetchError{Peers: w.peers, Sources: w.sources})
}

// ofPeers tells why none of the peers gave the metadata.
func (w *why) ofPeers() {
	counts := magnet.Count(w.peers)
	some := func(code, text, try string, reasons ...magnet.Reason) {
		n := 0
		for _, r := range reasons {
			n += counts[r]
		}
		if n > 0 {
			w.lacks(code, command.Plural(n, "peer")+" "+text, try)
		}
	}
	some("unreachable", "could not be connected to", "they are gone, or behind routers that let nobody in: a client with an open port is reached by them", magnet.Refused, magnet.Unreachable, magnet.TimedOut)
	some("closed", "closed the connection", "they may not have the torrent any more, be full, or keep our address out: others, later, or from another address", magnet.Closed, magnet.BadEncryption)
	some("no-metadata", "gave no metadata", "they wait for it themselves, or keep it, as for private torrents: get the .torrent file", magnet.NoExtensions, magnet.NoMetadata, magnet.Rejected)
	some("other-torrent", "had another torrent at that address", "the tracker's list is old: announce again later", magnet.OtherTorrent)
	some("bad-peers", "sent what does not fit the infohash, or is no BitTorrent", "others are needed: a link with more trackers",
		magnet.NotBitTorrent, magnet.SizeMismatch, magnet.HashMismatch, magnet.Malformed, magnet.Flooded)
	some("too-slow", "had not given all of it when the time was over", "a longer --timeout", magnet.Unneeded)
}
