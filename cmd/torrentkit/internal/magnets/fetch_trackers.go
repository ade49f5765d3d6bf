package magnets

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"slices"
	"strconv"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/magnet"
)

// trackerPeers is how many peers a tracker is asked for.
const trackerPeers = 100

var errWebRTC = errors.New("a WebSocket tracker leads to WebRTC peers only, which are not spoken to")

// trackerSources asks each tracker of a link, where strangers' trackers may be, and each one of the command line, wherever
// it is: at all of its addresses, under both infohashes of a hybrid. An announce needs a port, and many trackers name who
// asks among the peers. It is a random one, so that it can be told from theirs, and so that the goodbye afterwards does not
// take a client of this machine out of the swarm.
func trackerSources(l magnet.Link, f *fetchFlags) []magnet.Source {
	hashes := l.Hashes().Swarms()
	o := announce.Options{NumWant: trackerPeers, AllAddresses: true, Timeout: f.Timeout, UserAgent: f.Client, Port: 52000 + rand.N[uint16](12000)}
	var sources []magnet.Source
	for i, tracker := range slices.Concat(f.trackers, l.Trackers) {
		o := o
		o.PublicOnly = i >= len(f.trackers) && !f.AllowPrivate
		sources = append(sources, magnet.Source{Name: tracker, Find: func(ctx context.Context, found func(string)) error {
			var faults []error
			for _, hash := range hashes {
				q := announce.Query{Tracker: tracker, Hash: hash, Length: l.Size}
				for _, r := range announce.Probe(ctx, q, o) {
					faults = append(faults, namePeers(&r, o.Port, found))
				}
			}
			return firstIfAll(faults)
		}})
	}
	return sources
}

// namePeers passes on the peers of an answer but for our own port, or says why there are none.
func namePeers(r *announce.Result, own uint16, found func(string)) error {
	switch {
	case r.Failure != nil:
		return r.Failure
	case r.Transport == announce.WS || r.Transport == announce.WSS:
		return errWebRTC
	}
	for p := range r.Reply.Peers.All() {
		if p.Port == own {
			continue
		}
		host := p.Host
		if p.Addr.IsValid() {
			host = p.Addr.Addr().String()
		}
		found(net.JoinHostPort(host, strconv.Itoa(int(p.Port))))
	}
	return nil
}

// firstIfAll returns the first error if everything failed: a tracker that answers at one of its addresses has answered.
func firstIfAll(faults []error) error {
	for _, err := range faults {
		if err == nil {
			return nil
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return faults[0]
}
