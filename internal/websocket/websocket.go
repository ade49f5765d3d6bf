// Package websocket is the client's half of RFC 6455, as far as a question and its answer go: text messages over
// a connection that an HTTP client has upgraded.
//
// What a server sends is bounded: a message has at most as many bytes as the caller says, before memory is spent on
// it. The caller sets deadlines. The package opens no connection, offers no extension and no subprotocol, sends no
// fragments, and asks for no pong.
package websocket

import (
	"bufio"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// ErrTooLong is for a message of more bytes than it may have.
var ErrTooLong = errors.New("the message is too long")

// CloseError is that the server closed the connection, and why.
type CloseError struct {
	Code   uint16 // section 7.4; 1005 where it said none
	Reason string
}

func (e *CloseError) Error() string { return fmt.Sprintf("closed with status %d", e.Code) }

// The opcodes of frames (section 5.2). From opClose on they are control frames.
const (
	opContinuation = 0x0
	opText         = 0x1
	opBinary       = 0x2
	opClose        = 0x8
	opPing         = 0x9
	opPong         = 0xa
)

// The statuses that go with a close (section 7.4.1).
const (
	protocolError = 1002
	noStatus      = 1005 // never on the wire
	tooBig        = 1009
)

// maxControl is how much a control frame may carry (section 5.5).
const maxControl = 125

// Ask makes a request one for an upgrade (section 4.1), and returns the key that [Granted] wants.
func Ask(h http.Header) (key string) {
	nonce := make([]byte, 16)
	rand.Read(nonce)
	key = base64.StdEncoding.EncodeToString(nonce)
	h.Set("Connection", "Upgrade")
	h.Set("Upgrade", "websocket")
	h.Set("Sec-WebSocket-Version", "13")
	h.Set("Sec-WebSocket-Key", key)
	return key
}

// Granted tells whether an answer of status 101 is that of a WebSocket, without what was not offered (section 4.1).
func Granted(h http.Header, key string) bool {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return hasToken(h, "Connection", "upgrade") && hasToken(h, "Upgrade", "websocket") &&
		h.Get("Sec-WebSocket-Accept") == base64.StdEncoding.EncodeToString(sum[:]) &&
		h.Get("Sec-WebSocket-Protocol") == "" && h.Get("Sec-WebSocket-Extensions") == ""
}

func hasToken(h http.Header, key, token string) bool {
	return slices.ContainsFunc(strings.Split(strings.Join(h.Values(key), ","), ","), func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), token) })
}

// Conn is an upgraded connection. One goroutine uses it at a time.
type Conn struct {
	r    *bufio.Reader
	w    io.Writer
	most int
}

// New returns the WebSocket over a connection, of which r reads what came behind the answer. No message may have more
// than most bytes.
func New(r *bufio.Reader, w io.Writer, most int) *Conn { return &Conn{r, w, most} }

// Write sends a text.
func (c *Conn) Write(text []byte) error { return c.write(opText, text) }

// write sends a frame, masked as a client's are (section 5.3).
func (c *Conn) write(op byte, payload []byte) error {
	frame := []byte{0x80 | op}
	switch n := len(payload); {
	case n <= maxControl:
		frame = append(frame, 0x80|byte(n))
	case n < 1<<16:
		frame = binary.BigEndian.AppendUint16(append(frame, 0x80|126), uint16(n))
	default:
		frame = binary.BigEndian.AppendUint64(append(frame, 0x80|127), uint64(n))
	}
	mask := make([]byte, 4)
	rand.Read(mask)
	frame = append(frame, mask...)
	for i, b := range payload {
		frame = append(frame, b^mask[i%4])
	}
	_, err := c.w.Write(frame)
	return err
}

// Read returns the next message, text or not. Pings are answered meanwhile. Its error is one of the network, a
// [*CloseError], [ErrTooLong], or the rule that the server broke; none leaves the connection of use.
func (c *Conn) Read() ([]byte, error) {
	var message []byte
	for begun := false; ; {
		first, payload, err := c.next(c.most - len(message))
		if err != nil {
			return nil, err
		}
		switch op := first & 0xf; {
		case op == opPing:
			if err := c.write(opPong, payload); err != nil {
				return nil, err
			}
		case op == opPong:
		case op == opClose:
			return nil, c.closed(payload)
		case op > opBinary:
			return nil, c.fail(protocolError, fmt.Errorf("a frame has the unknown opcode %d", op))
		case begun != (op == opContinuation):
			return nil, c.fail(protocolError, errors.New("a message begins in another, or in its middle"))
		default:
			message, begun = append(message, payload...), true
			if first&0x80 != 0 {
				return message, nil
			}
		}
	}
}

// next reads a frame, whose first byte has FIN, the reserved bits and the opcode. One of data has at most most bytes.
func (c *Conn) next(most int) (first byte, payload []byte, err error) {
	head := make([]byte, 8)
	if _, err = io.ReadFull(c.r, head[:2]); err != nil {
		return 0, nil, err
	}
	first = head[0]
	n, control := uint64(head[1]), first&opClose != 0
	switch {
	case first&0x70 != 0:
		return 0, nil, c.fail(protocolError, errors.New("a frame has reserved bits set"))
	case n&0x80 != 0:
		return 0, nil, c.fail(protocolError, errors.New("a frame is masked, which a client's only are"))
	case control && (first&0x80 == 0 || n > maxControl):
		return 0, nil, c.fail(protocolError, errors.New("a control frame is long, or in fragments"))
	case n > maxControl:
		width := 2
		if n == 127 {
			width = 8
		}
		clear(head)
		if _, err = io.ReadFull(c.r, head[8-width:]); err != nil {
			return 0, nil, err
		}
		n = binary.BigEndian.Uint64(head)
	}
	if !control && n > uint64(most) {
		return 0, nil, c.fail(tooBig, ErrTooLong)
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(c.r, payload)
	return first, payload, err
}

// closed answers a close with the same (section 5.5.1), if there is such a status.
func (c *Conn) closed(payload []byte) error {
	e := &CloseError{Code: noStatus}
	if len(payload) >= 2 {
		e.Code, e.Reason = binary.BigEndian.Uint16(payload), string(payload[2:])
		payload = payload[:2]
	}
	if len(payload) == 1 || e.Code < 1000 {
		return c.fail(protocolError, errors.New("a close has no status that there is"))
	}
	c.write(opClose, payload)
	return e
}

// fail tells the server why it is not listened to any more (section 7.1.7).
func (c *Conn) fail(status uint16, err error) error {
	c.write(opClose, binary.BigEndian.AppendUint16(nil, status))
	return err
}
