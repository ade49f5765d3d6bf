package magnet

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/peertest"
)

const oracleScript = `
import sys, json, libtorrent as lt
for line in sys.stdin:
    try:
        p = lt.parse_magnet_uri(json.loads(line))
        h = p.info_hashes
        out = dict(v1=str(h.v1) if h.has_v1() else "", v2=str(h.v2) if h.has_v2() else "", name=p.name, trackers=p.trackers, ws=p.url_seeds,
            peers=["%s %d" % e for e in p.peers], again=lt.make_magnet_uri(p))
    except Exception as e:
        out = dict(error=str(e))
    print(json.dumps(out))
`

type oracleAnswer struct {
	V1, V2, Name, Again, Error string
	Trackers, WS, Peers        []string
}

func askLibtorrent(t *testing.T, uris []string) []oracleAnswer {
	t.Helper()
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, u := range uris {
		if err := enc.Encode(u); err != nil {
			t.Fatal(err)
		}
	}
	answers := make([]oracleAnswer, len(uris))
	for i, line := range askPython(t, oracleScript, &in) {
		if err := json.Unmarshal([]byte(line), &answers[i]); err != nil {
			t.Fatal(err)
		}
	}
	return answers
}

// askPython hands a script lines, and returns its answers, a line to each.
func askPython(t *testing.T, script string, in *bytes.Buffer) []string {
	t.Helper()
	asked := bytes.Count(in.Bytes(), []byte("\n"))
	cmd := exec.Command(peertest.Python(t), "-c", script)
	cmd.Stdin = in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	answers := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(answers) != asked {
		t.Fatalf("libtorrent gives %d answers to %d questions", len(answers), asked)
	}
	return answers
}

// TestLibtorrentReadsOurLinks holds that libtorrent reads every repaired link
// of the table as we do, and that we read what it writes.
func TestLibtorrentReadsOurLinks(t *testing.T) {
	t.Parallel()
	var uris []string
	var want []Link
	for _, c := range links {
		l, _, err := Parse(expand(c.in))
		if err == nil && l.Key.IsZero() && !strings.Contains(c.issues, "charset") && !strings.Contains(l.Name, "\x00") {
			uris, want = append(uris, l.String()), append(want, l)
		}
	}
	for i, a := range askLibtorrent(t, uris) {
		l := want[i]
		if a.Error != "" {
			t.Errorf("%s: %s", uris[i], a.Error)
			continue
		}
		if a.V1 != l.V1.String() || a.V2 != l.V2.String() || a.Name != l.Name || !slices.Equal(a.Trackers, l.Trackers) {
			t.Errorf("%s\n libtorrent reads %+v", uris[i], a)
		}
		var peers []string
		for _, p := range l.Peers {
			if ap, err := netip.ParseAddrPort(p); err == nil {
				peers = append(peers, strings.Replace(ap.String(), "]", "", 1))
			}
		}
		for j, p := range peers {
			k := strings.LastIndexByte(p, ':')
			peers[j] = strings.TrimPrefix(p[:k], "[") + " " + p[k+1:]
		}
		if !slices.Equal(a.Peers, peers) {
			t.Errorf("%s: peers %q, want %q", uris[i], a.Peers, peers)
		}
		again, issues, err := Parse(a.Again)
		if err != nil || len(issues) > 0 && l.Trackers == nil {
			t.Errorf("libtorrent writes %s: %v %v", a.Again, issues, err)
		}
		if again.V1 != l.V1 || again.V2 != l.V2 || again.Name != l.Name || !slices.Equal(again.Trackers, l.Trackers) || !slices.Equal(again.WebSeeds, l.WebSeeds) {
			t.Errorf("libtorrent writes %s for %s", a.Again, uris[i])
		}
	}
}
