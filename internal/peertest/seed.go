package peertest

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// Seed is a peer at an address of this machine, until the test ends, that gives the metadata of any torrent that it is
// asked for (BEP 9), and nothing else.
func Seed(t testing.TB, host string, info []byte) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }()
				_ = c.SetDeadline(time.Now().Add(time.Minute))
				seedMetadata(c, info)
			}()
		}
	}()
	return netip.MustParseAddrPort(l.Addr().String())
}

// seedMetadata answers as any torrent that is asked for.
func seedMetadata(c net.Conn, info []byte) {
	hello := make([]byte, 68)
	if _, err := io.ReadFull(c, hello); err != nil || hello[0] != 19 {
		return
	}
	copy(hello[20:28], "\x00\x00\x00\x00\x00\x10\x00\x00")
	copy(hello[48:], "-TS0001-abcdefghijkl")
	send := func(body string) {
		_, _ = c.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...))
	}
	_, _ = c.Write(hello)
	send(fmt.Sprintf("\x14\x00d1:md11:ut_metadatai3ee13:metadata_sizei%de1:v10:Seed \x1b[31me", len(info)))
	for {
		var head [4]byte
		if _, err := io.ReadFull(c, head[:]); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[:])&0xffff)
		if _, err := io.ReadFull(c, body); err != nil {
			return
		}
		var n int
		if _, request, ok := strings.Cut(string(body), "5:piecei"); ok && body[0] == 20 && body[1] == 3 {
			if _, err := fmt.Sscanf(request, "%de", &n); err != nil {
				return
			}
			start := min(n*16384, len(info))
			send(fmt.Sprintf("\x14\x01d8:msg_typei1e5:piecei%de10:total_sizei%dee", n, len(info)) + string(info[start:min(start+16384, len(info))]))
		}
	}
}
