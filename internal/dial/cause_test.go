package dial

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"syscall"
	"testing"
)

// What usually goes wrong with a server is said without the words of Go's library, which cite addresses and URLs.
func TestCause(t *testing.T) {
	wrapped := func(err error) error {
		return &url.Error{Op: "Get", URL: "http://x/", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{wrapped(&net.DNSError{Name: "x", Server: "10.0.0.1:53", IsNotFound: true}), "the name of the host is not known"},
		{wrapped(os.ErrDeadlineExceeded), "no answer in time"},
		{wrapped(os.NewSyscallError("connect", syscall.ECONNREFUSED)), "the host refuses connections"},
		{fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), "the server ended the connection before the answer was whole"},
		{&url.Error{Op: "Get", URL: "http://x/", Err: io.EOF}, "the server ended the connection before the answer was whole"},
		{wrapped(tls.RecordHeaderError{Msg: "x"}), "the server does not speak TLS"},
		{&url.Error{Op: "Get", URL: "https://x/", Err: http.ErrSchemeMismatch}, "the server does not speak TLS"},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "the certificate is signed by an unknown authority"},
		{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"a", "b"}}}}, "the certificate is for another host (a, b)"},
		{&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}, "the certificate has expired or is not yet valid"},
		{errors.New("something else"), ""},
	} {
		if got := Cause(tt.err); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.err, got, tt.want)
		}
	}
}
