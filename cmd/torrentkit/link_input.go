package main

import (
	"context"
	"fmt"
	"os"

	"github.com/torrentkit/torrentkit/magnet"
)

// linkOf reads a link, or makes that of a torrent.
func (a *app) linkOf(ctx context.Context, arg string, f *magnetFlags) (magnet.Link, []magnet.Issue, error) {
	if isLink(arg) {
		l, issues, err := magnet.Parse(arg)
		if err != nil {
			err = fmt.Errorf("reading a link: %w", err)
		}
		return l, issues, err
	}
	raw, err := a.readTorrent(ctx, arg, int64(f.maxSize))
	if err != nil {
		return magnet.Link{}, nil, err
	}
	l, issues, err := magnet.FromTorrent(raw, f.link)
	return l, issues, inputError(inputName(arg), err)
}

// isLink tells a link or an infohash from the name of a file.
func isLink(arg string) bool {
	if indexFold(arg, "magnet:") >= 0 || indexFold(arg, "magnet%3a") >= 0 {
		return true
	}
	if _, err := os.Stat(arg); err == nil || arg == "-" {
		return false
	}
	_, _, err := magnet.Parse(arg)
	return err == nil
}

func (a *app) compareLinks(ctx context.Context, args []string, f *magnetFlags) error {
	var links [2]magnet.Link
	for i, arg := range args {
		l, _, err := a.linkOf(ctx, arg, f)
		if err != nil {
			return err
		}
		links[i] = l
	}
	return a.showComparison(args, links)
}
