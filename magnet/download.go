package magnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// DownloadOptions say what Download takes.
type DownloadOptions struct {
	Limit  int64  // bytes; 0 means 32 MiB
	Client string // what we call ourselves; "" means "torrentkit"
}

// ErrTooLarge is that a URL leads to more bytes than are taken.
var ErrTooLarge = errors.New("more bytes than are taken")

// downloadTime is how long a download may take in all.
const downloadTime = time.Minute

// Download gets what an http or https URL leads to, as a person names it who asks
// for a torrent at a URL: the host may be anywhere, and the proxy that the
// environment names (HTTP_PROXY, HTTPS_PROXY, NO_PROXY) is used. At most five
// redirects are followed, never from https to http, and from a public host never to
// an address that is not public. It takes a minute at most, and fails with
// [ErrTooLarge] where there is more than the limit. No error holds the URL.
func Download(ctx context.Context, address string, o DownloadOptions) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return nil, errors.New("not a URL of http or https")
	}
	if o.Limit <= 0 {
		o.Limit = maxMetadata
	}
	if o.Client == "" {
		o.Client = "torrentkit"
	}
	ctx, cancel := context.WithTimeoutCause(ctx, downloadTime, fmt.Errorf("no answer within %v", downloadTime))
	defer cancel()
	return download(ctx, &dial.Dialer{Named: u.Hostname()}, http.ProxyFromEnvironment, address, o)
}

// download gets at most o.Limit bytes.
func download(ctx context.Context, d *dial.Dialer, proxy dial.Proxy, address string, o DownloadOptions) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, withoutURL(err)
	}
	req.Header.Set("User-Agent", o.Client)
	d.Timeout = 10 * time.Second
	transport := d.Transport(proxy, 20*time.Second)
	transport.DisableKeepAlives = true
	resp, err := d.Client(transport).Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, plainly(err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the server answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))
	case resp.ContentLength > o.Limit:
		return nil, ErrTooLarge
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, o.Limit+1))
	switch {
	case err != nil && context.Cause(ctx) != nil:
		return nil, context.Cause(ctx)
	case err == nil && int64(len(raw)) > o.Limit:
		return nil, ErrTooLarge
	}
	return raw, plainly(err)
}

// brokenOff is an error of a request in plain words.
type brokenOff struct {
	why string
	err error
}

func (b *brokenOff) Error() string { return b.why }

func (b *brokenOff) Unwrap() error { return b.err }

// plainly words what servers and networks usually cause, and strips the URL off everything else.
func plainly(err error) error {
	if why := dial.Cause(err); why != "" {
		return &brokenOff{why, err}
	}
	return withoutURL(err)
}

// withoutURL strips the URL off an error of net/http.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
