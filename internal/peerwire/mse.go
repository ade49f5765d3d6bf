package peerwire

import (
	"bytes"
	"crypto/rand"
	"crypto/rc4" //nolint:gosec // the cipher that MSE prescribes: it hides the protocol from filters, not from readers
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
)

// Message Stream Encryption, the initiator's side:
//
//	A->B: Ya, PadA
//	B->A: Yb, PadB
//	A->B: H("req1", S), H("req2", SKEY)^H("req3", S), E(VC, provide, len(PadC), PadC, len(IA), IA)
//	B->A: E(VC, select, len(PadD), PadD), then the payload
const (
	mseKeySize  = 96
	mseMaxPad   = 512
	cryptoPlain = 1
	cryptoRC4   = 2
)

var verification [8]byte // VC: eight zeros

// errShortSecret is that the shared secret began with a zero, as one of 256
// does. Some peers leave it out where they hash the secret (libtorrent before its
// pull request 8434, rTorrent's before 894), and other keys help.
var errShortSecret = errors.New("the shared secret begins with a zero")

func msePrime() *big.Int {
	p, _ := new(big.Int).SetString("FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22"+
		"514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A36210000000000090563", 16)
	return p
}

// mseKeyPair returns a private exponent and the 96 bytes of the public key.
func mseKeyPair() (*big.Int, []byte, error) {
	var secret [20]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return nil, nil, err
	}
	x := new(big.Int).SetBytes(secret[:])
	return x, new(big.Int).Exp(big.NewInt(2), x, msePrime()).FillBytes(make([]byte, mseKeySize)), nil
}

// mseShared computes S from the peer's public key.
func mseShared(x *big.Int, public []byte) ([]byte, error) {
	p := msePrime()
	y := new(big.Int).SetBytes(public)
	if y.Cmp(big.NewInt(1)) <= 0 || y.Cmp(new(big.Int).Sub(p, big.NewInt(1))) >= 0 {
		return nil, fmt.Errorf("%w: a public key that is no key", ErrEncryption)
	}
	return y.Exp(y, x, p).FillBytes(make([]byte, mseKeySize)), nil
}

func hash(parts ...[]byte) []byte {
	h := sha1.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// mseCipher makes the key stream of one direction, without its first 1024 bytes.
func mseCipher(name string, shared []byte, skey [20]byte) (*rc4.Cipher, error) {
	c, err := rc4.NewCipher(hash([]byte(name), shared, skey[:]))
	if err != nil {
		return nil, err
	}
	var skip [1024]byte
	c.XORKeyStream(skip[:], skip[:])
	return c, nil
}

func randomPad() ([]byte, error) {
	var n [2]byte
	if _, err := rand.Read(n[:]); err != nil {
		return nil, err
	}
	pad := make([]byte, int(binary.BigEndian.Uint16(n[:]))%(mseMaxPad+1))
	_, err := rand.Read(pad)
	return pad, err
}

// encryptOutgoing shakes hands as the initiator and sends first inside the
// handshake. The connection that it returns is encrypted if the peer so chose.
func encryptOutgoing(nc net.Conn, skey [20]byte, first []byte) (net.Conn, error) {
	x, public, err := mseKeyPair()
	if err != nil {
		return nil, err
	}
	pad, err := randomPad()
	if err != nil {
		return nil, err
	}
	if _, err := nc.Write(append(public, pad...)); err != nil {
		return nil, err
	}
	var theirs [mseKeySize]byte
	if _, err := io.ReadFull(nc, theirs[:]); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEncryption, err)
	}
	shared, err := mseShared(x, theirs[:])
	if err != nil {
		return nil, err
	}
	out, err := mseCipher("keyA", shared, skey)
	if err != nil {
		return nil, err
	}
	in, err := mseCipher("keyB", shared, skey)
	if err != nil {
		return nil, err
	}
	if _, err := nc.Write(mseOffer(shared, skey, out, first)); err != nil {
		return nil, err
	}
	method, err := mseAnswer(nc, in)
	switch {
	case err != nil && shared[0] == 0:
		return nil, fmt.Errorf("%w: %w (%w)", ErrEncryption, err, errShortSecret)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrEncryption, err)
	}
	if method == cryptoPlain {
		return nc, nil
	}
	return &cipherConn{Conn: nc, in: in, out: out}, nil
}

func mseOffer(shared []byte, skey [20]byte, out *rc4.Cipher, first []byte) []byte {
	b := hash([]byte("req1"), shared)
	mixed := hash([]byte("req2"), skey[:])
	for i, c := range hash([]byte("req3"), shared) {
		mixed[i] ^= c
	}
	b = append(b, mixed...)
	start := len(b)
	b = append(b, verification[:]...)
	b = binary.BigEndian.AppendUint32(b, cryptoPlain|cryptoRC4)
	b = binary.BigEndian.AppendUint16(b, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(len(first)))
	b = append(b, first...)
	out.XORKeyStream(b[start:], b[start:])
	return b
}

// mseAnswer finds the encrypted VC behind the peer's padding and reads the
// method that the peer chose.
func mseAnswer(r io.Reader, in *rc4.Cipher) (uint32, error) {
	var want [8]byte
	in.XORKeyStream(want[:], verification[:])
	window := make([]byte, 0, mseMaxPad+len(want))
	for !bytes.HasSuffix(window, want[:]) {
		if len(window) == cap(window) {
			return 0, fmt.Errorf("no verification constant within %d bytes", cap(window))
		}
		n := max(1, len(want)-len(window))
		window = window[:len(window)+n]
		if _, err := io.ReadFull(r, window[len(window)-n:]); err != nil {
			return 0, err
		}
	}
	var head [6]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, err
	}
	in.XORKeyStream(head[:], head[:])
	method, padding := binary.BigEndian.Uint32(head[:]), binary.BigEndian.Uint16(head[4:])
	if method != cryptoPlain && method != cryptoRC4 || padding > mseMaxPad {
		return 0, fmt.Errorf("the peer chose method %#x with %d bytes of padding", method, padding)
	}
	pad := make([]byte, padding)
	if _, err := io.ReadFull(r, pad); err != nil {
		return 0, err
	}
	in.XORKeyStream(pad, pad)
	return method, nil
}

// cipherConn encrypts what goes through it. One goroutine reads and one writes.
type cipherConn struct {
	net.Conn
	in, out *rc4.Cipher
}

// Read decrypts.
func (c *cipherConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.in.XORKeyStream(b[:n], b[:n])
	return n, err
}

// Write encrypts, and leaves b as it is.
func (c *cipherConn) Write(b []byte) (int, error) {
	out := make([]byte, len(b))
	c.out.XORKeyStream(out, b)
	return c.Conn.Write(out)
}
