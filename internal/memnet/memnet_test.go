package memnet

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// pair is both ends of a connection.
func pair(t *testing.T) (client, server net.Conn) {
	t.Helper()
	n := new(Network)
	l, err := n.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	accepted := make(chan net.Conn)
	go func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
		}
		accepted <- c
	}()
	client, err = n.Dial(t.Context(), "tcp", netip.Addr{}, netip.MustParseAddrPort(l.Addr().String()))
	if err != nil {
		t.Fatal(err)
	}
	server = <-accepted
	if client.RemoteAddr().String() != l.Addr().String() || server.RemoteAddr().String() != client.LocalAddr().String() {
		t.Errorf("from %v to %v, and from %v to %v", client.LocalAddr(), client.RemoteAddr(), server.LocalAddr(), server.RemoteAddr())
	}
	return client, server
}

// Both ways carry more than is on its way at a time, and end one by one.
func TestStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t)
		much := bytes.Repeat([]byte("0123456789"), capacity/4)
		go func() {
			if b, err := io.ReadAll(server); err != nil || !bytes.Equal(b, much) {
				t.Errorf("the server gets %d bytes, %v", len(b), err)
			}
			server.Write(much[:5])
			server.Close()
		}()
		if n, err := client.Write(much); n != len(much) || err != nil {
			t.Errorf("wrote %d, %v", n, err)
		}
		client.(interface{ CloseWrite() error }).CloseWrite()
		if b, err := io.ReadAll(client); err != nil || string(b) != "01234" {
			t.Errorf("the client gets %q, %v", b, err)
		}
		if _, err := client.Write(much); !errors.Is(err, net.ErrClosed) {
			t.Errorf("writing to what was closed: %v", err)
		}
		client.Close()
		if _, err := client.Read(much); !errors.Is(err, net.ErrClosed) {
			t.Errorf("reading from what was closed: %v", err)
		}
	})
}

func TestCloseEndsBoth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t)
		server.Write([]byte("x"))
		server.Close()
		time.Sleep(time.Second)
		b := make([]byte, 9)
		if n, err := client.Read(b); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		if _, err := client.Read(b); err != io.EOF {
			t.Errorf("read: %v", err)
		}
		if _, err := client.Write(b); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("write: %v", err)
		}
		client.Close()
	})
}

func TestDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, server := pair(t)
		start := time.Now()
		b := make([]byte, 2*capacity)
		client.SetReadDeadline(start.Add(time.Hour))
		go func() { time.Sleep(time.Minute); client.SetReadDeadline(start.Add(time.Second * 70)) }()
		if _, err := client.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 70*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		client.SetWriteDeadline(start.Add(2 * time.Minute))
		if n, err := client.Write(b); n != capacity || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 2*time.Minute {
			t.Errorf("%d, %v after %v", n, err, time.Since(start))
		}
		client.SetDeadline(time.Time{})
		go server.Write([]byte("xyz"))
		if n, err := client.Read(b); n != 3 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
		client.SetDeadline(start)
		if _, err := client.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a deadline that is over: %v", err)
		}
		client.Close()
		server.Close()
	})
}

func TestNobodyListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(Network)
		l, err := n.Listen("tcp", "[2001:db8::1]:80")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := n.Listen("tcp", "[2001:db8::1]:80"); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("listening twice: %v", err)
		}
		at := netip.MustParseAddrPort(l.Addr().String())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.Dial(ctx, "tcp", netip.Addr{}, at); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nobody accepts: %v", err)
		}
		l.Close()
		if _, err := n.Dial(t.Context(), "tcp", netip.Addr{}, at); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("nobody listens: %v", err)
		}
		if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("accepting: %v", err)
		}
	})
}

func TestDatagrams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := new(Network)
		server, err := n.ListenPacket("udp", "127.0.0.1:9")
		if err != nil {
			t.Fatal(err)
		}
		at := netip.MustParseAddrPort("127.0.0.1:9")
		client, err := n.Dial(t.Context(), "udp", netip.MustParseAddr("127.0.0.9"), at)
		if err != nil {
			t.Fatal(err)
		}
		other, err := n.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			b := make([]byte, 9)
			k, from, err := server.ReadFrom(b)
			if err != nil || string(b[:k]) != "ping" || from.String() != client.LocalAddr().String() {
				t.Errorf("%q from %v, %v", b[:k], from, err)
			}
			other.WriteTo([]byte("noise"), from)
			server.WriteTo([]byte("pong"), from)
		}()
		client.Write([]byte("ping"))
		b := make([]byte, 9)
		if k, err := client.Read(b); err != nil || string(b[:k]) != "pong" {
			t.Errorf("%q, %v", b[:k], err)
		}
		start := time.Now()
		client.SetReadDeadline(start.Add(time.Minute))
		if _, err := client.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != time.Minute {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		server.Close()
		client.SetReadDeadline(time.Time{})
		client.Write([]byte("ping"))
		if _, err := client.Read(b); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("nobody is there: %v", err)
		}
		client.Close()
		other.Close()
		if _, _, err := other.ReadFrom(b); !errors.Is(err, net.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
	})
}
