//go:build (linux || darwin || freebsd) && !portable

package below

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// nonBlock is for what takes a file's place: nobody waits for the writer of a FIFO.
const nonBlock = unix.O_NONBLOCK

// rename asks the system to replace nothing, and does it in steps where it cannot.
func (d *Folder) rename(was, at *place) error {
	err := withFDs(was.folder, at.folder, func(from, to int) error { return renameNew(from, was.name, to, at.name) })
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, unix.EINVAL) {
		return d.renameByLink(was, at)
	}
	return err
}

// withFDs calls f with the descriptors of two open folders.
func withFDs(a, b *os.Root, f func(a, b int) error) error {
	x, err := a.Open(".")
	if err != nil {
		return err
	}
	defer x.Close()
	y, err := b.Open(".")
	if err != nil {
		return err
	}
	defer y.Close()
	return retry(func() error { return f(int(x.Fd()), int(y.Fd())) })
}

func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

// linkInto makes a hard link of what has a path, be that a symbolic link, in an open folder.
func linkInto(folder *os.Root, path, name string) error {
	return withFDs(folder, folder, func(_, to int) error { return unix.Linkat(unix.AT_FDCWD, path, to, name, 0) })
}

// lock holds an open folder for one process, until it is closed or the process ends; nobody is waited for. Some file
// systems have no locks: then nobody is kept out.
func lock(folder *os.Root) (*os.File, error) {
	f, err := folder.Open(".")
	if err != nil {
		return nil, err
	}
	if retry(func() error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) }) == unix.EWOULDBLOCK {
		f.Close()
		return nil, ErrBusy
	}
	return f, nil
}
