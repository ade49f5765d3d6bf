package main

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	raw, err := readCapped(&contextReader{ctx: ctx, r: f}, limit)
	return raw, inputError(name, err)
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
