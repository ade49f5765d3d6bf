package command

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// maxPEM is how large a file of certificates may be.
const maxPEM = 1 << 20

// ParseProxy reads the URL of a proxy; nil for none.
func ParseProxy(s string) (*url.URL, error) {
	if s == "" {
		return nil, nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return nil, errors.New("--proxy wants a URL such as socks5://127.0.0.1:1080")
	}
	return u, nil
}

// TLSConfig trusts the certificates in one PEM file, or the system's, and shows the client certificate in another, if those are named.
func TLSConfig(ctx context.Context, ca, cert string, insecure bool) (*tls.Config, error) {
	c := &tls.Config{InsecureSkipVerify: insecure, MinVersion: tls.VersionTLS12}
	if ca != "" {
		pem, err := ReadFile(ctx, ca, maxPEM)
		if err != nil {
			return nil, err
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("reading %q: no certificate in PEM", ca)
		}
	}
	if cert != "" {
		pem, err := ReadFile(ctx, cert, maxPEM)
		if err != nil {
			return nil, err
		}
		pair, err := tls.X509KeyPair(pem, pem)
		if err != nil {
			return nil, fmt.Errorf("reading %q: no certificate with its key in PEM: %s", cert, strings.TrimPrefix(err.Error(), "tls: "))
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
