package create

import "golang.org/x/sys/windows"

// Room returns how many bytes a folder has room for, as far as its file system
// tells.
func Room(folder string) (free int64, known bool) {
	name, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, false
	}
	var available uint64
	if windows.GetDiskFreeSpaceEx(name, &available, nil, nil) != nil {
		return 0, false
	}
	return int64(min(available, 1<<62)), true
}
