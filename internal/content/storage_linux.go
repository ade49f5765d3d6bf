//go:build linux && !portable

package content

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// cached says whether the byte at off is in the page cache. Not all file systems can tell.
func (f rawFile) cached(off int64) (yes, known bool) {
	var b [1]byte
	for {
		n, err := unix.Preadv2(f.fd, [][]byte{b[:]}, off, unix.RWF_NOWAIT)
		switch {
		case err == unix.EINTR:
			continue
		case err == unix.EAGAIN:
			return false, true
		case err != nil:
			return false, false
		}
		return n == 1, true
	}
}

// readCached reads what is in the page cache, and never waits: so the scheduler need not be told, which would look for
// another thread to run whenever a read takes long. It returns how many bytes that were.
func (f rawFile) readCached(p []byte, off int64) int {
	if len(p) == 0 {
		return 0
	}
	v := unix.Iovec{Base: &p[0]}
	v.SetLen(min(len(p), maxRead))
	n, _, err := syscall.RawSyscall6(unix.SYS_PREADV2, uintptr(f.fd), uintptr(unsafe.Pointer(&v)), 1, uintptr(off), uintptr(off>>32), unix.RWF_NOWAIT)
	if err != 0 {
		return 0
	}
	return int(n)
}

// nextData returns where the next data at or behind off begins, or size if there is only a hole.
func (f rawFile) nextData(off, size int64) int64 {
	at, err := unix.Seek(f.fd, off, unix.SEEK_DATA)
	switch {
	case errors.Is(err, unix.ENXIO):
		return size
	case err != nil:
		return off
	}
	return min(at, size)
}

// readAhead tells the system that bytes are wanted soon. It cuts each wish to its own window, so they are small. Behind a
// network or FUSE the wish would be granted while we wait for it; there it only doubles the window that the system has.
func (f rawFile) readAhead(off, n int64) {
	if f.remote() {
		unix.Fadvise(f.fd, 0, 0, unix.FADV_SEQUENTIAL)
		return
	}
	f.willNeed(off, n)
}

func (f rawFile) willNeed(off, n int64) {
	const window = 128 << 10
	for end := off + n; off < end; off += window {
		unix.Fadvise(f.fd, off, min(window, end-off), unix.FADV_WILLNEED)
	}
}

// fetch brings bytes to memory, by a wish and by waiting for the last of them: nothing is copied. The system shall not guess
// from that what else will be read: from 64 such files side by side it would guess much, and all of it again and again.
func (f rawFile) fetch(off, n int64) {
	unix.Fadvise(f.fd, 0, 0, unix.FADV_RANDOM)
	f.willNeed(off, n)
	var b [1]byte
	retry(func() error {
		_, err := unix.Pread(f.fd, b[:], off+n-1)
		return err
	})
}

// drop tells the system that bytes are not wanted again.
func (f rawFile) drop(off, n int64) { unix.Fadvise(f.fd, off, n, unix.FADV_DONTNEED) }

// remote says whether the file lies behind a network or a program, where many streams side by side do harm. The numbers
// are those of NFS, SMB, CIFS, SMB2, FUSE, 9P, Ceph, AFS and Coda.
func (f rawFile) remote() bool {
	remoteOrFUSE := [...]uint32{0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x00c36400, 0x5346414f, 0x73757245}
	var fs unix.Statfs_t
	if retry(func() error { return unix.Fstatfs(f.fd, &fs) }) != nil {
		return false
	}
	return slices.Contains(remoteOrFUSE[:], uint32(fs.Type))
}

// disk names what a file lies on that has one head, or one connection. Partitions and volumes are parts of the first disk
// below them. File systems that give each of their parts a number of its own (subvolumes of Btrfs, datasets of ZFS, exports
// of a server) are one, by what they were mounted from. It is "" where the system does not tell.
func (f rawFile) disk() string {
	var st unix.Stat_t
	if retry(func() error { return unix.Fstat(f.fd, &st) }) != nil {
		return ""
	}
	if unix.Major(st.Dev) != 0 {
		return wholeDisk(st.Dev)
	}
	kind, source := f.mount()
	if strings.HasPrefix(source, "/dev/") && unix.Stat(source, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFBLK {
		return wholeDisk(st.Rdev)
	}
	host := strings.TrimLeft(source, "/")
	if name, _, parts := strings.Cut(host, "/"); parts && len(source)-len(host) != 1 { // "pool/set", "host:/export", "//host/share", and no path
		host = name
	}
	return kind + " " + host
}

// wholeDisk names the disk that a block device is a part of: "8:0".
func wholeDisk(dev uint64) string {
	name := strconv.FormatUint(uint64(unix.Major(dev)), 10) + ":" + strconv.FormatUint(uint64(unix.Minor(dev)), 10)
	at := "/sys/dev/block/" + name
	for range 8 { // volumes on arrays on partitions
		below, err := os.ReadDir(at + "/slaves")
		if err != nil || len(below) == 0 {
			break
		}
		at += "/slaves/" + below[0].Name()
	}
	if _, err := os.Stat(at + "/partition"); err == nil {
		at += "/.."
	}
	if text, err := os.ReadFile(at + "/dev"); err == nil {
		return strings.TrimSpace(string(text))
	}
	return name
}

// mount returns the kind of the file system that a file is on, and what that was mounted from.
func (f rawFile) mount() (kind, source string) {
	info, _ := os.ReadFile("/proc/self/fdinfo/" + strconv.Itoa(f.fd))
	_, id, _ := strings.Cut(string(info), "mnt_id:")
	id, _, _ = strings.Cut(strings.TrimSpace(id), "\n")
	mounts, _ := os.ReadFile("/proc/self/mountinfo")
	for line := range strings.Lines(string(mounts)) {
		if rest, ok := strings.CutPrefix(line, id+" "); ok && id != "" {
			_, rest, _ = strings.Cut(rest, " - ")
			if fields := strings.Fields(rest); len(fields) > 1 {
				return fields[0], fields[1]
			}
		}
	}
	return "", ""
}

// seekingIsSlow says whether the file lies on a network, on FUSE, or on a disk that turns.
func (f rawFile) seekingIsSlow() bool {
	if f.remote() {
		return true
	}
	var st unix.Stat_t
	if retry(func() error { return unix.Fstat(f.fd, &st) }) != nil {
		return false
	}
	device := "/sys/dev/block/" + strconv.FormatUint(uint64(unix.Major(st.Dev)), 10) + ":" + strconv.FormatUint(uint64(unix.Minor(st.Dev)), 10)
	for _, queue := range []string{"/queue/rotational", "/../queue/rotational"} { // a disk, a partition
		if text, err := os.ReadFile(device + queue); err == nil {
			return strings.TrimSpace(string(text)) == "1"
		}
	}
	return false
}
