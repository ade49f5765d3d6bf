//go:build !(linux || darwin || freebsd || windows)

package create

// Room returns how many bytes a folder has room for, as far as its file system
// tells.
func Room(string) (free int64, known bool) { return 0, false }
