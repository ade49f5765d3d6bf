package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxTorrent is how large a .torrent may be, unless --max-size says otherwise.
const maxTorrent = 128 << 20

// readTorrent reads a .torrent; "-" is standard input.
func (a *app) readTorrent(ctx context.Context, name string, limit int64) ([]byte, error) {
	if name == "-" {
		raw, err := readCapped(a.stdin(ctx), limit)
		return raw, inputError("standard input", err)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, inputError(name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, inputError(name, err)
	case info.IsDir():
		return nil, inputError(name, errors.New("it is a folder, not a torrent"))
	case info.Mode().IsRegular() && info.Size() > limit:
		return nil, inputError(name, tooLarge(limit))
	}
	raw, err := readSized(readerOf(ctx, f), info, limit)
	return raw, inputError(name, err)
}

// readSized is readCapped for a file whose size is known: memory for it is taken once, and not doubled until it fits.
func readSized(r io.Reader, info fs.FileInfo, limit int64) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return readCapped(r, limit)
	}
	buf := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	n, err := buf.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && n > limit { // it grew meanwhile
		err = tooLarge(limit)
	}
	return buf.Bytes(), err
}

func readCapped(r io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = tooLarge(limit)
	}
	return raw, err
}

func tooLarge(limit int64) error {
	return withHint(fmt.Errorf("larger than %s", formatSize(limit)), "--max-size raises the limit")
}

// inputError says which input an error is about.
func inputError(name string, err error) error {
	if err == nil {
		return nil
	}
	if name != "standard input" {
		name = fmt.Sprintf("%q", name)
	}
	return fmt.Errorf("reading %s: %w", name, rootCause(err))
}
