package command

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// Torrents come from files, folders of files, standard input and URLs.

// IsURL tells whether an argument is fetched over HTTP.
func IsURL(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// Input is what a torrent is read from: what the user named, or a file in a folder that was.
type Input struct {
	Name   string
	Folder *Folder // that Torrents has listed it of; nil for what was named
}

// Named is the input that a name stands for.
func Named(name string) Input { return Input{Name: name} }

// EachInput is each over arguments of which some may be folders: a folder stands for the .torrent files below it, in
// the order of their paths.
func EachInput(ctx context.Context, con *console.Console, args []string, f func(ctx context.Context, in Input) error) error {
	return Each(ctx, con, args, func(ctx context.Context, arg string) error {
		if IsURL(arg) || !IsFolder(arg) {
			return f(ctx, Named(arg))
		}
		folder, err := OpenFolder(arg)
		if err != nil {
			return err
		}
		defer folder.Close()
		found, err := folder.Torrents(ctx, con, true)
		if err == nil && len(found) == 0 {
			return InputError(arg, errors.New("no .torrent files are in this folder"))
		}
		return errors.Join(err, Each(ctx, con, found, func(ctx context.Context, name string) error {
			return f(ctx, Input{name, folder})
		}))
	})
}

// ReadInput reads a .torrent from a file, a URL, or standard input.
func ReadInput(ctx context.Context, con *console.Console, in Input, limit int64) ([]byte, error) {
	name := in.Name
	if in.Folder != nil || !IsURL(name) {
		raw, err := in.ReadFile(ctx, con, limit)
		if err != nil {
			return raw, err
		}
		return Unpacked(con, name, raw, limit)
	}
	raw, err := magnet.Download(ctx, name, magnet.DownloadOptions{Limit: limit, Client: "torrentkit/" + BuildVersion().Version})
	switch {
	case errors.Is(err, magnet.ErrTooLarge):
		err = torrentError(InputError(name, tooLarge(limit)))
	case err != nil && ctx.Err() == nil:
		err = InputError(name, err)
	}
	if err != nil {
		return raw, err
	}
	return Unpacked(con, name, raw, limit)
}

// ReadFile is ReadInput of a file, which may be packed.
func (in Input) ReadFile(ctx context.Context, con *console.Console, limit int64) ([]byte, error) {
	if in.Folder != nil {
		return in.Folder.ReadTorrent(ctx, in.Name, limit)
	}
	return ReadTorrent(ctx, con, in.Name, limit)
}

// Unpacked is a torrent as it is inside of gzip, where it is, which is said.
func Unpacked(con *console.Console, name string, raw []byte, limit int64) ([]byte, error) {
	raw, packed, err := Unpack(name, raw, limit)
	if packed {
		WarnPacked(con, name)
	}
	return raw, err
}

// Unpack is a torrent as it is inside of gzip, and whether it is in there.
func Unpack(name string, raw []byte, limit int64) (inside []byte, packed bool, err error) {
	if !bytes.HasPrefix(raw, []byte("\x1f\x8b")) {
		return raw, false, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err == nil {
		raw, err = readAll(z, 0, limit)
	}
	if err != nil {
		return nil, false, torrentError(InputError(InputName(name), fmt.Errorf("unpacking gzip: %w", err)))
	}
	return raw, true, nil
}

// WarnPacked says that a torrent was in gzip.
func WarnPacked(con *console.Console, name string) {
	con.Warn(InputName(name) + ": compressed by gzip: read as it is inside")
}
