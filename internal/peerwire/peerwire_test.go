package peerwire

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

var testHash = [20]byte{1, 2, 3}

// serve accepts connections and gives each to the next of the handlers, and
// closes it when that returns.
func serve(t *testing.T, handlers ...func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() { _ = l.Close(); <-done })
	go func() {
		defer close(done)
		for _, h := range handlers {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = c.SetDeadline(time.Now().Add(time.Minute))
			h(c)
			_ = c.Close()
		}
	}()
	return l.Addr().String()
}

func config() Config {
	return Config{InfoHash: testHash, PeerID: [20]byte{9}, Client: "test", Timeout: time.Minute, Dial: new(net.Dialer).DialContext}
}

func handshake(hash [20]byte, reserved ...byte) []byte {
	b := []byte(protocol)
	var r [8]byte
	copy(r[:], reserved)
	b = append(append(b, r[:]...), hash[:]...)
	return append(b, "-XX0000-abcdefghijkl"...)
}

var bep10 = []byte{0, 0, 0, 0, 0, 0x10, 0, 0}

func frame(id byte, body string) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+1)), append([]byte{id}, body...)...)
}

func readHello(c net.Conn) []byte {
	b := make([]byte, handshakeSize)
	_, _ = io.ReadFull(c, b)
	return b
}

// speak is a peer that shakes hands and then sends what it is given.
func speak(messages ...[]byte) func(net.Conn) {
	return func(c net.Conn) {
		readHello(c)
		_, _ = c.Write(handshake(testHash, bep10...))
		for _, m := range messages {
			if _, err := c.Write(m); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, c)
	}
}

func connectTo(t *testing.T, addr string, cfg Config) *Conn {
	t.Helper()
	c, err := Connect(context.Background(), addr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestExchange(t *testing.T) {
	received := make(chan []byte, 1)
	addr := serve(t, func(c net.Conn) {
		received <- readHello(c)
		_, _ = c.Write(handshake(testHash, bep10...))
		_, _ = c.Write(bytes.Join([][]byte{
			{0, 0, 0, 0},
			frame(5, strings.Repeat("\xff", 100000)),
			frame(4, "\x00\x00\x00\x01"),
			frame(20, "\x00d1:md11:ut_metadatai7ee13:metadata_sizei20000e1:v4:Peere"),
			frame(20, "\x01d8:msg_typei1e5:piecei1e10:total_sizei20000eeBLOCK"),
			frame(20, "\x01d8:msg_typei0e5:piecei0ee"),
			frame(20, "\x01d8:msg_typei2e5:piecei3ee"),
			frame(20, "\x09unknown"),
			frame(22, string(HashRequest{Root: [32]byte{5}, Base: 1, Index: 2, Length: 4, Proofs: 3}.append(nil))+strings.Repeat("h", 64)),
			frame(23, string(HashRequest{Index: 8}.append(nil))),
		}, nil))
		b := make([]byte, 4096)
		var all []byte
		for !bytes.Contains(all, []byte("piecei1e")) {
			n, err := c.Read(b)
			if err != nil {
				break
			}
			all = append(all, b[:n]...)
		}
		received <- all
	})
	c := connectTo(t, addr, config())
	if hello := <-received; !bytes.Equal(hello[28:48], testHash[:]) || hello[25] != 0x10 || hello[27] != 0 || hello[48] != 9 {
		t.Errorf("our handshake is %q", hello)
	}
	want := []Message{
		{Kind: Handshake},
		{Kind: MetadataBlock, Block: 1, TotalSize: 20000, Data: []byte("BLOCK")},
		{Kind: MetadataReject, Block: 3},
		{Kind: Hashes, Hash: HashRequest{Root: [32]byte{5}, Base: 1, Index: 2, Length: 4, Proofs: 3}, Data: []byte(strings.Repeat("h", 64))},
		{Kind: HashReject, Hash: HashRequest{Index: 8}},
	}
	for i, w := range want {
		m, err := c.Next()
		if err != nil {
			t.Fatalf("message %d: %v", i, err)
		}
		if m.Kind != w.Kind || m.Block != w.Block || m.TotalSize != w.TotalSize || m.Hash != w.Hash || !bytes.Equal(m.Data, w.Data) {
			t.Errorf("message %d is %+v, want %+v", i, m, w)
		}
		if m.Kind == Handshake {
			if e := c.Extended(); e != (Extended{MetadataID: 7, MetadataSize: 20000, Client: "Peer"}) {
				t.Errorf("extended is %+v", e)
			}
			if err := c.RequestMetadata(0, 1); err != nil {
				t.Fatal(err)
			}
		}
	}
	sent := <-received
	for _, part := range []string{"\x14\x00d1:md11:ut_metadatai1ee1:v4:teste", "\x14\x07d8:msg_typei0e5:piecei0ee", "\x14\x07d8:msg_typei0e5:piecei1ee"} {
		if !bytes.Contains(sent, []byte(part)) {
			t.Errorf("we sent %q, without %q", sent, part)
		}
	}
}

func TestHostileHandshakes(t *testing.T) {
	write := func(b []byte) func(net.Conn) {
		return func(c net.Conn) { readHello(c); _, _ = c.Write(b); _, _ = io.Copy(io.Discard, c) }
	}
	for name, c := range map[string]struct {
		peer func(net.Conn)
		want error
	}{
		"http":          {write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")), ErrProtocol},
		"almost":        {write([]byte("\x13BitTorrent protocoX" + strings.Repeat("x", 60))), ErrProtocol},
		"other torrent": {write(handshake([20]byte{7}, bep10...)), ErrInfoHash},
		"no torrent":    {write(handshake([20]byte{}, bep10...)), ErrInfoHash},
		"no extensions": {write(handshake(testHash)), ErrNoExtensions},
		"silent":        {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, context.DeadlineExceeded},
		"half":          {write(handshake(testHash, bep10...)[:40]), context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config()
			cfg.Upgrade = [20]byte{1}
			if c.want == context.DeadlineExceeded {
				cfg.Timeout = 100 * time.Millisecond
			}
			_, err := Connect(context.Background(), serve(t, c.peer), cfg)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

func TestHostileMessages(t *testing.T) {
	ext := frame(20, "\x00d1:md11:ut_metadatai1eee")
	drip := func(c net.Conn) {
		readHello(c)
		_, _ = c.Write(handshake(testHash, bep10...))
		for {
			if _, err := c.Write([]byte{0, 0, 0, 0}); err != nil {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	flood := func(m []byte) func(net.Conn) {
		return func(c net.Conn) {
			readHello(c)
			_, _ = c.Write(handshake(testHash, bep10...))
			for {
				if _, err := c.Write(m); err != nil {
					return
				}
			}
		}
	}
	for name, c := range map[string]struct {
		peer func(net.Conn)
		want error
	}{
		"4 GB message":       {speak([]byte{0xff, 0xff, 0xff, 0xff, 20, 0}), ErrMessage},
		"1 MB extension":     {speak([]byte{0, 0x10, 0, 0, 20, 0}), ErrMessage},
		"empty extension":    {speak(frame(20, "")), ErrMessage},
		"no bencode":         {speak(frame(20, "\x00hello")), ErrMessage},
		"deep bencode":       {speak(frame(20, "\x00"+strings.Repeat("d1:a", 1000))), ErrMessage},
		"long string":        {speak(frame(20, "\x00d1:v2147483647:xe")), ErrMessage},
		"list":               {speak(frame(20, "\x00le")), ErrMessage},
		"id out of range":    {speak(frame(20, "\x00d1:md11:ut_metadatai256eee")), ErrMessage},
		"id no number":       {speak(frame(20, "\x00d1:md11:ut_metadata1:xee")), ErrMessage},
		"size no number":     {speak(frame(20, "\x00d13:metadata_size1:xe")), ErrMessage},
		"negative block":     {speak(ext, frame(20, "\x01d8:msg_typei1e5:piecei-1ee")), ErrMessage},
		"no piece":           {speak(ext, frame(20, "\x01d8:msg_typei1ee")), ErrMessage},
		"short hashes":       {speak(frame(22, "x")), ErrMessage},
		"odd hashes":         {speak(frame(22, strings.Repeat("x", hashRequestSize+31))), ErrMessage},
		"truncated":          {truncate, io.ErrUnexpectedEOF},
		"flood of haves":     {flood(frame(4, "\x00\x00\x00\x01")), ErrFlood},
		"flood of pieces":    {flood(frame(7, strings.Repeat("x", 100000))), ErrFlood},
		"flood of unknown":   {flood(frame(20, "\x63"+strings.Repeat("x", 1000))), ErrFlood},
		"flood of requests":  {flood(frame(20, "\x01d8:msg_typei0e5:piecei0ee")), ErrFlood},
		"flood of nothing":   {flood([]byte{0, 0, 0, 0}), ErrFlood},
		"drip of keepalives": {drip, errTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			conn := connectTo(t, serve(t, c.peer), config())
			if c.want == errTimeout {
				_ = conn.SetDeadline(time.Now().Add(200 * time.Millisecond))
			}
			var err error
			for err == nil {
				_, err = conn.Next()
			}
			_ = conn.Close()
			var netErr net.Error
			if c.want == errTimeout && errors.As(err, &netErr) && netErr.Timeout() {
				return
			}
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

var errTimeout = errors.New("timeout")

// truncate ends in the middle of a message. What the other side has sent is read
// first: closing a connection with unread bytes resets it.
func truncate(c net.Conn) {
	speak()(&halfOpen{c})
	_, _ = c.Write([]byte{0, 0, 0, 9, 20})
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
}

// halfOpen makes speak return at once.
type halfOpen struct{ net.Conn }

func (h *halfOpen) Read(b []byte) (int, error) {
	if len(b) == handshakeSize {
		return h.Conn.Read(b)
	}
	return 0, io.EOF
}

// acceptEncrypted is the responder's side of MSE, for tests.
func acceptEncrypted(c net.Conn, method uint32, pad int) (net.Conn, []byte, error) {
	var theirs [mseKeySize]byte
	if _, err := io.ReadFull(c, theirs[:]); err != nil {
		return nil, nil, err
	}
	if bytes.HasPrefix(theirs[:], []byte(protocol)) {
		return nil, nil, errors.New("a plain handshake")
	}
	x, public, err := mseKeyPair()
	if err != nil {
		return nil, nil, err
	}
	shared, err := mseShared(x, theirs[:])
	if err != nil {
		return nil, nil, err
	}
	_, _ = c.Write(append(public, make([]byte, pad)...))
	in, _ := mseCipher("keyA", shared, testHash)
	out, _ := mseCipher("keyB", shared, testHash)
	want, found := hash([]byte("req1"), shared), []byte{}
	one := make([]byte, 1)
	for !bytes.HasSuffix(found, want) {
		if _, err := io.ReadFull(c, one); err != nil || len(found) > 600 {
			return nil, nil, fmt.Errorf("no req1: %w", err)
		}
		found = append(found, one[0])
	}
	head := make([]byte, 20+8+4+2)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, nil, err
	}
	in.XORKeyStream(head[20:], head[20:])
	rest := make([]byte, int(binary.BigEndian.Uint16(head[32:]))+2)
	if _, err := io.ReadFull(c, rest); err != nil {
		return nil, nil, err
	}
	in.XORKeyStream(rest, rest)
	first := make([]byte, binary.BigEndian.Uint16(rest[len(rest)-2:]))
	if _, err := io.ReadFull(c, first); err != nil {
		return nil, nil, err
	}
	in.XORKeyStream(first, first)
	answer := make([]byte, 8, 200)
	answer = binary.BigEndian.AppendUint32(answer, method)
	answer = binary.BigEndian.AppendUint16(answer, uint16(pad))
	answer = append(answer, make([]byte, pad)...)
	out.XORKeyStream(answer, answer)
	_, _ = c.Write(answer)
	if method == cryptoPlain {
		return c, first, nil
	}
	return &cipherConn{Conn: c, in: in, out: out}, first, nil
}

func TestEncryption(t *testing.T) {
	closeAtOnce := func(c net.Conn) { readHello(c) }
	for name, c := range map[string]struct {
		method uint32
		pad    int
		mode   Encryption
	}{
		"rc4 after a close":   {cryptoRC4, 100, PlainFirst},
		"plain after a close": {cryptoPlain, 512, PlainFirst},
		"rc4 at once":         {cryptoRC4, 0, EncryptedOnly},
	} {
		t.Run(name, func(t *testing.T) {
			var fault error
			encrypted := func(nc net.Conn) {
				enc, first, err := acceptEncrypted(nc, c.method, c.pad)
				if err != nil || !bytes.HasPrefix(first, []byte(protocol)) {
					fault = fmt.Errorf("%w, first bytes %q", err, first)
					return
				}
				_, _ = enc.Write(handshake(testHash, bep10...))
				_, _ = enc.Write(frame(20, "\x00d1:md11:ut_metadatai3eee"))
				_, _ = io.Copy(io.Discard, enc)
			}
			handlers := []func(net.Conn){closeAtOnce, encrypted}
			if c.mode == EncryptedOnly {
				handlers = handlers[1:]
			}
			cfg := config()
			cfg.Encryption = c.mode
			conn := connectTo(t, serve(t, handlers...), cfg)
			if m, err := conn.Next(); err != nil || m.Kind != Handshake || conn.Extended().MetadataID != 3 || !conn.Encrypted {
				t.Errorf("message %+v, %v; peer: %v", m, err, fault)
			}
			_ = conn.Close()
		})
	}
}

// shortSecret shakes hands with keys whose shared secret begins with a zero, as
// it does once in 256 times, until the offer, and closes.
func shortSecret(c net.Conn) {
	var theirs [mseKeySize]byte
	if _, err := io.ReadFull(c, theirs[:]); err != nil {
		return
	}
	for {
		x, public, err := mseKeyPair()
		if err != nil {
			return
		}
		if shared, err := mseShared(x, theirs[:]); err != nil || shared[0] == 0 {
			_, _ = c.Write(public)
			break
		}
	}
	_, _ = io.ReadFull(c, make([]byte, 20))
	_ = c.(*net.TCPConn).CloseWrite()
	_, _ = io.Copy(io.Discard, c)
}

// Peers that take a secret with a zero in front for a shorter one get another try.
func TestShortSecret(t *testing.T) {
	answer := func(c net.Conn) {
		if enc, _, err := acceptEncrypted(c, cryptoRC4, 0); err == nil {
			_, _ = enc.Write(handshake(testHash, bep10...))
			_, _ = io.Copy(io.Discard, enc)
		}
	}
	for _, mode := range []Encryption{PlainFirst, EncryptedOnly} {
		handlers := []func(net.Conn){shortSecret, answer}
		if mode == PlainFirst {
			handlers = append([]func(net.Conn){func(c net.Conn) { readHello(c) }}, handlers...)
		}
		cfg := config()
		cfg.Encryption = mode
		conn := connectTo(t, serve(t, handlers...), cfg)
		if !conn.Encrypted {
			t.Error("not encrypted")
		}
		_ = conn.Close()
	}
	cfg := config()
	cfg.Encryption = EncryptedOnly
	if _, err := Connect(context.Background(), serve(t, shortSecret, shortSecret), cfg); !errors.Is(err, ErrEncryption) {
		t.Errorf("twice short: %v", err)
	}
}

func TestHostileEncryption(t *testing.T) {
	skip := func(c net.Conn) { _, _ = io.ReadFull(c, make([]byte, mseKeySize)) }
	for name, peer := range map[string]func(net.Conn){
		"closes":   func(net.Conn) {},
		"zero key": func(c net.Conn) { skip(c); _, _ = c.Write(make([]byte, mseKeySize)); _, _ = io.Copy(io.Discard, c) },
		"no constant": func(c net.Conn) {
			skip(c)
			_, _ = c.Write(bytes.Repeat([]byte{2}, 4096))
			_, _ = io.Copy(io.Discard, c)
		},
		"bad method":   func(c net.Conn) { _, _, _ = acceptEncrypted(c, 4, 0); _, _ = io.Copy(io.Discard, c) },
		"long padding": func(c net.Conn) { _, _, _ = acceptEncrypted(c, cryptoRC4, 513); _, _ = io.Copy(io.Discard, c) },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config()
			cfg.Encryption = EncryptedOnly
			addr := serve(t, peer, peer) // where the secret begins with a zero, a second connection is tried
			if _, err := Connect(context.Background(), addr, cfg); !errors.Is(err, ErrEncryption) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestConnectObeysContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	addr := serve(t, func(c net.Conn) { readHello(c); cancel(); _, _ = io.Copy(io.Discard, c) })
	if _, err := Connect(ctx, addr, config()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestUncles(t *testing.T) {
	for _, c := range []struct {
		length, proofs uint32
		want           int
	}{{2, 0, 0}, {2, 1, 1}, {2, 5, 5}, {4, 1, 0}, {512, 8, 0}, {512, 9, 1}, {512, 12, 4}} {
		if n := (HashRequest{Length: c.length, Proofs: c.proofs}).Uncles(); n != c.want {
			t.Errorf("%d hashes with %d proof layers: %d uncles, want %d", c.length, c.proofs, n, c.want)
		}
	}
}

func FuzzMessages(f *testing.F) {
	f.Add(frame(20, "\x00d1:md11:ut_metadatai7ee13:metadata_sizei20000e1:v4:Peere"))
	f.Add(frame(20, "\x01d8:msg_typei1e5:piecei1e10:total_sizei20000eeBLOCK"))
	f.Add(append(frame(22, string(HashRequest{Length: 2}.append(nil))), frame(23, string(HashRequest{}.append(nil)))...))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := newConn(nil, bytes.NewReader(b))
		for {
			m, err := c.Next()
			if err != nil {
				return
			}
			if m.Block < 0 || len(m.Data) > maxMessage {
				t.Fatalf("message %+v", m)
			}
		}
	})
}
