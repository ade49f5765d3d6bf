package verify

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/torrentkit/torrentkit/internal/webseed"
)

// SeedFault is one thing that is wrong with a web seed.
type SeedFault struct {
	URL string // as the torrent, or the options, have it
	WebFault
}

// fromWeb asks one seed after the other for what is not whole yet. What is wrong
// with one is noted, and the next one asked. It is an error that none can be.
func (m *mender) fromWeb(ctx context.Context, o *WebAccess) (*Repaired, error) {
	seeds, err := o.seeds(m.torrent)
	if err != nil {
		return nil, err
	}
	var from []string
	none := ErrNoSeeds
	for _, a := range seeds {
		s := webseed.New(ctx, m.torrent, a.url, a.kind, o.seed(a))
		if err := s.Open(); err != nil {
			if none == ErrNoSeeds {
				none = fmt.Errorf("web seed %q: %w", a.url, m.public(err))
			}
			m.done(s)
			continue
		}
		from = append(from, a.url)
		m.res.From = strings.Join(from, ", ")
		err := cmp.Or(m.from(ctx, s.Source()), s.Shortage())
		m.done(s)
		if err != nil || len(m.res.Failed) == 0 {
			return m.res, err
		}
	}
	if len(from) == 0 {
		return nil, none
	}
	return m.res, nil
}

// done takes over what was found to be wrong with a seed, and ends its requests.
func (m *mender) done(s *webseed.Seed) {
	s.Close()
	for _, f := range m.faultsOf(s) {
		m.res.Faults = append(m.res.Faults, SeedFault{s.URL, f})
	}
	for i := range m.res.Failed {
		m.res.Failed[i].Err = m.public(m.res.Failed[i].Err)
	}
}
