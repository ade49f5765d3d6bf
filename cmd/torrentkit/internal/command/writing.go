package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Writing is outputs that are written together, and what came of that.
type Writing struct {
	Outputs Outputs
	Data    []io.WriterTo
	Err     error

	all []*staged
}

// WriteAll does Outputs.Write for many, which fail one by one. What is slow is the disk, which has to say of each file that
// its bytes are there before it gets its name: it is asked for all of them at once, and then once for each folder.
func WriteAll(ctx context.Context, list []*Writing) {
	for len(list) > 0 {
		list = list[writeSome(ctx, list):]
	}
}

// writeSome writes the first of a list, and tells how many: all, or those before one for which the room, or the number of
// open files, did not suffice beside them. One by one what is replaced makes room for the next.
func writeSome(ctx context.Context, list []*Writing) int {
	dirs := make(folders)
	defer dirs.close()
	for i, w := range list {
		w.stage(ctx, dirs)
		if i > 0 && isScarce(w.Err) {
			w.again()
			list = list[:i]
			break
		}
	}
	flushAll(list)
	var late []*Writing // of which the system told only now
	for _, w := range list {
		if isScarce(w.Err) && len(list) > 1 {
			late = append(late, w)
		}
		w.place(ctx)
	}
	syncAll(list)
	for _, w := range late {
		w.again()
		writeSome(ctx, []*Writing{w})
	}
	return len(list)
}

// isScarce tells whether something failed for want of room, or because too many files are open.
func isScarce(err error) bool {
	return slices.ContainsFunc(scarcities(), func(why error) bool { return errors.Is(err, why) })
}

// again makes a writing what it was.
func (w *Writing) again() {
	for _, s := range w.all {
		s.undo()
		s.letGo()
	}
	w.all, w.Err = nil, nil
}

func (w *Writing) stage(ctx context.Context, dirs folders) {
	for i, o := range w.Outputs {
		s := &staged{Output: o, data: w.Data[i]}
		w.all = append(w.all, s)
		if w.Err == nil {
			w.Err = s.stage(ctx, dirs)
		}
	}
}

// folders are those in which files are written, open, by what reaches them.
type folders map[folderKey][]openedFolder

type folderKey struct {
	in   *Folder
	path string
}

type openedFolder struct {
	within
	info os.FileInfo
}

// enter opens the folder of an output, unless the very same is open.
func (f folders) enter(o *Output) (within, error) {
	key := folderKey{o.in, filepath.Dir(o.Path)}
	for _, dir := range f[key] {
		if o.folder != nil && os.SameFile(dir.info, o.folder) {
			return dir.within, nil
		}
	}
	dir, err := o.enter()
	if err != nil {
		return nil, err
	}
	f[key] = append(f[key], openedFolder{dir, o.folder})
	return dir, nil
}

func (f folders) close() {
	for _, list := range f {
		for _, dir := range list {
			dir.Close()
		}
	}
}

// flushers is how many temporary files are brought to the disk side by side. Each is a thread that waits.
const flushers = 128

// flushAll brings the temporary files to the disk, side by side: a file system that writes a journal does so once for
// all that wait.
func flushAll(list []*Writing) {
	var group sync.WaitGroup
	var next atomic.Int64
	for range min(flushers, len(list)) {
		group.Go(func() {
			for i := next.Add(1); i <= int64(len(list)); i = next.Add(1) {
				list[i-1].flush()
			}
		})
	}
	group.Wait()
}

func (w *Writing) flush() {
	for _, s := range w.all {
		if w.Err == nil {
			w.Err = s.flush()
		}
	}
}

func (w *Writing) place(ctx context.Context) {
	for _, s := range w.all {
		if w.Err == nil {
			w.Err = s.place(ctx)
		}
	}
	for _, s := range w.all {
		if w.Err != nil {
			s.undo()
		}
		s.letGo()
	}
}

// syncAll makes the names of files survive a power cut: a call for each folder.
func syncAll(list []*Writing) {
	type folder struct {
		info os.FileInfo
		err  error
	}
	var synced []folder
	sync := func(s *staged) error {
		for _, f := range synced {
			if os.SameFile(f.info, s.folder) {
				return f.err
			}
		}
		err := syncFolder(s.dir)
		synced = append(synced, folder{s.folder, err})
		return err
	}
	for _, w := range list {
		for _, s := range w.all {
			if w.Err != nil || !s.placed {
				continue
			}
			if err := sync(s); err != nil {
				w.Err = fmt.Errorf("writing %q: it is there, but a power cut may take it away: %w", s.name, console.RootCause(err))
			}
		}
	}
}
