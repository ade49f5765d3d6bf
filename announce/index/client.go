package index

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// MaxReply is how many bytes of a reply are read.
const MaxReply = 32 << 20

// Options say how an index is asked. The zero value will do.
type Options struct {
	// Token is what [Client.Login] returned: a JSON web token. It may be empty, for what guests may ask.
	Token     string
	UserAgent string      // empty means "torrentkit"
	Proxy     *url.URL    // http, https, socks5 or socks5h; nil means none
	TLS       *tls.Config // roots, client certificates, InsecureSkipVerify; nil means the system's
	// Timeout is for one request; 0 means 30 s. An upload gets a second more for each 64 KiB.
	Timeout time.Duration
	// Retries is how often a question that changes nothing is asked again: 0 means twice, a negative number never.
	Retries int

	network dial.Network // nil means the system's
}

// Client asks one index. Its methods may be called at once from many goroutines.
type Client struct {
	base     *url.URL // without version and slash at its end
	o        Options
	http     *http.Client
	plain    bool
	session  atomic.Pointer[string] // the token
	password atomic.Pointer[string] // of the last login, which an index may repeat
}

// New returns a client of the index whose API is at a URL, such as https://index.example. A path before /v1 belongs to
// the URL, /v1 may. It connects to nobody yet.
func New(address string, o Options) (*Client, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("the index's address is no URL")
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, errors.New("the index's address must be a URL with http or https, such as https://index.example")
	case u.User != nil:
		return nil, errors.New("the index's address must not hold a password: log in with a token")
	case u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("the index's address has no parameters and no fragment")
	}
	path := strings.TrimRight(u.Path, "/")
	base := &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Path: strings.TrimRight(strings.TrimSuffix(path, "/v1"), "/")}
	if err := checkToken(o.Token); err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Retries == 0 {
		o.Retries = 2
	}
	if o.UserAgent == "" {
		o.UserAgent = "torrentkit"
	}
	d := &dial.Dialer{Named: base.Hostname(), Timeout: o.Timeout, Network: o.network}
	var proxy dial.Proxy
	if o.Proxy != nil {
		proxy = func(*http.Request) (*url.URL, error) { return o.Proxy, nil }
	}
	t := d.Transport(proxy, 0) // the context of a request bounds it
	if o.TLS != nil {
		protocols := t.TLSClientConfig.NextProtos
		t.TLSClientConfig = o.TLS.Clone()
		t.TLSClientConfig.NextProtos = protocols
	}
	c := &Client{base: base, o: o, http: d.Client(t)}
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.plain = base.Scheme == "http" && !loopback(base.Hostname())
	c.session.Store(&o.Token)
	c.password.Store(new(string))
	return c, nil
}

// loopback tells whether a host is this machine.
func loopback(host string) bool {
	a, ok := dial.ParseHost(host)
	return host == "localhost" || ok && dial.Loopback(a)
}

// String is the URL of the index, without the version.
func (c *Client) String() string { return c.base.String() }

// Plain tells whether what is sent can be read on its way: over http, to another machine.
func (c *Client) Plain() bool { return c.plain }

// Token is the token that requests carry: that of the options, or of the last login.
func (c *Client) Token() string { return *c.session.Load() }

// SetToken gives the client another token.
func (c *Client) SetToken(token string) error {
	if err := checkToken(token); err != nil {
		return err
	}
	c.session.Store(&token)
	return nil
}

// checkToken demands visible ASCII, which a header can hold.
func checkToken(token string) error {
	if len(token) > 8<<10 || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return errors.New("that is no token: a JSON web token is a line of letters, digits, points and dashes")
	}
	return nil
}

// call is one request to the API.
type call struct {
	method, path string
	query        url.Values
	kind         string // Content-Type
	body         []byte
	repeatable   bool // doing it twice is as doing it once
	anonymous    bool // without the token, which may be good no more
}

// reply is what came back.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// get asks for JSON, and reads what is under "data" into v.
func (c *Client) get(ctx context.Context, path string, query url.Values, v any) error {
	return c.ask(ctx, call{method: http.MethodGet, path: path, query: query, repeatable: true}, v)
}

// account asks about the account, with a body of JSON.
func (c *Client) account(ctx context.Context, path string, body, v any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.ask(ctx, call{method: http.MethodPost, path: path, kind: "application/json", body: text, anonymous: true}, v)
}

// ask makes a call whose answer is {"data": v}.
func (c *Client) ask(ctx context.Context, q call, v any) error {
	r, err := c.do(ctx, q)
	if err != nil {
		return err
	}
	var answer struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(r.body, &answer); err != nil || answer.Data == nil {
		return c.fail(r.status, q, "what it sent is "+kindOf(r)+" and no answer of an index: is this the address of its API?", nil)
	}
	if err := json.Unmarshal(answer.Data, v); err != nil {
		return c.fail(r.status, q, "its answer has another form than the one of Torrust Index 3", err)
	}
	return nil
}

// do makes a call, again where that does no harm, and returns a reply that is a success.
func (c *Client) do(ctx context.Context, q call) (*reply, error) {
	wait := 500 * time.Millisecond
	for try := 0; ; try++ {
		r, err := c.once(ctx, q)
		var f *Failure
		if err == nil || !errors.As(err, &f) || try >= c.o.Retries || !f.again || !q.repeatable && f.Maybe || ctx.Err() != nil {
			return r, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(wait):
		}
		wait *= 2
	}
}

// once makes a call, and goes where the index sends it within itself: from the infohash of an upload to the one that it
// is stored under.
func (c *Client) once(ctx context.Context, q call) (*reply, error) {
	target := c.base.JoinPath("v1", q.path)
	target.RawQuery = q.query.Encode()
	for redirects := 0; ; redirects++ {
		r, err := c.exchange(ctx, q, target)
		if err != nil {
			return nil, err
		}
		if r.status < 300 || r.status > 399 {
			return r, c.judge(r, q)
		}
		if q.method != http.MethodGet || redirects == dial.MaxRedirects {
			return nil, c.fail(r.status, q, "it redirects", nil)
		}
		if target, err = c.within(target, r.header.Get("Location")); err != nil {
			return nil, c.fail(r.status, q, err.Error(), nil)
		}
	}
}

// within reads a redirect, which must stay in the index. A proxy that takes a prefix off the path does not put it on here.
func (c *Client) within(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	if err != nil || location == "" {
		return nil, errors.New("it redirects to nowhere")
	}
	if to.Scheme != c.base.Scheme || !strings.EqualFold(to.Host, c.base.Host) {
		return nil, fmt.Errorf("it redirects to %s://%s: if that is the index, name that", to.Scheme, to.Host)
	}
	if path, ok := strings.CutPrefix(to.Path, "/v1/"); ok {
		to = c.base.JoinPath("v1", path)
	}
	return to, nil
}

// exchange sends one request, and reads the reply to its end.
func (c *Client) exchange(ctx context.Context, q call, target *url.URL) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, c.o.Timeout+time.Duration(len(q.body)>>16)*time.Second)
	defer cancel()
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, q.method, target.String(), bytes.NewReader(q.body))
	if err != nil {
		return nil, c.fail(0, q, "", err)
	}
	req.GetBody = nil // a request that broke off is not sent again behind our back
	if q.method != http.MethodGet {
		req.Close = true // nor does it take a connection that may be gone
	}
	req.Header.Set("User-Agent", c.o.UserAgent)
	req.Header.Set("Accept", "application/json, application/x-bittorrent")
	if q.kind != "" {
		req.Header.Set("Content-Type", q.kind)
	}
	if token := c.Token(); token != "" && !q.anonymous {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.broken(q, connected.Load(), err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxReply+1))
	switch {
	case err != nil:
		return nil, c.broken(q, true, err)
	case len(body) > MaxReply:
		return nil, &Failure{Status: resp.StatusCode, Reason: fmt.Sprintf("its reply is larger than %d MiB", MaxReply>>20), Maybe: changes(q), op: c.op(q)}
	}
	return &reply{resp.StatusCode, resp.Header, body}, nil
}
