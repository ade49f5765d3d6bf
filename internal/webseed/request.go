package webseed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/secret"
)

// askRange asks for n bytes of a file.
func (s *Seed) askRange(i layout.FileIndex, u *url.URL, off, n int64) (*answer, error) {
	a, err := s.request(i, u, fmt.Sprintf("bytes=%d-%d", off, off+n-1))
	if err != nil {
		return nil, err
	}
	a.at = off
	if a.left, err = s.check(a.Response, i, off, n); err == nil {
		err = s.recognise(i, u, a.Response)
	}
	if a.StatusCode == http.StatusOK {
		a.at = 0
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// urlOfPiece returns where a BEP 17 seed serves a piece.
func (s *Seed) urlOfPiece(piece int) *url.URL {
	hash := s.torrent.Hashes().V1
	u := *s.base
	q := "info_hash=" + url.QueryEscape(string(hash[:])) + fmt.Sprintf("&piece=%d", piece)
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+q, "&")
	return &u
}

// askPiece asks a BEP 17 seed for a piece, for the sake of a file.
func (s *Seed) askPiece(i layout.FileIndex, u *url.URL, length int64) (*answer, error) {
	a, err := s.request(i, u, "")
	if err != nil {
		return nil, err
	}
	a.left = length
	switch {
	case a.StatusCode == http.StatusTooManyRequests || a.StatusCode >= 500: // BEP 17: the body of a 503 is the number of seconds to wait
		text, _ := io.ReadAll(io.LimitReader(a.Body, 16))
		text = bytes.TrimSpace(text)
		seconds, _ := strconv.Atoi(string(text[:len(text)-len(bytes.TrimLeft(text, "0123456789"))]))
		pause := time.Duration(min(max(seconds, 0), 60)) * time.Second
		err = &passing{&Fault{"busy", i, fmt.Sprintf("the server refuses for now (%d)", a.StatusCode)}, pause}
	case a.StatusCode != http.StatusOK && a.StatusCode != http.StatusPartialContent:
		err = &Fault{"status", i, fmt.Sprintf("the server answers %d %s", a.StatusCode, http.StatusText(a.StatusCode))}
	case a.ContentLength >= 0 && a.ContentLength != length:
		err = &Fault{"size", i, fmt.Sprintf("a piece of %d bytes was asked for, and the answer has %d", length, a.ContentLength)}
	}
	if err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

// request puts one request. Its error is a fault, or passing: what keeps us from
// reaching the server is one of the seed, and anything later of the file.
func (s *Seed) request(i layout.FileIndex, u *url.URL, span string) (*answer, error) {
	ctx, guard, stop := newWatchdog(s.ctx, s.o.Stall, s.o.enough())
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { s.reached.Store(true) }})
	header := http.Header{"User-Agent": {s.o.UserAgent}, "Accept-Encoding": {"identity"}}
	if span != "" {
		header["Range"] = []string{span}
	}
	req := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: header}).WithContext(ctx)
	resp, err := s.client.Do(req)
	if err != nil {
		if context.Cause(ctx) == errStalled {
			err = errStalled
		}
		stop()
		if errors.Is(err, dial.ErrShortage) {
			return nil, dial.ErrShortage
		}
		f, again := connectFault(err)
		if s.reached.Load() {
			f.File = i
		}
		if again {
			return nil, &passing{Fault: f}
		}
		return nil, f
	}
	guard.pat(s.o.enough())
	s.requests.Add(1)
	s.open.Add(1)
	return &answer{Response: resp, seed: s, guard: guard, stop: stop, file: i}, nil
}

// otherSize is a fault that tells the size that a file has on the server.
type otherSize struct {
	*Fault
	size int64
}

func (o *otherSize) Unwrap() error { return o.Fault }

func (s *Seed) otherSize(i layout.FileIndex, size int64) error {
	want := s.File(i).Length
	if s.torrent == nil {
		return &Fault{"changed", i, fmt.Sprintf("the file changes while it is read: it had %d bytes, and has %d", want, size)}
	}
	return &otherSize{&Fault{"size", i, fmt.Sprintf("the file has %d bytes on the server, not %d: it is another or an old one", size, want)}, size}
}

// digest stands for text that need not be kept.
type digest [16]byte

func digestOf(parts ...string) digest {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return digest(sum[:])
}

// recognise compares the version of a file that an answer is of with the answers
// before: a file that is replaced while it is read is a fault. Mirrors that take
// turns behind one URL have versions of their own, which are not compared.
func (s *Seed) recognise(i layout.FileIndex, asked *url.URL, resp *http.Response) error {
	from, length := unsigned(resp.Request.URL), strconv.FormatInt(s.File(i).Length, 10)
	etag, modified := resp.Header.Get("ETag"), resp.Header.Get("Last-Modified")
	now := File{Seen: true, Versioned: etag != "" || modified != "", place: digestOf(from), key: digestOf(unsigned(asked), from, length, etag, modified), Firm: isFirm(resp.Header)}
	if now.version = digestOf(strings.TrimPrefix(etag, "W/")); etag == "" {
		now.version = digestOf("", modified)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &s.files[i]
	switch {
	case !f.Seen:
		now.Lost, now.Size, now.Length = f.Lost, f.Size, f.Length
		*f = now
	case s.torrent == nil && f.version != now.version && f.place != now.place:
		return &Fault{"changed", i, "servers that take turns call the file other versions (ETag, Last-Modified): name one of them"}
	case f.place == now.place && f.version != now.version:
		return &Fault{"changed", i, "the file changes while it is read: the server calls it another version (ETag, Last-Modified)"}
	}
	f.Firm = f.Firm && now.Firm && f.key == now.key
	return nil
}

// unsigned is a URL without what lets its holder in, which is another one each time.
func unsigned(u *url.URL) string { return secret.Unsigned(u.String()) }

// isFirm tells whether the validators of an answer are sure to be others when
// the file is another: a strong ETag, or else a time of change that is so long
// ago that another change would show (RFC 9110, 8.8). Servers make ETags of
// times in whole seconds, so that a file that was just written may be written
// again under the same one.
func isFirm(h http.Header) bool {
	etag := h.Get("ETag")
	strong := etag != "" && !strings.HasPrefix(etag, "W/")
	changed, err1 := http.ParseTime(h.Get("Last-Modified"))
	now, err2 := http.ParseTime(h.Get("Date"))
	if err1 != nil || err2 != nil {
		return strong
	}
	wait := 2 * time.Second
	if !strong {
		wait = time.Minute
	}
	return now.Sub(changed) >= wait
}

// Version describes the version of a file, for the journal.
func (s *Seed) Version(b []byte, i layout.FileIndex, _ int64) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := &s.files[i]
	return append(b, f.key[:]...), f.Firm && f.Lost == nil
}

// check decides whether an answer is what BEP 19 wants for n bytes at off, and
// returns how many of them come: all of the file, from its start, where the server
// knows no ranges.
func (s *Seed) check(resp *http.Response, i layout.FileIndex, off, n int64) (int64, error) {
	length := s.File(i).Length
	if e := resp.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return 0, &Fault{"encoding", i, fmt.Sprintf("the answer is compressed (%q), though that was not accepted", e)}
	}
	if length == untold {
		var err error
		if length, err = told(resp, i); err != nil {
			return 0, err
		}
		s.mu.Lock()
		s.files[i].Length = length
		s.mu.Unlock()
	}
	switch code := resp.StatusCode; {
	case code == http.StatusPartialContent:
		return s.checkRange(resp, i, off, n)
	case length == 0 && (code == http.StatusRequestedRangeNotSatisfiable || code == http.StatusOK && resp.ContentLength == 0):
		return 0, nil
	case code == http.StatusOK && resp.ContentLength >= 0 && resp.ContentLength != length:
		return 0, s.otherSize(i, resp.ContentLength)
	case code == http.StatusOK:
		f := &Fault{"no-range", i, "the server answers a request for a range with the whole file (200, not 206 and Content-Range): clients cannot use it"}
		if !s.o.Whole {
			return 0, f
		}
		f.File = -1
		s.note(f)
		s.unranged.Store(true)
		return length, nil
	case code == http.StatusNotFound || code == http.StatusGone:
		return 0, &Fault{"missing", i, fmt.Sprintf("the file is not there (%d)", code)}
	case code == http.StatusRequestedRangeNotSatisfiable:
		if total, ok := rangeTotal(resp.Header.Get("Content-Range")); ok {
			return 0, s.otherSize(i, total)
		}
		return 0, &Fault{"size", i, "the server says that the range lies behind the end of the file (416): it is another or an old one"}
	case code == http.StatusTooManyRequests || code == http.StatusServiceUnavailable || code >= 500:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return 0, &passing{&Fault{"busy", i, fmt.Sprintf("the server refuses for now (%d)", code)}, time.Duration(max(seconds, 0)) * time.Second}
	default:
		return 0, &Fault{"status", i, fmt.Sprintf("the server answers %d %s", code, http.StatusText(code))}
	}
}

// checkRange checks Content-Range.
func (s *Seed) checkRange(resp *http.Response, i layout.FileIndex, off, n int64) (int64, error) {
	length := s.File(i).Length
	value := resp.Header.Get("Content-Range")
	span, _, _ := strings.Cut(strings.TrimPrefix(value, "bytes "), "/")
	from, to, _ := strings.Cut(span, "-")
	first, err := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	if err != nil || err2 != nil || !strings.HasPrefix(value, "bytes ") {
		return 0, &Fault{"bad-range", i, fmt.Sprintf("Content-Range %q is not one of bytes", value)}
	}
	if total, ok := rangeTotal(value); ok && total != length {
		return 0, s.otherSize(i, total)
	}
	got := last - first + 1
	switch {
	case first != off || got < 1 || got > n:
		return 0, &Fault{"bad-range", i, fmt.Sprintf("bytes %d-%d were asked for, and the server answers with %d-%d", off, off+n-1, first, last)}
	case resp.ContentLength >= 0 && resp.ContentLength != got:
		return 0, &Fault{"bad-range", i, fmt.Sprintf("Content-Range promises %d bytes, and Content-Length %d", got, resp.ContentLength)}
	}
	s.ranged.Store(true)
	return got, nil
}

// rangeTotal returns the size of the whole file in a Content-Range.
func rangeTotal(value string) (int64, bool) {
	_, total, _ := strings.Cut(value, "/")
	n, err := strconv.ParseInt(total, 10, 64)
	return n, err == nil && n >= 0
}
