package command

import (
	"context"
	"io"
	"io/fs"
	"os"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// File is an open file whose reads end with the context.
type File struct {
	io.Reader
	Info fs.FileInfo
	file *os.File
}

// Open opens a file that the user named. Opening may wait for ever, for the writer of a named pipe or for a server that is
// gone: the end of the context ends that too. A folder is an error.
func Open(ctx context.Context, name string) (*File, error) {
	return openBy(ctx, name, func() (*os.File, error) { return os.Open(name) })
}

func openBy(ctx context.Context, name string, open func() (*os.File, error)) (*File, error) {
	type opened struct {
		file *os.File
		err  error
	}
	ch := make(chan opened, 1)
	go func() {
		file, err := open()
		select {
		case ch <- opened{file, err}:
		default: // nobody waits any more
			file.Close()
		}
	}()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case got := <-ch:
		if got.err != nil {
			return nil, InputError(name, got.err)
		}
		info, err := got.file.Stat()
		if err == nil && info.IsDir() {
			err = errFolder
		}
		if err != nil {
			got.file.Close()
			return nil, InputError(name, err)
		}
		return &File{Reader: console.ReaderOf(ctx, got.file), Info: info, file: got.file}, nil
	}
}

// Close closes the file.
func (f *File) Close() error { return f.file.Close() }
