package trackertest

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"
)

var be = binary.BigEndian

const magic = 0x41727101980

// connection is what the tracker remembers of a connection id.
type connection struct {
	from netip.Addr
	at   time.Time
}

func (tr *Tracker) serveUDP(t testing.TB, sockets Sockets, pc net.PacketConn) string {
	t.Cleanup(func() { pc.Close() })
	mouth := pc
	if tr.Has(UDPElsewhere) {
		host, _, _ := net.SplitHostPort(pc.LocalAddr().String())
		var err error
		if mouth, err = sockets.ListenPacket("udp", net.JoinHostPort(host, "0")); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { mouth.Close() })
	}
	go func() {
		buf := make([]byte, 64<<10)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			ap, _ := netip.ParseAddrPort(from.String())
			p := append([]byte(nil), buf[:n]...)
			for _, out := range tr.datagrams(p, ap) {
				mouth.WriteTo(out, from)
			}
		}
	}()
	return pc.LocalAddr().String()
}

// datagrams returns all that is sent back for one datagram.
func (tr *Tracker) datagrams(p []byte, from netip.AddrPort) [][]byte {
	if tr.Has(Mute) {
		return nil
	}
	if tr.Has(UDPLossy) && tr.lose(p) {
		return nil
	}
	out := tr.datagram(p, from)
	if out == nil {
		return nil
	}
	switch {
	case tr.Has(UDPEmpty):
		return [][]byte{{}}
	case tr.Has(UDPWrongTransaction):
		out[4] ^= 0xff
		return [][]byte{out}
	case tr.Has(UDPForeignError):
		return [][]byte{append([]byte{0, 0, 0, 3, 0, 0, 0, 0}, "who are you?"...), out}
	case tr.Has(UDPStrays):
		foreign := append([]byte(nil), out...)
		foreign[7] ^= 0xff
		return [][]byte{{}, {1, 2, 3}, foreign, out}
	}
	return [][]byte{out}
}

// lose says whether a datagram is to be lost: each is, the first time.
func (tr *Tracker) lose(p []byte) bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	first := !tr.lossy[string(p)]
	tr.lossy[string(p)] = true
	return first
}

func header(action uint32, p []byte) []byte {
	return append(be.AppendUint32(nil, action), p[12:16]...)
}

func (tr *Tracker) udpError(p []byte, text string) []byte {
	if tr.Has(UDPErrorNUL) {
		text += "\x00"
	}
	out := append(header(3, p), text...)
	switch {
	case tr.Has(UDPErrorNoID):
		be.PutUint32(out[4:], 0)
	case tr.Has(UDPErrorOtherID):
		out[4] ^= 0xff
	}
	return out
}

func (tr *Tracker) datagram(p []byte, from netip.AddrPort) []byte {
	if len(p) < 16 {
		return nil
	}
	id, action := be.Uint64(p), be.Uint32(p[8:])
	if action == 0 {
		if id != magic {
			return nil
		}
		return tr.connect(p, from)
	}
	if !tr.valid(id, from) && !(action == 2 && tr.Has(UDPScrapeAnyID)) {
		if tr.Has(UDPIDSilent) {
			return nil
		}
		return tr.udpError(p, "bad connection id")
	}
	switch action {
	case 1:
		return tr.announceUDP(p, from)
	case 2:
		return tr.scrapeUDP(p)
	}
	if tr.Has(UDPUnknownSilent) {
		return nil
	}
	return tr.udpError(p, "unknown action")
}

func (tr *Tracker) connect(p []byte, from netip.AddrPort) []byte {
	var raw [8]byte
	rand.Read(raw[:])
	if tr.Has(UDPIDConstant) {
		be.PutUint64(raw[:], magic)
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.ids[be.Uint64(raw[:])] = connection{from.Addr(), time.Now()}
	out := append(header(0, p), raw[:]...)
	if tr.Has(UDPShortConnect) {
		out = out[:12]
	}
	return out
}

// IDLife is how long connection ids of this package's trackers are good for.
const IDLife = 400 * time.Millisecond

func (tr *Tracker) valid(id uint64, from netip.AddrPort) bool {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	c, ok := tr.ids[id]
	switch {
	case tr.Has(UDPIDUnchecked), tr.Has(UDPIDConstant):
		return true
	case !ok:
		return false
	case c.from != from.Addr() && !tr.Has(UDPIDUnbound):
		return false
	}
	return !tr.Has(UDPIDShort) || time.Since(c.at) < IDLife
}

func (tr *Tracker) announceUDP(p []byte, from netip.AddrPort) []byte {
	if len(p) < 98 {
		if tr.Has(UDPShortAnswered) {
			return append(header(1, p), make([]byte, 12)...)
		}
		return tr.udpError(p, "short packet")
	}
	if bad := tr.options(p[98:]); bad != "" {
		return tr.udpError(p, bad)
	}
	if tr.Has(UDPEchoesSecrets) && len(p) > 100 {
		return tr.udpError(p, "unknown passkey in "+string(p[100:100+min(int(p[99]), len(p)-100)]))
	}
	event := be.Uint32(p[80:])
	if event > 3 && tr.Has(UDPEvent4Silent) {
		return nil
	}
	if event > 3 {
		return tr.udpError(p, "unknown event")
	}
	a := announce{transport: "udp", from: from, ip: from.Addr().Unmap()}
	a.hash, a.id = [20]byte(p[16:36]), [20]byte(p[36:56])
	a.left = int64(be.Uint64(p[64:]))
	a.event = [...]string{"", "completed", "started", "stopped"}[event]
	if ip := [4]byte(p[84:88]); ip != [4]byte{} && tr.Has(HonoursUDPIP) {
		a.ip = netip.AddrFrom4(ip)
	}
	a.numwant = int(int32(be.Uint32(p[92:])))
	a.port = be.Uint16(p[96:])
	if reason := tr.refusal(a.hash); reason != "" || tr.Has(UDPError) {
		if tr.Has(UnlistedEightBytes) {
			return header(1, p)
		}
		return tr.udpError(p, reason+when(reason == "", "tracker is overloaded"))
	}
	return tr.encodeUDP(p, from, tr.enter(a, p, nil))
}

func (tr *Tracker) encodeUDP(p []byte, from netip.AddrPort, ans answer) []byte {
	out := header(1, p)
	switch {
	case tr.Has(UDPUnlisted8):
		return out
	case tr.Has(UDPShortAnnounce):
		return append(out, make([]byte, 7)...)
	}
	interval := uint32(1800)
	if tr.Has(UDPZeroInterval) {
		interval = 0
	}
	first, second := ans.leeches, ans.seeds
	if tr.Has(UDPSwapped) {
		first, second = second, first
	}
	if tr.Has(UDPNegative) {
		second = -1
	}
	out = be.AppendUint32(out, interval)
	out = be.AppendUint32(out, uint32(first))
	out = be.AppendUint32(out, uint32(second))
	for _, peer := range ans.peers {
		if peer.addr.Addr().Is4() == from.Addr().Unmap().Is4() {
			out = appendPeer(out, peer)
		}
	}
	switch {
	case tr.Has(UDPOversized):
		out = append(out, bytes.Repeat([]byte{1}, 60000)...)
	case tr.Has(UDPPeersLength):
		out = append(out, 1, 2, 3)
	}
	return out
}

// options reads BEP 41 options and says what a fault has against them.
func (tr *Tracker) options(p []byte) string {
	if len(p) > 0 && tr.Has(UDPOptionsError) {
		return "packet too long"
	}
	for len(p) > 0 && p[0] != 0 {
		if p[0] == 1 {
			p = p[1:]
			continue
		}
		if p[0] != 2 && tr.Has(UDPUnknownOption) {
			return "unknown option"
		}
		if len(p) < 2 || len(p) < 2+int(p[1]) {
			return "broken option"
		}
		p = p[2+int(p[1]):]
	}
	return ""
}

func (tr *Tracker) scrapeUDP(p []byte) []byte {
	if tr.Has(ScrapeClosed) {
		return tr.udpError(p, "no scrapes here")
	}
	tr.mu.Lock()
	defer tr.mu.Unlock()
	out := header(2, p)
	limit := 74
	if tr.Has(ScrapeLimit) {
		limit = 30
	}
	list := p[16:]
	hashes := slices.Collect(slices.Chunk(list[:len(list)-len(list)%20], 20))
	if tr.Has(UDPScrapeTable) {
		slices.SortFunc(hashes, bytes.Compare)
		hashes = slices.CompactFunc(hashes, bytes.Equal)
	}
	for _, h := range hashes[:min(len(hashes), limit)] {
		s := tr.swarms[[20]byte(h)]
		if s == nil && tr.Has(ScrapeUnknownError) {
			return tr.udpError(p, "unknown torrent")
		}
		if s == nil && tr.Has(UDPScrapeOmits) {
			continue
		}
		if s == nil {
			s = &swarm{}
		}
		seeds, leeches := tr.count(s)
		if tr.Has(ScrapeDisagrees) {
			seeds += 3
		}
		if tr.Has(ViewsDisagree) {
			seeds += 5
		}
		out = be.AppendUint32(out, uint32(seeds))
		out = be.AppendUint32(out, uint32(s.downloaded))
		out = be.AppendUint32(out, uint32(leeches))
	}
	if tr.Has(UDPScrapeLength) {
		out = append(out, 1, 2, 3, 4, 5)
	}
	return out
}
