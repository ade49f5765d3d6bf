//go:build !portable

package below

import "golang.org/x/sys/unix"

func renameNew(from int, was string, to int, name string) error {
	return unix.RenameatxNp(from, was, to, name, unix.RENAME_EXCL)
}
