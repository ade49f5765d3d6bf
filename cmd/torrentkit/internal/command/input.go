package command

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// MaxTorrent is how large a .torrent may be, unless --max-size says otherwise.
const MaxTorrent = 128 << 20

// ReadTorrent reads a .torrent; "-" is standard input.
func ReadTorrent(ctx context.Context, con *console.Console, name string, limit int64) ([]byte, error) {
	raw, err := Read(ctx, con, name, limit)
	return raw, torrentError(err)
}

var errFolder = errors.New("it is a folder")

// torrentError says what to do about a torrent that is too large, or none.
func torrentError(err error) error {
	switch {
	case errors.As(err, new(tooLarge)):
		return console.WithHint(err, "--max-size raises the limit")
	case errors.Is(err, errFolder):
		return console.WithHint(err, "a torrent is wanted: FOLDER/*.torrent are those in a folder, and torrentkit verify TORRENT FOLDER checks data against one")
	}
	return err
}

// Read reads a file of at most limit bytes; "-" is standard input.
func Read(ctx context.Context, con *console.Console, name string, limit int64) ([]byte, error) {
	if name == "-" {
		raw, err := readAll(con.Stdin(ctx), 0, limit)
		return raw, InputError(InputName(name), err)
	}
	return ReadFile(ctx, name, limit)
}

// ReadFile reads a file of at most limit bytes.
func ReadFile(ctx context.Context, name string, limit int64) ([]byte, error) {
	return readFile(ctx, name, limit, func() (*os.File, error) { return os.Open(name) })
}

func readFile(ctx context.Context, name string, limit int64, open func() (*os.File, error)) ([]byte, error) {
	f, err := openBy(ctx, name, open)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := int64(0)
	if f.Info.Mode().IsRegular() {
		size = f.Info.Size()
	}
	raw, err := readAll(f, size, limit)
	return raw, InputError(name, err)
}

// readAll reads all of r. For what is size bytes, as far as is known, memory is taken once, and not doubled until it fits.
func readAll(r io.Reader, size, limit int64) ([]byte, error) {
	if size > limit {
		return nil, tooLarge(limit)
	}
	buf := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = tooLarge(limit)
	}
	return buf.Bytes(), err
}

// tooLarge is an input of more bytes than that.
type tooLarge int64

func (e tooLarge) Error() string { return "larger than " + console.FormatSize(int64(e)) }

// maxLines is how large a list of URLs may be.
const maxLines = 64 << 20

// ReadLines reads the lines of a list. Those that are empty or begin with # are none of it.
func ReadLines(ctx context.Context, con *console.Console, name string) ([]string, error) {
	raw, err := Read(ctx, con, name, maxLines)
	var list []string
	for line := range strings.Lines(strings.TrimPrefix(string(raw), "\ufeff")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			list = append(list, line)
		}
	}
	return list, err
}

// InputError says which input an error is about.
func InputError(name string, err error) error {
	if err == nil {
		return nil
	}
	if name != "standard input" {
		name = fmt.Sprintf("%q", name)
	}
	return fmt.Errorf("reading %s: %w", name, console.RootCause(err))
}
