package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/longtest"
)

// bytesRead is how much a process has read so far, by the kernel's account. It must be stopped, or it goes on reading.
func bytesRead(t *testing.T, pid int) int64 {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		t.Skipf("the kernel does not count what a process reads: %v", err)
	}
	field, _, _ := strings.Cut(strings.TrimPrefix(string(data), "rchar: "), "\n")
	n, err := strconv.ParseInt(field, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// created is what "create --json" prints, as far as tests read it.
type created struct {
	Size         int64
	ReusedBytes  int64 `json:"reused_bytes"`
	ReusedPieces int   `json:"reused_pieces"`
}

// finished runs the program to its end and returns what it says it has read.
func finished(t *testing.T, cmd *exec.Cmd) (result created, read int64) {
	t.Helper()
	var out, msg bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &msg
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, msg.Bytes())
	}
	if err := json.Unmarshal(out.Bytes(), &result); err != nil {
		t.Fatal(err)
	}
	return result, result.Size - result.ReusedBytes
}

// tree makes files of random content that are old enough for a journal.
func tree(t *testing.T, root string, files int, size int64) {
	t.Helper()
	for i := range files {
		name := filepath.Join(root, strconv.Itoa(i/100), strconv.Itoa(i))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, seededBytes(size, uint64(i)), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(30 * time.Millisecond)
}

// killed runs a program several times, and kills it at a random moment of the first tenth of the time that a whole run takes
// after starting. It returns how often that came before the end, and how many bytes were read till then.
func killed(t *testing.T, whole time.Duration, faster func(), args ...string) (kills int, read int64) {
	t.Helper()
	start := time.Now()
	if err := program(t, "torrentkit", "version").Run(); err != nil {
		t.Fatal(err)
	}
	startup := time.Since(start)
	rng := rand.New(rand.NewPCG(9, uint64(len(args))))
	for range longtest.Rounds(8, 20) {
		cmd := program(t, args...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(startup + time.Duration(rng.Int64N(max(1, int64(whole-startup)/10))))
		cmd.Process.Signal(syscall.SIGSTOP)
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil {
			t.Fatal(err)
		}
		if !status.Stopped() {
			faster()
			continue
		}
		read += bytesRead(t, cmd.Process.Pid)
		cmd.Process.Kill()
		cmd.Wait()
		kills++
	}
	return kills, read
}

// Killed at random moments and started again each time, create reads hardly more than once, and makes the torrent
// that it makes undisturbed.
func TestJournalSurvivesKills(t *testing.T) {
	size, length := 192, "128K" // of the tree, in MiB
	if longtest.Whole() {
		size, length = 1024, "1M"
	}
	root := filepath.Join(t.TempDir(), "root")
	tree(t, root, size/8, 8<<20)
	for _, format := range []string{"v1", "v2", "hybrid"} {
		t.Run(format, func(t *testing.T) {
			dir := t.TempDir()
			args := func(out string) []string {
				return []string{"torrentkit", "create", "--json", "-q", "--no-date", "-f", format, "-l", length, "-o", filepath.Join(dir, out), root}
			}
			start := time.Now()
			finished(t, program(t, args("whole.torrent")...))
			whole := time.Since(start)
			resume := append(args("killed.torrent"), "--journal", filepath.Join(dir, "j"))
			kills, read := killed(t, whole, func() { os.Remove(filepath.Join(dir, "killed.torrent")) }, resume...)
			created, last := finished(t, program(t, append(resume, "--force")...))
			read += last
			a, err1 := os.ReadFile(filepath.Join(dir, "whole.torrent"))
			b, err2 := os.ReadFile(filepath.Join(dir, "killed.torrent"))
			if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
				t.Errorf("the torrents differ: %v, %v", err1, err2)
			}
			factor := float64(read) / float64(created.Size)
			t.Logf("killed %d times: read %.3f times the size; the last run took over %d bytes", kills, factor, created.ReusedBytes)
			if limit := 1 + 102.4/float64(size); factor > limit { // 1.1 of 1 GiB: what is in flight at a kill does not shrink with the tree
				t.Errorf("read %.3f times the size, want at most %.2f", factor, limit)
			}
		})
	}
}

// Killed as often, verify reads hardly more than once either, and what a run found good is not read again.
func TestVerifyJournalSurvivesKills(t *testing.T) {
	const size = 192 << 20
	dir := t.TempDir()
	root, torrent, j := filepath.Join(dir, "root"), filepath.Join(dir, "t"), filepath.Join(dir, "j")
	tree(t, root, size>>23, 8<<20)
	finished(t, program(t, "torrentkit", "create", "--json", "-q", "-f", "hybrid", "-l", "128K", "-o", torrent, root))
	start := time.Now()
	if err := program(t, "torrentkit", "verify", "-q", torrent, root).Run(); err != nil {
		t.Fatal(err)
	}
	kills, read := killed(t, time.Since(start), func() {}, "torrentkit", "verify", "-q", "--journal", j, torrent, root)
	read += readBy(t, dir, "verify", "-q", "--journal", j, torrent, root)
	factor := float64(read) / size
	t.Logf("killed %d times: read %.3f times the size", kills, factor)
	if factor > 1+102.4/192 { // as for create; and the journal and the torrent are read each time
		t.Errorf("read %.3f times the size", factor)
	}
	if again := readBy(t, dir, "verify", "-q", "--journal", j, torrent, root); again > 8<<20 {
		t.Errorf("%d bytes were read though all is known", again)
	}
}

// After one file of 1000 has changed, only that file is read.
func TestJournalReadsOnlyWhatChanged(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	tree(t, root, 1000, 40000)
	run := func(out string, more ...string) int64 {
		return readBy(t, dir, append([]string{"create", "-q", "--no-date", "-f", "v2", "-o", filepath.Join(dir, out), root}, more...)...)
	}
	j := filepath.Join(dir, "j")
	first := run("1.torrent", "--journal", j)
	if first < 40000*1000 {
		t.Fatalf("the account of the first run is %d bytes: it does not count children", first)
	}
	if err := os.WriteFile(filepath.Join(root, "5", "567"), seededBytes(40000, 99999), 0o666); err != nil {
		t.Fatal(err)
	}
	time.Sleep(30 * time.Millisecond)
	info, err := os.Stat(j)
	if err != nil {
		t.Fatal(err)
	}
	again := run("2.torrent", "--journal", j) - info.Size()
	t.Logf("read %d bytes at first, %d and the journal of %d after the change", first, again, info.Size())
	if again > 40000+256<<10 {
		t.Errorf("%d bytes were read for a change of one file of 40000", again)
	}
	run("3.torrent")
	a, err1 := os.ReadFile(filepath.Join(dir, "2.torrent"))
	b, err2 := os.ReadFile(filepath.Join(dir, "3.torrent"))
	if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Errorf("the torrent is not that of a fresh run: %v, %v", err1, err2)
	}
}

// readBy runs torrentkit and returns how many bytes it read, by the kernel's account.
func readBy(t *testing.T, dir string, args ...string) int64 {
	t.Helper()
	script := `"$0" "$@" >/dev/null && cat /proc/$$/io` // the shell's account has that of the children it waited for
	p := program(t, append([]string{"torrentkit"}, args...)...)
	link := filepath.Join(dir, "torrentkit")
	os.Symlink(p.Path, link)
	text, err := exec.Command("sh", append([]string{"-c", script, link}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var n int64
	if _, err := fmt.Sscanf(string(text), "rchar: %d", &n); err != nil {
		t.Skipf("the kernel does not count what a process reads: %v", err)
	}
	return n
}

// Three torrents of one pass read the content once.
func TestAlsoReadsOnce(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	tree(t, root, 10, 5<<20)
	at := func(name string) string { return filepath.Join(dir, name) }
	n := readBy(t, dir, "create", "-q", "--no-date", "-o", at("1"), "--also", "format=v2,piece-length=1M,output="+at("2"), "--also", "piece-length=64K,output="+at("3"), root)
	if most := int64(50<<20 + 128<<10); n < 50<<20 || n > most {
		t.Errorf("%d bytes were read of %d", n, 50<<20)
	}
}
