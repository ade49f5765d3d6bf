package announce

import (
	"context"
	"net/http"
)

// Plan returns what Probe would send, as the exchanges of a result without
// answers, and sends nothing. The connection id of UDP and all that is random
// differ from what a probe sends. Where a probe would fail before it sends
// anything, the result has that Failure.
func Plan(q Query, opt Options) Result {
	s := opt.fill(q)
	e, r := s.begin(q)
	if r.Failure != nil {
		return r
	}
	events := []Event{r.Event}
	if !s.NoStop && r.Event != EventStopped {
		events = append(events, EventStopped)
	}
	if e.transport == UDP {
		r.Exchanges = append(r.Exchanges, Exchange{Transport: UDP, Name: "connect", Sent: head(udpMagic, actConnect, randomUint32())})
	}
	for _, event := range events {
		x := Exchange{Transport: e.transport, Name: string(event)}
		switch e.transport {
		case UDP:
			x.Sent = s.announcePacket(0, randomUint32(), q, event, urlData(e))
		case WS, WSS:
			x.Sent = mustJSON(s.wsMessage(q, event))
		default:
			c := httpClient{s: &s}
			req := c.request(context.Background(), http.MethodGet, s.announceURL(e, q, event), nil)
			x.Request = &HTTPRequest{Method: req.Method, URL: req.URL.String(), Host: req.Host, Header: headerLines(req.Header)}
			x.Sent = requestHead(x.Request, req.URL.RequestURI())
		}
		r.Exchanges = append(r.Exchanges, x)
	}
	return r
}
