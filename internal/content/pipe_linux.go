//go:build linux && !portable

package content

import (
	"syscall"

	"golang.org/x/sys/unix"
)

// pipeSize is what a pipe may hold on Linux without a privilege, unless the administrator chose another limit.
const pipeSize = 1 << 20

// WidenPipe lets a pipe hold more, if r is one: each side runs longer before it has to wait for the other.
func WidenPipe(r any) {
	c, ok := r.(syscall.Conn)
	if !ok {
		return
	}
	if raw, err := c.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) {
			if n, err := unix.FcntlInt(fd, unix.F_GETPIPE_SZ, 0); err == nil && n < pipeSize {
				unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipeSize)
			}
		})
	}
}
