package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/torrentkit/torrentkit/magnet"
)

// fetchLink composes a fetch: a link, resolved if its torrent is mutable, and all who may know peers of it.
func (a *app) fetchLink(ctx context.Context, text string, f *fetchFlags, progress func(magnet.Progress)) (*magnet.Result, error) {
	l, issues, err := magnet.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("reading a link: %w", err)
	}
	for _, i := range issues {
		if i.Lost() {
			a.note(i.String())
		}
	}
	if l.V1.IsZero() && l.V2.IsZero() {
		if l, err = a.resolve(ctx, l, f); err != nil {
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
func (a *app) resolve(ctx context.Context, l magnet.Link, f *fetchFlags) (magnet.Link, error) {
	if f.dht == nil {
		return l, errors.New("a link to a mutable torrent (BEP 46) is resolved through the DHT, which --no-dht forbids")
	}
	ctx, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	resolved, seq, err := f.dht.Resolve(ctx, l)
	if err != nil {
		return l, err
	}
	a.note(fmt.Sprintf("public key %s stands for %s now (version %d)", l.Key, resolved.Hashes(), seq))
	return resolved, nil
}

// fetched tells one result and writes the torrent.
func (a *app) fetched(ctx context.Context, input string, res *magnet.Result, err error, f *fetchFlags) error {
	if res == nil {
		return a.fetchFailed(ctx, input, err, f)
	}
	a.tellPeers(res.Sources, res.Peers, f)
	if res.Private {
		a.warn(fmt.Sprintf("%q is private: its peers are not meant to be found outside of its trackers", res.Name))
	}
	if res.MissingLayers > 0 {
		a.warn(fmt.Sprintf("%q lacks the piece layers of %d files, which no peer gave: many clients refuse such a torrent", res.Name, res.MissingLayers))
	}
	for _, p := range res.Problems {
		a.warn(fmt.Sprintf("%q: %s", res.Name, p))
	}
	var out *output
	if !f.check {
		if out, err = a.fetchOutput(res, f); err != nil {
			return err
		}
		if err := out.write(ctx, res.Torrent); err != nil {
			return err
		}
	}
	return a.showFetched(input, res, out)
}

// fetchOutput decides where a torrent goes, now that its name is known. A name that cannot be a file's is replaced by
// the infohash.
func (a *app) fetchOutput(res *magnet.Result, f *fetchFlags) (*output, error) {
	name := res.Name + ".torrent"
	if !fileName(name) {
		name = cmp.Or(res.V1.String(), res.V2.String()) + ".torrent"
	}
	target := f.output
	if target == "" {
		target = "."
	}
	return a.newOutput(target, outputOptions{defaultName: name, force: f.force, binary: true})
}

// fileName reports whether a name can be that of a file on all systems.
func fileName(s string) bool {
	return len(s) <= 255 && s[0] != '.' && !strings.ContainsAny(s, `/\:*?"<>|`) && !strings.ContainsFunc(s, hidden)
}

// fetchFailed tells why there is no torrent. With --check that is an answer.
func (a *app) fetchFailed(ctx context.Context, input string, err error, f *fetchFlags) error {
	var failure *magnet.FetchError
	if !errors.As(err, &failure) || ctx.Err() != nil {
		return err
	}
	a.tellPeers(failure.Sources, failure.Peers, f)
	if a.options.JSON {
		v := fetchJSON{Input: input, Error: err.Error()}
		v.add(failure.Sources, failure.Peers)
		if err := a.json(v); err != nil {
			return err
		}
	}
	if f.check && !errors.Is(err, magnet.ErrNotInfo) {
		return noBecause(a.safeText("torrentkit: " + err.Error()))
	}
	err = fmt.Errorf("fetching %s: %w", shortInput(input), err)
	switch {
	case errors.Is(err, magnet.ErrNoLayers):
		return withHint(err, "--allow-missing-layers accepts the torrent without them")
	case magnet.Count(failure.Peers)[magnet.PrivateAddress] > 0:
		return withHint(err, "--allow-private connects to private addresses, too")
	case !f.verbose && len(failure.Peers) > 0:
		return withHint(err, "--verbose tells of every peer")
	}
	return err
}

// shortInput names a link in messages by its infohash.
func shortInput(input string) string {
	l, _, err := magnet.Parse(input)
	if err != nil {
		return "a link"
	}
	return cmp.Or(l.V1.String(), l.V2.String(), "a link")
}

// fetchBoard sums the progress of fetches that run side by side, and says it in the label of the program's progress.
type fetchBoard struct {
	mu   sync.Mutex
	p    *progress
	each []magnet.Progress
}

func newFetchBoard(p *progress, n int) *fetchBoard {
	return &fetchBoard{p: p, each: make([]magnet.Progress, n)}
}

func (b *fetchBoard) of(i int) func(magnet.Progress) {
	return func(now magnet.Progress) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.each[i] = now
		var sum magnet.Progress
		done, layers := 0, 0
		for _, e := range b.each {
			sum.Found, sum.Active, sum.Failed = sum.Found+e.Found, sum.Active+e.Active, sum.Failed+e.Failed
			switch e.Phase {
			case magnet.Finished:
				done++
			case magnet.FetchingLayers:
				layers++
			}
		}
		what := "fetching metadata"
		if layers > 0 {
			what = "fetching piece layers"
		}
		if len(b.each) > 1 {
			what = fmt.Sprintf("%d of %d torrents", done, len(b.each))
		}
		b.p.relabel(fmt.Sprintf("%s, %d peers found, %d being asked, %d of no use", what, sum.Found, sum.Active, sum.Failed))
	}
}

// relabel says in words how work stands that has no size in bytes.
func (p *progress) relabel(label string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.label, p.worded = label, true
}
