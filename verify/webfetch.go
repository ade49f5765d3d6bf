package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// answer is an open response: its body gives the bytes from at on.
type answer struct {
	body  io.ReadCloser
	guard *watchdog
	stop  context.CancelFunc
}

func (a *answer) close() {
	a.stop()
	a.body.Close()
}

// get fills buf with the bytes at off of a file, and puts requests again that
// fail for reasons that may pass.
func (s *seed) get(ctx context.Context, file int, off int64, buf []byte) error {
	have := 0
	for try := 0; ; try++ {
		n, err := s.getOnce(ctx, file, off+int64(have), buf[have:])
		if have += n; have == len(buf) {
			return nil
		}
		if n > 0 {
			try = 0 // it goes on
		}
		if err := s.again(ctx, err, try); err != nil {
			return err
		}
	}
}

// passing is a fault that may not be one the next time.
type passing struct {
	*WebFault
	after time.Duration // that the server asks for
}

// maxWait is the longest pause that a server can ask for.
const maxWait = 10 * time.Second

// again waits before another try, or returns why there is none.
func (s *seed) again(ctx context.Context, err error, try int) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var p *passing
	if !errors.As(err, &p) {
		return err
	}
	if try >= s.o.Retries {
		return p.WebFault
	}
	pause := max(s.o.Pause<<min(try, 10), p.after)
	timer := time.NewTimer(min(pause, maxWait))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *seed) getOnce(ctx context.Context, file int, off int64, buf []byte) (int, error) {
	k := int(s.rep.Report.disk[file])
	header := http.Header{"Range": {fmt.Sprintf("bytes=%d-%d", off, off+int64(len(buf))-1)}}
	resp, a, err := s.request(ctx, s.urlOf(file), header)
	if err != nil {
		return 0, err
	}
	defer a.close()
	n, err := s.judge(resp, k, off, int64(len(buf)))
	if err != nil {
		return 0, err
	}
	have, err := s.readBody(ctx, a, buf[:n], k)
	if err == nil && resp.ContentLength < 0 {
		var more [1]byte
		if extra, _ := io.ReadFull(a.body, more[:]); extra > 0 {
			return 0, &WebFault{"bad-range", k, fmt.Sprintf("the server sends more than the %d bytes that its answer is for", n)}
		}
	}
	return have, err
}

// request puts one request. Its error is a fault, or passing.
func (s *seed) request(ctx context.Context, url string, header http.Header) (*http.Response, *answer, error) {
	ctx, guard, stop := newWatchdog(ctx, s.o.Stall)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		stop()
		return nil, nil, &WebFault{"url", -1, "the URL cannot be requested"}
	}
	for key, values := range header {
		req.Header[key] = values
	}
	req.Header.Set("User-Agent", s.o.UserAgent)
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := s.client.Do(req)
	if err != nil {
		if context.Cause(ctx) == errStalled {
			err = errStalled
		}
		stop()
		f, again := connectFault(err)
		if again {
			return nil, nil, &passing{WebFault: f}
		}
		return nil, nil, f
	}
	guard.pat()
	s.mu.Lock()
	s.rep.Requests++
	s.mu.Unlock()
	return resp, &answer{resp.Body, guard, stop}, nil
}

// readBody reads what was promised.
func (s *seed) readBody(ctx context.Context, a *answer, buf []byte, k int) (int, error) {
	have := 0
	for have < len(buf) {
		n, err := a.body.Read(buf[have:])
		have += n
		a.guard.pat()
		s.mu.Lock()
		s.rep.Received += int64(n)
		s.mu.Unlock()
		if have == len(buf) {
			break
		}
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return have, &passing{WebFault: &WebFault{"cut-short", k, fmt.Sprintf("the answer ends %d bytes early", len(buf)-have)}}
		}
		if err != nil && ctx.Err() == nil {
			return have, &passing{WebFault: &WebFault{"stall", k, "the server stops sending in the middle of an answer"}}
		}
		if err != nil {
			return have, err
		}
	}
	return have, nil
}

// judge decides whether an answer is what BEP 19 wants for n bytes at off, and
// returns how many of them come.
func (s *seed) judge(resp *http.Response, k int, off, n int64) (int64, error) {
	f := &s.rep.Report.Files[k]
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return 0, &WebFault{"encoding", k, fmt.Sprintf("the answer is compressed (%q), though that was not accepted", e)}
	}
	switch code := resp.StatusCode; {
	case code == http.StatusPartialContent:
		return s.judgeRange(resp, k, off, n)
	case code == http.StatusOK && resp.ContentLength >= 0 && resp.ContentLength != f.Length:
		s.sized(k, resp.ContentLength)
		return 0, &WebFault{"size", k, fmt.Sprintf("the file has %d bytes on the server, not %d: it is another or an old one", resp.ContentLength, f.Length)}
	case code == http.StatusOK:
		return 0, &WebFault{"no-range", -1, "the server answers a request for a range with the whole file (200, not 206 and Content-Range): clients cannot use it"}
	case code == http.StatusNotFound || code == http.StatusGone:
		return 0, &WebFault{"missing", k, fmt.Sprintf("the file is not there (%d)", code)}
	case code == http.StatusRequestedRangeNotSatisfiable:
		if total, ok := rangeTotal(resp.Header.Get("Content-Range")); ok {
			s.sized(k, total)
			return 0, &WebFault{"size", k, fmt.Sprintf("the file has %d bytes on the server, not %d: it is another or an old one", total, f.Length)}
		}
		return 0, &WebFault{"size", k, "the server says that the range lies behind the end of the file (416): it is another or an old one"}
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable || code >= 500:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return 0, &passing{&WebFault{"busy", k, fmt.Sprintf("the server refuses for now (%d)", code)}, time.Duration(max(seconds, 0)) * time.Second}
	default:
		return 0, &WebFault{"status", k, fmt.Sprintf("the server answers %d %s", code, http.StatusText(code))}
	}
}

// judgeRange checks Content-Range.
func (s *seed) judgeRange(resp *http.Response, k int, off, n int64) (int64, error) {
	f := &s.rep.Report.Files[k]
	value := resp.Header.Get("Content-Range")
	var first, last int64
	span, _, _ := strings.Cut(strings.TrimPrefix(value, "bytes "), "/")
	if _, err := fmt.Sscanf(span, "%d-%d", &first, &last); err != nil || !strings.HasPrefix(value, "bytes ") {
		return 0, &WebFault{"bad-range", k, fmt.Sprintf("Content-Range %q is not one of bytes", value)}
	}
	if total, ok := rangeTotal(value); ok && total != f.Length {
		s.sized(k, total)
		return 0, &WebFault{"size", k, fmt.Sprintf("the file has %d bytes on the server, not %d: it is another or an old one", total, f.Length)}
	}
	got := last - first + 1
	switch {
	case first != off || got < 1 || got > n:
		return 0, &WebFault{"bad-range", k, fmt.Sprintf("bytes %d-%d were asked for, and the server answers with %d-%d", off, off+n-1, first, last)}
	case resp.ContentLength >= 0 && resp.ContentLength != got:
		return 0, &WebFault{"bad-range", k, fmt.Sprintf("Content-Range promises %d bytes, and Content-Length %d", got, resp.ContentLength)}
	}
	return got, nil
}

// rangeTotal returns the size of the whole file in a Content-Range.
func rangeTotal(value string) (int64, bool) {
	_, total, _ := strings.Cut(value, "/")
	n, err := strconv.ParseInt(total, 10, 64)
	return n, err == nil && n >= 0
}

// sized notes the size that a file has on the server.
func (s *seed) sized(k int, size int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &s.rep.Report.Files[k]
	f.Size = size
	if f.State == OK && size != f.Length {
		f.State = Short
		if size > f.Length {
			f.State = Long
		}
	}
}
