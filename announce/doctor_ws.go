package announce

import (
	"context"
	"time"
)

// wsRaw sends one message over a connection of its own and returns the first
// message that comes back.
func (d *doctor) wsRaw(text string) (wsMessage, *Failure) {
	ctx, cancel := context.WithTimeout(d.ctx, min(d.opt.Timeout, 2*time.Second))
	defer cancel()
	r := Result{Query: Query{Tracker: d.e.raw}, Transport: d.e.transport}
	w, f := d.s.openWS(ctx, d.e, d.addrs, &r)
	if f != nil {
		return nil, f
	}
	defer w.close()
	m, f := w.ask(ctx, "a message", []byte(text), func(wsMessage) bool { return true })
	d.keep(&r)
	return m, f
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
		{Check{"ws.short-hash", "an info_hash of 3 characters is refused", 0, "WebTorrent", Warning, "send failure reason"}, func(d *doctor) outcome {
			return wsRefuses(d.wsAnnounce("abc"))(d)
		}},
		{Check{"ws.unlisted", "a torrent that is not tracked is refused in words", 0, "WebTorrent", Error, "send failure reason with the info_hash"}, unlisted},
	}
}

func wsKeys(d *doctor) outcome {
	m, f := d.wsRaw(d.wsAnnounce(binaryString(d.hash[:])))
	if f != nil {
		return failedFor(words(f))
	}
	for _, key := range []string{"interval", "complete", "incomplete"} {
		if _, ok := m[key]; !ok {
			return failed("no %s: %s", key, clip(string(d.received)))
		}
	}
	reply, notes, f := m.announce()
	if f != nil {
		return failedFor(words(f))
	}
	if len(notes) > 0 {
		return failed("%s", notes[0].Text)
	}
	return passed("%s", told(reply))
}

func wsHash(d *doctor) outcome {
	hash := binaryString(d.hash[:])
	m, f := d.wsRaw(d.wsAnnounce(hash))
	switch {
	case f != nil:
		return skippedFor(f)
	case m.text("info_hash") != hash:
		return failed("info_hash is %x, not the %x that was asked about", clip(m.text("info_hash")), hash)
	}
	return passed("the 20 bytes %x", d.hash)
}

func wsRefuses(text string) func(*doctor) outcome {
	return func(d *doctor) outcome {
		m, f := d.wsRaw(text)
		switch {
		case f != nil && f.Code == Timeout:
			return failed("%s", f.Error())
		case f != nil:
			return passed("the connection ended: %s", words(f))
		case m.refuses():
			return passed("refused: %s", clip(m.text("failure reason")))
		}
		return failed("accepted: %s", clip(string(d.received)))
	}
}
