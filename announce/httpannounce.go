package announce

import (
	"bytes"
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// announceURL builds the URL of an announce (BEP 3): an existing query stays in front.
func (s *settings) announceURL(e endpoint, q Query, event Event) *url.URL {
	var b strings.Builder
	b.WriteString("info_hash=" + escapeBytes(q.Hash[:]))
	b.WriteString("&peer_id=" + escapeBytes(s.PeerID[:]))
	fmt.Fprintf(&b, "&port=%d&uploaded=%d&downloaded=%d&left=%d", s.Port, s.Uploaded, s.Downloaded, s.left)
	if s.Compact != CompactOmit {
		b.WriteString("&compact=" + map[Compact]string{CompactYes: "1", CompactNo: "0"}[s.Compact])
	}
	if s.NumWant >= 0 {
		b.WriteString("&numwant=" + strconv.Itoa(s.numWant(event)))
	}
	fmt.Fprintf(&b, "&key=%08x", s.Key)
	if event != EventNone {
		b.WriteString("&event=" + string(event))
	}
	if s.IP != "" {
		b.WriteString("&ip=" + url.QueryEscape(s.IP))
	}
	if s.TrackerID != "" {
		b.WriteString("&trackerid=" + escapeBytes([]byte(s.TrackerID)))
	}
	return withQuery(e.url, b.String())
}

func (s *settings) numWant(event Event) int {
	if event == EventStopped {
		return 0
	}
	return s.NumWant
}

// withQuery returns u with more parameters behind those it has.
func withQuery(u *url.URL, query string) *url.URL {
	out := *u
	out.Fragment = ""
	out.ForceQuery = false
	if out.RawQuery != "" {
		query = strings.TrimSuffix(out.RawQuery, "&") + "&" + query
	}
	out.RawQuery = strings.ReplaceAll(query, " ", "%20")
	return &out
}

// escapeBytes percent-encodes everything but RFC 3986's unreserved bytes.
func escapeBytes(b []byte) string { return strings.ReplaceAll(url.QueryEscape(string(b)), "+", "%20") }

func (s *settings) announceHTTP(ctx context.Context, e endpoint, addrs []netip.AddrPort, r *Result) {
	started := time.Now()
	c := s.newHTTPClient(e, addrs, r)
	defer c.close()
	ans, f := c.get(ctx, string(r.Event), s.announceURL(e, r.Query, r.Event))
	if f == nil {
		r.Reply, f = readHTTPReply(ans, r)
	}
	r.Failure = f
	r.Timing.Total = r.Timing.DNS + time.Since(started)
	c.look()
	if !s.stops(r.Event) || !mayBeRegistered(r) {
		return
	}
	ctx, cancel := goodbyeContext(ctx, s, r.Failure)
	defer cancel()
	// The goodbye must not blur what the probe itself showed.
	after := Result{Query: r.Query}
	c.res = &after
	if ans != nil && ans.url.Scheme != "" && len(r.Redirects) > 0 && f == nil {
		s.goodbyeURL(ctx, c, ans.url, &after)
	} else {
		_, f = c.get(ctx, string(EventStopped), s.announceURL(e, r.Query, EventStopped))
		r.Stopped = f == nil
	}
	r.Stopped = r.Stopped || after.Stopped
	r.Sent += after.Sent
	r.Exchanges = append(r.Exchanges, after.Exchanges...)
}

// goodbyeURL says stopped where the redirects of the announce led.
func (s *settings) goodbyeURL(ctx context.Context, c *httpClient, u *url.URL, after *Result) {
	out := *u
	params := strings.Split(out.RawQuery, "&")
	for i, p := range params {
		if strings.HasPrefix(p, "event=") {
			params[i] = "event=stopped"
		}
	}
	out.RawQuery = strings.Join(params, "&")
	_, f := c.get(ctx, string(EventStopped), &out)
	after.Stopped = f == nil
}

// mayBeRegistered says whether the tracker may have counted us in: it took the
// request, and did not refuse it.
func mayBeRegistered(r *Result) bool {
	if r.Failure == nil {
		return true
	}
	return !r.Failure.TrackerSpoke() && (r.Status == 200 || r.Failure.Code == Timeout && r.Addr.IsValid() && r.Timing.Connect > 0)
}

// readHTTPReply judges a whole HTTP answer to an announce.
func readHTTPReply(ans *httpAnswer, r *Result) (*Reply, *Failure) {
	if ans.gzip == "undeclared" {
		r.note("gzip-undeclared", Warning, 0, "the body is gzip, and no Content-Encoding says so")
	}
	if looksLikeHTML(ans) || ans.status != 200 && (len(ans.body) == 0 || ans.body[0] != 'd') {
		return nil, notBencode(ans)
	}
	reply, findings, f := decodeReply(ans.body)
	r.Findings = append(r.Findings, findings...)
	if f != nil && f.Code == Malformed && ans.status != 200 {
		return nil, notBencode(ans)
	}
	if ans.status != 200 {
		r.note("http-status", Warning, 3, "the answer is bencode under HTTP status "+strconv.Itoa(ans.status)+": clients read the body of 200 only")
		if f == nil && ans.status >= 400 {
			f = &Failure{Code: statusCode(ans.status), Detail: "HTTP status " + ans.statusOut}
		}
	}
	return reply, f
}

func looksLikeHTML(ans *httpAnswer) bool {
	body := bytes.ToLower(bytes.TrimSpace(ans.body[:min(len(ans.body), 512)]))
	return bytes.HasPrefix(body, []byte("<"))
}

// notBencode says what an answer is that is no bencode at all.
func notBencode(ans *httpAnswer) *Failure {
	f := &Failure{Code: NotATracker}
	kind := "not bencode"
	switch {
	case looksLikeHTML(ans):
		kind = "HTML"
		f.Reason = htmlText(ans.body)
	case len(ans.body) == 0:
		kind = "empty"
	default:
		f.Reason = clip(string(ans.body))
	}
	f.Detail = fmt.Sprintf("the answer is %s (HTTP status %s)", kind, ans.statusOut)
	if ans.status != 200 {
		f.Code = statusCode(ans.status)
		if f.Code == NotATracker || f.Code == Rejected {
			if c := classify(f.Reason); c != Rejected && f.Reason != "" && ans.status != 404 {
				f.Code = c
			}
		}
	}
	return f
}

func statusCode(status int) Code {
	switch {
	case status == 401:
		return PasskeyInvalid
	case status == 429:
		return RateLimited
	case status == 403:
		return Rejected
	case status >= 500:
		return Overloaded
	}
	return NotATracker
}

// htmlText returns the words of a page without its tags.
func htmlText(page []byte) string {
	var b strings.Builder
	tag := false
	for _, c := range string(page[:min(len(page), 4096)]) {
		switch {
		case c == '<':
			tag = true
		case c == '>':
			tag = false
			b.WriteByte(' ')
		case !tag:
			b.WriteRune(c)
		}
	}
	return clip(b.String())
}

// clip makes a stranger's text short enough for a message.
func clip(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) <= 200 {
		return s
	}
	s = s[:200]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s + "..."
}
