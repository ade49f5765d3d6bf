package announce

import (
	"fmt"
	"testing"
)

// Peers come out in the order of the answer, both lists and both forms, without what is none.
func TestPeers(t *testing.T) {
	body := "d8:intervali60e5:peersld2:ip7:1.2.3.47:peer id20:-qB4630-aaaaaaaaaaaa4:porti5eed2:ip4:host4:porti6eed4:porti7eei8ed2:ip0:4:porti99999eee" +
		"6:peers620:" + string(append(make([]byte, 15), 1, 0, 9, 0, 0)) + "e"
	r, findings, f := decodeReply([]byte(body))
	if f != nil {
		t.Fatal(f)
	}
	got := ""
	for p := range r.Peers.All() {
		got += fmt.Sprintf("%v %q %d %s; ", p.Addr, p.Host, p.Port, p.Client())
	}
	if want := `1.2.3.4:5 "" 5 qBittorrent 4.6.3.0; invalid AddrPort "host" 6 ; [::1]:9 "" 9 ; `; got != want || r.Peers.Len() != 3 {
		t.Errorf("%d peers: %s\nwant %s", r.Peers.Len(), got, want)
	}
	if _, ok := found(findings, "peer-malformed"); !ok {
		t.Errorf("findings %v", findings)
	}
	if _, ok := found(findings, "peers-length"); !ok {
		t.Errorf("findings %v", findings)
	}
	for port, host := range map[uint16]string{5: "1.2.3.4:5", 9: "[::1]:9"} {
		if p, ok := r.Peers.ByPort(port); !ok || p.Addr.String() != host {
			t.Errorf("port %d: %v, %v", port, p, ok)
		}
	}
	if _, ok := r.Peers.ByPort(7); ok {
		t.Error("a peer without an ip has a port")
	}
	for range r.Peers.All() {
		break // and nothing panics
	}
}

// A peer takes no more memory than it took in the answer.
func TestPeersCostNothing(t *testing.T) {
	body := fmt.Appendf(nil, "d8:intervali60e5:peers%d:%se", 6*300_000, make([]byte, 6*300_000))
	n := testing.AllocsPerRun(3, func() {
		r, _, _ := decodeReply(body)
		if _, ok := r.Peers.ByPort(1); ok || r.Peers.Len() != 300_000 {
			t.Fatal(r.Peers.Len())
		}
	})
	if n > 50 {
		t.Errorf("%v allocations", n)
	}
}
