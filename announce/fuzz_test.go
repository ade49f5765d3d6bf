package announce

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// decodes holds what every reply must become: a result or a finding, and texts
// that are fit for a report.
func decodes(t *testing.T, d Decoded) {
	t.Helper()
	if d.Reply == nil && d.Counts == nil && d.Failure == nil && d.Kind != KindUDP && d.Kind != KindScrape && d.Kind != KindWS {
		t.Errorf("neither a result nor a failure: %+v", d)
	}
	if d.Reply != nil && d.Failure != nil {
		t.Errorf("both an answer and a failure: %+v", d)
	}
	if d.Failure != nil && (d.Failure.Code == "" || d.Failure.Error() == "") {
		t.Errorf("a failure without words: %+v", d.Failure)
	}
	for _, f := range d.Findings {
		if f.ID == "" || f.Text == "" || !utf8.ValidString(f.Text) {
			t.Errorf("finding %+v", f)
		}
	}
	if d.Reply != nil {
		for _, n := range []int64{d.Reply.Seeds, d.Reply.Leeches, d.Reply.Downloaded} {
			if n < Unknown {
				t.Errorf("a negative count: %+v", d.Reply)
			}
		}
		if d.Reply.Interval < 0 || d.Reply.MinInterval < 0 || d.Reply.RetryIn.After < 0 {
			t.Errorf("a negative time: %+v", d.Reply)
		}
	}
}

func FuzzHTTP(f *testing.F) {
	for _, s := range []string{
		"d8:completei1e10:incompletei2e8:intervali1800e5:peers6:abcdefe", "d14:failure reason4:nope8:retry in5:nevere",
		"d8:intervali1800e5:peersld2:ip9:127.0.0.14:porti1e7:peer id20:aaaaaaaaaaaaaaaaaaaaeee", "d5:filesd20:aaaaaaaaaaaaaaaaaaaad8:completei1eeee",
		"d8:intervali99999999999999999999e5:peersi3ee", "HTTP/1.1 200 OK\r\n\r\nde", "\x1f\x8b\x08", "<html>", "d8:interval4:18006:peers61:a11:external ip4:abcde",
		strings.Repeat("l", 100),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		decodes(t, Decode(raw, false))
		decodes(t, decodeHTTP(raw))
		Outline(raw)
	})
}

func FuzzDatagram(f *testing.F) {
	for _, s := range []string{
		"\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x00\x00\x00\x00\x00\x01", "\x00\x00\x00\x01\x00\x00\x00\x07" + strings.Repeat("\x00\x00\x01", 6),
		"\x00\x00\x00\x02\x00\x00\x00\x07" + strings.Repeat("a", 25), "\x00\x00\x00\x03\x00\x00\x00\x07bad\x00", "\x00\x00\x00\x01\x00\x00\x00\x07",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, p []byte, v6 bool) {
		if len(p) >= 8 {
			decodes(t, decodeDatagram(p, !v6))
		}
		for _, fields := range [][]Field{RequestFields(p), AnswerFields(p, !v6)} {
			n := 0
			for _, fd := range fields {
				n += len(fd.Bytes)
			}
			if n != len(p) {
				t.Errorf("fields cover %d of %d bytes", n, len(p))
			}
		}
	})
}

func FuzzWebSocket(f *testing.F) {
	for _, s := range []string{
		`{"action":"announce","complete":1,"incomplete":2,"interval":120,"info_hash":"\u00ff"}`, `{"failure reason":"x"}`, `[]`, `null`,
		`{"action":"scrape","files":{"aaaaaaaaaaaaaaaaaaaa":{"complete":1.5}}}`, `{"complete":1e99,"interval":-1}`, `{"files":null,"action":"scrape"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		decodes(t, decodeMessage(raw))
		if m, fl := parseWSMessage(raw); fl == nil {
			m.answersAnnounce("x")
		}
	})
}

func FuzzTrackerURL(f *testing.F) {
	f.Add("http://user:secretsecret@host/announce?passkey=secretsecret")
	f.Add("udp://[::1]:80/secretsecret/announce")
	f.Add("WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWD=") // base32 of 19 bytes
	f.Fuzz(func(t *testing.T, s string) {
		e, fl := parseTracker(s)
		switch {
		case fl == nil:
			conventionalScrapeURL(e.url)
		case fl.Detail == "":
			t.Error("a failure without words")
		}
	})
}
