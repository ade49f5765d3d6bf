package faults

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// witness sees what anybody does in a folder or below it, also what no call of the program shows: files that are opened,
// read, written, linked, renamed or removed, folders that are listed. That something is looked up, it does not see.
type witness struct {
	queue int
	at    map[int32]string // what is watched
}

// watch begins to see what happens in dir, which holds a tree. Nothing is opened for that.
func watch(dir string, t tree) (*witness, error) {
	queue, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	w := &witness{queue, make(map[int32]string)}
	for _, rel := range append(slices.Collect(maps.Keys(t)), ".") { // files too: a link to one is made in another folder
		at, err := unix.InotifyAddWatch(queue, filepath.Join(dir, rel), visible|unix.IN_DONT_FOLLOW)
		if err != nil {
			return nil, errors.Join(os.NewSyscallError("inotify_add_watch", err), w.close())
		}
		w.at[int32(at)] = rel
	}
	return w, nil
}

func (w *witness) close() error { return unix.Close(w.queue) }

// visible is what a witness sees. Of what is closed somebody has seen the opening, and who writes a file may share it for
// a moment with a process that it starts.
const visible = unix.IN_ALL_EVENTS &^ unix.IN_CLOSE

// deeds are its names.
var deeds = []struct {
	bit  uint32
	name string
}{
	{unix.IN_OPEN, "opened"}, {unix.IN_ACCESS, "read"}, {unix.IN_MODIFY, "written"}, {unix.IN_ATTRIB, "given other attributes"},
	{unix.IN_CREATE, "made"}, {unix.IN_DELETE, "removed"}, {unix.IN_MOVED_FROM, "moved away"}, {unix.IN_MOVED_TO, "moved here"},
	{unix.IN_DELETE_SELF | unix.IN_MOVE_SELF, "taken away"}, {unix.IN_Q_OVERFLOW, "touched more often than can be told"},
}

// seen says what has happened since the last time, each thing once. What a process did before it ended is among it.
func (w *witness) seen() (list []string, err error) {
	buf := make([]byte, 64<<10)
	for {
		n, err := unix.Read(w.queue, buf)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			slices.Sort(list)
			return slices.Compact(list), nil
		case err != nil:
			return nil, os.NewSyscallError("read", err)
		}
		for b := buf[:n]; len(b) > 0; {
			at, mask, size := binary.NativeEndian.Uint32(b), binary.NativeEndian.Uint32(b[4:]), binary.NativeEndian.Uint32(b[12:])
			name := unix.ByteSliceToString(b[unix.SizeofInotifyEvent:][:size])
			b = b[unix.SizeofInotifyEvent+size:]
			for _, d := range deeds {
				if mask&d.bit != 0 {
					list = append(list, fmt.Sprintf("%s is %s", filepath.Join(w.at[int32(at)], name), d.name))
				}
			}
		}
	}
}

func TestWitness(t *testing.T) {
	t.Parallel()
	is := tree{"a": {kind: fs.ModeDir}, "a/b": {data: []byte("b"), perm: 0o666}}
	for _, c := range []struct {
		name string
		do   func(dir string) error
		want string
	}{
		{"nothing", func(string) error { return nil }, ""},
		{"looks", func(dir string) error { _, err := os.Lstat(filepath.Join(dir, "a/b")); return err }, ""},
		{"reads", func(dir string) error { _, err := os.ReadFile(filepath.Join(dir, "a/b")); return err }, "a/b is read"},
		{"lists", func(dir string) error { _, err := os.ReadDir(filepath.Join(dir, "a")); return err }, "a is opened"},
		{"writes", func(dir string) error { return os.WriteFile(filepath.Join(dir, "a/b"), []byte("c"), 0o666) }, "a/b is written"},
		{"makes", func(dir string) error { return os.Mkdir(filepath.Join(dir, "c"), 0o777) }, "c is made"},
		{"links from", func(dir string) error { return os.Link(filepath.Join(dir, "a/b"), dir+".link") }, "a/b is given other attributes"},
		{"moves away", func(dir string) error { return os.Rename(filepath.Join(dir, "a/b"), dir+".away") }, "a/b is moved away"},
		{"removes", func(dir string) error { return os.RemoveAll(dir) }, "a/b is removed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "dir")
			if err := errors.Join(os.Mkdir(dir, 0o777), is.write(dir)); err != nil {
				t.Fatal(err)
			}
			w, err := watch(dir, is)
			if err != nil {
				t.Skip(err) // the system has too few queues left
			}
			defer w.close()
			if err := c.do(dir); err != nil {
				t.Fatal(err)
			}
			got, err := w.seen()
			if err != nil || c.want == "" && len(got) > 0 || c.want != "" && !slices.Contains(got, c.want) {
				t.Errorf("%q, %v: want %q", got, err, c.want)
			}
		})
	}
}
