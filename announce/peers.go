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
	return p.find(func(peer Peer) bool { return peer.Port == port })
}

// find returns the first peer that is as it should be.
func (p Peers) find(is func(Peer) bool) (Peer, bool) {
	for peer := range p.All() {
		if is(peer) {
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

// readPeer reads a peer's dictionary, which shares its bytes with the answer. It is ok
// if it has an ip and a port; badID is how long a peer id is that is not one of 20
// bytes, or -1.
func readPeer(item bencode.Value) (p Peer, ok bool, badID int) {
	var ip, port, id bencode.Value
	for k, v := range item.Entries() {
		into := (*bencode.Value)(nil)
		switch key, _ := k.Bytes(); string(key) {
		case "ip":
			into = &ip
		case "port":
			into = &port
		case "peer id":
			into = &id
		}
		if into != nil && into.Kind() == bencode.None { // the first counts, where a key stands there twice
			*into = v
		}
	}
	host, isText := ip.Text()
	n, isInt := port.Int()
	if !isText || !isInt || n < 0 || n > 65535 {
		return p, false, -1
	}
	p.Port, badID = uint16(n), -1
	if a, err := netip.ParseAddr(host); err == nil {
		p.Addr = netip.AddrPortFrom(a.Unmap(), p.Port)
	} else {
		p.Host = host
	}
	if id.Kind() != bencode.None {
		p.ID, badID = readPeerID(id)
	}
	return p, true, badID
}

// readPeerID reads the peer id of a dictionary, undoing the mangling that it may have.
func readPeerID(v bencode.Value) (id []byte, badID int) {
	raw, _ := v.Bytes()
	if len(raw) == 20 {
		return raw[:20:20], -1
	}
	if id = undoMangling(raw); len(id) != 20 {
		id = nil
	}
	return id, len(raw)
}
