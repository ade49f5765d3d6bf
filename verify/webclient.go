package verify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"syscall"
	"time"
)

// maxRedirects is how many redirects are followed for one request.
const maxRedirects = 5

var (
	errPrivate   = errors.New("the address is not a public one")
	errRedirects = fmt.Errorf("more than %d redirects", maxRedirects)
	errDowngrade = errors.New("a redirect leads from https to http")
	errScheme    = errors.New("a redirect leads to a scheme other than http and https")
)

// newClient makes a client whose every wait is bounded, and that connects to
// public addresses only unless the options say otherwise. No proxy is asked: it
// would connect for us, to whatever address.
func newClient(o WebAccess) *http.Client {
	o = o.withDefaults()
	dialer := &net.Dialer{Timeout: o.Stall}
	if !o.AllowPrivate {
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil || !public(ap.Addr()) {
				return errPrivate
			}
			return nil
		}
	}
	return &http.Client{
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    o.Stall,
			ResponseHeaderTimeout:  o.Stall,
			DisableCompression:     true,
			MaxIdleConnsPerHost:    o.Connections,
			MaxConnsPerHost:        o.Connections,
			MaxResponseHeaderBytes: 64 << 10,
			ReadBufferSize:         64 << 10,
			ForceAttemptHTTP2:      true,
		},
		CheckRedirect: func(next *http.Request, via []*http.Request) error {
			switch before := via[len(via)-1].URL.Scheme; {
			case len(via) > maxRedirects:
				return errRedirects
			case next.URL.Scheme != "http" && next.URL.Scheme != "https":
				return errScheme
			case before == "https" && next.URL.Scheme == "http":
				return errDowngrade
			}
			return nil
		},
	}
}

// public tells whether an address is one of the open internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, reserved := range []string{"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15",
		"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "2002::/16", "fec0::/10"} {
		if netip.MustParsePrefix(reserved).Contains(a) {
			return false
		}
	}
	return true
}

// connectFault explains why there was no answer. Only some of it is worth another try.
func connectFault(err error) (f *WebFault, again bool) {
	var cert *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, errPrivate):
		return &WebFault{"address", -1, "the host is at an address that is not public, such as a local network's"}, false
	case errors.Is(err, errRedirects), errors.Is(err, errDowngrade), errors.Is(err, errScheme):
		return &WebFault{"redirect", -1, unwrapAll(err).Error()}, false
	case errors.As(err, &cert), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &record):
		return &WebFault{"tls", -1, "TLS fails: " + unwrapAll(err).Error()}, false
	case errors.As(err, &dns) && dns.IsNotFound:
		return &WebFault{"connect", -1, "the name of the host is not known"}, false
	case errors.Is(err, errStalled), errors.As(err, &timeout) && timeout.Timeout():
		return &WebFault{"stall", -1, "the server does not answer in time"}, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return &WebFault{"connect", -1, "the host refuses connections"}, true
	}
	return &WebFault{"connect", -1, "no answer: " + unwrapAll(err).Error()}, true
}

// unwrapAll returns the innermost error, which does not cite the URL.
func unwrapAll(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

var errStalled = errors.New("the server stalled")

// enough is how many bytes a server must send in the time of a stall, if it has
// as many: fewer are a server that stands still.
const enough = 16 << 10

// watchdog cancels a request that gets nothing, or next to nothing, for some
// time.
type watchdog struct {
	after time.Duration
	timer *time.Timer
	fed   atomic.Int64 // when enough had come last, in nanoseconds since start
	start time.Time
	bytes int // since then
}

func newWatchdog(ctx context.Context, after time.Duration) (context.Context, *watchdog, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{after: after, start: time.Now()}
	// Reads do not touch the timer, which would cost more than they do: when it
	// fires, it looks at what came in the meantime.
	w.timer = time.AfterFunc(time.Hour, func() {
		if rest := after - (time.Since(w.start) - time.Duration(w.fed.Load())); rest > 0 {
			w.timer.Reset(rest)
			return
		}
		cancel(errStalled)
	})
	w.timer.Reset(after)
	return ctx, w, func() {
		w.timer.Stop()
		cancel(nil)
	}
}

// pat keeps the dog quiet, after n more bytes.
func (w *watchdog) pat(n int) {
	if w.bytes += n; w.bytes >= enough {
		w.bytes = 0
		w.fed.Store(int64(time.Since(w.start)))
	}
}
