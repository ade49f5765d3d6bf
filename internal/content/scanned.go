package content

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"
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

// scannedFolder is a folder that has files of a scan. Its stamp is that of before it was listed, or nothing for files
// which may lie elsewhere: those at the end of links, and roots.
type scannedFolder struct {
	root uint32
	stamp
}

// inFolder is the folder that a walk is in.
type inFolder struct {
	stamp
	inside, away uint32 // numbers of scanned folders, from 1: that for its own files, and that for those which may lie elsewhere
}

// folder is the index of the scanned folder of a file in the folder at hand.
func (s *scanner) folder(away bool) uint32 {
	known, st := &s.here.inside, s.here.stamp
	if away {
		known, st = &s.here.away, stamp{}
	}
	if *known == 0 {
		s.folders = append(s.folders, scannedFolder{uint32(s.root), st})
		*known = uint32(len(s.folders))
	}
	return *known - 1
}

// scannedFiles opens what the user named, following links.
type scannedFiles struct {
	bases   []*rootBase
	folders []scannedFolder
	files   []File
	seen    time.Time // before the first folder was looked at
}

func (s *scannedFiles) openFile(i FileIndex) (rawFile, error) {
	f := &s.files[i]
	if f.IsLink() {
		return rawFile{}, errNoContent
	}
	b := s.bases[s.folders[f.numbered()].root]
	if b.file {
		return openPath(b.path)
	}
	b.once.Do(func() { b.base, b.err = openBase(b.path) })
	if b.err != nil {
		return rawFile{}, b.err
	}
	return b.base.open(s.below(b, i))
}

// below is the slash path of file i below its root.
func (s *scannedFiles) below(b *rootBase, i FileIndex) string {
	return strings.TrimPrefix(strings.TrimPrefix(s.files[i].Path, b.prefix), "/")
}

// lookAgain opens the roots anew: what stands where they stood is what counts.
func (s *scannedFiles) lookAgain(ctx context.Context, files []FileIndex, tell func(FileIndex, *stat, func() bool, error)) {
	share(len(files), func(from, to int) {
		w := again{scannedFiles: s}
		defer w.leave()
		for k, i := range files[from:to] {
			if k%256 == 0 && ctx.Err() != nil {
				return
			}
			if !w.known(i) {
				now, stable, err := w.look(i)
				tell(i, &now, stable, err)
			}
		}
	})
}

// again looks at one file after the other, with the root and the folder of the last one at hand.
type again struct {
	*scannedFiles
	root   *rootBase // nil before the first
	base   base
	err    error
	times  bool // of folders tell whether names in them have changed
	folder uint32
	same   bool // the folder is as it was
}

// bigFile is the size of files that are looked at again in any case: reading them cost many times as much.
const bigFile = 64 << 10

// known says whether a path is known to lead to the file to which it led, without looking at it: no name in a folder
// has changed where its times have not. That a small file was not written to while it was open, its own times said.
func (w *again) known(i FileIndex) bool {
	f := &w.files[i]
	n := f.numbered()
	if of := &w.folders[n]; w.root == nil || w.root != w.bases[of.root] || w.folder != n {
		w.turn(n, path.Dir(w.below(w.bases[of.root], i)))
	}
	return w.same && f.Size < bigFile
}

// turn takes a folder at a slash path below its root in hand.
func (w *again) turn(folder uint32, name string) {
	of := &w.folders[folder]
	if b := w.bases[of.root]; b != w.root {
		w.leave()
		if w.root = b; !b.file {
			w.base, w.err = openBase(b.path)
			w.times = w.err == nil && w.base.timesNames()
		}
	}
	w.folder, w.same = folder, false
	if w.root.file || w.err != nil || !w.times || !of.settled(w.seen) {
		return
	}
	now, err := w.base.stat(name)
	w.same = err == nil && now.stamp == of.stamp
}

func (w *again) look(i FileIndex) (now stat, stable func() bool, err error) {
	switch {
	case w.root.file:
		now, err = statPath(w.root.path)
		return now, func() bool { return stableAt(openPath(w.root.path)) }, err
	case w.err != nil:
		return stat{}, nil, w.err
	}
	name := w.below(w.root, i)
	now, err = w.base.stat(name)
	return now, func() bool { return stableAt(w.base.open(name)) }, err
}

func (w *again) leave() {
	if w.root != nil && !w.root.file && w.err == nil {
		w.base.close()
	}
}

// stableAt says whether the file system of a file that was opened is stable.
func stableAt(f rawFile, err error) bool {
	if err != nil {
		return true
	}
	defer f.close()
	return f.stable()
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
