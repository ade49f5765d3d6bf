package dialtest

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

const marker = "TORRENTKIT_TEST_ALONE"

// Alone runs the calling test, which must not be a subtest, a second time, in a
// network of its own: every address there, of the internet too, is this machine,
// and r answers for all names. It reports whether this is that second time. The
// test is skipped where the system gives no such network.
func Alone(t *testing.T, r *Resolver) bool {
	t.Helper()
	if os.Getenv(marker) == "" {
		again(t)
		return false
	}
	for _, line := range []string{"link set lo up", "route add local default dev lo", "-6 route add local ::/0 dev lo"} {
		if out, err := exec.Command("ip", strings.Fields(line)...).CombinedOutput(); err != nil {
			t.Fatalf("ip %s: %v %s", line, err, out)
		}
	}
	conf := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(conf, []byte("nameserver 127.0.0.53\noptions timeout:2 attempts:1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "--bind", conf, "/etc/resolv.conf").CombinedOutput(); err != nil {
		t.Fatalf("mount: %v %s", err, out)
	}
	pc, err := net.ListenPacket("udp4", "127.0.0.53:53")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.Close() })
	go serveDNS(pc, r)
	return true
}

// again runs the test once more in namespaces of its own.
func again(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("networks of one's own need Linux")
	}
	probe := exec.Command("unshare", "-rnm", "sh", "-c", "ip link set lo up && ip -6 route add local ::/0 dev lo && mount --bind /dev/null /etc/resolv.conf")
	if out, err := probe.CombinedOutput(); err != nil {
		t.Skipf("no network of its own can be had (unshare, ip): %v %s", err, out)
	}
	args := []string{"-rnm", os.Args[0], "-test.run=^" + t.Name() + "$", "-test.v=" + map[bool]string{true: "true", false: "false"}[testing.Verbose()]}
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), marker+"=1", "GODEBUG=netdns=go")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Fatalf("in a network of its own: %v\n%s", err, out)
	case testing.Verbose():
		t.Logf("%s", out)
	}
}

// serveDNS answers questions for addresses (RFC 1035).
func serveDNS(pc net.PacketConn, r *Resolver) {
	buf := make([]byte, 1500)
	for {
		n, from, err := pc.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil || n < 17 {
			continue
		}
		pc.WriteTo(answerDNS(buf[:n], r), from)
	}
}

const (
	typeA    = 1
	typeAAAA = 28
)

func answerDNS(query []byte, r *Resolver) []byte {
	at := 12
	var labels []string
	for at < len(query) && query[at] != 0 {
		size := int(query[at])
		if at+1+size >= len(query) {
			return nil
		}
		labels = append(labels, string(query[at+1:at+1+size]))
		at += 1 + size
	}
	if at+5 > len(query) {
		return nil
	}
	question, kind := query[12:at+5], binary.BigEndian.Uint16(query[at+1:])
	found := r.answer(strings.Join(labels, "."), kind)
	reply := append([]byte(nil), query[:2]...)
	reply = append(reply, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0) // an answer, without an error
	if found == nil {
		reply[3] |= 3 // no such name
	}
	reply = append(reply, question...)
	for _, a := range found {
		if a.Is4() != (kind == typeA) || a.Is6() != (kind == typeAAAA) {
			continue
		}
		reply[7]++
		raw := a.AsSlice()
		reply = append(reply, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(len(raw)))
		reply = append(reply, raw...)
	}
	return reply
}

// answer returns the addresses of a name in the round that is now. A look-up asks
// for both kinds of address: when one is asked for again, it is the next round.
func (r *Resolver) answer(name string, kind uint16) []netip.Addr {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.asked == nil {
		r.asked = make(map[string][]uint16)
	}
	if slices.Contains(r.asked[name], kind) {
		r.asked[name] = nil
		if len(r.names[name]) > 1 {
			r.names[name] = r.names[name][1:]
		}
	}
	r.asked[name] = append(r.asked[name], kind)
	if len(r.names[name]) == 0 {
		return form(name)
	}
	return r.names[name][0]
}
