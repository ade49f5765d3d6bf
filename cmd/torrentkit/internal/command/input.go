package command

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// MaxTorrent is how large a .torrent may be, unless --max-size says otherwise.
const MaxTorrent = 128 << 20

// ReadTorrent reads a .torrent; "-" is standard input.
func ReadTorrent(ctx context.Context, con *console.Console, name string, limit int64) ([]byte, error) {
	if name == "-" {
		raw, err := ReadCapped(con.Stdin(ctx), limit)
		return raw, InputError("standard input", err)
	}
	f, err := Open(ctx, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Info.Mode().IsRegular() && f.Info.Size() > limit {
		return nil, InputError(name, tooLarge(limit))
	}
	raw, err := readSized(f, f.Info, limit)
	return raw, InputError(name, err)
}

// readSized is readCapped for a file whose size is known: memory for it is taken once, and not doubled until it fits.
func readSized(r io.Reader, info fs.FileInfo, limit int64) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return ReadCapped(r, limit)
	}
	buf := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit { // it grew meanwhile
		err = tooLarge(limit)
	}
	return buf.Bytes(), err
}

// ReadCapped reads all of r, and no more than limit bytes.
func ReadCapped(r io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = tooLarge(limit)
	}
	return raw, err
}

func tooLarge(limit int64) error {
	return console.WithHint(fmt.Errorf("larger than %s", console.FormatSize(limit)), "--max-size raises the limit")
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
