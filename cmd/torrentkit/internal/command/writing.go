package command

import (
	"context"
	"fmt"
	"os"
	"sync"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Writing is outputs that are written together, and what came of that.
type Writing struct {
	Outputs Outputs
	Data    [][]byte
	Err     error

	all []*staged
}

// WriteAll does Outputs.Write for many, which fail one by one. What is slow is the disk, which has to say of each file that
// its bytes are there before it gets its name: it is asked for all of them at once, and then once for each folder.
func WriteAll(ctx context.Context, list []*Writing) {
	for _, w := range list {
		w.stage(ctx)
	}
	flushAll(list)
	for _, w := range list {
		w.place(ctx)
	}
	syncAll(list)
	for _, w := range list {
		for _, s := range w.all {
			if s.dir != nil {
				s.dir.Close()
			}
		}
	}
}

func (w *Writing) stage(ctx context.Context) {
	for i, o := range w.Outputs {
		s := &staged{Output: o, data: w.Data[i]}
		w.all = append(w.all, s)
		if w.Err == nil {
			w.Err = s.stage(ctx)
		}
	}
}

// flushAll brings the temporary files to the disk, side by side: a file system that writes a journal does so once for
// all that wait.
func flushAll(list []*Writing) {
	var group sync.WaitGroup
	for _, w := range list {
		group.Go(func() {
			for _, s := range w.all {
				if w.Err == nil {
					w.Err = s.flush()
				}
			}
		})
	}
	group.Wait()
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
