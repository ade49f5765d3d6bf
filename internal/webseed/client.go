package webseed

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// newClient makes a client whose every wait is bounded. No proxy is asked.
func newClient(o Options) *http.Client {
	o = o.withDefaults()
	d := &dial.Dialer{Named: o.Named, AllowPrivate: o.AllowPrivate, Timeout: o.Stall, Resolver: o.Resolver, Network: o.Network}
	t := d.Transport(nil, o.Stall)
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := d.DialContext(ctx, network, address)
		if err == nil {
			widen(c)
		}
		return c, err
	}
	t.MaxConnsPerHost, t.MaxIdleConnsPerHost = o.most, o.most
	t.ReadBufferSize = 4 << 10 // heads of answers: reads of content, which are larger, pass it by
	return d.Client(t)
}

// connectFault explains why there was no answer. Only some of it is worth another try.
func connectFault(err error) (f *Fault, again bool) {
	var cert *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var record tls.RecordHeaderError
	var dns *net.DNSError
	var timeout net.Error
	var redirect *dial.RedirectError
	switch {
	case errors.Is(err, dial.ErrPrivate):
		return &Fault{"address", -1, "the host is at an address that is not public, such as a local network's"}, false
	case errors.As(err, &redirect):
		return &Fault{"redirect", -1, redirect.Error()}, false
	case errors.As(err, &cert), errors.As(err, &unknown), errors.As(err, &host), errors.As(err, &record), dial.Alert(err) != "":
		return &Fault{"tls", -1, "TLS fails: " + cmp.Or(dial.Cause(err), unwrapAll(err).Error())}, false
	case errors.As(err, &dns) && dns.IsNotFound:
		return &Fault{"connect", -1, "the name of the host is not known"}, false
	case errors.Is(err, errStalled), errors.As(err, &timeout) && timeout.Timeout():
		return &Fault{"stall", -1, "the server does not answer in time"}, true
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Fault{"connect", -1, "the host refuses connections"}, true
	}
	return &Fault{"connect", -1, "no answer: " + cmp.Or(dial.Cause(err), unwrapAll(err).Error())}, true
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

var (
	errStalled = errors.New("the server stalled")
	errSlow    = errors.New("the server is slow")
)

// floor is how many bytes a second a connection must give that goes on at all:
// below it a seed is of no use to anybody, and could hold us for ever.
const floor = 2 << 10

// enough is how many bytes a server must send in the time of a stall, if it has
// as many.
func (o *Options) enough() int { return int(o.Stall.Seconds() * floor) }

// watchdog cancels a request that gets nothing, or next to nothing, for some
// time.
type watchdog struct {
	after  time.Duration
	enough int64
	timer  *time.Timer
	start  time.Time
	fed    atomic.Int64 // when enough had come last, in nanoseconds since start
	last   atomic.Int64 // when anything came last
	bytes  int64        // since fed; the reader's own
}

func newWatchdog(ctx context.Context, after time.Duration, enough int) (context.Context, *watchdog, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{after: after, enough: int64(enough), start: time.Now()}
	// Reads do not touch the timer, which would cost more than they do: when it
	// fires, it looks at what came in the meantime.
	w.timer = time.AfterFunc(time.Hour, func() {
		now := time.Since(w.start)
		if rest := after - (now - time.Duration(w.fed.Load())); rest > 0 {
			w.timer.Reset(rest)
			return
		}
		if now-time.Duration(w.last.Load()) < after/2 {
			cancel(errSlow)
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
	now := int64(time.Since(w.start))
	if n > 0 {
		w.last.Store(now)
	}
	if w.bytes += int64(n); w.bytes >= w.enough {
		w.bytes = 0
		w.fed.Store(now)
	}
}
