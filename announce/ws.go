package announce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/secret"
	"github.com/torrentkit/torrentkit/internal/websocket"
)

// wsSession is a connection to a WebTorrent tracker.
type wsSession struct {
	s      *settings
	res    *Result
	conn   net.Conn
	socket *websocket.Conn
	strays int
}

func (s *settings) openWS(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) (*wsSession, *Failure) {
	what := "opening a WebSocket to " + secret.URL(e.raw)
	c := s.openHTTP(e, addrs, r)
	defer c.close() // but for what is upgraded, which is its no more
	u := *e.url
	u.Scheme = "http" + strings.TrimPrefix(u.Scheme, "ws")
	req := c.request(ctx, http.MethodGet, &u, nil)
	req.Header.Del("Accept-Encoding")
	req.Header.Set("User-Agent", s.UserAgent)
	key := websocket.Ask(req.Header)
	resp, err := c.RoundTrip(req)
	if err != nil {
		return nil, netFailure(ctx, what, err)
	}
	r.Status = resp.StatusCode
	conn, upgraded := resp.Body.(*httpConn)
	switch {
	case !upgraded:
		defer resp.Body.Close()
		return nil, upgradeFailure(what, resp)
	case !websocket.Granted(resp.Header, key):
		conn.Close()
		return nil, fail(NotATracker, what+": the upgrade is not that of a WebSocket")
	}
	return &wsSession{s: s, res: r, conn: conn, socket: websocket.New(conn.r, conn, MaxReply)}, nil
}

func upgradeFailure(what string, resp *http.Response) *Failure {
	if resp.StatusCode/100 == 3 {
		return fail(BadRedirect, what+": redirected to "+secret.URL(resp.Header.Get("Location"))+", which is not followed")
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, MaxReply)) // as far as it goes
	f := notBencode(&httpAnswer{status: resp.StatusCode, statusOut: resp.Status, header: resp.Header, body: body})
	f.Detail = what + ": no WebSocket: " + f.Detail
	return f
}

func (w *wsSession) connected() bool { return true }

func (w *wsSession) close() { w.conn.Close() }

// binaryString is how WebTorrent writes bytes in JSON: each is a character.
func binaryString(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

// ask sends a message and waits for one that answers it; peers' offers and answers
// about other torrents are passed over.
func (w *wsSession) ask(ctx context.Context, name string, raw []byte, accept func(wsMessage) bool) (wsMessage, *Failure) {
	w.res.Sent++
	if w.s.Record {
		w.res.Exchanges = append(w.res.Exchanges, Exchange{Transport: w.res.Transport, Addr: w.res.Addr, Name: name, Sent: raw})
	}
	defer interrupt(ctx, w.conn)()
	if err := w.socket.Write(raw); err != nil {
		return nil, netFailure(ctx, "sending "+name, err)
	}
	sent := time.Now()
	defer func() { w.res.Timing.FirstByte = time.Since(sent) }()
	for {
		raw, err := w.socket.Read()
		if err != nil {
			return nil, w.readFailure(ctx, name, err)
		}
		msg, f := parseWSMessage(raw)
		if f == nil && !accept(msg) {
			w.strays++
			if w.strays > 1000 {
				return nil, fail(Malformed, "more than 1000 messages came, and none answers "+name)
			}
			continue
		}
		if n := len(w.res.Exchanges); w.s.Record && n > 0 {
			w.res.Exchanges[n-1].Received = raw
			w.res.Exchanges[n-1].Elapsed = time.Since(sent)
		}
		return msg, f
	}
}

func (w *wsSession) readFailure(ctx context.Context, name string, err error) *Failure {
	what := "waiting for the answer to " + name
	var closed *websocket.CloseError
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case errors.Is(err, websocket.ErrTooLong):
		return fail(Malformed, what+": the answer is longer than 2 MiB")
	case errors.As(err, &closed):
		f := fail(Malformed, fmt.Sprintf("%s: the tracker closed the connection (%d)", what, closed.Code))
		if closed.Reason != "" {
			f.Reason, f.Code = closed.Reason, classify(closed.Reason)
		}
		return f
	}
	f := netFailure(ctx, what, err)
	if f.Code == Unreachable {
		f.Code = Malformed
	}
	if f.Code == Timeout && w.strays > 0 {
		f.Detail += fmt.Sprintf(" (%s about other things came)", plural(w.strays, "message"))
	}
	return f
}

// wsMessage is an announce as WebTorrent has it.
func (s *settings) wsMessage(q Query, event Event) map[string]any {
	msg := map[string]any{
		"action": "announce", "info_hash": binaryString(q.Hash[:]), "peer_id": binaryString(s.PeerID[:]),
		"uploaded": s.Uploaded, "downloaded": s.Downloaded, "left": s.left,
		"numwant": max(s.numWant(event), 0), "offers": []any{},
	}
	if event != EventNone {
		msg["event"] = event
	}
	if s.TrackerID != "" {
		msg["trackerid"] = s.TrackerID
	}
	return msg
}

// mustJSON encodes values of ours, which cannot fail.
func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

func (w *wsSession) announce(ctx context.Context, s *settings, r *Result, event Event) (*Reply, *Failure) {
	r.Addr, r.Local = w.res.Addr, w.res.Local
	w.s, w.res = s, r
	hash := binaryString(r.Hash[:])
	m, f := w.ask(ctx, string(event), mustJSON(s.wsMessage(r.Query, event)), func(m wsMessage) bool { return m.answersAnnounce(hash) })
	if f != nil {
		return nil, f
	}
	reply, notes, f := m.announce()
	r.Findings = append(r.Findings, notes...)
	return reply, f
}
