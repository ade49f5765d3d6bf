// Package peerwire speaks to BitTorrent peers over TCP as far as metadata goes:
// the handshake (BEP 3), encrypted if the peer insists (MSE), the extension
// protocol (BEP 10), the metadata exchange (BEP 9) and hash requests (BEP 52).
//
// What a peer sends is bounded: a message of interest is at most 64 KiB, others
// are read past without being kept, and only so many of them are borne. A
// caller sets deadlines; no message extends them.
//
// The package asks for no content and serves none, does not speak uTP, does not
// listen, and believes nothing: checking hashes is the business of its callers.
package peerwire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// What is wrong with a peer. Errors of this package wrap one of these, or an
// error of the network.
var (
	ErrProtocol     = errors.New("not the BitTorrent protocol")
	ErrInfoHash     = errors.New("the peer answers for another torrent")
	ErrNoExtensions = errors.New("the peer has no extension protocol (BEP 10)")
	ErrMessage      = errors.New("malformed message")
	ErrFlood        = errors.New("too many messages that nobody asked for")
	ErrEncryption   = errors.New("the encryption handshake failed")
)

const protocol = "\x13BitTorrent protocol"

const handshakeSize = len(protocol) + 8 + 20 + 20

// Encryption says whether connections are encrypted (MSE).
type Encryption uint8

// Ways to connect. PlainFirst tries again with encryption where the peer closes
// the plain connection before it answers.
const (
	PlainFirst Encryption = iota
	PlainOnly
	EncryptedOnly
)

// Config says how to connect.
type Config struct {
	InfoHash [20]byte // v1, or the first 20 bytes of v2
	// Upgrade is the beginning of the v2 infohash, where InfoHash is the v1 one
	// of a hybrid: peers may answer with it, and with no other. While it is zero,
	// any answer is taken, since peers answer to the v1 hash of a hybrid with the
	// v2 one: the caller has to prove what they bring.
	Upgrade [20]byte
	PeerID  [20]byte
	Client  string // how to call ourselves in the extension handshake
	// Timeout is for connecting and shaking hands, once for each of at most two
	// attempts.
	Timeout    time.Duration
	Encryption Encryption
	// Dial opens TCP connections, within Timeout too.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// Conn is a connection to a peer behind the handshake. It is used by one
// goroutine; Close may be called by any.
type Conn struct {
	InfoHash  [20]byte // what the peer answered; in an upgrade to v2 not what was asked
	PeerID    [20]byte
	V2        bool // the peer knows BEP 52
	Encrypted bool // the connection began with MSE

	conn     net.Conn
	r        *bufio.Reader
	buf      []byte
	budget   int // bytes of uninteresting messages still borne
	extended Extended
}

// Connect dials host:port and shakes hands. The extension handshake is sent, and
// the peer's is awaited by Next.
func Connect(ctx context.Context, address string, cfg Config) (*Conn, error) {
	if cfg.Encryption == EncryptedOnly {
		return connectEncrypted(ctx, address, cfg)
	}
	c, err := connect(ctx, address, cfg, false)
	if err == nil || cfg.Encryption == PlainOnly || !closedByPeer(err) {
		return c, err
	}
	c, again := connectEncrypted(ctx, address, cfg)
	if errors.Is(again, ErrEncryption) {
		return nil, fmt.Errorf("%w, and encrypted: %v", err, again) // it closes whatever we do
	}
	return c, again
}

func connectEncrypted(ctx context.Context, address string, cfg Config) (*Conn, error) {
	c, err := connect(ctx, address, cfg, true)
	if errors.Is(err, errShortSecret) {
		return connect(ctx, address, cfg, true)
	}
	return c, err
}

// handshakeError marks that a connection was made, and failed afterwards.
type handshakeError struct{ error }

func (e handshakeError) Unwrap() error { return e.error }

func closedByPeer(err error) bool {
	var h handshakeError
	var netErr net.Error
	if !errors.As(err, &h) || errors.Is(err, ErrProtocol) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return false
	}
	if errors.As(err, &netErr) && netErr.Timeout() {
		return false
	}
	return !errors.Is(err, ErrInfoHash) && !errors.Is(err, ErrNoExtensions)
}

func connect(ctx context.Context, address string, cfg Config, encrypt bool) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.Timeout)
	defer cancel()
	nc, err := cfg.Dial(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = nc.SetDeadline(time.Unix(1, 0)) })
	c, err := shake(nc, cfg, encrypt)
	if !stop() && err == nil {
		err = handshakeError{context.Cause(ctx)}
	}
	if err != nil {
		_ = nc.Close()
		if cause := context.Cause(ctx); cause != nil {
			return nil, handshakeError{fmt.Errorf("shaking hands: %w", cause)}
		}
		return nil, handshakeError{fmt.Errorf("shaking hands: %w", err)}
	}
	return c, nil
}

func shake(nc net.Conn, cfg Config, encrypt bool) (*Conn, error) {
	stream := nc
	hello := appendHandshake(nil, cfg)
	if encrypt {
		enc, err := encryptOutgoing(nc, cfg.InfoHash, hello)
		if err != nil {
			return nil, err
		}
		stream = enc
	} else if _, err := nc.Write(hello); err != nil {
		return nil, err
	}
	c := newConn(stream, stream)
	c.Encrypted = encrypt
	if err := c.readHandshake(cfg); err != nil {
		return nil, err
	}
	_, err := c.conn.Write(appendExtended(nil, cfg.Client))
	return c, err
}

func newConn(nc net.Conn, r io.Reader) *Conn {
	return &Conn{conn: nc, r: bufio.NewReaderSize(r, 4096), budget: discardBudget}
}

func appendHandshake(b []byte, cfg Config) []byte {
	var reserved [8]byte
	reserved[5] = 0x10 // BEP 10
	if cfg.Upgrade != [20]byte{} {
		reserved[7] = 0x10 // BEP 52
	}
	b = append(b, protocol...)
	b = append(b, reserved[:]...)
	b = append(b, cfg.InfoHash[:]...)
	return append(b, cfg.PeerID[:]...)
}

func (c *Conn) readHandshake(cfg Config) error {
	var b [handshakeSize]byte
	if _, err := io.ReadFull(c.r, b[:1]); err != nil {
		return err
	}
	if b[0] != protocol[0] {
		return fmt.Errorf("%w: it starts with byte %#02x", ErrProtocol, b[0])
	}
	if _, err := io.ReadFull(c.r, b[1:]); err != nil {
		return err
	}
	if !bytes.HasPrefix(b[:], []byte(protocol)) {
		return fmt.Errorf("%w: it starts with %.20q", ErrProtocol, b[:20])
	}
	rest := b[len(protocol):]
	reserved := [8]byte(rest)
	c.InfoHash = [20]byte(rest[8:])
	c.PeerID = [20]byte(rest[28:])
	c.V2 = reserved[7]&0x10 != 0
	if none := [20]byte{}; c.InfoHash == none || cfg.Upgrade != none && c.InfoHash != cfg.Upgrade && c.InfoHash != cfg.InfoHash {
		return ErrInfoHash
	}
	if reserved[5]&0x10 == 0 {
		return ErrNoExtensions
	}
	return nil
}

// Extended returns the peer's extension handshake, once Next has reported it.
func (c *Conn) Extended() Extended { return c.extended }

// SetDeadline bounds all reading and writing that follows.
func (c *Conn) SetDeadline(t time.Time) error { return c.conn.SetDeadline(t) }

// Close closes the connection.
func (c *Conn) Close() error { return c.conn.Close() }
