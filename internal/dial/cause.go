package dial

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// Alert is what the other side of TLS ended a connection with, and nothing where an error is none of its alerts.
func Alert(err error) string {
	var remote *net.OpError
	if errors.As(err, &remote) && remote.Op == "remote error" { // as crypto/tls has it
		return remote.Err.Error()
	}
	return ""
}

// Cause says in plain words why a server gave no answer, or not all of it, and nothing where the error is none of those that
// servers and networks usually cause.
func Cause(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return "the name of the host is not known"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the host refuses connections"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the server ended the connection before the answer was whole"
	case errors.As(err, new(tls.RecordHeaderError)), errors.Is(err, http.ErrSchemeMismatch):
		return "the server does not speak TLS"
	case Alert(err) == "tls: no application protocol":
		return "the server does not speak HTTP/1.1"
	case errors.As(err, new(x509.UnknownAuthorityError)):
		return "the certificate is signed by an unknown authority"
	case errors.As(err, &host) && host.Certificate != nil:
		return "the certificate is for another host (" + strings.Join(host.Certificate.DNSNames, ", ") + ")"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate has expired or is not yet valid"
	}
	return ""
}
