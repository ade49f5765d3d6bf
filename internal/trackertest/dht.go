package trackertest

import (
	"bytes"
	"crypto/sha1"
	"net"
	"strings"
	"testing"
)

// DHTNode runs a node of the DHT on loopback that knows no other and has, of
// every torrent, this many seeds and downloaders (BEP 33). It returns its
// host:port.
func DHTNode(t testing.TB, seeds, downloaders int) string {
	t.Helper()
	pc, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	id := strings.Repeat("n", 20)
	values := dict(pair{"BFpe", filter(downloaders)}, pair{"BFsd", filter(seeds)}, pair{"id", str(id)}, pair{"nodes", str("")}, pair{"token", str("t")})
	go func() {
		buf := make([]byte, 2048)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			if tid := transaction(buf[:n]); tid != "" {
				pc.WriteTo([]byte(dict(pair{"r", values}, pair{"t", str(tid)}, pair{"y", str("r")})), from)
			}
		}
	}()
	return pc.LocalAddr().String()
}

// transaction finds the id of a query, which is a short string.
func transaction(p []byte) string {
	i := bytes.LastIndex(p, []byte("1:t"))
	if i < 0 || i+4 >= len(p) || p[i+3] < '1' || p[i+3] > '9' {
		return ""
	}
	n := int(p[i+3] - '0')
	if p[i+4] != ':' || i+5+n > len(p) {
		return ""
	}
	return string(p[i+5 : i+5+n])
}

// filter is the bloom filter of n addresses.
func filter(n int) string {
	var b [256]byte
	for i := range n {
		h := sha1.Sum([]byte{192, 0, byte(i >> 8), byte(i)})
		for _, at := range []int{int(h[0]) | int(h[1])<<8, int(h[2]) | int(h[3])<<8} {
			at %= 2048
			b[at/8] |= 1 << (at % 8)
		}
	}
	return str(string(b[:]))
}
