package dial

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// MaxRedirects is how many redirects are followed for one request.
const MaxRedirects = 5

// Proxy says which proxy takes a request, nil for none, as http.Transport has it.
type Proxy = func(*http.Request) (*url.URL, error)

// RedirectError is a redirect that is not followed. It holds no URL.
type RedirectError struct{ why string }

func (e *RedirectError) Error() string { return e.why }

// Transport returns a transport whose connections d opens. Proxy is nil, or what
// the person gave; requests for what strangers named must have none. Heads of
// answers are bounded, bodies are not unpacked, and wait is the longest time for
// TLS, and for the head of an answer; 0 means that only the context bounds them.
// It speaks HTTP/1.1, as every server does: each request has a connection then,
// and what comes goes from there to who reads it; HTTP/2 puts all of them through
// one connection and one goroutine, in frames that are copied twice.
func (d *Dialer) Transport(proxy Proxy, wait time.Duration) *http.Transport {
	t := &http.Transport{
		DialContext:            d.DialContext,
		TLSHandshakeTimeout:    wait,
		ResponseHeaderTimeout:  wait,
		MaxResponseHeaderBytes: 64 << 10,
		IdleConnTimeout:        time.Minute,
		DisableCompression:     true,
		TLSClientConfig:        &tls.Config{NextProtos: []string{"http/1.1"}},
	}
	if proxy != nil {
		t.Proxy = func(r *http.Request) (*url.URL, error) {
			u, err := proxy(r)
			if u != nil {
				d.Trust(u)
			}
			return u, err
		}
	}
	return t
}

// Trust lets the person's proxy be anywhere.
func (d *Dialer) Trust(proxy *url.URL) {
	port := proxy.Port()
	if port == "" {
		switch proxy.Scheme {
		case "https":
			port = "443"
		case "socks5", "socks5h":
			port = "1080"
		default:
			port = "80"
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.proxy = net.JoinHostPort(proxy.Hostname(), port)
}

// Client returns a client that sends requests through t and follows redirects by
// the rules of [Dialer.Follow]. The new host is not told where it was named.
func (d *Dialer) Client(t http.RoundTripper) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		next.Header.Del("Referer")
		return d.Follow(len(via), via[len(via)-1].URL, next.URL)
	}}
}

// Follow tells whether the nth redirect of a request, counted from 1, is followed:
// nil, [ErrPrivate], or a [*RedirectError]. At most five are, to http and https,
// never from https to http, and never inside from outside. A host that is a name is
// judged when it is connected to, unless it is a proxy that does so.
func (d *Dialer) Follow(n int, from, to *url.URL) error {
	why := ""
	switch {
	case n > MaxRedirects:
		why = fmt.Sprintf("more than %d redirects", MaxRedirects)
	case to.Scheme != "http" && to.Scheme != "https":
		why = "redirected to something that is not http or https"
	case to.Hostname() == "":
		why = "redirected to a URL without a host"
	case strings.ContainsFunc(to.Host, func(r rune) bool { return r >= 0x80 }):
		why = "redirected to a host that is not written in ASCII" // it may fold to an address
	case from.Scheme == "https" && to.Scheme == "http":
		why = "redirected from https to http"
	}
	if why != "" {
		return &RedirectError{why}
	}
	if a, ok := ParseHost(to.Hostname()); ok && !d.allowed(to.Hostname(), 0, a) {
		return fmt.Errorf("%w: %v", ErrPrivate, a)
	}
	return nil
}
