package announce

import (
	"context"
	"fmt"
	"time"

	"github.com/coder/websocket"

	"github.com/torrentkit/torrentkit/internal/secret"
)

// wsRaw sends one message over a connection of its own and returns the first
// message that comes back.
func (d *doctor) wsRaw(text string) (wsMessage, *Failure) {
	ctx, cancel := context.WithTimeout(d.ctx, min(d.opt.Timeout, 2*time.Second))
	defer cancel()
	r := Result{Query: Query{Tracker: d.e.raw}}
	w, f := d.s.openWS(ctx, d.e, d.addrs, &r)
	if f != nil {
		return nil, f
	}
	defer w.close()
	d.sent, d.received = secret.Of(d.e.raw).Hide(clip(text)), nil
	if err := w.conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
		return nil, netFailure(ctx, "sending", err)
	}
	_, raw, err := w.conn.Read(ctx)
	if err != nil {
		return nil, w.readFailure(ctx, "a message", err)
	}
	d.received = raw
	return parseWSMessage(raw)
}

// wsAnnounce is a good announce of member c, as text.
func (d *doctor) wsAnnounce(hash string) string {
	m := d.member("c")
	return string(mustJSON(map[string]any{
		"action": "announce", "info_hash": hash, "peer_id": binaryString(m.id[:]), "event": "started",
		"uploaded": 0, "downloaded": 0, "left": 1 << 20, "numwant": 5, "offers": []any{},
	}))
}

func wsChecks() []check {
	return []check{
		{Check{"ws.announce", "the answer has interval, complete and incomplete", 0, "WebTorrent", Error, "clients do not come back without interval"}, wsKeys},
		{Check{"ws.info-hash", "the answer names the torrent, byte for byte", 0, "WebTorrent", Error, "clients with several torrents on one connection cannot tell answers apart"}, wsHash},
		{Check{"ws.invalid-json", "what is not JSON is refused, or ends the connection", 0, "WebTorrent", Warning, "send failure reason"}, wsRefuses("{not json")},
		{Check{"ws.short-hash", "an info_hash of 3 characters is refused", 0, "WebTorrent", Warning, "send failure reason"}, func(d *doctor) (State, string) {
			return wsRefuses(d.wsAnnounce("abc"))(d)
		}},
		{Check{"ws.unlisted", "a torrent that is not tracked is refused in words", 0, "WebTorrent", Error, "send failure reason with the info_hash"}, func(d *doctor) (State, string) {
			h := RandomHash()
			m, f := d.wsRaw(d.wsAnnounce(binaryString(h[:])))
			switch {
			case f != nil:
				return Fail, words(f)
			case m.refuses():
				return Pass, "refused: " + clip(m.text("failure reason"))
			}
			return Pass, "any torrent is tracked"
		}},
	}
}

func wsKeys(d *doctor) (State, string) {
	m, f := d.wsRaw(d.wsAnnounce(binaryString(d.hash[:])))
	if f != nil {
		return Fail, words(f)
	}
	for _, key := range []string{"interval", "complete", "incomplete"} {
		if _, ok := m[key]; !ok {
			return Fail, "no " + key
		}
	}
	reply, notes, f := m.announce()
	if f != nil {
		return Fail, words(f)
	}
	if len(notes) > 0 {
		return Fail, notes[0].Text
	}
	return Pass, fmt.Sprintf("interval %s", reply.Interval)
}

func wsHash(d *doctor) (State, string) {
	hash := binaryString(d.hash[:])
	m, f := d.wsRaw(d.wsAnnounce(hash))
	switch {
	case f != nil:
		return Fail, words(f)
	case m.text("info_hash") != hash:
		return Fail, "info_hash is missing or another"
	}
	return Pass, "the same 20 bytes"
}

func wsRefuses(text string) func(*doctor) (State, string) {
	return func(d *doctor) (State, string) {
		m, f := d.wsRaw(text)
		switch {
		case f != nil && f.Code == Timeout:
			return Fail, "no answer"
		case f != nil:
			return Pass, "the connection ended"
		case m.refuses():
			return Pass, "refused: " + clip(m.text("failure reason"))
		}
		return Fail, "accepted"
	}
}
