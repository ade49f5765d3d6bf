package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// Outputs are the files that one command writes: all of them, or none that was not there before.
//
// A power cut may still come when the first has its name and the second has not. For the command to be run again then, a
// file that is there already and is the same may stay (OutputOptions.Same), if not all are there.
type Outputs []*Output

// Refuse is the error that all files are there already: there is nothing that was left unfinished.
func (list Outputs) Refuse() error {
	new := func(o *Output) bool { return o.Kind != ToFile || o.force || o.before == nil }
	if len(list) == 0 || slices.ContainsFunc(list, new) {
		return nil
	}
	return list[0].exists()
}

// CheckRoom refuses files for which there is no room in their folders, as far as the sizes in bytes and the file systems
// tell: it is known before the long work. What a file replaces stays until the new one is whole.
func (list Outputs) CheckRoom(sizes []int64) error {
	wanted := make(map[string]int64)
	for i, o := range list {
		if o.Kind != ToFile {
			continue
		}
		folder := filepath.Dir(o.Path)
		wanted[folder] += sizes[i]
		if free, known := create.Room(folder); known && free < wanted[folder] {
			return fmt.Errorf("writing %q: %w: %d bytes are wanted in its folder, and %d are free", o.name, syscall.ENOSPC, wanted[folder], free)
		}
	}
	return nil
}

// Write puts data in place. The file appears whole or not at all: it is written under a temporary name in the same
// folder, synced, and renamed. A file that appeared since newOutput is not replaced without force.
func (o *Output) Write(ctx context.Context, data []byte) error {
	return Outputs{o}.Write(ctx, []io.WriterTo{Bytes(data)})
}

// Write puts data in place, each as Output.Write does. No file gets its name before all are on the disk.
func (list Outputs) Write(ctx context.Context, data []io.WriterTo) error {
	w := &Writing{Outputs: list, Data: data}
	WriteAll(ctx, []*Writing{w})
	return w.Err
}

// Remove removes a file that Write has no business with any more.
func (o *Output) Remove() error {
	dir, err := o.enter()
	if err != nil {
		return o.wrap(err)
	}
	defer dir.Close()
	if err := dir.Remove(o.base()); err != nil {
		return fmt.Errorf("removing %q: %w", o.name, console.RootCause(err))
	}
	return nil
}

// Bytes are data that is in memory.
type Bytes []byte

// WriteTo writes them, each time.
func (b Bytes) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(b)
	return int64(n), err
}

// staged is what is written: to a file, under a temporary name at first.
type staged struct {
	*Output
	data   io.WriterTo // may be asked more than once
	dir    within      // that the file lies in
	temp   string      // its name there until then; "" where there is none, or not any more
	file   *os.File
	placed bool // the file has its name, by us
}

func (s *staged) stage(ctx context.Context, dirs folders) error {
	if err := ctx.Err(); err != nil || s.Kind != ToFile {
		return err
	}
	var err error
	if s.dir, err = dirs.enter(s.Output); err != nil {
		return s.wrap(err)
	}
	if s.temp, s.file, err = s.createTemp(s.dir); err != nil {
		return s.wrap(err)
	}
	err = s.fill(s.file, s.data)
	return s.wrap(err)
}

// flush brings the temporary file to the disk.
func (s *staged) flush() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Sync()
	if !heldOpen {
		err = errors.Join(err, s.letGo())
	}
	return s.wrap(err)
}

// letGo gives the claim to the temporary file up. Its bytes are on the disk, or it is removed.
func (s *staged) letGo() error {
	if s.file == nil {
		return nil
	}
	f := s.file
	s.file = nil
	return f.Close()
}

func (s *staged) place(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return s.wrap(err)
	}
	switch s.Kind {
	case ToStdout:
		_, err := s.data.WriteTo(s.App.Raw())
		return err
	case toDevice:
		return s.wrap(writeDevice(ctx, s.Path, s.data))
	}
	err := s.commit(ctx, s.dir, s.temp)
	switch {
	case err == nil:
		s.temp, s.placed = "", true
		return nil
	case s.force || !errors.Is(err, fs.ErrExist):
		return s.wrap(err)
	case !s.isThere():
		return s.exists()
	}
	s.undo()
	return nil
}

// undo takes back what was written. What a file replaced is gone: there, the new one stays.
func (s *staged) undo() {
	if s.temp != "" {
		s.dir.Remove(s.temp)
	}
	if s.placed && !s.force {
		s.dir.Remove(s.base())
	}
	s.temp, s.placed = "", false
}

// isThere tells whether a file that is there already will do.
func (s *staged) isThere() bool {
	if s.same == nil {
		return false
	}
	f, err := s.dir.Open(s.base())
	if err != nil {
		return false
	}
	defer f.Close()
	var wanted bytes.Buffer
	if _, err := s.data.WriteTo(&wanted); err != nil {
		return false
	}
	there, err := io.ReadAll(io.LimitReader(f, 2*int64(wanted.Len())+1))
	return err == nil && s.same(there, wanted.Bytes())
}

// SameBytes is for OutputOptions.Same.
func SameBytes(there, wanted []byte) bool { return bytes.Equal(there, wanted) }
