package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// smallDisk mounts a file system of 64 KiB, or ends the test.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k"); err != nil {
		t.Skipf("only root can mount: %v", err)
	}
	t.Cleanup(func() { syscall.Unmount(dir, 0) })
	return dir
}

func fails(t *testing.T, want string, args ...string) {
	t.Helper()
	var msg bytes.Buffer
	cmd := program(t, append([]string{"torrentkit"}, args...)...)
	cmd.Stderr = &msg
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != console.ExitTrouble || !strings.Contains(msg.String(), want) {
		t.Errorf("%s: %v, want exit code 2 and %q:\n%s", args[0], err, want, msg.Bytes())
	}
}

// An edit for which there is no room leaves the old torrent, and nothing else.
func TestEditOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	root := filepath.Join(t.TempDir(), "root")
	tree(t, root, 1, 20<<20)
	name := filepath.Join(disk, "x.torrent")
	finished(t, program(t, "torrentkit", "create", "--json", "-l", "16K", "-o", name, root))
	before, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(disk, "ballast"), make([]byte, 20<<10), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-c", "longer"}, {"-c", "longer", "--backup", ".bak"}} {
		fails(t, "no space left on device", append([]string{"edit", name}, args...)...)
		after, err := os.ReadFile(name)
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("the torrent changed: %v", err)
		}
		if list, err := os.ReadDir(disk); err != nil || len(list) != 2 {
			t.Errorf("left behind: %v, %v", list, err)
		}
	}
}

// A journal for which there is no room is an error, and what it has already is good.
func TestJournalOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	tree(t, root, 4, 8<<20)
	journal, out := filepath.Join(disk, "j"), filepath.Join(dir, "x.torrent")
	fails(t, "no space left on device", "create", "-l", "16K", "-f", "v2", "--journal", journal, "-o", out, root)
	if _, err := os.Stat(out); err == nil {
		t.Error("a torrent was written")
	}
	good := filepath.Join(dir, "j")
	data, err := os.ReadFile(journal)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(good, data, 0o666); err != nil {
		t.Fatal(err)
	}
	c, _ := finished(t, program(t, "torrentkit", "create", "--json", "-l", "16K", "-f", "v2", "--journal", good, "-o", out, root))
	if c.ReusedPieces < 500 {
		t.Errorf("only %d pieces were known from a journal of %d bytes", c.ReusedPieces, len(data))
	}
}

// A torrent for which there is no room is refused before anything is hashed: hashing this would take hours.
func TestCreateOnAFullDisk(t *testing.T) {
	disk := smallDisk(t)
	name := filepath.Join(t.TempDir(), "huge")
	if err := os.WriteFile(name, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, 4<<40); err != nil {
		t.Skipf("no file of that size here: %v", err)
	}
	out := filepath.Join(disk, "x.torrent")
	fails(t, "no space left on device: 655", "create", "-l", "128M", "-o", out, name)
	if list, err := os.ReadDir(disk); err != nil || len(list) != 0 {
		t.Errorf("left behind: %v, %v", list, err)
	}
	fails(t, "no space left on device", "create", "-l", "128M", "-o", filepath.Join(t.TempDir(), "y.torrent"), "--also", "source=X,output="+out, name)
}
