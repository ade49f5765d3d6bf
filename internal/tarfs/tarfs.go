// Package tarfs shows what a tar archive would unpack to as a file system, with
// the files where they lie in the archive: nothing is unpacked, and a file is
// read anywhere at no cost.
//
// An archive comes from strangers. Its index takes memory for the names and some
// 200 bytes for each entry, and is bounded; paths that lead out of the folder,
// and files with holes, which tar leaves out, are refused.
//
// The package decompresses nothing.
package tarfs

import (
	"archive/tar"
	"cmp"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/torrentkit/torrentkit/internal/listfs"
)

// What is remembered of an archive is bounded.
const (
	maxName    = 3 * 32767 // bytes: the longest path of any system is one of Windows, of UTF-16 units
	maxDepth   = 1000      // folders in folders
	maxEntries = 1 << 24
)

// New reads the headers of an archive of size bytes, which is not compressed.
// Errors are of the archive's form, and of reading it.
//
// Of entries with one path the last counts, as when they are unpacked.
func New(r io.ReaderAt, size int64) (*listfs.FS, error) {
	f := listfs.New(r)
	section := io.NewSectionReader(r, 0, size)
	archive := tar.NewReader(section)
	for entries := 0; ; entries++ {
		h, err := archive.Next()
		if err == io.EOF && entries == 0 {
			err = errors.New("it is an archive of nothing")
		} else if err == io.EOF {
			return f, nil
		}
		if err == nil && entries == maxEntries {
			err = fmt.Errorf("more than %d entries", maxEntries)
		}
		if errors.Is(err, tar.ErrHeader) || entries == 0 && errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("it is no tar archive, or is damaged")
		}
		if err != nil {
			return nil, err
		}
		offset, _ := section.Seek(0, io.SeekCurrent)
		if err := add(f, h, offset); err != nil {
			return nil, err
		}
		if (h.Typeflag == tar.TypeReg || h.Typeflag == tar.TypeCont) && h.Size > size-offset {
			return nil, fmt.Errorf("%q: %w", h.Name, io.ErrUnexpectedEOF)
		}
	}
}

func add(f *listfs.FS, h *tar.Header, offset int64) error {
	switch {
	case h.Typeflag == tar.TypeXGlobalHeader:
		return nil
	case len(h.Name) > maxName, strings.Count(h.Name, "/") > maxDepth:
		return fmt.Errorf("a path of %d bytes in %d folders", len(h.Name), strings.Count(h.Name, "/"))
	case sparse(h):
		return fmt.Errorf("%q has holes that the archive leaves out: it can be read only unpacked", h.Name)
	}
	name, err := cleanPath(h.Name)
	if err != nil {
		return err
	}
	name = strings.Clone(name) // it was part of a header that may be much larger
	n := listfs.File{Mode: h.FileInfo().Mode(), Time: h.ModTime.Unix()}
	switch h.Typeflag {
	case tar.TypeDir, tar.TypeSymlink, tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
	case tar.TypeReg, tar.TypeCont:
		n.Size, n.Offset = h.Size, offset
	case tar.TypeLink:
		target, err := cleanPath(h.Linkname)
		to, there := f.File(target)
		if err != nil || !there || !to.Mode.IsRegular() {
			return fmt.Errorf("%q is a hard link to %.200q, which is no file in front of it", h.Name, h.Linkname)
		}
		n = to
	default:
		return fmt.Errorf("%.200q is of the type %q, which is not read", h.Name, h.Typeflag)
	}
	return f.Put(name, n)
}

// sparse tells whether the content in the archive is not that of the file.
func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// cleanPath is a path below the folder that an archive is unpacked into, as tar takes it: without slashes in front.
func cleanPath(s string) (string, error) {
	for part := range strings.SplitSeq(s, "/") {
		if part == ".." {
			return "", fmt.Errorf("%.200q leads out of the folder", s)
		}
	}
	return cmp.Or(strings.TrimLeft(path.Clean("/"+s), "/"), "."), nil
}
