//go:build !windows

package below

import "os"

func remove(folder *os.Root, name string) error { return folder.Remove(name) }
