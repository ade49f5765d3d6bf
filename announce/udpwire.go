package announce

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// The packets of BEP 15, big endian throughout.

var be = binary.BigEndian

const udpMagic = 0x41727101980 // protocol id of the connect action

// action is the first field of every packet.
type action uint32

const (
	actConnect  action = 0
	actAnnounce action = 1
	actScrape   action = 2
	actError    action = 3
)

func (a action) String() string {
	switch a {
	case actConnect:
		return "connect"
	case actAnnounce:
		return "announce"
	case actScrape:
		return "scrape"
	case actError:
		return "error"
	}
	return fmt.Sprintf("%d", uint32(a))
}

const (
	announceHead = 98 // bytes of an announce request without BEP 41 options
	headSize     = 16 // connection id, action, transaction id
)

// head is the beginning of every request.
func head(id uint64, a action, tid uint32) []byte {
	b := be.AppendUint64(make([]byte, 0, announceHead), id)
	b = be.AppendUint32(b, uint32(a))
	return be.AppendUint32(b, tid)
}

// udpEvent is the number of an event; paused has none of its own.
func udpEvent(e Event) uint32 {
	switch e {
	case EventCompleted:
		return 1
	case EventStarted:
		return 2
	case EventStopped:
		return 3
	}
	return 0
}

// announcePacket builds an announce request. path is the URL's path and query
// for BEP 41.
func (s *settings) announcePacket(id uint64, tid uint32, q Query, event Event, path string) []byte {
	b := head(id, actAnnounce, tid)
	b = append(b, q.Hash[:]...)
	b = append(b, s.PeerID[:]...)
	b = be.AppendUint64(b, uint64(s.Downloaded))
	b = be.AppendUint64(b, uint64(s.left))
	b = be.AppendUint64(b, uint64(s.Uploaded))
	b = be.AppendUint32(b, udpEvent(event))
	ip := [4]byte{}
	if a, err := netip.ParseAddr(s.IP); err == nil && a.Is4() {
		ip = a.As4()
	}
	b = append(b, ip[:]...)
	b = be.AppendUint32(b, s.Key)
	b = be.AppendUint32(b, uint32(int32(s.numWant(event))))
	b = be.AppendUint16(b, s.Port)
	return appendURLData(b, path)
}

// appendURLData adds BEP 41 options for the path and query of the tracker's
// URL: type 2, a length of at most 255, and the bytes; then the end. The bare
// path that everybody uses is left out, since some trackers know no options.
func appendURLData(b []byte, path string) []byte {
	if path == "" || path == "/" || path == "/announce" {
		return b
	}
	for len(path) > 0 {
		n := min(len(path), 255)
		b = append(b, 2, byte(n))
		b = append(b, path[:n]...)
		path = path[n:]
	}
	return append(b, 0)
}

// decodeUDPAnnounce reads an announce answer from a tracker whose address is
// IPv4 (stride 6) or IPv6 (stride 18).
func decodeUDPAnnounce(p []byte, v4 bool) (*Reply, []Finding, *Failure) {
	if len(p) == 8 {
		return nil, nil, fail(Unregistered, "an announce answer of 8 bytes where 20 are the least, which is how some trackers refuse an infohash that they do not list")
	}
	if len(p) < 20 {
		return nil, nil, fail(Malformed, fmt.Sprintf("an announce answer of %d bytes where 20 are the least", len(p)))
	}
	d := replyReader{reply: Reply{Downloaded: Unknown, Downloaders: Unknown, Form: FormCompact}}
	r := &d.reply
	r.Leeches = d.udpCount("leechers", be.Uint32(p[12:]))
	r.Seeds = d.udpCount("seeders", be.Uint32(p[16:]))
	d.interval(int64(be.Uint32(p[8:])), true, 15)
	raw, size := p[20:], addressSize(v4)
	if rest := len(raw) % (size + 2); rest != 0 {
		d.note("peers-length", Error, 15, "%d bytes of peers, which is not a multiple of %d", len(raw), size+2)
	}
	d.compact(raw, size)
	if len(raw) == 0 {
		r.Form = FormNone
	}
	if len(p) > 2048 {
		d.note("datagram-oversized", Warning, 15, "a datagram of %d bytes, which many networks do not carry", len(p))
	}
	return r, d.findings, nil
}

// addressSize is the bytes of a peer's address.
func addressSize(v4 bool) int {
	if v4 {
		return 4
	}
	return 16
}

// udpCount reads a count; the top bit means that something went below zero.
func (d *replyReader) udpCount(name string, n uint32) int64 {
	if n >= 1<<31 {
		d.note("number-negative", Error, 15, "%s is %d, or negative", name, n)
		return Unknown
	}
	return int64(n)
}

// decodeUDPError reads the text of an error packet.
func decodeUDPError(p []byte) (*Failure, []Finding) {
	text := string(p[8:])
	var notes []Finding
	if be.Uint32(p[4:]) == 0 {
		notes = append(notes, Finding{"error-transaction", Warning, 15, "the error packet has transaction id 0, not that of the request: clients pass over it, and wait"})
	}
	if clean := strings.TrimRight(text, "\x00"); clean != text {
		text = clean
		notes = append(notes, Finding{"error-nul", Info, 15, "the error text ends in NUL bytes"})
	}
	return refusal(text, RetryIn{}), notes
}

// Counts of one torrent as a scrape gives them.
func decodeUDPScrape(p []byte, hashes []metainfo.HashV1) ([]Counts, []Finding) {
	body := p[min(8, len(p)):]
	var notes []Finding
	if len(body)%12 != 0 {
		notes = append(notes, Finding{"scrape-length", Error, 15, fmt.Sprintf("%d bytes of counts, which is not a multiple of 12", len(body))})
	}
	if len(body)/12 > len(hashes) {
		notes = append(notes, Finding{"scrape-surplus", Warning, 15, fmt.Sprintf("counts of %d torrents where %d were asked for", len(body)/12, len(hashes))})
	}
	var out []Counts
	for i, h := range hashes {
		c := unknownCounts(h)
		if rest := body[min(12*i, len(body)):]; len(rest) >= 12 {
			c.Known = true
			c.Seeds = int64(be.Uint32(rest))
			c.Downloaded = int64(be.Uint32(rest[4:]))
			c.Leeches = int64(be.Uint32(rest[8:]))
		}
		out = append(out, c)
	}
	return out, notes
}
