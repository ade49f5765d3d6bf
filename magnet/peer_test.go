package magnet

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/memnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// listen runs a peer on loopback until the test ends.
func listen(t testing.TB, handle func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	accept(l, handle)
	return l.Addr().String()
}

// listenOn runs a peer in a network in memory until the test ends, and all that it
// waits for has come.
func listenOn(t testing.TB, n *memnet.Network, handle func(net.Conn)) string {
	t.Helper()
	l, err := n.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	busy := accept(l, handle)
	t.Cleanup(func() {
		_ = l.Close()
		busy.Wait()
	})
	return l.Addr().String()
}

// accept lets handle have every connection. What it returns waits until the
// listener is closed, and all are done.
func accept(l net.Listener, handle func(net.Conn)) *sync.WaitGroup {
	busy := new(sync.WaitGroup)
	busy.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			busy.Go(func() {
				_ = c.SetDeadline(time.Now().Add(time.Minute))
				handle(c)
				_ = c.Close()
			})
		}
	})
	return busy
}

// seed is a peer that serves metadata and hashes, and can be made to lie.
type seed struct {
	info   []byte
	hash   [20]byte
	answer [20]byte                // the infohash that it answers with, where it is not the one asked for
	layers map[[32]byte][][32]byte // padded, of pieces
	base   int

	claim      string                           // metadata_size, instead of the truth
	data       func(piece int, b []byte) []byte // changes a block
	message    func(piece int) []byte           // instead of a block: a whole message
	hashes     func(b []byte) []byte            // changes hashes
	hello      []byte                           // sent behind the extension handshake
	delay      time.Duration                    // before each block
	noMetadata bool
}

func frame(id byte, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b)+1)), append([]byte{id}, b...)...)
}

func (s *seed) shake(c net.Conn) bool {
	hello := make([]byte, 68)
	if _, err := io.ReadFull(c, hello); err != nil {
		return false
	}
	if asked := [20]byte(hello[28:48]); asked != s.hash && asked != s.answer {
		return false
	}
	copy(hello[20:28], []byte{0, 0, 0, 0, 0, 0x10, 0, 0x10})
	if s.answer != [20]byte{} {
		copy(hello[28:], s.answer[:])
	}
	copy(hello[48:], "-TS0001-abcdefghijkl")
	claim := s.claim
	if claim == "" {
		claim = fmt.Sprintf("i%de", len(s.info))
	}
	ext := "\x00d1:md11:ut_metadatai3ee13:metadata_size" + claim + "1:v4:Seede"
	if s.noMetadata {
		ext = "\x00d1:mdee"
	}
	_, err := c.Write(append(append(hello, frame(20, []byte(ext))...), s.hello...))
	return err == nil
}

func (s *seed) serve(c net.Conn) {
	if !s.shake(c) {
		return
	}
	for {
		var head [4]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[:])&0xffff)
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		var answer []byte
		switch {
		case len(body) > 2 && body[0] == 20 && body[1] == 3:
			time.Sleep(s.delay)
			answer = s.block(body[2:])
		case len(body) == 49 && body[0] == 21:
			answer = s.hashRun(body[1:])
		default:
			continue
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

func (s *seed) block(request []byte) []byte {
	v, _, err := bencode.Scan(request)
	if err != nil {
		return nil
	}
	p, _ := v.Get("piece")
	n, _ := p.Int()
	if s.message != nil {
		return s.message(int(n))
	}
	start := min(int(n)*16384, len(s.info))
	data := s.info[start:min(start+16384, len(s.info))]
	if s.data != nil {
		data = s.data(int(n), bytes.Clone(data))
	}
	return frame(20, []byte(fmt.Sprintf("\x01d8:msg_typei1e5:piecei%de10:total_sizei%dee", n, len(s.info))), data)
}

func (s *seed) hashRun(request []byte) []byte {
	layer := s.layers[[32]byte(request)]
	num := func(i int) int { return int(binary.BigEndian.Uint32(request[32+4*i:])) }
	base, index, length, proofs := num(0), num(1), num(2), num(3)
	if layer == nil || base != s.base || length < 2 || index%length != 0 || index+length > len(layer) || proofs >= bits.Len(uint(len(layer))) {
		return frame(23, request)
	}
	var out []byte
	for _, h := range layer[index : index+length] {
		out = append(out, h[:]...)
	}
	for level, row := 0, layer; level < proofs; level++ {
		up := make([][32]byte, len(row)/2)
		for i := range up {
			up[i] = sha256.Sum256(append(row[2*i][:], row[2*i+1][:]...))
		}
		row = up
		if pos := index >> (level + 1); 1<<(level+1) >= length {
			out = append(out, row[pos^1][:]...)
		}
	}
	if s.hashes != nil {
		out = s.hashes(out)
	}
	return frame(22, request, out)
}

// v1Info makes an info dictionary of about the given size.
func v1Info(size int) []byte {
	pieces := max(20, size/20*20)
	length := int64(pieces/20) * 16384
	return bencode.AppendDict(nil, []bencode.Entry{
		{Key: "length", Value: bencode.AppendInt(nil, length)},
		{Key: "name", Value: bencode.AppendString(nil, "name of it")},
		{Key: "piece length", Value: bencode.AppendInt(nil, 16384)},
		{Key: "pieces", Value: bencode.AppendString(nil, strings.Repeat("x", pieces))},
	})
}

func seedOf(info []byte) *seed { return &seed{info: info, hash: sha1.Sum(info)} }

// infoOf is the info dictionary that a fetch brought.
func infoOf(t testing.TB, res *Result) []byte {
	t.Helper()
	m, problems := metainfo.Read(res.Torrent)
	if m == nil {
		t.Fatal(problems)
	}
	if m.Hashes() != res.Hashes || len(m.RawInfo()) != res.InfoSize {
		t.Errorf("%v and %d bytes of info are said of a torrent with %v and %d", res.Hashes, res.InfoSize, m.Hashes(), len(m.RawInfo()))
	}
	return m.RawInfo()
}

func linkOf(info []byte, peers ...string) Link { return Link{V1: sha1.Sum(info), Peers: peers} }

// v2Torrent makes a torrent with made-up piece hashes, and a peer that serves it.
func v2Torrent(t testing.TB, format metainfo.Format, pieceLength int64, lengths ...int64) ([]byte, *seed) {
	t.Helper()
	var files []metainfo.File
	for i, n := range lengths {
		files = append(files, metainfo.File{Path: fmt.Sprintf("f%05d", i), Length: n})
	}
	d, err := metainfo.NewDraft(metainfo.Shape{Format: format, Name: "folder", PieceLength: pieceLength}, files, metainfo.Fields{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Layout().NumPieces() {
		root := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))
		d.Set(i, [20]byte(root[:]), root)
	}
	raw, _ := d.Encode()
	v, _, err := bencode.Scan(raw)
	if err != nil {
		t.Fatal(err)
	}
	info, _ := v.Get("info")
	s := seedOf(info.Raw())
	if !format.HasV1() {
		h := sha256.Sum256(s.info)
		s.hash = [20]byte(h[:])
	}
	s.base = bits.TrailingZeros64(uint64(pieceLength / 16384))
	var pad [32]byte
	for range s.base {
		pad = sha256.Sum256(append(pad[:], pad[:]...))
	}
	s.layers = map[[32]byte][][32]byte{}
	layers, _ := v.Get("piece layers")
	for k, val := range layers.Entries() {
		key, _ := k.Bytes()
		data, _ := val.Bytes()
		var row [][32]byte
		for i := 0; i < len(data); i += 32 {
			row = append(row, [32]byte(data[i:]))
		}
		for len(row)&(len(row)-1) != 0 {
			row = append(row, pad)
		}
		s.layers[[32]byte(key)] = row
	}
	return raw, s
}
