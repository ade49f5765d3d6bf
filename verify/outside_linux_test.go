package verify_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// Nothing outside of the folder is opened, whatever links say: the kernel is asked.
func TestNothingOutsideIsOpened(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		dir := t.TempDir()
		root, outside := filepath.Join(dir, "holder", "tree"), filepath.Join(dir, "outside")
		sizes := map[string]int{"a": 40000, "b/c": 100, "d/e": 100, "f/g/h": 100, "z": 100}
		write(t, root, sizes)
		torrent := torrentOf(t, root, format)
		write(t, outside, sizes)
		for link, target := range map[string]string{
			"a":   outside + "/a",
			"b/c": "../../../outside/b/c",
			"d":   "../../outside/d", // a folder
			"f/g": outside + "/f/g",
		} {
			do(t, os.RemoveAll(filepath.Join(root, link)))
			do(t, os.Symlink(target, filepath.Join(root, link)))
		}
		fd, err := syscall.InotifyInit1(syscall.IN_NONBLOCK)
		do(t, err)
		defer syscall.Close(fd)
		for _, folder := range []string{"", "b", "d", "f", "f/g"} {
			_, err := syscall.InotifyAddWatch(fd, filepath.Join(outside, folder), syscall.IN_OPEN|syscall.IN_ACCESS)
			do(t, err)
		}
		last := map[bool]string{true: "unchecked", false: "ok"}[format == metainfo.V1] // it shares a piece with the others
		for _, path := range []string{root, filepath.Dir(root)} {
			r, err := verify.Data(context.Background(), torrent, path, verify.Options{})
			do(t, err)
			if s := states(r); s != "a unreadable, b/c unreadable, d/e unreadable, f/g/h unreadable, z "+last {
				t.Errorf("%v: %s", format, s)
			}
		}
		buf := make([]byte, 4096)
		if n, err := syscall.Read(fd, buf); err != syscall.EAGAIN {
			t.Errorf("%v: something outside was opened: %d bytes of events, %v", format, n, err)
		}
		// The watch works: one look gives an event.
		readFile(t, filepath.Join(outside, "a"))
		if n, _ := syscall.Read(fd, buf); n <= 0 {
			t.Error("the test sees nothing")
		}
	}
}
