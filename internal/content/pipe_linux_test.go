//go:build linux && !portable

package content

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWidenPipe(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	before, _ := unix.FcntlInt(r.Fd(), unix.F_GETPIPE_SZ, 0)
	WidenPipe(r)
	after, err := unix.FcntlInt(r.Fd(), unix.F_GETPIPE_SZ, 0)
	if err != nil || after < before {
		t.Errorf("a pipe of %d bytes has %d now: %v", before, after, err)
	}
	if after == before {
		t.Skipf("this user may not have pipes of more than %d bytes", before)
	}
	WidenPipe(strings.NewReader("no pipe"))
	file, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	WidenPipe(file)
}
