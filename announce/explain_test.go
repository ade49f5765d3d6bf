package announce

import (
	"bytes"
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	tt "github.com/torrentkit/torrentkit/internal/trackertest"
)

// TestCurl runs the line in a shell and compares the answers.
func TestCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	for _, f := range []tt.Fault{tt.Gzip, tt.Unregistered, tt.BencodeStatus, tt.HTML404} {
		tr := tt.Start(t, f)
		opt := Options{Event: EventStarted, NoStop: true, Record: true, NumWant: 5, Resolver: host{"127.0.0.1"}, UserAgent: "it's me", PeerID: [20]byte([]byte("-XX0000-[1]{2}'\x00\xff$`\""))}
		r := one(t, Query{Tracker: withHost(tr.HTTP(), "name.test") + "?pass%27key=a$b", Hash: RandomHash()}, opt)
		x := r.Exchanges[0]
		line := x.Curl(opt, true)
		got, err := exec.Command("sh", "-c", line).Output()
		if err != nil || !bytes.Equal(got, x.Received) {
			t.Errorf("%s\n%v\n got %q\nwant %q", line, err, got, x.Received)
		}
		if hidden := x.Curl(opt, false); strings.Contains(hidden, "a$b") {
			t.Errorf("the passkey is in %s", hidden)
		}
	}
}

func TestFields(t *testing.T) {
	tr := tt.Start(t)
	hash := RandomHash()
	tr.Add(hash, netip.MustParseAddrPort("192.0.2.9:7001"), "", 0)
	r := one(t, Query{Tracker: tr.UDP() + "/passkey1", Hash: hash}, Options{NumWant: 1, Record: true})
	wantGood(t, r)
	if len(r.Exchanges) != 3 {
		t.Fatalf("%d exchanges, want connect, announce, stopped", len(r.Exchanges))
	}
	for _, x := range r.Exchanges {
		sent, got := x.Fields()
		for _, c := range []struct {
			raw    []byte
			fields []Field
		}{{x.Sent, sent}, {x.Received, got}} {
			at := 0
			for _, f := range c.fields {
				if f.Offset != at || f.Name == "" || f.Value == "" && f.Name != "more" {
					t.Errorf("field %+v at %d", f, at)
				}
				if strings.Contains(f.Value, "passkey1") && !f.Secret {
					t.Errorf("%+v holds a passkey and is not secret", f)
				}
				at += len(f.Bytes)
			}
			if at != len(c.raw) {
				t.Errorf("fields cover %d of %d bytes", at, len(c.raw))
			}
		}
	}
	_, got := r.Exchanges[1].Fields()
	if f := got[len(got)-2]; f.Name != "peer address" || f.Value != "192.0.2.9" {
		t.Errorf("%+v", f)
	}
}

func TestDecode(t *testing.T) {
	datagram := append(be.AppendUint32(be.AppendUint32(nil, 1), 7), make([]byte, 12)...)
	for _, c := range []struct {
		raw  string
		kind Kind
		good bool
	}{
		{"d8:intervali1800e5:peers0:e", KindAnnounce, true},
		{"HTTP/1.1 200 OK\r\nX: y\r\n\r\nd8:intervali1800e5:peers0:e", KindAnnounce, true},
		{"d14:failure reason4:nopee", KindAnnounce, false},
		{"d5:filesd20:aaaaaaaaaaaaaaaaaaaad8:completei1eeee", KindScrape, true},
		{"<html>", KindAnnounce, false},
		{"", KindAnnounce, false},
		{string(datagram), KindUDP, true},
		{string(datagram[:12]), KindUDP, false},
		{"\x00\x00\x00\x03\x00\x00\x00\x07bad", KindUDP, false},
		{"\x00\x00\x00\x02\x00\x00\x00\x07" + strings.Repeat("\x00", 12), KindUDP, true},
		{`{"action":"announce","complete":1,"interval":2}`, KindWS, true},
		{`{"action":"scrape","files":{"aaaaaaaaaaaaaaaaaaaa":{"complete":1}}}`, KindWS, true},
		{`{"failure reason":"x"}`, KindWS, false},
		{`{"action":`, KindWS, false},
	} {
		d := Decode([]byte(c.raw), false)
		if d.Kind != c.kind || (d.Failure == nil) != c.good {
			t.Errorf("%q is %s, %v", c.raw, d.Kind, d.Failure)
		}
	}
}

func TestOutline(t *testing.T) {
	got := strings.Join(Outline([]byte("d1:ai1e1:bl3:xyz2:\x00\x01ee")), "\n")
	want := "dictionary\n  \"a\": 1\n  \"b\": list\n    [0] \"xyz\"\n    [1] 0001"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if n := len(Outline([]byte("l" + strings.Repeat("0:", 5000) + "e"))); n != maxOutline+1 {
		t.Errorf("%d lines", n)
	}
}

// TestOutlineCut: of bencode that was cut off, the values that are whole are shown.
func TestOutlineCut(t *testing.T) {
	const doc = "d1:ai1e5:peersld2:ip3:::14:porti1eed2:ip3:::24:porti2eee1:z3:ende"
	whole := Outline([]byte(doc))
	last := 0
	for n := range len(doc) {
		out := Outline([]byte(doc[:n]))
		if out == nil && n < 10 {
			continue
		}
		if out == nil || out[len(out)-1] != "..." || !slices.Equal(out[:len(out)-1], whole[:len(out)-1]) {
			t.Fatalf("%d bytes: %q", n, out)
		}
		if len(out) < last {
			t.Errorf("%d bytes show less than one less: %q", n, out)
		}
		last = len(out)
	}
	if last < 8 {
		t.Errorf("%d lines at most", last)
	}
	for _, none := range []string{"", "d", "l", "d1:a", "<html>", "3:abc:", "i1e", "d-1:ae", "d9999999999999999999:ae", strings.Repeat("l", 100), strings.Repeat("d1:a", 100) + "i1e"} {
		if out := Outline([]byte(none)); len(out) > 2 {
			t.Errorf("%q: %q", none, out)
		}
	}
}

// TestMedian: it is in the middle, also of an even number.
func TestMedian(t *testing.T) {
	var s PingStats
	for i, want := range []time.Duration{40, 30, 30, 25, 20} { // of 40; 20; 30; 10; 0
		r := Result{Reply: &Reply{}}
		r.Timing.Total = []time.Duration{40, 20, 30, 10, 0}[i]
		if s.Add(&r); s.Median() != want {
			t.Errorf("of %d: %d, want %d", i+1, s.Median(), want)
		}
	}
	if none := (&PingStats{}).Median(); none != 0 {
		t.Error(none)
	}
}

func TestPing(t *testing.T) {
	tr := tt.Start(t)
	var stats PingStats
	started := time.Now()
	for _, r := range Ping(t.Context(), []Query{{Tracker: tr.UDP()}}, Options{}, 4, 20*time.Millisecond) {
		stats.Add(&r)
	}
	if stats.Sent != 4 || stats.Good != 4 || stats.Loss() != 0 || time.Since(started) < 60*time.Millisecond {
		t.Errorf("%+v", stats)
	}
	if stats.Min() <= 0 || stats.Min() > stats.Mean() || stats.Mean() > stats.Max() || stats.Percentile(50) > stats.Percentile(95) {
		t.Errorf("%+v", stats)
	}
	stats = PingStats{Sent: 105}
	for i := range 100 {
		stats.Add(&Result{Reply: &Reply{}, Timing: Timing{Total: time.Duration(100-i) * time.Second}})
	}
	if stats.Percentile(50) != 50*time.Second || stats.Percentile(99) != 99*time.Second || stats.Max() != 100*time.Second || stats.Mean() != 50500*time.Millisecond {
		t.Errorf("%v", stats)
	}
}

func TestCheckerConfig(t *testing.T) {
	tr := tt.Start(t)
	c, err := ParseCheckerConfig([]byte(`{"udp_trackers":["127.0.0.1:6969"],"http_trackers":["http://127.0.0.1:7070"],"health_checks":["http://127.0.0.1:1212/api/health_check"]}`))
	if err != nil || c.UDPTrackers[0] != "udp://127.0.0.1:6969" || c.HTTPTrackers[0] != "http://127.0.0.1:7070" {
		t.Errorf("%+v, %v", c, err)
	}
	const rest = `,"http_trackers":[],"health_checks":[],"more":{}}`
	if _, err := ParseCheckerConfig([]byte(`{"udp_trackers":[]` + rest)); err != nil {
		t.Errorf("a key that means nothing: %v", err)
	}
	for _, bad := range []string{
		``, `[]`, `{}`, `{"udp_trackers":[],"http_trackers":[]}`, `{"UDP_TRACKERS":[]` + rest, `{"udp_trackers":null` + rest, `{"udp_trackers":"x"` + rest,
		`{"udp_trackers":["http://x/"]` + rest, `{"udp_trackers":[1]` + rest, `{"udp_trackers":[]` + rest + `{}`,
		`{"udp_trackers":[],"http_trackers":["udp://x:1"],"health_checks":[]}`, `{"udp_trackers":[],"http_trackers":[],"health_checks":[""]}`,
	} {
		if _, err := ParseCheckerConfig([]byte(bad)); err == nil {
			t.Errorf("%s is accepted", bad)
		}
	}
	for tracker, want := range map[string][2]string{
		"http://h:1":            {"http://h:1/announce", "http://h:1/announce"},
		"http://h:1/":           {"http://h:1/announce", "http://h:1/announce"},
		"http://h:1/announce/k": {"http://h:1/announce/k", "http://h:1/announce"},
		"http://h:1/a?b=c":      {"http://h:1/a?b=c", "http://h:1/announce"},
	} {
		if got := [2]string{CheckerAnnounceURL(tracker, false), CheckerAnnounceURL(tracker, true)}; got != want {
			t.Errorf("%s: %v, want %v", tracker, got, want)
		}
	}
	up := strings.Replace(tr.HTTP(), "/announce", "/api/health_check", 1)
	if r := Health(t.Context(), up, Options{}); !r.Good() {
		t.Error(r.Failure)
	}
	if r := Health(t.Context(), strings.Replace(up, "health_check", "nothing", 1), Options{}); r.Good() {
		t.Error("a page that is not there is healthy")
	}
}
