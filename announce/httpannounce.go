package announce

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
		form := "0"
		if s.Compact == CompactYes {
			form = "1"
		}
		b.WriteString("&compact=" + form)
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

func (c *httpClient) announce(ctx context.Context, s *settings, r *Result, event Event) (*Reply, *Failure) {
	c.ask(s, r)
	ans, f := c.get(ctx, string(event), s.announceURL(c.e, r.Query, event))
	if f != nil {
		return nil, f
	}
	return readHTTPReply(ans, r)
}

// readHTTPReply judges a whole HTTP answer to an announce.
func readHTTPReply(ans *httpAnswer, r *Result) (*Reply, *Failure) {
	if ans.gzip == "undeclared" {
		r.note("gzip-undeclared", Warning, 0, fmt.Sprintf("the body is gzip, and no Content-Encoding says so: %s unpacked", plural(len(ans.body), "byte")))
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
			f = statusFailure(ans.status, ans.statusOut, ans.header)
		}
	}
	if f != nil && !f.Retry.Set {
		f.Retry = retryAfter(ans.header)
	}
	return reply, f
}

// statusFailure is what an HTTP status says.
func statusFailure(status int, text string, h http.Header) *Failure {
	return &Failure{Code: statusCode(status), Detail: "HTTP status " + text, Retry: retryAfter(h)}
}

// retryAfter reads Retry-After: seconds, or a date (RFC 9110, section 10.2.3).
func retryAfter(h http.Header) RetryIn {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(text, 10, 62); err == nil {
		return RetryIn{Set: true, After: seconds(int64(n))}
	}
	if at, err := http.ParseTime(text); err == nil {
		return RetryIn{Set: true, After: max(0, time.Until(at).Round(time.Second))}
	}
	return RetryIn{}
}

func looksLikeHTML(ans *httpAnswer) bool {
	body := bytes.ToLower(bytes.TrimSpace(ans.body[:min(len(ans.body), 512)]))
	return bytes.HasPrefix(body, []byte("<"))
}

// notBencode says what an answer is that is no bencode at all.
func notBencode(ans *httpAnswer) *Failure {
	if who := challenger(ans); who != "" {
		return &Failure{Code: NotATracker, Detail: fmt.Sprintf("%s stands before the tracker, and has a browser solve a challenge, which no client can (HTTP status %s)", who, ans.statusOut)}
	}
	f := &Failure{Code: NotATracker, Retry: retryAfter(ans.header)}
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

// challenger names the guard whose page asks for a browser, or returns "".
func challenger(ans *httpAnswer) string {
	server, page := strings.ToLower(ans.header.Get("Server")), string(ans.body)
	has := func(texts ...string) bool {
		return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(page, t) })
	}
	switch {
	case !looksLikeHTML(ans):
	case ans.header.Get("Cf-Mitigated") == "challenge", server == "cloudflare" && has("challenge-platform", "cf-chl", "cf-browser-verification"):
		return "Cloudflare"
	case server == "ddos-guard" && ans.status != 200, has("/.well-known/ddos-guard/"):
		return "DDoS-Guard"
	case ans.header.Get("X-Amzn-Waf-Action") != "":
		return "AWS WAF"
	case has("/.within.website/x/cmd/anubis/"):
		return "Anubis"
	}
	return ""
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
