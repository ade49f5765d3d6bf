package announce

import (
	"crypto/tls"
	"crypto/x509"
	"net/http/httptrace"
	"sync"
	"time"
)

// tracer times the parts of one HTTP request. The hooks may be called after
// the request was given up, so the fields belong to the mutex.
type tracer struct {
	host   string
	config *tls.Config

	mu        sync.Mutex
	reused    bool
	wrote     time.Time
	firstByte time.Time
	tlsStart  time.Time
	handshake time.Duration
	tls       *TLSInfo
}

func (t *tracer) hooks() *httptrace.ClientTrace {
	locked := func(f func()) {
		t.mu.Lock()
		defer t.mu.Unlock()
		f()
	}
	return &httptrace.ClientTrace{
		GotConn:              func(i httptrace.GotConnInfo) { locked(func() { t.reused = i.Reused }) },
		WroteRequest:         func(httptrace.WroteRequestInfo) { locked(func() { t.wrote = time.Now() }) },
		GotFirstResponseByte: func() { locked(func() { t.firstByte = time.Now() }) },
		TLSHandshakeStart:    func() { locked(func() { t.tlsStart = time.Now() }) },
		TLSHandshakeDone: func(st tls.ConnectionState, _ error) {
			locked(func() {
				t.handshake = time.Since(t.tlsStart)
				if len(st.PeerCertificates) > 0 {
					t.tls = tlsInfo(st, t.host, t.config)
				}
			})
		},
	}
}

// tlsInfo describes a handshake, and what a check of the certificate would
// have said where the check was switched off.
func tlsInfo(st tls.ConnectionState, host string, config *tls.Config) *TLSInfo {
	leaf := st.PeerCertificates[0]
	info := &TLSInfo{
		Version: tls.VersionName(st.Version), Subject: leaf.Subject.String(), Issuer: leaf.Issuer.String(),
		Names: leaf.DNSNames, NotAfter: leaf.NotAfter, Leaf: leaf,
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
