package announce

import (
	"crypto/tls"
	"crypto/x509"
	"time"
)

// tracer keeps what one HTTP request showed of its connection.
type tracer struct {
	reused    bool // it had carried a request before
	wrote     time.Time
	firstByte time.Time
	handshake time.Duration
	tls       *TLSInfo
}

// tlsInfo describes a handshake, and what a check of the certificate would
// have said where the check was switched off.
func tlsInfo(st tls.ConnectionState, host string, config *tls.Config) *TLSInfo {
	leaf := st.PeerCertificates[0]
	info := &TLSInfo{
		Version: tls.VersionName(st.Version), Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(),
		Names: leaf.DNSNames, NotAfter: leaf.NotAfter,
	}
	for _, ip := range leaf.IPAddresses {
		info.Names = append(info.Names, ip.String())
	}
	if !config.InsecureSkipVerify {
		return info
	}
	more := x509.NewCertPool()
	for _, c := range st.PeerCertificates[1:] {
		more.AddCert(c)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: host, Intermediates: more, Roots: config.RootCAs}); err != nil {
		info.Invalid = tlsCause(err)
	}
	return info
}
