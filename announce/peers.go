package announce

import (
	"iter"
	"net/netip"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// Peers are the peers of an answer, kept in the bytes that they came in: an
// answer has room for hundreds of thousands.
type Peers struct {
	lists []peerList
	count int
}

// peerList is one list of an answer, which may have two (BEP 7).
type peerList struct {
	compact []byte        // addresses of size bytes, each followed by a port (BEP 23, BEP 7)
	size    int           // 4 or 16
	dicts   bencode.Value // or dictionaries
}

// Len returns how many peers there are.
func (p Peers) Len() int { return p.count }

// All yields the peers in the order of the answer.
func (p Peers) All() iter.Seq[Peer] {
	return func(yield func(Peer) bool) {
		for _, l := range p.lists {
			for peer := range l.all() {
				if !yield(peer) {
					return
				}
			}
		}
	}
}

// ByPort returns the first peer that has the port.
func (p Peers) ByPort(port uint16) (Peer, bool) {
	for peer := range p.All() {
		if peer.Port == port {
			return peer, true
		}
	}
	return Peer{}, false
}

func (p *Peers) add(l peerList, count int) {
	if count > 0 {
		p.lists, p.count = append(p.lists, l), p.count+count
	}
}

// addCompact adds addresses of size bytes; a part of one at the end is left out.
func (p *Peers) addCompact(raw []byte, size int) {
	n := len(raw) / (size + 2)
	p.add(peerList{compact: raw[:n*(size+2)], size: size}, n)
}

func (l peerList) all() iter.Seq[Peer] {
	return func(yield func(Peer) bool) {
		for raw := l.compact; len(raw) > 0; raw = raw[l.size+2:] {
			a, _ := netip.AddrFromSlice(raw[:l.size])
			port := be.Uint16(raw[l.size:])
			if !yield(Peer{Addr: netip.AddrPortFrom(a, port), Port: port}) {
				return
			}
		}
		for _, item := range l.dicts.Items() {
			if p, ok, _ := readPeer(item); ok && !yield(p) {
				return
			}
		}
	}
}

// readPeer reads a peer's dictionary. It is ok if it has an ip and a port; badID
// is how long a peer id is that is not one of 20 bytes, or -1.
func readPeer(item bencode.Value) (p Peer, ok bool, badID int) {
	ip, hasIP := item.Get("ip")
	host, isText := ip.Text()
	port, _ := item.Get("port")
	n, isInt := port.Int()
	if !hasIP || !isText || !isInt || n < 0 || n > 65535 {
		return p, false, -1
	}
	p.Port, badID = uint16(n), -1
	if a, err := netip.ParseAddr(host); err == nil {
		p.Addr = netip.AddrPortFrom(a.Unmap(), p.Port)
	} else {
		p.Host = host
	}
	if id, has := item.Get("peer id"); has {
		raw, _ := id.Bytes()
		switch {
		case len(raw) == 20:
			p.ID = append([]byte(nil), raw...)
		case len(undoMangling(raw)) == 20:
			p.ID, badID = undoMangling(raw), len(raw)
		default:
			badID = len(raw)
		}
	}
	return p, true, badID
}
