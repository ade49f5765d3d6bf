package websocket_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/websocket"
)

// frame is one of a server: its first byte, and a payload.
func frame(first byte, payload string) string {
	switch n := len(payload); {
	case n < 126:
		return string([]byte{first, byte(n)}) + payload
	case n < 1<<16:
		return string([]byte{first, 126, byte(n >> 8), byte(n)}) + payload
	default:
		return string([]byte{first, 127, 0, 0, 0, 0, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + payload
	}
}

// read reads messages until an error, of a connection on which the server sends wire. What the client sends is unmasked.
func read(t *testing.T, wire string, most int) (messages []string, sent string, err error) {
	t.Helper()
	var out bytes.Buffer
	c := websocket.New(bufio.NewReader(strings.NewReader(wire)), &out, most)
	for {
		m, err := c.Read()
		if err != nil {
			return messages, unmask(t, out.Bytes()), err
		}
		messages = append(messages, string(m))
	}
}

// unmask makes frames of a client those that a server would send.
func unmask(t *testing.T, wire []byte) string {
	t.Helper()
	var out strings.Builder
	for len(wire) > 0 {
		if len(wire) < 6 || wire[1]&0x80 == 0 {
			t.Fatalf("% x is no masked frame", wire)
		}
		first, n, head := wire[0], int(wire[1]&0x7f), 2
		switch n {
		case 126:
			n, head = int(wire[2])<<8|int(wire[3]), 4
		case 127:
			n, head = int(wire[6])<<24|int(wire[7])<<16|int(wire[8])<<8|int(wire[9]), 10
		}
		mask, payload := wire[head:head+4], wire[head+4:head+4+n]
		for i := range payload {
			payload[i] ^= mask[i%4]
		}
		out.WriteString(frame(first, string(payload)))
		wire = wire[head+4+n:]
	}
	return out.String()
}

func TestRead(t *testing.T) {
	long := strings.Repeat("0123456789", 30)
	huge := strings.Repeat("0123456789", 7000)
	for _, c := range []struct {
		name, wire string
		messages   []string
		sent       string
		fails      string
	}{
		{"messages", frame(0x81, "a") + frame(0x82, "") + frame(0x81, long) + frame(0x81, huge), []string{"a", "", long, huge}, "", "EOF"},
		{"fragments", frame(0x01, "ab") + frame(0x00, "") + frame(0x80, "c"), []string{"abc"}, "", "EOF"},
		{"pings between fragments", frame(0x01, "ab") + frame(0x89, "x") + frame(0x8a, "y") + frame(0x80, "c"), []string{"abc"}, frame(0x8a, "x"), "EOF"},
		{"closed with a reason", frame(0x88, "\x03\xf0go away") + frame(0x81, "a"), nil, frame(0x88, "\x03\xf0"), "closed with status 1008"},
		{"closed with none", frame(0x88, ""), nil, frame(0x88, ""), "closed with status 1005"},
		{"closed with half a status", frame(0x88, "\x03"), nil, frame(0x88, "\x03\xea"), "no status"},
		{"closed with a status that is none", frame(0x88, "\x03\xe7go away"), nil, frame(0x88, "\x03\xea"), "no status"},
		{"cut off in a head", "\x81", nil, "", "unexpected EOF"},
		{"cut off in a length", "\x81\x7f\x00", nil, "", "unexpected EOF"},
		{"cut off in a message", frame(0x01, "ab") + "\x80\x05ab", nil, "", "unexpected EOF"},
		{"reserved bits", frame(0xc1, "a"), nil, frame(0x88, "\x03\xea"), "reserved bits"},
		{"masked", "\x81\x81\x00\x00\x00\x00a", nil, frame(0x88, "\x03\xea"), "masked"},
		{"a long ping", frame(0x89, long), nil, frame(0x88, "\x03\xea"), "control frame"},
		{"a ping in fragments", frame(0x09, "a"), nil, frame(0x88, "\x03\xea"), "control frame"},
		{"an unknown opcode", frame(0x83, "a"), nil, frame(0x88, "\x03\xea"), "opcode 3"},
		{"an unknown control", frame(0x8b, "a"), nil, frame(0x88, "\x03\xea"), "opcode 11"},
		{"the middle first", frame(0x80, "a"), nil, frame(0x88, "\x03\xea"), "in its middle"},
		{"one in another", frame(0x01, "a") + frame(0x81, "b"), nil, frame(0x88, "\x03\xea"), "begins in another"},
	} {
		messages, sent, err := read(t, c.wire, len(huge))
		if strings.Join(messages, "|") != strings.Join(c.messages, "|") || len(messages) != len(c.messages) {
			t.Errorf("%s: messages %q", c.name, messages)
		}
		if sent != c.sent {
			t.Errorf("%s: % x is sent, want % x", c.name, sent, c.sent)
		}
		if !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %v, want %s", c.name, err, c.fails)
		}
	}
}

func TestReadTooLong(t *testing.T) {
	whole := frame(0x01, "12345678") + frame(0x80, "90")
	if m, _, err := read(t, whole, 10); len(m) != 1 || err != io.EOF {
		t.Errorf("10 bytes of 10: %q, %v", m, err)
	}
	for name, wire := range map[string]string{
		"fragments": whole, "a frame": frame(0x81, "1234567890"), "what is never sent": "\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		if m, sent, err := read(t, wire, 9); len(m) != 0 || !errors.Is(err, websocket.ErrTooLong) || sent != frame(0x88, "\x03\xf1") {
			t.Errorf("%s: %q, %v, sent % x", name, m, err, sent)
		}
	}
}

func TestCloseReason(t *testing.T) {
	_, _, err := read(t, frame(0x88, "\x03\xe8bye"), 10)
	if e := new(websocket.CloseError); !errors.As(err, &e) || e.Code != 1000 || e.Reason != "bye" {
		t.Errorf("%v", err)
	}
}

func TestWrite(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 65535, 65536, 100000} {
		var out bytes.Buffer
		text := strings.Repeat("x", n)
		if err := websocket.New(nil, &out, 0).Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if n > 100 && bytes.Contains(out.Bytes(), []byte("xxxxxxxx")) {
			t.Errorf("%d bytes are not masked", n)
		}
		if got := unmask(t, out.Bytes()); got != frame(0x81, text) {
			t.Errorf("%d bytes: % x...", n, got[:min(len(got), 20)])
		}
	}
}

// The example of RFC 6455, section 1.3.
func TestGranted(t *testing.T) {
	const key, accept = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	for _, c := range []struct {
		name   string
		change func(http.Header)
		ok     bool
	}{
		{"as it should be", func(http.Header) {}, true},
		{"several tokens", func(h http.Header) { h["Connection"] = []string{"keep-alive", "x, UPGRADE"} }, true},
		{"another key", func(h http.Header) { h.Set("Sec-Websocket-Accept", "x"+accept[1:]) }, false},
		{"no connection", func(h http.Header) { h.Del("Connection") }, false},
		{"another protocol", func(h http.Header) { h.Set("Upgrade", "h2c") }, false},
		{"an extension that was not offered", func(h http.Header) { h.Set("Sec-Websocket-Extensions", "permessage-deflate") }, false},
		{"a subprotocol that was not offered", func(h http.Header) { h.Set("Sec-Websocket-Protocol", "chat") }, false},
	} {
		h := http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Accept": {accept}}
		c.change(h)
		if websocket.Granted(h, key) != c.ok {
			t.Errorf("%s: granted is %v", c.name, !c.ok)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte(frame(0x01, "ab") + frame(0x89, "x") + frame(0x80, "c") + frame(0x88, "\x03\xe8")))
	f.Add([]byte("\x81\x7e\x01\x00"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		messages, sent, err := read(t, string(wire), 1000)
		for _, m := range messages {
			if len(m) > 1000 || len(m) > len(wire) {
				t.Errorf("a message of %d bytes", len(m))
			}
		}
		if err == nil || len(sent) > len(wire)+4 {
			t.Errorf("%v, and %d bytes are sent", err, len(sent))
		}
	})
}
