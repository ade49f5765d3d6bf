package webseed

import (
	"context"
	"net/url"
	"sync"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Probe asks for the last byte of files, which tells their sizes: of the first
// alone, to know what kind of seed this is.
func (s *Seed) Probe(files []layout.FileIndex) error {
	if len(files) == 0 {
		return nil
	}
	s.askEach(files[:1])
	if f := s.File(files[0]).Lost; f != nil && f.Kind == "missing" {
		s.explainMissing(files[0])
	}
	s.askEach(files[1:])
	return s.ctx.Err()
}

// askEach asks for the last byte of each file.
func (s *Seed) askEach(files []layout.FileIndex) {
	each(s.ctx, s.o.Connections, files, func(i layout.FileIndex) {
		var one [1]byte
		if f, err := (webSource{s}).open(i); err == nil {
			f.answered = true
			f.ReadAt(one[:], s.layout.File(i).Length-1) // the seed remembers what is wrong
			f.Close()
		}
	})
}

// each calls do for each file until ctx is done, for so many at once.
func each(ctx context.Context, atOnce int, files []layout.FileIndex, do func(i layout.FileIndex)) {
	work := make(chan layout.FileIndex)
	var wg sync.WaitGroup
	for range min(atOnce, len(files)) {
		wg.Go(func() {
			for i := range work {
				do(i)
			}
		})
	}
	for _, i := range files {
		if ctx.Err() != nil {
			break
		}
		work <- i
	}
	close(work)
	wg.Wait()
}

// explainMissing looks for a file in the places where people put it by mistake.
func (s *Seed) explainMissing(i layout.FileIndex) {
	if s.torrent.Single {
		return
	}
	parent, above := s.base.JoinPath(".."), s.base.JoinPath("../..")
	places := []struct {
		base *url.URL
		what string
	}{
		{parent, "the files lie in the folder that the URL names itself: clients look below it, in a folder with the torrent's name"},
		{metainfo.URLBelow(s.base, s.torrent.Name), "the files lie one folder deeper: the URL lacks the torrent's name once"},
		{metainfo.URLBelow(above, s.torrent.Name), "the files lie one folder higher: the URL names a folder too many"},
	}
	for _, p := range places {
		there := &Seed{torrent: s.torrent, Kind: s.Kind, base: p.base, layout: s.layout, client: s.client, o: s.o}
		there.begin(s.ctx, len(s.torrent.Files))
		there.askEach([]layout.FileIndex{i})
		there.stop(nil)
		if len(there.Faults()) == 0 && s.ctx.Err() == nil {
			s.note(&Fault{"base-folder", -1, p.what})
			return
		}
	}
}
