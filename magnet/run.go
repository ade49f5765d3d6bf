package magnet

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// document is proven metadata and where it came from.
type document struct {
	info   []byte
	layers map[[32]byte][]byte // of a .torrent that was fetched whole
	from   string
}

// run goes through the phases.
func (f *fetcher) run(ctx context.Context) (*Result, error) {
	doc, err := f.findMetadata(ctx)
	if err != nil {
		return nil, err
	}
	t, problems := metainfo.Read(metainfo.Wrap(doc.info, nil, nil, nil))
	if t == nil {
		return nil, fmt.Errorf("%w: %w", ErrNotInfo, problems[0])
	}
	res := &Result{Hashes: t.Hashes(), InfoSize: len(doc.info), From: doc.from, Name: t.Name, Private: t.Private}
	var layers *layerStore
	if t.Format.HasV2() {
		if layers, err = wantedLayers(t); err != nil {
			return nil, err
		}
	}
	if layers != nil {
		layers.take(doc.layers)
		if err := f.findLayers(ctx, layers, res.V2.Short()); err != nil {
			return nil, err
		}
		res.MissingLayers = layers.missing()
	}
	for _, p := range problems {
		if p.ID != "no-piece-layer" {
			res.Problems = append(res.Problems, p.Error())
		}
	}
	res.Torrent = f.encode(doc.info, layers)
	return res, nil
}

// findMetadata runs until a peer or a URL gave the metadata.
func (f *fetcher) findMetadata(ctx context.Context) (document, error) {
	phase, cancel := context.WithCancel(ctx)
	defer cancel()
	visits := make(chan struct{})
	var from string
	go func() {
		defer close(visits)
		f.swarm.run(phase, f.slots(), func(ctx context.Context, p *peer) error {
			f.progress(false)
			defer f.progress(false)
			err := f.metadata(ctx, p)
			if f.store.result() != nil {
				f.mu.Lock()
				if from == "" && err == nil {
					from = p.report.Address
				}
				f.mu.Unlock()
				cancel()
			}
			return err
		})
	}()
	select {
	case <-visits:
	case doc := <-f.fromURL:
		cancel()
		<-visits
		return doc, nil
	}
	if info := f.store.result(); info != nil {
		return document{info: info, from: from}, nil
	}
	select {
	case doc := <-f.fromURL:
		return doc, nil
	default:
	}
	return document{}, f.failure(ctx, ErrNobody)
}

// failure says why a phase brought nothing.
func (f *fetcher) failure(ctx context.Context, why error) error {
	if found, _, _ := f.swarm.count(); found == 0 {
		why = ErrNoPeers
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%w in time: %w", why, ctx.Err())
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return why
}

// findLayers asks peers for the layers that are missing.
func (f *fetcher) findLayers(ctx context.Context, layers *layerStore, hash [20]byte) error {
	if layers.missing() == 0 {
		return nil
	}
	f.mu.Lock()
	f.phase, f.done = FetchingLayers, layers.progress
	f.mu.Unlock()
	f.swarm.requeue(func(r Reason) bool {
		return r == Delivered || r == Unneeded || r == TimedOut || r == Closed || r == OtherTorrent || r == NoMetadata || r == Rejected
	})
	phase, cancel := context.WithCancel(ctx)
	defer cancel()
	f.swarm.run(phase, f.slots(), func(ctx context.Context, p *peer) error {
		f.progress(false)
		defer f.progress(false)
		err := f.hashes(ctx, p, layers, hash)
		if layers.missing() == 0 {
			cancel()
		}
		return err
	})
	if layers.missing() == 0 || f.opts.AllowMissingLayers {
		return nil
	}
	return f.failure(ctx, fmt.Errorf("%w of %d of the %d files that have any", ErrNoLayers, layers.missing(), len(layers.layers)))
}

// encode writes the .torrent. Each tracker of the link is a tier of its own.
func (f *fetcher) encode(info []byte, layers *layerStore) []byte {
	var tiers [][]string
	for _, tracker := range f.link.Trackers {
		tiers = append(tiers, []string{tracker})
	}
	var whole map[[32]byte][]byte
	if layers != nil {
		whole = layers.whole()
	}
	return metainfo.Wrap(info, tiers, f.link.WebSeeds, whole)
}

// findURLs is the source that fetches xs and as: it finds no peers, but may
// find the whole torrent.
func (f *fetcher) findURLs(ctx context.Context, _ func(string)) error {
	var faults []error
	for _, u := range slices.Concat(f.link.Sources, f.link.Mirrors) {
		if !hasPrefixFold(u, "http://") && !hasPrefixFold(u, "https://") {
			continue
		}
		doc, err := f.download(ctx, u)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		f.fromURL <- doc
		return nil
	}
	return errors.Join(faults...)
}

// download gets a torrent from a URL of the link, through no proxy: that would
// connect for us, to whatever address.
func (f *fetcher) download(ctx context.Context, url string) (document, error) {
	ctx, cancel := context.WithTimeout(ctx, downloadTime/2)
	defer cancel()
	raw, err := download(ctx, f.dialer(false), nil, url, DownloadOptions{Limit: maxMetadata, Client: f.opts.Client})
	if err != nil {
		return document{}, fmt.Errorf("fetching the torrent from a URL of the link: %w", err)
	}
	t, problems := metainfo.Read(raw)
	if t == nil {
		return document{}, fmt.Errorf("a URL of the link leads to no torrent: %w", problems[0])
	}
	if err := f.checkBlocks([][]byte{t.RawInfo()}); err != nil {
		return document{}, err
	}
	return document{info: t.RawInfo(), layers: t.PieceLayers(), from: strings.ToValidUTF8(url, "?")}, nil
}
