package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/internal/longtest"
)

// The memory and the time of the real program, on data that is large: it takes 2 GiB of disk and some minutes.
func TestBig(t *testing.T) {
	if !longtest.Whole() {
		t.Skip("set TORRENTKIT_LONG_TESTS to hash 2 GiB in every format and piece length")
	}
	dir := t.TempDir()
	program := buildSmall(t, dir)
	t.Run("hashing", func(t *testing.T) { bigHashing(t, program, dir) })
	t.Run("many files", func(t *testing.T) { bigInspect(t, program, dir) })
	t.Run("many files made", func(t *testing.T) { bigCreate(t, program, dir) })
}

// buildSmall builds the program as it is released.
func buildSmall(t *testing.T, dir string) string {
	t.Helper()
	program := filepath.Join(dir, "torrentkit")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return program
}

// A million files take 64 MiB and 250 bytes each, with paths of 61 bytes: create and verify in every format. The torrent of the
// hybrid is larger than is read by default.
func TestMillionFiles(t *testing.T) {
	if !longtest.Big() {
		t.Skip("set TORRENTKIT_BIG_TESTS to make torrents of a million files: it takes 4 GiB of disk and some minutes")
	}
	dir := t.TempDir()
	program := buildSmall(t, dir)
	const files, each = 1_000_000, 250
	data := filepath.Join(dir, "small")
	makeSmall(t, data, files, "a-rather-long-folder-name-%06d", "some-file-name-%09d.dat")
	for _, format := range []string{"v1", "v2", "hybrid"} {
		torrent := filepath.Join(dir, format+".torrent")
		holdMemory(t, program, ceiling+files*each, "create", "-q", "--no-date", "--force", "-f", format, "-o", torrent, data)
		holdMemory(t, program, ceiling+files*each, "verify", "-q", "--max-size", "300M", torrent, data)
	}
}

// makeSmall makes files of three bytes, a thousand a folder.
func makeSmall(t *testing.T, data string, files int, folderName, fileName string) {
	t.Helper()
	for i := range files {
		folder := filepath.Join(data, fmt.Sprintf(folderName, i/1000))
		if i%1000 == 0 {
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf(fileName, i)), []byte{byte(i), byte(i >> 8), byte(i >> 16)}, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// holdMemory holds a run of the program to so many bytes. The collector comes late where others want the CPU, and so is given
// more than one chance.
func holdMemory(t *testing.T, program string, limit int64, args ...string) {
	t.Helper()
	used, took := measure(t, program, args...)
	for tries := 1; used > limit && tries < 10; tries++ {
		more, _ := measure(t, program, args...)
		used = min(used, more)
	}
	t.Logf("%v: %d MiB, %v", args, used>>20, took.Round(time.Millisecond))
	if used > limit {
		t.Errorf("%v takes %d MiB, more than %d", args, used>>20, limit>>20)
	}
}

// bigHashing holds create and verify to 64 MiB.
func bigHashing(t *testing.T, program, dir string) {
	data := filepath.Join(dir, "data")
	noise(t, data, 2<<30)
	for _, format := range []string{"v1", "v2", "hybrid"} {
		for _, length := range []string{"16K", "1M", "16M", "128M"} {
			torrent := filepath.Join(dir, format+length+".torrent")
			for _, args := range [][]string{
				{"create", "-q", "--no-date", "-f", format, "-l", length, "-o", torrent, data},
				{"verify", "-q", torrent, data},
			} {
				used, took := measure(t, program, args...)
				t.Logf("%s %s %s: %d MiB, %v", args[0], format, length, used>>20, took.Round(time.Millisecond))
				if used > 64<<20 {
					t.Errorf("%s %s with pieces of %s takes %d MiB, more than 64", args[0], format, length, used>>20)
				}
			}
		}
	}
}

// bigCreate holds what is done with 200,000 files to 64 MiB and 250 bytes a file. A hybrid says 200 of each.
func bigCreate(t *testing.T, program, dir string) {
	const files, each = 200_000, 250
	data := filepath.Join(dir, "small")
	makeSmall(t, data, files, "folder-%03d", "file-%09d")
	for _, format := range []string{"v1", "v2", "hybrid"} {
		torrent := filepath.Join(dir, "small."+format+".torrent")
		for _, args := range [][]string{
			{"create", "-q", "--no-date", "--force", "-f", format, "-o", torrent, data},
			{"verify", "-q", torrent, data},
			{"inspect", torrent},
			{"lint", torrent},
		} {
			holdMemory(t, program, ceiling+files*each, args...)
		}
	}
}

// bigInspect holds inspect of 200 000 files to 200 MB.
func bigInspect(t *testing.T, program, dir string) {
	const files, length, pieceLength = 200_000, 1000, 1 << 20
	pieces := (files*length + pieceLength - 1) / pieceLength
	var b strings.Builder
	b.WriteString("d4:infod5:filesl")
	for i := range files {
		fmt.Fprintf(&b, "d6:lengthi%de4:pathl10:folder-%03d14:file-%09dee", length, i/1000, i)
	}
	fmt.Fprintf(&b, "e4:name4:many12:piece lengthi%de6:pieces%d:%see", pieceLength, 20*pieces, strings.Repeat("x", 20*pieces))
	torrent := filepath.Join(dir, "many.torrent")
	if err := os.WriteFile(torrent, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, more := range [][]string{nil, {"--files"}, {"--json"}} {
		used, took := measure(t, program, append([]string{"inspect", "-q", torrent}, more...)...)
		t.Logf("inspect %v: %d MB, %v", more, used/1e6, took.Round(time.Millisecond))
		if used > 200e6 || took > time.Minute { // of about half a second
			t.Errorf("inspect %v of %d files takes %d MB and %v", more, files, used/1e6, took)
		}
	}
}

// measure runs the program, and returns the most memory that it had resident, in bytes, and its time.
func measure(t *testing.T, program string, args ...string) (int64, time.Duration) {
	t.Helper()
	cmd := exec.Command(program, args...)
	start := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
	took := time.Since(start)
	return int64(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss) << 10, took
}

// noise writes a file that no file system can make small.
func noise(t *testing.T, path string, size int64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	chunk := make([]byte, 1<<20)
	source := rand.NewChaCha8([32]byte{1})
	for ; size > 0; size -= int64(len(chunk)) {
		source.Read(chunk)
		if _, err := w.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
