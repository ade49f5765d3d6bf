package announce

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/secret"
)

// httpClient asks one tracker over HTTP, on connections of its own.
type httpClient struct {
	s      *settings
	e      endpoint // whose host is at addrs, if these are known
	addrs  []netip.AddrPort
	dialer *dial.Dialer
	tls    *tls.Config
	idle   *httpConn   // that the next request may go over
	reused bool        // the last request went over a connection that had carried one before
	met    atomic.Bool // there was a connection
	res    *Result     // of the present question
}

// openHTTP returns a client whose connections to e's host go to addrs.
func (s *settings) openHTTP(e endpoint, addrs []netip.AddrPort, r *Result) *httpClient {
	c := &httpClient{s: s, e: e, addrs: addrs, dialer: s.dialer(e.host), tls: s.tlsConfig(), res: r}
	if s.Proxy != nil {
		c.dialer.Trust(s.Proxy)
	}
	return c
}

func (s *settings) tlsConfig() *tls.Config {
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		c = s.TLS.Clone()
	}
	c.NextProtos = []string{"http/1.1"}
	return c
}

// httpAnswer is a whole HTTP answer.
type httpAnswer struct {
	status    int
	statusOut string
	proto     string
	header    http.Header
	body      []byte // decompressed, at most MaxReply
	gzip      string // "", "declared" or "undeclared"
	location  *url.URL
	url       *url.URL // that answered
	length    int64    // Content-Length, or -1
	reused    bool     // the connection had carried a request before
}

// ask begins a new question. What came behind the last answer belongs to that.
func (c *httpClient) ask(s *settings, r *Result) {
	c.look()
	c.s, c.res = s, r
}

// get sends one GET and follows redirects. name says in Exchanges what is asked.
func (c *httpClient) get(ctx context.Context, name string, u *url.URL) (*httpAnswer, *Failure) {
	return c.follow(ctx, name, http.MethodGet, u, nil)
}

// follow sends a request, with more headers than the settings have, and follows redirects.
func (c *httpClient) follow(ctx context.Context, name, method string, u *url.URL, extra http.Header) (*httpAnswer, *Failure) {
	for hops := 0; ; hops++ {
		ans, f := c.send(ctx, name, method, u, extra)
		if f != nil && f.Code == PrivateAddress && hops > 0 {
			f.Code = BadRedirect
		}
		if f != nil || ans.location == nil {
			return ans, f
		}
		to := ans.location
		c.res.Redirects = append(c.res.Redirects, to.String())
		if strings.Contains(u.RawQuery, "info_hash=") && !strings.Contains(to.RawQuery, "info_hash=") {
			c.res.note("redirect-query", Error, 3, "the redirect leaves out the query, and the info_hash in it: "+secret.URL(to.String()))
		}
		if err := c.dialer.Follow(hops+1, u, to); err != nil {
			return ans, &Failure{Code: BadRedirect, Detail: fmt.Sprintf("%v; not followed: %s", err, secret.URL(to.String())), Err: err}
		}
		u = to
	}
}

// send does one request, without following redirects, and once more for each
// retry where the connection broke before an answer.
func (c *httpClient) send(ctx context.Context, name, method string, u *url.URL, extra http.Header) (*httpAnswer, *Failure) {
	for try := 0; ; try++ {
		ans, f := c.once(ctx, name, method, u, extra)
		if f == nil || f.Code != Unreachable || try >= c.s.retries || c.s.Retries <= 0 {
			return ans, f
		}
		select {
		case <-ctx.Done():
			return ans, f
		case <-time.After(250 * time.Millisecond << min(try, 4)):
		}
	}
}

func (c *httpClient) request(ctx context.Context, method string, u *url.URL, extra http.Header) *http.Request {
	req := (&http.Request{
		Method: method, URL: u, Host: u.Host, Header: make(http.Header),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	req.Header.Set("User-Agent", c.s.UserAgent)
	req.Header.Set("Accept-Encoding", "gzip")
	if u.User != nil {
		pass, _ := u.User.Password()
		req.SetBasicAuth(u.User.Username(), pass)
	}
	for _, h := range []http.Header{c.s.Header, extra} {
		for k, vs := range h {
			if strings.EqualFold(k, "Host") && len(vs) > 0 {
				req.Host = vs[0]
				continue
			}
			req.Header[http.CanonicalHeaderKey(k)] = vs
		}
	}
	return req
}

func (c *httpClient) once(ctx context.Context, name, method string, u *url.URL, extra http.Header) (*httpAnswer, *Failure) {
	what := "asking " + secret.URL(u.Scheme+"://"+u.Host+u.EscapedPath())
	ans := &httpAnswer{url: u}
	started := time.Now()
	req := c.request(ctx, method, u, extra)
	c.res.Sent++
	resp, err := c.RoundTrip(req)
	if err != nil {
		c.record(name, req, nil, ans, time.Since(started))
		return nil, netFailure(ctx, what, err)
	}
	defer resp.Body.Close()
	ans.status, ans.statusOut, ans.proto, ans.header = resp.StatusCode, resp.Status, resp.Proto, resp.Header
	ans.length = resp.ContentLength
	c.res.Status = ans.status
	if l := resp.Header.Get("Location"); l != "" && ans.status/100 == 3 {
		if ans.location, err = u.Parse(l); err != nil {
			return ans, fail(BadRedirect, what+": redirected to what is not a URL")
		}
	}
	ans.reused = c.reused
	err = ans.read(resp.Body)
	c.record(name, req, resp, ans, time.Since(started))
	if err != nil {
		return ans, bodyFailure(ctx, what, ans, err)
	}
	return ans, nil
}

func (c *httpClient) record(name string, req *http.Request, resp *http.Response, ans *httpAnswer, took time.Duration) {
	if !c.s.Record {
		return
	}
	x := Exchange{Transport: Transport(req.URL.Scheme), Addr: c.res.Addr, Name: name, Elapsed: took, Received: ans.body}
	x.Request = &HTTPRequest{Method: req.Method, URL: req.URL.String(), Host: req.Host, Header: headerLines(req.Header)}
	x.Sent = requestHead(x.Request, req.URL.RequestURI())
	if resp != nil {
		x.Status = resp.Proto + " " + resp.Status
		x.Header = headerLines(resp.Header)
	}
	c.res.Exchanges = append(c.res.Exchanges, x)
}

func headerLines(h http.Header) [][2]string {
	var out [][2]string
	for k, vs := range h {
		for _, v := range vs {
			out = append(out, [2]string{k, v})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i][0] < out[j][0] })
	return out
}

// requestHead is the request as it goes over the wire.
func requestHead(r *HTTPRequest, uri string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, uri, r.Host)
	for _, h := range r.Header {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// What read reports beside errors of the network.
const (
	bodyTooLong httpBodyError = "longer than 2 MiB"
	bodyGzip    httpBodyError = "broken gzip"
	bodyCoding  httpBodyError = "in a coding that was not asked for"
)

type httpBodyError string

func (e httpBodyError) Error() string { return string(e) }

// read takes at most MaxReply bytes off the wire and unpacks them to at most as many.
func (a *httpAnswer) read(r io.Reader) error {
	raw, err := io.ReadAll(io.LimitReader(r, MaxReply+1))
	a.body = raw
	if len(raw) > MaxReply {
		a.body = raw[:0:0]
		return bodyTooLong
	}
	if err != nil {
		return err
	}
	coding := strings.ToLower(strings.TrimSpace(a.header.Get("Content-Encoding")))
	switch {
	case coding == "gzip" || coding == "x-gzip":
		a.gzip = "declared"
		if len(raw) == 0 { // HEAD
			return nil
		}
	case coding != "" && coding != "identity":
		return bodyCoding
	case bytes.HasPrefix(raw, []byte{0x1f, 0x8b}):
		a.gzip = "undeclared"
	default:
		return nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return bodyGzip
	}
	a.body, err = io.ReadAll(io.LimitReader(z, MaxReply+1))
	if len(a.body) > MaxReply {
		a.body = nil
		return bodyTooLong
	}
	if err != nil {
		return bodyGzip
	}
	return nil
}

func bodyFailure(ctx context.Context, what string, ans *httpAnswer, err error) *Failure {
	var b httpBodyError
	if errors.As(err, &b) {
		return fail(Malformed, what+": the answer is "+string(b))
	}
	f := netFailure(ctx, what, err)
	if f.Code == Unreachable && !errors.As(err, new(*net.OpError)) { // net/http cannot read it
		f.Code = Malformed
		f.Detail = fmt.Sprintf("%s: the body is not what its head says: %s", what, rootCause(err))
		return f
	}
	if f.Code == Timeout {
		f.Detail = fmt.Sprintf("%s: the answer began and did not end in time (%d bytes came)", what, len(ans.body))
	}
	if f.Code == Malformed {
		whole := ""
		if ans.length >= 0 { // which answers in chunks do not say
			whole = fmt.Sprintf(" of %d", ans.length)
		}
		f.Detail = fmt.Sprintf("%s: the connection was closed after %d%s bytes", what, len(ans.body), whole)
	}
	return f
}
