package peerwire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	maxMessage    = 64 << 10 // of messages that are kept
	maxForeign    = 4 << 20  // of messages that are read past, like a bitfield
	discardBudget = 8 << 20  // for all of those together
	foreignCost   = 512      // what a message costs beside its bytes
)

const (
	idExtended    = 20
	idHashRequest = 21
	idHashes      = 22
	idHashReject  = 23
)

// Kind tells what a message is.
type Kind uint8

// The messages that Next returns.
const (
	Handshake      Kind = iota // the peer's extension handshake: see Extended
	MetadataBlock              // Block, TotalSize, Data
	MetadataReject             // Block
	Hashes                     // Hash, Data: the hashes, 32 bytes each
	HashReject                 // Hash
)

// Message is what a peer sent. Data is valid until the next call of Next.
type Message struct {
	Kind      Kind
	Block     int
	TotalSize int64 // 0 when the peer does not say
	Hash      HashRequest
	Data      []byte
}

// Next returns the next message of interest. Everything else is read past, at
// the peer's expense: after some megabytes of it the error is ErrFlood.
func (c *Conn) Next() (Message, error) {
	for {
		id, size, err := c.header()
		if err != nil {
			return Message{}, err
		}
		if id != idExtended && id != idHashes && id != idHashReject {
			if err := c.discard(size); err != nil {
				return Message{}, err
			}
			continue
		}
		if size > maxMessage {
			return Message{}, fmt.Errorf("%w: message %d has %d bytes", ErrMessage, id, size)
		}
		body, err := c.body(size)
		if err != nil {
			return Message{}, err
		}
		m, ok, err := c.parse(id, body)
		if ok || err != nil {
			return m, err
		}
		if err := c.charge(size); err != nil {
			return Message{}, err
		}
	}
}

// header reads the length and the type of a message. size is what follows the
// type. A keep-alive has the type -1.
func (c *Conn) header() (id, size int, err error) {
	var b [4]byte
	if _, err := io.ReadFull(c.r, b[:]); err != nil {
		return 0, 0, err
	}
	n := binary.BigEndian.Uint32(b[:])
	if n == 0 {
		return -1, 0, nil
	}
	if n > maxForeign {
		return 0, 0, fmt.Errorf("%w: a message of %d bytes", ErrMessage, n)
	}
	kind, err := c.r.ReadByte()
	if err != nil {
		return 0, 0, unexpected(err)
	}
	return int(kind), int(n) - 1, nil
}

func (c *Conn) charge(size int) error {
	c.budget -= size + foreignCost
	if c.budget < 0 {
		return ErrFlood
	}
	return nil
}

func (c *Conn) discard(size int) error {
	if err := c.charge(size); err != nil {
		return err
	}
	_, err := c.r.Discard(size)
	return unexpected(err)
}

// body reads into the connection's buffer, which grows only as bytes arrive
// in chunks, so that a claimed length costs nothing.
func (c *Conn) body(size int) ([]byte, error) {
	c.buf = c.buf[:0]
	for len(c.buf) < size {
		n := min(size-len(c.buf), 17<<10)
		start := len(c.buf)
		if cap(c.buf) < start+n {
			c.buf = append(make([]byte, 0, start+n), c.buf...)
		}
		c.buf = c.buf[:start+n]
		if _, err := io.ReadFull(c.r, c.buf[start:]); err != nil {
			return nil, unexpected(err)
		}
	}
	return c.buf, nil
}

func (c *Conn) parse(id int, body []byte) (Message, bool, error) {
	if id != idExtended {
		m, err := parseHashes(id, body)
		return m, true, err
	}
	if len(body) == 0 {
		return Message{}, false, fmt.Errorf("%w: an empty extension message", ErrMessage)
	}
	switch body[0] {
	case 0:
		ext, err := parseExtended(body[1:])
		if err != nil {
			return Message{}, false, err
		}
		// A second handshake may change what the first one said (BEP 10).
		c.extended = c.extended.merge(ext)
		return Message{Kind: Handshake}, true, nil
	case metadataID:
		return parseMetadata(body[1:])
	}
	return Message{}, false, nil
}

// unexpected tells an end inside a message from one between messages.
func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
