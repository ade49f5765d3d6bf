package command

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

func TestOutputToDevices(t *testing.T) {
	con, _, _ := consoletest.New()
	for path, want := range map[string]error{"/dev/null": nil, "/dev/full": syscall.ENOSPC} {
		out, err := NewOutput(con, path, OutputOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Write(context.Background(), []byte("data")); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() {
			t.Fatalf("%s is no device any more", path)
		}
	}
}

func TestOutputToAPipe(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/dev/fd/"+strconv.FormatUint(uint64(w.Fd()), 10), link); err != nil {
		t.Fatal(err)
	}
	con, _, _ := consoletest.New()
	out, err := NewOutput(con, link, OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(context.Background(), []byte("data")); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 10)
	if n, err := r.Read(buf); string(buf[:n]) != "data" {
		t.Errorf("read %q, %v", buf[:n], err)
	}
	w.Close()
}

func TestOutputUmask(t *testing.T) {
	old := syscall.Umask(0o027)
	defer syscall.Umask(old)
	con, _, _ := consoletest.New()
	path := filepath.Join(t.TempDir(), "x")
	out, err := NewOutput(con, path, OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, want 0640", info.Mode())
	}
}

func TestOutputKeepsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	mustWrite(t, path, "old", 0o644)
	if err := os.Chown(path, 12345, 12346); err != nil {
		t.Skipf("changing owners needs root: %v", err)
	}
	con, _, _ := consoletest.New()
	out, err := NewOutput(con, path, OutputOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(context.Background(), []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, _ := os.Stat(path)
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 12345 || s.Gid != 12346 {
		t.Errorf("it belongs to %d:%d now", s.Uid, s.Gid)
	}
}

func TestOutputReadOnlyFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write to any folder")
	}
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o755)
	if _, err := NewOutput(con, filepath.Join(dir, "x"), OutputOptions{}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v before the work", err)
	}
}

func TestOutputFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("a small file system cannot be mounted: %v", err)
	}
	defer syscall.Unmount(dir, 0)
	mustWrite(t, filepath.Join(dir, "old"), "old", 0o644)
	con, _, _ := consoletest.New()
	for _, name := range []string{"old", "new"} {
		out, err := NewOutput(con, filepath.Join(dir, name), OutputOptions{Force: true})
		if err != nil {
			t.Fatal(err)
		}
		err = out.Write(context.Background(), bytes.Repeat([]byte("x"), 1<<20))
		if !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("%s: %v", name, err)
		}
	}
	checkFolder(t, dir, map[string]string{"old": "old"})
}

// A folder in which files may be made and not be listed takes outputs like any other.
func TestOutputToAnUnreadableFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dropbox")
	if err := os.Mkdir(dir, 0o300); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 { // which may read everything: this thread is nobody's for the files that it opens, and ends with the test
		const nobody = 65534
		runtime.LockOSThread()
		if err := errors.Join(os.Chown(dir, nobody, nobody), os.Chmod(filepath.Dir(filepath.Dir(dir)), 0o755), unix.Setfsuid(nobody)); err != nil {
			t.Fatal(err)
		}
		defer unix.Setfsuid(0)
	}
	if _, err := os.ReadDir(dir); !errors.Is(err, fs.ErrPermission) {
		t.Skipf("the folder can be read: %v", err)
	}
	con, _, _ := consoletest.New()
	path := filepath.Join(dir, "x.torrent")
	write := func(o OutputOptions, data string) error {
		out, err := NewOutput(con, path, o)
		if err != nil {
			return err
		}
		return out.Write(context.Background(), []byte(data))
	}
	if err := write(OutputOptions{}, "one"); err != nil {
		t.Fatal(err)
	}
	if err := write(OutputOptions{}, "two"); err == nil {
		t.Error("a file is replaced without --force")
	}
	if err := write(OutputOptions{Force: true}, "three"); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(path); string(got) != "three" {
		t.Errorf("%q is there, %v", got, err)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("%v are left, %v", names, err)
	}
}
