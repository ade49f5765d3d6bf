package announce

import (
	"bytes"

	"github.com/torrentkit/torrentkit/metainfo"
)

// Kind is what a captured answer turns out to be.
type Kind string

// The kinds of captured answers.
const (
	KindAnnounce Kind = "http announce"
	KindScrape   Kind = "http scrape"
	KindUDP      Kind = "udp datagram"
	KindWS       Kind = "websocket message"
)

// Decoded is what Decode makes of a captured answer.
type Decoded struct {
	Kind     Kind
	Reply    *Reply   // of an announce
	Counts   []Counts // of a scrape; those of a datagram have no Hash
	Failure  *Failure
	Findings []Finding
	Fields   []Field // of a datagram
	Body     []byte  // what was decoded: without HTTP head, decompressed
}

// Decode reads an answer of a tracker that was captured elsewhere: the body of
// an HTTP answer, with or without its head and gzip; one UDP datagram; or one
// WebSocket message. Peers of a datagram are read as IPv4 unless v6 is set.
func Decode(raw []byte, v6 bool) Decoded {
	body := raw
	if bytes.HasPrefix(raw, []byte("HTTP/")) {
		for _, sep := range []string{"\r\n\r\n", "\n\n"} {
			if i := bytes.Index(raw, []byte(sep)); i >= 0 {
				body = raw[i+len(sep):]
				break
			}
		}
	}
	ans := httpAnswer{}
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		if err := ans.read(bytes.NewReader(body)); err != nil {
			return Decoded{Kind: KindAnnounce, Failure: fail(Malformed, "the answer is "+err.Error())}
		}
		body = ans.body
	}
	switch {
	case len(body) > MaxReply:
		return Decoded{Kind: KindAnnounce, Failure: fail(Malformed, "the answer is longer than 2 MiB")}
	case len(body) >= 8 && be.Uint32(body) <= 3:
		return decodeDatagram(body, !v6)
	case len(bytes.TrimSpace(body)) > 0 && bytes.TrimSpace(body)[0] == '{':
		return decodeMessage(body)
	}
	return decodeHTTP(body)
}

func decodeHTTP(body []byte) Decoded {
	d := Decoded{Kind: KindAnnounce, Body: body}
	var probe replyReader
	if top, f := probe.scan(body); f == nil {
		if _, ok := top.Get("files"); ok {
			d.Kind = KindScrape
			var r replyReader
			d.Counts, _, d.Failure = r.scrape(body)
			d.Findings = r.findings
			return d
		}
	} else if looksLikeHTML(&httpAnswer{body: body}) {
		d.Failure = fail(NotATracker, "the answer is HTML")
		return d
	}
	d.Reply, d.Findings, d.Failure = decodeReply(body)
	return d
}

func decodeDatagram(p []byte, v4 bool) Decoded {
	d := Decoded{Kind: KindUDP, Fields: AnswerFields(p, v4), Body: p}
	switch action(be.Uint32(p)) {
	case actAnnounce:
		d.Reply, d.Findings, d.Failure = decodeUDPAnnounce(p, v4)
	case actScrape:
		d.Counts, d.Findings = decodeUDPScrape(p, make([]metainfo.HashV1, (len(p)-8)/12))
	case actError:
		d.Failure, d.Findings = decodeUDPError(p)
	case actConnect:
		if len(p) < headSize {
			d.Failure = fail(Malformed, "a connect answer of less than 16 bytes")
		}
	}
	return d
}

func decodeMessage(raw []byte) Decoded {
	d := Decoded{Kind: KindWS, Body: raw}
	m, f := parseWSMessage(raw)
	switch {
	case f != nil:
		d.Failure = f
	case m.text("action") == "scrape" && !m.refuses():
		d.Counts, d.Findings, d.Failure = m.scrape()
	default:
		d.Reply, d.Findings, d.Failure = m.announce()
	}
	return d
}
