package content

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// nonBlock is added to the flags of open: there are no FIFOs in the file systems of Windows.
const nonBlock = 0

// identify adds nothing: what tells files apart, and the time of change, come with an open handle only.
func (s *stat) identify(fs.FileInfo) {}

func isHidden(fi fs.FileInfo) bool {
	a, ok := fi.Sys().(*syscall.Win32FileAttributeData)
	return ok && a.FileAttributes&syscall.FILE_ATTRIBUTE_HIDDEN != 0
}

// basicInfo is FILE_BASIC_INFO. Its times are counted in 100 ns since 1601.
type basicInfo struct {
	creation, access, write, change int64
	attributes                      uint32
	_                               uint32
}

// standardInfo is FILE_STANDARD_INFO. A file system that removes a name when nobody has the file open any more says so long.
type standardInfo struct {
	allocated, end       int64
	links                uint32
	deletePending, isDir bool
	_                    uint16
}

// statOpen adds to what os tells of an open file the volume and the index of the file, and the time of its last change,
// which SetFileTime leaves alone where it puts the time of modification back. Volumes that have none say 0.
func statOpen(f *os.File) (stat, error) {
	fi, err := f.Stat()
	if err != nil {
		return stat{}, err
	}
	s := statOf(fi)
	h := windows.Handle(f.Fd())
	var id windows.ByHandleFileInformation
	if windows.GetFileInformationByHandle(h, &id) == nil {
		s.dev, s.ino = foldDevice(id.VolumeSerialNumber), uint64(id.FileIndexHigh)<<32|uint64(id.FileIndexLow)
		s.removed = id.NumberOfLinks == 0
	}
	var standard standardInfo
	if windows.GetFileInformationByHandleEx(h, windows.FileStandardInfo, (*byte)(unsafe.Pointer(&standard)), uint32(unsafe.Sizeof(standard))) == nil && standard.deletePending {
		s.removed = true
	}
	var basic basicInfo
	if windows.GetFileInformationByHandleEx(h, windows.FileBasicInfo, (*byte)(unsafe.Pointer(&basic)), uint32(unsafe.Sizeof(basic))) == nil && basic.change != 0 {
		t := windows.Filetime{LowDateTime: uint32(basic.change), HighDateTime: uint32(basic.change >> 32)}
		s.ctime = t.Nanoseconds()
	}
	return s, nil
}

// shareAll lets others do with a file what they like while it is looked at.
const shareAll = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE

// openShared opens a file for reading. A client may give it another name in the meantime, which what os opens forbids.
func openShared(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(longPath(path))
	if err != nil {
		return nil, err
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ, shareAll, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), path), nil
}

// statName opens what is at a path for looking at it only, which no other process can refuse.
func statName(path string, follow bool) (stat, error) {
	if strings.HasPrefix(path, `\\.\`) && filepath.VolumeName(path) == path { // what nul or con.txt is in full; not all can be opened
		return stat{kind: kindDevice}, nil
	}
	name, err := windows.UTF16PtrFromString(longPath(path))
	if err != nil {
		return stat{}, err
	}
	flags := uint32(windows.FILE_FLAG_BACKUP_SEMANTICS)
	if !follow {
		flags |= windows.FILE_FLAG_OPEN_REPARSE_POINT
	}
	h, err := windows.CreateFile(name, windows.FILE_READ_ATTRIBUTES, shareAll, nil, windows.OPEN_EXISTING, flags, 0)
	if err != nil {
		return stat{}, err
	}
	return statHandle(h, path)
}

func statHandle(h windows.Handle, name string) (stat, error) {
	f := os.NewFile(uintptr(h), name)
	defer f.Close()
	return statOpen(f)
}

// longPath is an absolute path in the form that may have more than 260 characters.
func longPath(path string) string {
	switch {
	case len(path) < 240 || strings.HasPrefix(path, `\\?\`) || strings.HasPrefix(path, `\\.\`):
		return path
	case strings.HasPrefix(path, `\\`):
		return `\\?\UNC` + path[1:]
	}
	return `\\?\` + path
}

// handleOf opens the folder of a root, for names to be looked at below it.
func handleOf(r *os.Root) (*os.File, error) { return r.Open(".") }

// lstatIn looks at a name in an open folder: not by its path, which may lead elsewhere by now.
func lstatIn(d folder, name string) (stat, error) {
	n, err := windows.NewNTUnicodeString(name)
	if err != nil {
		return stat{}, err
	}
	o := windows.OBJECT_ATTRIBUTES{RootDirectory: windows.Handle(d.dir.Fd()), ObjectName: n, Attributes: windows.OBJ_CASE_INSENSITIVE}
	o.Length = uint32(unsafe.Sizeof(o))
	var h windows.Handle
	var status windows.IO_STATUS_BLOCK
	err = windows.NtCreateFile(&h, windows.FILE_READ_ATTRIBUTES|windows.SYNCHRONIZE, &o, &status, nil, 0, shareAll, windows.FILE_OPEN,
		windows.FILE_OPEN_REPARSE_POINT|windows.FILE_OPEN_FOR_BACKUP_INTENT|windows.FILE_SYNCHRONOUS_IO_NONALERT, 0, 0)
	if s, ok := err.(windows.NTStatus); ok {
		return stat{}, s.Errno()
	}
	if err != nil {
		return stat{}, err
	}
	return statHandle(h, name)
}
