package trackertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"
)

// authority signs a tracker's certificate.
type authority struct {
	cert *x509.Certificate
	der  []byte
}

// Roots returns a pool with the authority that signed the certificate; with
// CertSelfSigned it is another one.
func (tr *Tracker) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	if !tr.Has(CertSelfSigned) {
		pool.AddCert(tr.roots.cert)
	}
	return pool
}

// RootPEM returns the authority as a PEM file has it.
func (tr *Tracker) RootPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: tr.roots.der})
}

func (tr *Tracker) serveTLS(t testing.TB, sockets Sockets) string {
	t.Helper()
	leaf, err := tr.certificate()
	if err != nil {
		t.Fatal(err)
	}
	l := tls.NewListener(listen(t, sockets, "tcp4", "127.0.0.1:0"), &tls.Config{Certificates: []tls.Certificate{leaf}, NextProtos: []string{"http/1.1"}})
	return tr.serveHTTP(t, l)
}

func (tr *Tracker) certificate() (tls.Certificate, error) {
	var none tls.Certificate
	caKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return none, err
	}
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "trackertest"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	caDER, err := x509.CreateCertificate(rand.Reader, ca, ca, &caKey.PublicKey, caKey)
	if err != nil {
		return none, err
	}
	root, err := x509.ParseCertificate(caDER)
	if err != nil {
		return none, err
	}
	tr.roots = &authority{cert: root, der: caDER}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return none, err
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "tracker"},
		NotBefore: time.Now().Add(-2 * time.Hour), NotAfter: time.Now().Add(60 * 24 * time.Hour),
		DNSNames: []string{"localhost", "tracker.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	if tr.Has(CertExpired) {
		leaf.NotAfter = time.Now().Add(-time.Hour)
	}
	if tr.Has(CertOtherHost) {
		leaf.DNSNames, leaf.IPAddresses = []string{"other.example"}, nil
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.PublicKey, caKey)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
