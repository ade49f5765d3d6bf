package webseed

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// A connection takes in more than it would by itself, and a read waits for no more than a
// byte all the same.
func TestWiden(t *testing.T) {
	text, err := os.ReadFile("/proc/sys/net/ipv4/tcp_rmem")
	if err != nil {
		t.Skip(err)
	}
	fields := strings.Fields(string(text))
	most, _ := strconv.Atoi(fields[len(fields)-1])
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c, err := newClient(Options{AllowPrivate: true}).Transport.(*http.Transport).DialContext(t.Context(), "tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	var room, least int
	raw.Control(func(fd uintptr) {
		room, _ = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF)
		least, _ = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT)
	})
	if want := min(window, most/2); room < want || least != 1 {
		t.Errorf("there is room for %d bytes, want %d, and a read waits for %d", room, want, least)
	}
}
