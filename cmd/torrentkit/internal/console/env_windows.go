package console

import (
	"os"
	"syscall"
)

// enableANSI switches virtual terminal processing on, which a Windows console needs for colours and for clearing a
// line, and reports whether the stream may be sent ANSI sequences. A stream that is no console needs no switching.
func enableANSI(f *os.File, tty bool) bool {
	if !tty {
		return true
	}
	const enableVirtualTerminalProcessing = 0x4
	handle := syscall.Handle(f.Fd())
	var mode uint32
	if err := syscall.GetConsoleMode(handle, &mode); err != nil {
		return false
	}
	set := syscall.NewLazyDLL("kernel32.dll").NewProc("SetConsoleMode")
	ok, _, _ := set.Call(uintptr(handle), uintptr(mode|enableVirtualTerminalProcessing))
	return ok != 0
}
