package announce

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/torrentkit/torrentkit/internal/dial"
)

// Code says why there is no good answer, in a word that scripts can rely on.
type Code string

// The codes. Those above Rejected are the tracker's decision.
const (
	Unregistered   Code = "unregistered"
	PasskeyInvalid Code = "passkey-invalid"
	ClientBanned   Code = "client-banned"
	RateLimited    Code = "rate-limited"
	Overloaded     Code = "overloaded"
	Rejected       Code = "rejected" // a failure reason that fits none of the others
	NotATracker    Code = "not-a-tracker"
	Malformed      Code = "malformed"
	BadRedirect    Code = "redirect"
	Timeout        Code = "timeout"
	Refused        Code = "refused"
	DNS            Code = "dns"
	TLS            Code = "tls"
	Unreachable    Code = "unreachable"
	BadRequest     Code = "bad-request"     // it cannot be asked that way; nothing was sent
	PrivateAddress Code = "private-address" // of a tracker that a stranger named; nothing was sent
	Shortage       Code = "shortage"        // we had no file descriptor left; nothing is known of the tracker
	Interrupted    Code = "interrupted"
)

// Codes lists all of them.
func Codes() []Code {
	return []Code{Unregistered, PasskeyInvalid, ClientBanned, RateLimited, Overloaded, Rejected, NotATracker, Malformed, BadRedirect,
		Timeout, Refused, DNS, TLS, Unreachable, BadRequest, PrivateAddress, Shortage, Interrupted}
}

// Failure is why a probe has no good answer.
type Failure struct {
	Code   Code
	Reason string // the tracker's own words, raw; "" where it said nothing
	Detail string // what was tried and what came of it, without secrets
	Retry  RetryIn
	Err    error // what was beneath; its text may hold secrets

	inWords bool // the tracker refused as its protocol has it, and in nothing that HTTP has for that
}

// Error returns the detail, and the tracker's words after it.
func (f *Failure) Error() string {
	switch {
	case f.Reason == "":
		return f.Detail
	case f.Detail == "":
		return f.Reason
	}
	return f.Detail + ": " + f.Reason
}

// Unwrap returns the error beneath.
func (f *Failure) Unwrap() error { return f.Err }

// TrackerSpoke says whether the failure is the tracker's own decision, as
// against a network or a program that is no tracker.
func (f *Failure) TrackerSpoke() bool {
	switch f.Code {
	case Unregistered, PasskeyInvalid, ClientBanned, RateLimited, Overloaded, Rejected:
		return true
	}
	return false
}

// Dead says whether the failure is that nobody is there: the host has no address
// by that name, it refuses connections, or it gave no answer in time. What a
// tracker says, a broken answer, a certificate or a page in place of one, a name
// server or a network that fails, and what was not asked at all do not prove that.
func (f *Failure) Dead() bool {
	var dns *net.DNSError
	switch f.Code {
	case Refused:
		return true
	case Timeout:
		return !errors.As(f.Err, &dns)
	case DNS:
		return errors.As(f.Err, &dns) && dns.IsNotFound
	}
	return false
}

func fail(code Code, detail string) *Failure { return &Failure{Code: code, Detail: detail} }

// refusal is a failure reason or an error packet.
func refusal(text string, retry RetryIn) *Failure {
	return &Failure{Code: classify(text), Reason: text, Detail: "the tracker refused", Retry: retry, inWords: true}
}

// classify turns a tracker's own words into a code. The order matters: an
// unregistered passkey is a matter of the passkey.
func classify(reason string) Code {
	s := strings.ToLower(reason)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(s, w) })
	}
	switch {
	case has("passkey", "pass key", "authkey", "auth key", "authentication", "torrent_pass", "unauthenticated",
		"unknown user", "user not found", "no such user", "account", "unauthorized user", "invalid key", "invalid user"):
		return PasskeyInvalid
	case has("too many", "too much", "rate limit", "ratelimit", "rate-limit", "slow down", "minimum interval", "min interval",
		"too often", "too frequent", "too fast", "throttl", "flood", "please wait", "hammering", "quota"):
		return RateLimited
	case has("user agent", "user-agent", "useragent", "banned", "blacklist", "blocked", "peer_id is not allowed",
		"client is not", "client not", "your client", "this client", "unsupported client", "client version", "update your"):
		return ClientBanned
	case has("unregistered", "not registered", "not authori", "unauthorized", "unauthorised", "unknown torrent", "unknown info",
		"not found", "does not exist", "doesn't exist", "not exist", "no such torrent", "torrent has been deleted",
		"not whitelisted", "whitelist", "not tracked", "not listed", "unlisted", "not allowed", "disallowed"):
		return Unregistered
	case has("overload", "busy", "maintenance", "temporar", "unavailable", "database", "mysql", "try again",
		"offline", "timed out", "gateway"):
		return Overloaded
	}
	return Rejected
}

// netFailure turns an error of the network into a code. what says what was
// tried, without secrets: "connecting to 192.0.2.1:80".
func netFailure(ctx context.Context, what string, err error) *Failure {
	f := &Failure{Err: err}
	var known *Failure
	if errors.As(err, &known) {
		return known
	}
	var dns *net.DNSError
	var cause string
	switch {
	case errors.Is(context.Cause(ctx), context.Canceled) || errors.Is(err, context.Canceled) && ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		f.Code, cause = Interrupted, "interrupted"
	case errors.Is(err, dial.ErrPrivate):
		f.Code, cause = PrivateAddress, dial.ErrPrivate.Error()
	case errors.Is(err, dial.ErrShortage):
		f.Code, cause = Shortage, dial.ErrShortage.Error()
	case errors.As(err, &dns) && !dns.IsTimeout:
		f.Code, cause = DNS, dnsCause(dns)
	case isTLS(err):
		f.Code, cause = TLS, tlsCause(err)
	case errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || isTimeout(err):
		f.Code, cause = Timeout, "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED) || isWindowsErrno(err, 10061):
		f.Code, cause = Refused, "connection refused"
	case errors.Is(err, syscall.ECONNRESET) || isWindowsErrno(err, 10054):
		f.Code, cause = Unreachable, "connection reset"
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		f.Code, cause = Malformed, "connection closed in the middle of the answer"
	case strings.Contains(err.Error(), "malformed HTTP"):
		f.Code, cause = NotATracker, "the answer is not HTTP"
	case strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		f.Code, cause = TLS, "the server speaks HTTP, not TLS"
	case strings.Contains(err.Error(), "exceeded"):
		f.Code, cause = Malformed, "the head of the answer is too long"
	default:
		f.Code, cause = Unreachable, rootCause(err)
	}
	f.Detail = what + ": " + cause
	return f
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.As(err, &t) && t.Timeout()
}

// isWindowsErrno compares Windows socket errors, which the syscall constants do not match.
func isWindowsErrno(err error, n uintptr) bool {
	var e syscall.Errno
	return errors.As(err, &e) && uintptr(e) == n
}

func dnsCause(e *net.DNSError) string {
	if e.IsNotFound {
		return "no such host"
	}
	return "the name server failed: " + e.Err
}

func isTLS(err error) bool {
	var alert tls.AlertError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	return errors.As(err, &alert) || errors.As(err, &verify) || errors.As(err, &record) || strings.Contains(err.Error(), "tls: ")
}

func tlsCause(err error) string {
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not yet valid (valid until " + invalid.Cert.NotAfter.UTC().Format("2006-01-02") + ")"
	case errors.As(err, &host):
		return "the certificate is for another host (" + strings.Join(host.Certificate.DNSNames, ", ") + ")"
	case errors.As(err, &unknown):
		return "the certificate is signed by an unknown authority"
	case errors.As(err, new(tls.RecordHeaderError)):
		return "the server does not speak TLS"
	}
	return rootCause(err)
}

// rootCause returns the text of the innermost error, which carries no URL.
func rootCause(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
