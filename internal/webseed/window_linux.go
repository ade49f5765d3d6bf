package webseed

import (
	"net"
	"syscall"
)

// window is how many bytes of a connection the kernel takes in before they are read.
const window = 8 << 20

// widen lets a connection take in much before it is read. The kernel finds out itself how
// much a connection needs, from what comes in the time of a round trip, which is next to
// nothing on one machine: a server would wait for every read of ours. It takes SO_RCVBUF
// for an end of that, and less of it than it takes itself; but it makes room for what
// SO_RCVLOWAT waits for, as much as half of tcp_rmem allows, and keeps it.
func widen(c net.Conn) {
	s, ok := c.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return
	}
	raw.Control(func(fd uintptr) {
		syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, window)
		syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, 1)
	})
}
