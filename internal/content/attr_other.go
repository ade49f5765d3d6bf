//go:build (!(linux || darwin || freebsd) || portable) && !windows

package content

import (
	"io/fs"
	"os"
	"syscall"
)

// nonBlock is added to the flags of open, so that a FIFO cannot hang us.
const nonBlock = syscall.O_NONBLOCK

// identify adds the inode, its time of change, and whether no name leads to it any more.
func (s *stat) identify(fi fs.FileInfo) {
	if st, ok := fi.Sys().(*syscall.Stat_t); ok {
		s.ino, s.ctime, s.removed = uint64(st.Ino), changeTime(st), st.Nlink == 0
	}
}

func isHidden(fs.FileInfo) bool { return false }

// known is a stat out of what os tells.
func known(fi fs.FileInfo, err error) (stat, error) {
	if err != nil {
		return stat{}, err
	}
	return statOf(fi), nil
}

func statOpen(f *os.File) (stat, error) { return known(f.Stat()) }

func openShared(path string) (*os.File, error) { return os.OpenFile(path, os.O_RDONLY|nonBlock, 0) }

func statName(path string, follow bool) (stat, error) {
	if follow {
		return known(os.Stat(path))
	}
	return known(os.Lstat(path))
}

func handleOf(*os.Root) (*os.File, error) { return nil, nil }

func lstatIn(d folder, name string) (stat, error) { return known(d.root.Lstat(name)) }
