package announce

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	tt "github.com/torrentkit/torrentkit/internal/trackertest"
)

const goodAnswer = "d8:completei0e10:incompletei0e8:intervali1800e5:peers0:e"

// talker serves each connection by talk, which is told how many came before, and returns its address.
func talker(t *testing.T, config *tls.Config, talk func(n int, c net.Conn, r *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if config != nil {
		l = tls.NewListener(l, config)
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { l.Close(); wg.Wait() })
	wg.Go(func() {
		for n := 0; ; n++ {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(time.Minute))
				talk(n, c, bufio.NewReader(c))
			})
		}
	})
	return l.Addr().String()
}

// answers writes the same to every request on a connection.
func answers(text string) func(int, net.Conn, *bufio.Reader) {
	return func(_ int, c net.Conn, r *bufio.Reader) {
		for {
			if _, err := http.ReadRequest(r); err != nil {
				return
			}
			io.WriteString(c, text)
		}
	}
}

func withLength(body, behind string) string {
	return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s%s", len(body), body, behind)
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// What a tracker sends unasked is counted, whenever it comes, and nothing of it gets into the standard logger.
func TestNothingIsLogged(t *testing.T) {
	var logged lockedBuffer
	before := log.Writer()
	log.SetOutput(&logged)
	defer log.SetOutput(before)
	const key = "0123456789abcdef0123456789abcdef"
	more := "HTTP/1.1 200 OK passkey " + key
	https := httptest.NewTLSServer(http.NotFoundHandler()) // for its certificate
	defer https.Close()
	roots := x509.NewCertPool()
	roots.AddCert(https.Certificate())
	for _, c := range []struct {
		name, scheme string
		talk         func(int, net.Conn, *bufio.Reader)
		good         bool
		surplus      string // of the finding; "" where it depends on the moment
	}{
		{"behind the length", "http", answers(withLength(goodAnswer, more)), true, "56 bytes behind"},
		{"behind the length, over TLS", "https", answers(withLength(goodAnswer, more)), true, "56 bytes behind"},
		{"behind the last chunk", "http", answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" +
			fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(goodAnswer), goodAnswer) + more), true, "56 bytes behind"},
		{"a second answer", "http", answers(withLength(goodAnswer, withLength("d14:failure reason32:"+key+"e", ""))), true, "bytes behind"},
		{"behind no content", "http", answers("HTTP/1.1 204 No Content\r\n\r\n" + more), false, "56 bytes behind"},
		{"before the request", "http", func(_ int, c net.Conn, r *bufio.Reader) {
			io.WriteString(c, more+"\r\n\r\n")
			http.ReadRequest(r)
		}, false, ""},
		{"before the request, over TLS", "https", func(_ int, c net.Conn, r *bufio.Reader) {
			io.WriteString(c, more+"\r\n\r\n")
			http.ReadRequest(r)
		}, false, ""},
		{"a moment later", "http", func(_ int, c net.Conn, r *bufio.Reader) {
			http.ReadRequest(r)
			io.WriteString(c, withLength(goodAnswer, ""))
			time.Sleep(500 * time.Microsecond)
			io.WriteString(c, more)
			io.Copy(io.Discard, r)
		}, true, ""},
		{"informational for ever", "http", answers(strings.Repeat("HTTP/1.1 103 "+key+"\r\n\r\n", 1000)), false, ""},
		{"no HTTP", "http", answers(key + "\n\n"), false, ""},
		{"upgraded, and no WebSocket", "ws", func(_ int, c net.Conn, r *bufio.Reader) {
			http.ReadRequest(r)
			io.WriteString(c, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"+more)
		}, false, ""},
		{"instead of a WebSocket", "ws", answers(withLength("no", more)), false, ""},
	} {
		u := c.scheme + "://" + talker(t, map[bool]*tls.Config{true: https.TLS}[c.scheme == "https"], c.talk) + "/" + key + "/announce"
		r := one(t, Query{Tracker: u}, Options{TLS: &tls.Config{RootCAs: roots}, Timeout: 5 * time.Second})
		if r.Good() != c.good {
			t.Errorf("%s: %v", c.name, r.Failure)
		}
		f, ok := found(r.Findings, "answer-surplus")
		if c.surplus != "" && (!ok || !strings.Contains(f.Text, c.surplus)) {
			t.Errorf("%s: findings %v, want %s", c.name, r.Findings, c.surplus)
		}
		if strings.Contains(fmt.Sprint(r.Findings), key) {
			t.Errorf("%s: findings %v", c.name, r.Findings)
		}
	}
	if logged.String() != "" {
		t.Errorf("the standard logger got %q", logged.String())
	}
}

// A connection is used again where nothing speaks against it, and one that the tracker closed is not missed.
func TestConnectionsAreUsedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		conns  int // for the announce and the goodbye
	}{
		"kept":         {withLength(goodAnswer, ""), 1},
		"closed":       {strings.Replace(withLength(goodAnswer, ""), "\r\n", "\r\nConnection: close\r\n", 1), 2},
		"with surplus": {withLength(goodAnswer, "x"), 2},
		"HTTP/1.0":     {strings.Replace(withLength(goodAnswer, ""), "HTTP/1.1", "HTTP/1.0", 1), 2},
	} {
		var mu sync.Mutex
		conns := 0
		addr := talker(t, nil, func(n int, conn net.Conn, r *bufio.Reader) {
			mu.Lock()
			conns++
			mu.Unlock()
			answers(c.answer)(n, conn, r)
		})
		r := one(t, Query{Tracker: "http://" + addr + "/announce"}, Options{})
		mu.Lock()
		if !r.Good() || !r.Stopped || r.Sent != 2 || conns != c.conns {
			t.Errorf("%s: %d connections, want %d; %d sent, %v", name, conns, c.conns, r.Sent, r.Failure)
		}
		mu.Unlock()
	}
	// It hangs up after each answer, without a word before.
	addr := talker(t, nil, func(_ int, c net.Conn, r *bufio.Reader) {
		if _, err := http.ReadRequest(r); err == nil {
			io.WriteString(c, withLength(goodAnswer, ""))
		}
	})
	if r := one(t, Query{Tracker: "http://" + addr + "/announce"}, Options{}); !r.Good() || !r.Stopped {
		t.Errorf("a tracker that hangs up: %v, stopped %v", r.Failure, r.Stopped)
	}
}

// An HTTP proxy is asked for a connection to https trackers, with the login that its URL has.
func TestTunnel(t *testing.T) {
	tr := tt.Start(t)
	login := "Basic " + base64.StdEncoding.EncodeToString([]byte("user:word"))
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != login {
			http.Error(w, "no", http.StatusProxyAuthRequired)
			return
		}
		to, err := net.Dial("tcp", r.Host)
		if err != nil {
			http.Error(w, "no", http.StatusBadGateway)
			return
		}
		from, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		io.WriteString(from, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { io.Copy(to, from); to.Close() }()
		io.Copy(from, to)
		from.Close()
	}))
	defer proxy.Close()
	u, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ password, wants string }{{"word", ""}, {"wrong-word", "the proxy answers 407"}} {
		u.User = url.UserPassword("user", c.password)
		for _, tracker := range []string{tr.HTTPS(), tr.WSS()} {
			r := one(t, Query{Tracker: tracker}, Options{Proxy: u, TLS: trusting(tr)})
			switch {
			case c.wants == "":
				wantGood(t, r)
			case r.Good() || !strings.Contains(r.Failure.Error(), c.wants) || strings.Contains(r.Failure.Error(), c.password):
				t.Errorf("%s: %v, want %s", tracker, r.Failure, c.wants)
			}
		}
	}
}
