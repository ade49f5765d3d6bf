package announce

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// maxHead bounds the head of an answer.
const maxHead = 64 << 10

// httpConn carries requests to one server, one after another. net/http's
// Transport could, but it writes to the standard logger what a server sends
// unasked or behind the end of its answer, passkeys too. Here that is counted.
type httpConn struct {
	net.Conn
	to   string // scheme and authority
	head *io.LimitedReader
	r    *bufio.Reader
}

func newHTTPConn(c net.Conn, to string) *httpConn {
	head := &io.LimitedReader{R: c}
	return &httpConn{Conn: c, to: to, head: head, r: bufio.NewReader(head)}
}

// Read is for what follows an upgrade.
func (c *httpConn) Read(p []byte) (int, error) { return c.r.Read(p) }

// rest counts bytes, up to 64 KiB, that come in a moment when none should, and
// tells whether there are none and the connection is open.
func (c *httpConn) rest() (n int64, open bool) {
	c.SetReadDeadline(time.Now().Add(time.Millisecond))
	n, err := io.CopyN(io.Discard, c.r, 64<<10)
	c.SetReadDeadline(time.Time{})
	return n, n == 0 && isTimeout(err)
}

// interrupt makes a connection useless when ctx ends, until it is stopped.
func interrupt(ctx context.Context, c net.Conn) (stop func() bool) {
	return context.AfterFunc(ctx, func() { c.SetDeadline(time.Unix(1, 0)) })
}

// look takes note of what came behind the last answer, and lets go of a
// connection that is of no more use.
func (c *httpClient) look() {
	if c.idle == nil {
		return
	}
	n, open := c.idle.rest()
	c.surplus(n)
	if !open {
		c.idle.Close()
		c.idle = nil
	}
}

func (c *httpClient) surplus(n int64) {
	if n > 0 {
		c.res.note("answer-surplus", Warning, 0, plural(int(n), "byte")+" behind the end of the HTTP answer")
	}
}

func (c *httpClient) connected() bool { return c.met.Load() }

// close ends the connection, and takes note of what came behind the last answer.
func (c *httpClient) close() {
	if c.look(); c.idle != nil {
		c.idle.Close()
		c.idle = nil
	}
}

// RoundTrip sends a request and reads the head of the answer, on the connection
// that carried the last one where that goes to the same server and is still open.
// The body must be read and closed before the next request.
func (c *httpClient) RoundTrip(req *http.Request) (*http.Response, error) {
	if c.idle != nil && c.idle.to != req.URL.Scheme+"://"+req.URL.Host {
		c.close()
	}
	c.look()
	conn := c.idle
	if c.idle, c.reused = nil, conn != nil; c.reused {
		c.reached(conn)
	} else {
		var err error
		if conn, err = c.connect(req, c.s.Proxy); err != nil {
			return nil, err
		}
	}
	c.met.Store(true)
	stop := interrupt(req.Context(), conn)
	resp, began, err := c.exchange(conn, req, c.s.Proxy)
	switch {
	case err != nil:
		stop()
		conn.Close()
		if c.reused && !began && req.Context().Err() == nil {
			return c.RoundTrip(req) // it had been closed meanwhile
		}
		return nil, err
	case resp.StatusCode == http.StatusSwitchingProtocols:
		stop()
		resp.Body = conn
	default:
		resp.Body = &httpBody{Reader: resp.Body, client: c, conn: conn, close: resp.Close, stop: stop}
	}
	return resp, nil
}

// exchange writes a request and reads the head of its answer. It tells whether one began.
func (c *httpClient) exchange(conn *httpConn, req *http.Request, proxy *url.URL) (resp *http.Response, began bool, err error) {
	write := req.Write
	if proxy != nil && !isSOCKS(proxy) && req.URL.Scheme == "http" {
		forwarded := req.Clone(req.Context())
		authorize(forwarded.Header, proxy)
		write = forwarded.WriteProxy
	}
	w := bufio.NewWriter(conn)
	if err := errors.Join(write(w), w.Flush()); err != nil {
		return nil, false, err
	}
	wrote := time.Now()
	resp, err = conn.answer(req, func() { began, c.res.Timing.FirstByte = true, time.Since(wrote) })
	return resp, began, err
}

// answer reads a head, behind at most a few that only inform.
func (c *httpConn) answer(req *http.Request, began func()) (*http.Response, error) {
	c.head.N = maxHead
	if _, err := c.r.Peek(1); err != nil {
		return nil, err
	}
	began()
	for range 5 {
		resp, err := http.ReadResponse(c.r, req)
		if err != nil && c.head.N == 0 {
			err = fmt.Errorf("the head of the answer exceeded %d bytes", maxHead)
		}
		if err != nil || resp.StatusCode >= 200 || resp.StatusCode == http.StatusSwitchingProtocols {
			c.head.N = math.MaxInt64
			return resp, err
		}
	}
	return nil, errors.New("malformed HTTP: nothing but informational answers")
}

// connect opens a connection for a request, through the proxy if there is one.
func (c *httpClient) connect(req *http.Request, proxy *url.URL) (*httpConn, error) {
	ctx, u := req.Context(), req.URL
	first := u
	if proxy != nil {
		first = proxy
	}
	conn, err := c.dialTCP(ctx, first)
	if err != nil {
		return nil, err
	}
	stop := interrupt(ctx, conn)
	defer stop()
	through, err := c.through(ctx, conn, u, proxy)
	if err != nil {
		conn.Close()
		return nil, err
	}
	return newHTTPConn(through, u.Scheme+"://"+u.Host), nil
}

// dialTCP connects to the host of a URL: the tracker's own is at the pinned
// addresses, others (a redirect's target, a proxy) are looked up.
func (c *httpClient) dialTCP(ctx context.Context, u *url.URL) (net.Conn, error) {
	host := u.Hostname()
	port, err := strconv.ParseUint(portOf(u), 10, 16)
	if err != nil {
		return nil, err
	}
	addrs := c.addrs
	if host != c.e.host || len(addrs) == 0 || addrs[0].Port() != uint16(port) {
		var f *Failure
		if addrs, f = c.s.resolve(ctx, host, uint16(port)); f != nil {
			return nil, f
		}
	}
	conn, err := race(ctx, c.res, addrs, func(ctx context.Context, a netip.AddrPort) (net.Conn, error) {
		conn, err := c.dialer.Connect(ctx, "tcp", host, a)
		if err != nil {
			return nil, netFailure(ctx, "connecting to "+a.String(), err)
		}
		return conn, nil
	})
	if err != nil {
		return nil, err
	}
	c.reached(conn)
	return conn, nil
}

// reached notes between whom a connection is.
func (c *httpClient) reached(conn net.Conn) {
	c.res.Local = dial.AddrPort(conn.LocalAddr())
	if c.s.Proxy == nil {
		c.res.Addr = dial.AddrPort(conn.RemoteAddr())
	}
}

// through makes a connection to the server of one to its proxy.
func (c *httpClient) through(ctx context.Context, conn net.Conn, u, proxy *url.URL) (_ net.Conn, err error) {
	if proxy != nil && isSOCKS(proxy) {
		_, err = socksRequest(conn, c.s, 1, "the connection", u.Hostname(), portOf(u))
	} else if proxy != nil {
		if proxy.Scheme == "https" {
			if conn, err = c.secure(ctx, conn, proxy.Hostname()); err != nil {
				return nil, err
			}
		}
		if u.Scheme == "https" {
			err = tunnel(conn, u, proxy)
		}
	}
	if err != nil || u.Scheme != "https" {
		return conn, err
	}
	return c.secure(ctx, conn, u.Hostname())
}

// tunnel asks an HTTP proxy for a connection (RFC 9110, section 9.3.6).
func tunnel(conn net.Conn, u, proxy *url.URL) error {
	req := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: authority(u)}, Host: authority(u), Header: make(http.Header)}
	authorize(req.Header, proxy)
	if err := req.Write(conn); err != nil {
		return err
	}
	h := newHTTPConn(conn, "")
	resp, err := h.answer(req, func() {})
	switch {
	case err != nil:
		return err
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("the proxy answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	case h.r.Buffered() > 0:
		return errors.New("the proxy talks where the tracker should")
	}
	return nil
}

// secure begins TLS with a host. What the last handshake showed is kept.
func (c *httpClient) secure(ctx context.Context, conn net.Conn, host string) (net.Conn, error) {
	config := c.tls.Clone()
	if config.ServerName == "" {
		config.ServerName = host
	}
	started := time.Now()
	t := tls.Client(conn, config)
	var record tls.RecordHeaderError
	switch err := t.HandshakeContext(ctx); {
	case errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/":
		return nil, errors.New("http: server gave HTTP response to HTTPS client")
	case err != nil:
		return nil, err
	}
	c.res.Timing.TLS, c.res.TLS = time.Since(started), tlsInfo(t.ConnectionState(), host, config)
	return t, nil
}

// tlsInfo describes a handshake, and what a check of the certificate would
// have said where the check was switched off.
func tlsInfo(st tls.ConnectionState, host string, config *tls.Config) *TLSInfo {
	leaf := st.PeerCertificates[0]
	info := &TLSInfo{
		Version: tls.VersionName(st.Version), Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(),
		Names: leaf.DNSNames, NotAfter: leaf.NotAfter,
	}
	for _, ip := range leaf.IPAddresses {
		info.Names = append(info.Names, ip.String())
	}
	if !config.InsecureSkipVerify {
		return info
	}
	more := x509.NewCertPool()
	for _, c := range st.PeerCertificates[1:] {
		more.AddCert(c)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Intermediates: more, Roots: config.RootCAs}); err != nil {
		info.Invalid = tlsCause(err)
	}
	return info
}

func isSOCKS(proxy *url.URL) bool { return strings.HasPrefix(proxy.Scheme, "socks5") }

// authorize shows a proxy the login that its URL has.
func authorize(h http.Header, proxy *url.URL) {
	if u := proxy.User; u != nil {
		password, _ := u.Password()
		h.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+password)))
	}
}

// authority is host:port.
func authority(u *url.URL) string { return net.JoinHostPort(u.Hostname(), portOf(u)) }

func portOf(u *url.URL) string {
	switch {
	case u.Port() != "":
		return u.Port()
	case isSOCKS(u):
		return "1080"
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// httpBody is the body of an answer. Closing it keeps the connection if it was
// read to its end and nothing is behind that.
type httpBody struct {
	io.Reader
	client *httpClient
	conn   *httpConn
	close  bool // says the answer
	stop   func() bool
	ended  bool
}

func (b *httpBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.ended = b.ended || err == io.EOF
	return n, err
}

func (b *httpBody) Close() error {
	if b.conn == nil {
		return nil
	}
	defer func() { b.conn = nil }()
	if b.ended && b.conn.r.Buffered() > 0 {
		n, _ := b.conn.rest()
		b.client.surplus(n)
		b.close = true
	}
	if !b.stop() || !b.ended || b.close {
		return b.conn.Close()
	}
	b.client.idle = b.conn
	return nil
}
