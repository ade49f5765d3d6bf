//go:build (linux || darwin || freebsd) && !portable

package content

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

const (
	// O_NONBLOCK so that a FIFO, put where a file was, cannot hang us.
	openFlags   = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_NONBLOCK | unix.O_NOCTTY
	folderFlags = unix.O_RDONLY | unix.O_CLOEXEC | unix.O_DIRECTORY

	// Paths up to this length are given to the system in one piece: the smallest PATH_MAX is 1024, with its NUL.
	maxPath = 1000
	// Larger reads are cut: Linux and macOS refuse or shorten those over 2 GiB.
	maxRead = 1 << 30
)

// rawFile is an open file without the costs of os.File: 20 000 small files are opened and closed quickly.
type rawFile struct{ fd int }

func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

func openAt(dir int, name string, flags int) (fd int, err error) {
	err = retry(func() error {
		fd, err = unix.Openat(dir, name, flags, 0)
		return err
	})
	return fd, err
}

// openLong opens a path of any length, absolute or below an open folder, following links, piece by piece if the system
// could not take it whole.
func openLong(at int, path string, flags int) (int, error) {
	dir := at
	for {
		cut := len(path)
		if cut > maxPath {
			if cut = strings.LastIndexByte(path[:maxPath], '/'); cut <= 0 {
				cut = len(path)
			}
		}
		last := cut == len(path)
		f := folderFlags
		if last {
			f = flags
		}
		fd, err := openAt(dir, path[:cut], f)
		if dir != at {
			unix.Close(dir)
		}
		if last || err != nil {
			return fd, err
		}
		dir, path = fd, strings.TrimLeft(path[cut:], "/")
	}
}

// openPath opens the file at an absolute path, following links.
func openPath(path string) (rawFile, error) {
	fd, err := openLong(unix.AT_FDCWD, path, openFlags)
	return rawFile{fd}, err
}

// base is an open folder: opening files by their path below it is cheaper than by an absolute one.
type base struct{ file *os.File }

// openBase opens the folder at an absolute path. The collector closes what nobody closes.
func openBase(path string) (base, error) {
	fd, err := openLong(unix.AT_FDCWD, path, folderFlags)
	if err != nil {
		return base{}, err
	}
	return base{os.NewFile(uintptr(fd), path)}, nil
}

// open opens the file at a slash path below the folder, following links.
func (b base) open(path string) (rawFile, error) {
	fd, err := openLong(int(b.file.Fd()), path, openFlags)
	return rawFile{fd}, err
}

// stat looks at a slash path below the folder, following links.
func (b base) stat(path string) (stat, error) {
	dir := int(b.file.Fd())
	if len(path) <= maxPath {
		return statAt(dir, path, 0)
	}
	cut := strings.LastIndexByte(path, '/')
	fd, err := openLong(dir, path[:max(cut, 0)], folderFlags)
	if err != nil {
		return stat{}, err
	}
	defer unix.Close(fd)
	return statAt(fd, path[cut+1:], 0)
}

// timesNames says whether the times of a folder change with the names in it.
func (b base) timesNames() bool { return stableInodes(int(b.file.Fd())) }

func (b base) close() error { return b.file.Close() }

func (f rawFile) stat() (stat, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstat(f.fd, &st) }); err != nil {
		return stat{}, err
	}
	return statOf(&st), nil
}

// readAt reads until p is full, the file ends (io.EOF) or something fails.
func (f rawFile) readAt(p []byte, off int64) (n int, err error) {
	n = f.readCached(p, off)
	for n < len(p) {
		part := p[n:min(len(p), n+maxRead)]
		m, err := unix.Pread(f.fd, part, off+int64(n))
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return n, err
		case m == 0:
			return n, io.EOF
		}
		n += m
	}
	return n, nil
}

// close is not repeated after EINTR: the descriptor is gone, or another file's, by then.
func (f rawFile) close() error {
	if err := unix.Close(f.fd); err != unix.EINTR {
		return err
	}
	return nil
}

// stable says whether the file system gives a file the same inode number each time it is asked.
func (f rawFile) stable() bool { return stableInodes(f.fd) }

// isGone says whether opening failed because the file is not there any more, or something else is.
func isGone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) ||
		errors.Is(err, unix.EMLINK) || errors.Is(err, unix.ENXIO) || errors.Is(err, unix.EOPNOTSUPP)
}

func statOf(st *unix.Stat_t) stat {
	s := stat{
		stamp: stamp{mtime: st.Mtim.Nano(), ctime: st.Ctim.Nano(), dev: foldDevice(st.Dev), ino: uint64(st.Ino)},
		traits: traits{
			removed: st.Nlink == 0,
			sparse:  int64(st.Blocks)*512 < int64(st.Size), // POSIX counts blocks of 512 bytes
		},
		size: int64(st.Size),
	}
	switch uint32(st.Mode) & unix.S_IFMT {
	case unix.S_IFREG:
		s.kind, s.exec = kindFile, uint32(st.Mode)&0o111 != 0
	case unix.S_IFDIR:
		s.kind = kindFolder
	case unix.S_IFLNK:
		s.kind = kindLink
	case unix.S_IFIFO:
		s.kind = kindFIFO
	case unix.S_IFSOCK:
		s.kind = kindSocket
	case unix.S_IFCHR, unix.S_IFBLK:
		s.kind = kindDevice
	default:
		s.kind = kindOther
	}
	return s
}

func statAt(dir int, name string, flags int) (stat, error) {
	var st unix.Stat_t
	if err := retry(func() error { return unix.Fstatat(dir, name, &st, flags) }); err != nil {
		return stat{}, err
	}
	return statOf(&st), nil
}

// statPath follows links.
func statPath(path string) (stat, error) { return statAt(unix.AT_FDCWD, path, 0) }

// identify tells folders apart.
func identify(st *stat, _ folderID, _ string, _ bool) folderID {
	return folderID{dev: st.dev, ino: st.ino}
}

// listing is what a folder holds, in the order of names.
type listing struct {
	path  string
	names []string
}

// list reads the names in the folder at an absolute path.
func list(ctx context.Context, path string) (listing, error) {
	fd, err := openLong(unix.AT_FDCWD, path, folderFlags)
	if err != nil {
		return listing{}, err
	}
	dir := os.NewFile(uintptr(fd), path)
	defer dir.Close()
	names, err := namesIn(ctx, dir)
	if err != nil {
		return listing{}, err
	}
	return listing{path, names}, nil
}

// namesIn reads the names in an open folder, and sorts them.
func namesIn(ctx context.Context, dir *os.File) ([]string, error) {
	var all []string
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		names, err := dir.Readdirnames(1024)
		all = append(all, names...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, errors.Unwrap(err)
		}
	}
	slices.Sort(all)
	return all, nil
}

func (l *listing) size() int { return len(l.names) }

// appendStat looks at the names from i to j (exclusive) and appends them to out.
func (l *listing) appendStat(out []entry, i, j int) ([]entry, error) {
	fd, err := openLong(unix.AT_FDCWD, l.path, folderFlags)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	n := len(out)
	out = slices.Grow(out, j-i)[:n+j-i]
	share(j-i, func(from, to int) {
		for k := from; k < to; k++ {
			e := &out[n+k]
			*e = entry{name: l.names[i+k]}
			e.stat, e.err = statAt(fd, e.name, unix.AT_SYMLINK_NOFOLLOW)
			if e.err == nil && e.stat.kind == kindLink {
				e.link = true
				e.stat, e.err = statAt(fd, e.name, 0)
			}
		}
	})
	left := out[:n]
	for k := n; k < len(out); k++ {
		if e := &out[k]; e.err != unix.ENOENT || e.link { // others were removed since the folder was listed
			left = append(left, *e)
		}
	}
	return left, nil
}

// folder is an open folder below a root: names in it are looked at without following links.
type folder struct{ file *os.File }

// openFolder opens the folder at a local path below root. os.Root sees to it that no link leads out. What is opened with
// O_NONBLOCK package os does not make so, and back again: that is four calls.
func openFolder(root *os.Root, path string) (folder, error) {
	f, err := root.OpenFile(path, folderFlags|unix.O_NONBLOCK, 0)
	return folder{f}, Bare(err)
}

func (d folder) lstat(name string) (stat, error) {
	return statAt(int(d.file.Fd()), name, unix.AT_SYMLINK_NOFOLLOW)
}

func (d folder) open(name string) (rawFile, error) {
	fd, err := openAt(int(d.file.Fd()), name, openFlags|unix.O_NOFOLLOW)
	return rawFile{fd}, err
}

// each tells of what the folder holds, in the order of names. Links are not looked through.
func (d folder) each(ctx context.Context, f func(*entry)) error {
	names, err := namesIn(ctx, d.file)
	if err != nil {
		return err
	}
	fd := int(d.file.Fd())
	const batch = 1024
	list := make([]entry, min(len(names), batch))
	for len(names) > 0 {
		some := names[:min(len(names), batch)]
		names = names[len(some):]
		share(len(some), func(from, to int) {
			for k := from; k < to; k++ {
				e := entry{name: some[k]}
				e.stat, e.err = statAt(fd, e.name, unix.AT_SYMLINK_NOFOLLOW)
				e.link = e.stat.kind == kindLink
				list[k] = e
			}
		})
		for k := range some {
			f(&list[k])
		}
	}
	return ctx.Err()
}

func (d folder) close() error { return d.file.Close() }

// osFile is the file as one of package os; rawOf is the way back.
func (f rawFile) osFile(name string) *os.File { return os.NewFile(uintptr(f.fd), name) }

func rawOf(f *os.File) rawFile { return rawFile{int(f.Fd())} }
