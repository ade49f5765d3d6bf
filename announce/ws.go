package announce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/torrentkit/torrentkit/internal/secret"
)

// wsSession is a connection to a WebTorrent tracker.
type wsSession struct {
	s       *settings
	res     *Result
	client  *httpClient
	conn    *websocket.Conn
	strays  int
	sent    int
	started time.Time
}

// wsScheme is the HTTP scheme under a WebSocket URL.
func wsScheme(u *url.URL) *url.URL {
	out := *u
	out.Scheme = map[string]string{"ws": "http", "wss": "https"}[strings.ToLower(u.Scheme)]
	out.Fragment = ""
	return &out
}

// upgrader follows no redirects and keeps what the handshake showed.
type upgrader struct{ c *httpClient }

// RoundTrip sends the upgrade with the headers of the options.
func (t upgrader) RoundTrip(req *http.Request) (*http.Response, error) {
	own := t.c.request(req.Context(), req.Method, req.URL, nil)
	for k, vs := range own.Header {
		if k != "Accept-Encoding" && req.Header.Get(k) == "" {
			req.Header[k] = vs
		}
	}
	req.Header.Set("User-Agent", t.c.s.UserAgent)
	req.Host = own.Host
	return t.c.RoundTrip(req)
}

func (s *settings) openWS(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) (*wsSession, *Failure) {
	what := "opening a WebSocket to " + secret.URL(e.raw)
	c := s.newHTTPClient(e, addrs, r)
	u := wsScheme(e.url)
	started := time.Now()
	client := c.dial.open.Client(upgrader{c})
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	conn, resp, err := websocket.Dial(ctx, u.String(), &websocket.DialOptions{
		HTTPClient: client, CompressionMode: websocket.CompressionDisabled,
	})
	c.note()
	w := &wsSession{s: s, res: r, client: c, conn: conn, started: started}
	if resp != nil {
		r.Status = resp.StatusCode
	}
	if err != nil {
		c.close()
		if resp != nil && resp.StatusCode != http.StatusSwitchingProtocols {
			return nil, upgradeFailure(what, resp)
		}
		if resp != nil {
			return nil, fail(NotATracker, what+": the upgrade is not that of a WebSocket")
		}
		return nil, netFailure(ctx, what, err)
	}
	conn.SetReadLimit(MaxReply)
	return w, nil
}

func upgradeFailure(what string, resp *http.Response) *Failure {
	f := &Failure{Code: NotATracker, Detail: fmt.Sprintf("%s: HTTP status %s instead of a WebSocket", what, resp.Status)}
	if resp.StatusCode/100 == 3 {
		f.Code = BadRedirect
		f.Detail = what + ": redirected to " + secret.URL(resp.Header.Get("Location")) + ", which is not followed"
	} else if c := statusCode(resp.StatusCode); c != NotATracker {
		f.Code = c
	}
	return f
}

func (w *wsSession) close() {
	w.conn.CloseNow()
	w.client.close()
}

// binaryString is how WebTorrent writes bytes in JSON: each is a character.
func binaryString(b []byte) string {
	r := make([]rune, len(b))
	for i, c := range b {
		r[i] = rune(c)
	}
	return string(r)
}

func (w *wsSession) write(ctx context.Context, name string, raw []byte) (time.Time, *Failure) {
	w.sent++
	if w.s.Record {
		w.res.Exchanges = append(w.res.Exchanges, Exchange{Transport: w.res.Transport, Addr: w.res.Addr, Name: name, Sent: raw})
	}
	if err := w.conn.Write(ctx, websocket.MessageText, raw); err != nil {
		return time.Time{}, netFailure(ctx, "sending "+name, err)
	}
	return time.Now(), nil
}

// read waits for a message that answers name; peers' offers and answers about
// other torrents are passed over.
func (w *wsSession) read(ctx context.Context, name string, accept func(wsMessage) bool) (wsMessage, *Failure) {
	sent := time.Now()
	for {
		_, raw, err := w.conn.Read(ctx)
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
	var closed websocket.CloseError
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case errors.Is(err, websocket.ErrMessageTooBig):
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

func (s *settings) announceWS(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) {
	w, f := s.openWS(ctx, e, addrs, r)
	if f != nil {
		r.Failure = f
		return
	}
	defer w.close()
	r.Reply, r.Failure = w.announce(ctx, r.Query, r.Event)
	r.Timing.Total = r.Timing.DNS + time.Since(w.started)
	if s.stops(r.Event) && (r.Failure == nil || !r.Failure.TrackerSpoke()) && ctx.Err() == nil {
		ctx, cancel := goodbyeContext(ctx, s, r.Failure)
		defer cancel()
		findings := r.Findings
		_, f := w.announce(ctx, r.Query, EventStopped)
		r.Findings = findings
		r.Stopped = f == nil
	}
	r.Sent += w.sent
}

// wsPacket is an announce as WebTorrent has it.
func (s *settings) wsPacket(q Query, event Event) []byte {
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
	return mustJSON(msg)
}

// mustJSON encodes values of ours, which cannot fail.
func mustJSON(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return raw
}

// announce asks once over an open connection.
func (w *wsSession) announce(ctx context.Context, q Query, event Event) (*Reply, *Failure) {
	sent, f := w.write(ctx, string(event), w.s.wsPacket(q, event))
	if f != nil {
		return nil, f
	}
	hash := binaryString(q.Hash[:])
	got, f := w.read(ctx, string(event), func(m wsMessage) bool { return m.answersAnnounce(hash) })
	if event != EventStopped {
		w.res.Timing.FirstByte = time.Since(sent)
	}
	if f != nil {
		return nil, f
	}
	reply, notes, f := got.announce()
	w.res.Findings = append(w.res.Findings, notes...)
	return reply, f
}
