package creating

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// serverFlags are about content that servers have.
type serverFlags struct {
	list, seedsOf string // files: of URLs, and a torrent
	options       create.ServerOptions
}

// isURL tells whether an argument is a URL, and no path.
func isURL(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && slices.Contains([]string{"http", "https", "ftp"}, strings.ToLower(scheme))
}

// served tells whether the content is on servers.
func (f *createFlags) served(paths []string) bool {
	return f.servers.list != "" || f.servers.seedsOf != "" || slices.ContainsFunc(paths, isURL)
}

// openServers asks servers for their files, and names the content.
func openServers(ctx context.Context, con *console.Console, paths []string, o *create.Options, f *createFlags) error {
	s := &f.selection
	switch {
	case f.servers.seedsOf != "" && (len(paths) > 0 || f.servers.list != ""):
		return errors.New("--from-web-seeds takes all files from the torrent's servers, and no other PATH or URL")
	case slices.ContainsFunc(paths, func(p string) bool { return !isURL(p) }):
		return errors.New("a torrent is made of paths or of URLs, not of both")
	case s.Links != create.FollowLinks, s.GitIgnore, len(s.IgnoreFiles) > 0, f.filesFrom != "":
		return errors.New("--symlinks, --gitignore, --ignore-file and --files-from are for files on a disk")
	}
	if f.content == nil {
		p := con.StartProgress("asking servers")
		defer p.Finish()
		var err error
		if f.content, err = askServers(ctx, con, paths, f); err != nil {
			return err
		}
	}
	if o.Name == "" {
		var err error
		if o.Name, err = f.content.Name(); err != nil {
			return console.WithHint(errors.New("the URLs have no folder in common that would name the torrent"), "--name NAME")
		}
	}
	return nil
}

func askServers(ctx context.Context, con *console.Console, urls []string, f *createFlags) (*create.Content, error) {
	o := f.servers.options
	o.UserAgent = "torrentkit/" + command.BuildVersion().Version
	if f.servers.seedsOf != "" {
		old, err := command.ReadTorrent(ctx, con, f.servers.seedsOf, command.MaxTorrent)
		if err != nil {
			return nil, err
		}
		c, err := create.WebSeeds(ctx, old, f.selection.Selection, o)
		if err != nil {
			err = fmt.Errorf("asking the web seeds of %q: %w", f.servers.seedsOf, err)
		}
		return c, serverHint(err)
	}
	if f.servers.list != "" {
		list, err := readPaths(ctx, con, f.servers.list)
		if err != nil {
			return nil, err
		}
		for _, u := range list {
			if u = strings.TrimSpace(u); u != "" && u[0] != '#' {
				urls = append(urls, u)
			}
		}
	}
	c, err := create.URLs(ctx, urls, f.selection.Selection, o)
	return c, serverHint(err)
}

// serverHint adds what can be done about a server.
func serverHint(err error) error {
	var server *create.ServerError
	if !errors.As(err, &server) {
		return err
	}
	switch server.Kind {
	case "address":
		return console.WithHint(err, "--allow-private lets redirects and a torrent's web seeds lead into private networks")
	case "size":
		return console.WithHint(err, "a file of unknown length can come through a pipe: curl -f URL | torrentkit create --name NAME -")
	}
	return err
}
