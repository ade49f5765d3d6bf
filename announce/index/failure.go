package index

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/secret"
)

// maxReason is how many bytes of the index's own words are kept.
const maxReason = 500

// Refusal is an answer: the index will not do what it was asked for. Its words may hold anything.
type Refusal struct {
	Status int    // of HTTP, 400 to 499
	Reason string // in the index's words, at most 500 bytes; "" where it gives none
	op     string
}

func (e *Refusal) Error() string {
	reason := strings.TrimRight(e.Reason, ". ")
	if reason == "" {
		reason = http.StatusText(e.Status)
	}
	return fmt.Sprintf("%s: the index refuses: %s (HTTP %d)", e.op, reason, e.Status)
}

// Conflict tells whether the index has the torrent already.
func (e *Refusal) Conflict() bool {
	return e.Status == http.StatusConflict || e.Status == http.StatusBadRequest && strings.HasPrefix(e.Reason, "This torrent already exists")
}

// LoggedOut tells whether the index wants a token, or another one.
func (e *Refusal) LoggedOut() bool { return e.Status == http.StatusUnauthorized }

// NotThere tells whether the index has no such torrent.
func (e *Refusal) NotThere() bool { return e.Status == http.StatusNotFound }

// Failure is that there was no answer, or none that can be understood.
type Failure struct {
	Status int    // of HTTP; 0 if there was no reply
	Reason string // what is wrong
	// Maybe is set where what was to be changed may be changed all the same.
	Maybe bool
	again bool // it may go better the next time
	op    string
	err   error
}

func (e *Failure) Error() string {
	if e.Status == 0 {
		return e.op + ": " + e.Reason
	}
	return fmt.Sprintf("%s: %s (HTTP %d)", e.op, e.Reason, e.Status)
}

func (e *Failure) Unwrap() error { return e.err }

// op says what was tried.
func (c *Client) op(q call) string {
	return fmt.Sprintf("asking the index at %s (%s /v1/%s)", c.base.Host, q.method, q.path)
}

// changes tells whether a call changes anything.
func changes(q call) bool { return q.method != http.MethodGet }

// fail makes a failure of a reply that came.
func (c *Client) fail(status int, q call, reason string, err error) *Failure {
	if reason == "" && err != nil {
		reason = c.clean(err.Error())
	}
	return &Failure{Status: status, Reason: reason, Maybe: changes(q), op: c.op(q), err: err}
}

// broken makes a failure of a request without a reply.
func (c *Client) broken(q call, connected bool, err error) *Failure {
	f := &Failure{Maybe: connected && changes(q), again: true, op: c.op(q), err: err}
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		f.Reason, f.again = "interrupted", false
	case errors.As(err, &dns) && dns.IsNotFound:
		f.Reason, f.again = "the name of the host is not known", false
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Reason = "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		f.Reason = "the host refuses connections"
	case errors.Is(err, dial.ErrPrivate):
		f.Reason, f.again = "the host is at an address that is not public", false
	default:
		var u *url.Error // cites the URL
		if errors.As(err, &u) {
			err = u.Err
		}
		why := cmp.Or(dial.Cause(err), err.Error())
		f.Reason = "the connection broke: " + c.clean(why)
		if !connected {
			f.Reason = "no connection: " + c.clean(why)
		}
	}
	return f
}

// judge tells what a reply means that is no redirect: nil where it is a success.
func (c *Client) judge(r *reply, q call) error {
	if r.status < 300 {
		return nil
	}
	var answer struct {
		Error *string `json:"error"`
	}
	told := json.Unmarshal(r.body, &answer) == nil && answer.Error != nil
	reason := ""
	if told {
		reason = c.clean(*answer.Error)
	} else if strings.HasPrefix(r.header.Get("Content-Type"), "text/plain") {
		reason = c.clean(string(r.body))
	}
	slow := r.status == http.StatusRequestTimeout || r.status == http.StatusTooManyRequests
	if r.status < 500 && !slow && (told || strings.Contains(" 401 403 413 415 422 ", fmt.Sprintf(" %d ", r.status))) {
		return &Refusal{r.status, reason, c.op(q)}
	}
	again := slow || r.status == http.StatusBadGateway || r.status == http.StatusServiceUnavailable || r.status == http.StatusGatewayTimeout
	f := &Failure{Status: r.status, Reason: reason, Maybe: changes(q) && r.status >= 500, again: again, op: c.op(q)}
	switch {
	case told:
		f.Maybe = false // the index undid it
	case reason == "" && r.status == http.StatusNotFound:
		f.Reason = "there is no API of an index here"
	case reason == "":
		f.Reason = "it sent " + kindOf(r) + " and no reason"
	}
	return f
}

// kindOf says what a reply is that is not what was asked for.
func kindOf(r *reply) string {
	kind, _, _ := strings.Cut(strings.ToLower(r.header.Get("Content-Type")), ";")
	switch {
	case len(r.body) == 0:
		return "nothing"
	case kind == "text/html" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(string(r.body[:min(len(r.body), 100)]))), "<"):
		return "a web page"
	case kind == "application/json":
		return "JSON of another kind"
	}
	return fmt.Sprintf("%d bytes of another kind", len(r.body))
}

// clean is a text of the index without the token and the password, without secrets of URLs, and not longer than a reason is.
func (c *Client) clean(text string) string {
	for _, known := range []string{c.Token(), *c.password.Load()} {
		if known != "" {
			text = strings.ReplaceAll(text, known, secret.Mark(known))
		}
	}
	if len(text) > maxReason {
		text = text[:maxReason]
		for !utf8.ValidString(text) && len(text) > maxReason-utf8.UTFMax {
			text = text[:len(text)-1]
		}
		text += "..."
	}
	return secret.Text(text)
}
