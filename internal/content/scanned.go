package content

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
)

// rootBase is one of the roots of a scan.
type rootBase struct {
	path   string // absolute
	prefix string // of the paths of its files
	file   bool   // the root is a file

	once sync.Once
	base base
	err  error
}

// scannedFiles opens what the user named, following links.
type scannedFiles struct {
	bases []*rootBase
	files []File
}

func (s *scannedFiles) openFile(i FileIndex) (rawFile, error) {
	f := &s.files[i]
	if f.Link != "" {
		return rawFile{}, errNoContent
	}
	b := s.bases[f.root]
	if b.file {
		return openPath(b.path)
	}
	b.once.Do(func() { b.base, b.err = openBase(b.path) })
	if b.err != nil {
		return rawFile{}, b.err
	}
	return b.base.open(strings.TrimPrefix(strings.TrimPrefix(f.Path, b.prefix), "/"))
}

func (s *scannedFiles) close() error {
	var err error
	for _, b := range s.bases {
		b.once.Do(func() { b.err = fs.ErrClosed })
		if b.err == nil && !b.file {
			err = errors.Join(err, b.base.close())
		}
	}
	return err
}
