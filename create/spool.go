package create

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
)

// A temporary file leaves others some room: a tenth of what is free when it begins, and a GiB at the most.
const (
	maxReserve = 1 << 30
	spoolStep  = 16 << 20 // bytes after which the room is measured again
)

// FullError is a stream for which there is no room in the folder of temporary files.
type FullError struct {
	Folder string
	Free   int64 // bytes, when it was measured
	Want   int64 // bytes that were to come, 0 where that is not known
}

func (e *FullError) Error() string {
	if e.Want > 0 {
		return fmt.Sprintf("keeping it in %q: %d bytes are to come, and of the %d that are free some are left to others", e.Folder, e.Want, e.Free)
	}
	return fmt.Sprintf("keeping it in %q: %d bytes are free there, which are left to others", e.Folder, e.Free)
}

// spooler writes a temporary file until its context ends or the room does, and says where it could not.
type spooler struct {
	ctx  context.Context
	file *os.File
	room func(folder string) (free int64, known bool)
	left int64 // bytes until the room is measured again
	keep int64 // bytes that are left to others; 0 before the first measure
}

// spool copies r into a temporary file, which is removed at once where the system lets it.
func spool(ctx context.Context, r io.Reader) (*os.File, *backing, error) {
	return spoolBy(ctx, func(w *spooler) error {
		_, err := io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{r}, make([]byte, 1<<20))
		return err
	})
}

// spoolArchive copies a tar archive up to its end: what follows that, which may have none of its own, is no part of it.
// What is no archive is known by its first block.
func spoolArchive(ctx context.Context, r io.Reader) (*os.File, *backing, error) {
	return spoolBy(ctx, func(w *spooler) error { return copyArchive(w, r) })
}

func spoolBy(ctx context.Context, fill func(*spooler) error) (*os.File, *backing, error) {
	file, err := os.CreateTemp("", ".torrentkit-*.tmp")
	if err != nil {
		return nil, nil, fmt.Errorf("keeping it in %q: %w", os.TempDir(), content.Bare(err))
	}
	b := &backing{reader: file, copied: file.Name()}
	if os.Remove(b.copied) == nil {
		b.copied = ""
	}
	if err := fill(&spooler{ctx: ctx, file: file, room: Room}); err != nil {
		_ = (&Content{backing: b}).Close()
		return nil, nil, err
	}
	return file, b, nil
}

// maxTail is what is read, and not kept, behind the end of an archive: it is padded to a block of a tape, and the checksum
// of what compresses it follows.
const maxTail = 64 << 20

func copyArchive(w *spooler, r io.Reader) error {
	in := &kept{r: r, w: w}
	archive := tar.NewReader(in)
	for {
		h, err := archive.Next()
		switch {
		case in.err != nil:
			return in.err
		case errors.Is(err, io.EOF):
			if _, err = io.CopyN(io.Discard, r, maxTail); errors.Is(err, io.EOF) {
				return nil
			}
			return err
		case err != nil:
			return nil // tarfs reads the same, and says what is wrong with it
		case h.Size > spoolStep:
			if err := w.expect(h.Size); err != nil {
				return err
			}
		}
	}
}

// kept writes what is read of an archive, and remembers what went wrong but for the end, which may be too early.
type kept struct {
	r   io.Reader
	w   io.Writer
	err error
}

// Read implements io.Reader.
func (k *kept) Read(p []byte) (int, error) {
	n, err := k.r.Read(p)
	if err != nil && err != io.EOF {
		k.err = err
	}
	if _, failed := k.w.Write(p[:n]); failed != nil {
		k.err, err = failed, failed
	}
	return n, err
}

// Write implements io.Writer.
func (s *spooler) Write(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if s.left -= int64(len(p)); s.left < 0 {
		s.left = spoolStep
		if err := s.expect(0); err != nil {
			return 0, err
		}
	}
	n, err := s.file.Write(p)
	if err != nil {
		err = fmt.Errorf("keeping it in %q: %w", filepath.Dir(s.file.Name()), content.Bare(err))
	}
	return n, err
}

// expect refuses bytes that are to come if there is no room for them.
func (s *spooler) expect(n int64) error {
	folder := filepath.Dir(s.file.Name())
	free, known := s.room(folder)
	if !known {
		return nil
	}
	if s.keep == 0 {
		s.keep = max(1, min(maxReserve, free/10))
	}
	if free-s.keep < n {
		return &FullError{folder, free, n}
	}
	return nil
}
