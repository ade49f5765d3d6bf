package magnets

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// fetchLink composes a fetch: a link, resolved if its torrent is mutable, and all who may know peers of it.
func fetchLink(ctx context.Context, con *console.Console, text string, f *fetchFlags, progress func(magnet.Progress)) (*magnet.Result, error) {
	l, issues, err := magnet.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading a link: %w", err)
	}
	for _, i := range issues {
		if i.Lost() {
			con.Note(i.String())
		}
	}
	if l.V1.IsZero() && l.V2.IsZero() {
		if l, err = resolve(ctx, con, l, f); err != nil {
			return nil, err
		}
	}
	opts := f.FetchOptions
	opts.Progress = progress
	opts.Sources = trackerSources(l, f)
	if len(f.peers) > 0 {
		opts.Sources = append(opts.Sources, magnet.Peers("command line", f.peers, true))
	}
	if f.dht != nil {
		opts.Sources = append(opts.Sources, f.dht.Source(l))
	}
	return magnet.Fetch(ctx, l, opts)
}

// resolve asks the DHT what a mutable torrent is now (BEP 46).
func resolve(ctx context.Context, con *console.Console, l magnet.Link, f *fetchFlags) (magnet.Link, error) {
	if f.dht == nil {
		return l, errors.New("a link to a mutable torrent (BEP 46) is resolved through the DHT, which --no-dht forbids")
	}
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	resolved, seq, err := f.dht.Resolve(ctx, l)
	if err != nil {
		return l, err
	}
	con.Note(fmt.Sprintf("public key %s stands for %s now (version %d)", l.Key, resolved.Hashes(), seq))
	return resolved, nil
}

// fetched tells one result and writes the torrent.
func fetched(ctx context.Context, con *console.Console, input string, res *magnet.Result, err error, f *fetchFlags) error {
	if res == nil {
		return fetchFailed(ctx, con, input, err, f)
	}
	tellPeers(con, res.Sources, res.Peers, f)
	if res.Private {
		con.Warn(fmt.Sprintf("%q is private: its peers are not meant to be found outside of its trackers", res.Name))
	}
	if res.MissingLayers > 0 {
		con.Warn(fmt.Sprintf("%q lacks the piece layers of %d files, which no peer gave: clients that know v2 refuse such a torrent", res.Name, res.MissingLayers))
	}
	for _, p := range res.Problems {
		con.Warn(fmt.Sprintf("%q: %s", res.Name, p))
	}
	var out *command.Output
	if !f.check {
		if out, err = fetchOutput(con, res, f); err != nil {
			return err
		}
		if err := out.Write(ctx, res.Torrent); err != nil {
			return err
		}
	}
	return showFetched(con, input, res, out)
}

// fetchOutput decides where a torrent goes, now that its name is known.
func fetchOutput(con *console.Console, res *magnet.Result, f *fetchFlags) (*command.Output, error) {
	name := command.TorrentFile(res.Name, metainfo.Hashes{V1: res.V1, V2: res.V2})
	target := f.output
	if target == "" {
		target = "."
	}
	return command.NewOutput(con, target, command.OutputOptions{DefaultName: name, Force: f.force, Binary: true})
}

// fetchFailed tells why there is no torrent. With --check that is an answer.
func fetchFailed(ctx context.Context, con *console.Console, input string, err error, f *fetchFlags) error {
	var failure *magnet.FetchError
	if !errors.As(err, &failure) || ctx.Err() != nil {
		return err
	}
	tellPeers(con, failure.Sources, failure.Peers, f)
	if con.Options.JSON {
		v := fetchJSON{Input: input, Error: hider(con, failure.Sources)(err.Error())}
		v.add(con, failure.Sources, failure.Peers)
		if err := con.JSON(v); err != nil {
			return err
		}
	}
	if f.check && !errors.Is(err, magnet.ErrNotInfo) {
		return console.NoBecause(console.EscapeSentence(hider(con, failure.Sources)("torrentkit: " + err.Error())))
	}
	err = fmt.Errorf("fetching %s: %w", shortInput(input), err)
	switch {
	case errors.Is(err, magnet.ErrNoLayers):
		return console.WithHint(err, "--allow-missing-layers writes the torrent without them, for clients that know v1 only; of a hybrid, \"edit --keep-only v1 --new-infohash\" makes a v1 torrent")
	case namedPrivate(failure):
		return console.WithHint(err, "--allow-private connects to private addresses, too")
	case !f.verbose && len(failure.Peers) > 0:
		return console.WithHint(err, "--verbose tells of every peer")
	}
	return err
}

// namedPrivate tells whether a peer, a tracker or a URL was at an address that is not public, and so was left alone.
func namedPrivate(failure *magnet.FetchError) bool {
	return magnet.Count(failure.Peers)[magnet.PrivateAddress] > 0 ||
		slices.ContainsFunc(failure.Sources, func(s magnet.SourceReport) bool { return errors.Is(s.Err, magnet.ErrPrivateAddress) })
}

// shortInput names a link in messages by its infohash.
func shortInput(input string) string {
	l, _, err := magnet.Parse(input)
	if err != nil {
		return "a link"
	}
	return cmp.Or(l.V1.String(), l.V2.String(), "a link")
}
