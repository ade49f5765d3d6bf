package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Torrents come from files, folders of files, standard input and URLs.

const (
	fetchTimeout = 60 * time.Second
	maxRedirects = 5
)

// isURL tells whether an argument is fetched over HTTP.
func isURL(name string) bool {
	scheme, _, ok := strings.Cut(name, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

// eachInput is each over arguments of which some may be folders: a folder stands for the .torrent files below it, in
// the order of their paths.
func (a *app) eachInput(ctx context.Context, args []string, f func(ctx context.Context, input string) error) error {
	return a.each(ctx, args, func(ctx context.Context, arg string) error {
		if info, err := os.Stat(arg); isURL(arg) || err != nil || !info.IsDir() {
			return f(ctx, arg)
		}
		found, err := torrentsBelow(ctx, arg)
		if err != nil {
			return inputError(arg, err)
		}
		return a.each(ctx, found, f)
	})
}

func torrentsBelow(ctx context.Context, folder string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".torrent"):
			found = append(found, path)
		}
		return nil
	})
	if err == nil && len(found) == 0 {
		err = errors.New("no .torrent files are in this folder")
	}
	return found, err
}

// readInput reads a .torrent from a file, a URL, or standard input.
func (a *app) readInput(ctx context.Context, name string, limit int64) ([]byte, error) {
	if !isURL(name) {
		return a.readTorrent(ctx, name, limit)
	}
	raw, err := fetch(ctx, name, limit)
	if err != nil && ctx.Err() == nil {
		return nil, inputError(name, err)
	}
	return raw, err
}

// fetch gets at most limit bytes over HTTP. Redirects are followed to HTTP only, and never from https to http.
func fetch(ctx context.Context, address string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, fetchTimeout, fmt.Errorf("no answer within %v", fetchTimeout))
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, rootURLError(err)
	}
	request.Header.Set("User-Agent", "torrentkit/"+buildVersion().Version)
	client := http.Client{CheckRedirect: checkRedirect}
	response, err := client.Do(request)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return nil, rootURLError(err)
	}
	defer response.Body.Close()
	switch {
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the server answers %s", response.Status)
	case response.ContentLength > limit:
		return nil, tooLarge(limit)
	}
	return readCapped(response.Body, limit)
}

func checkRedirect(next *http.Request, before []*http.Request) error {
	switch {
	case len(before) > maxRedirects:
		return fmt.Errorf("more than %d redirects", maxRedirects)
	case !isURL(next.URL.String()):
		return errors.New("redirected to something that is not http or https")
	case before[len(before)-1].URL.Scheme == "https" && next.URL.Scheme != "https":
		return errors.New("redirected from https to http")
	}
	return nil
}

// rootURLError strips the URL, which the message names already, from an error of net/http.
func rootURLError(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
