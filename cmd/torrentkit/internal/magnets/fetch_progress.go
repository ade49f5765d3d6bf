package magnets

import (
	"fmt"
	"sync"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// fetchBoard sums the progress of fetches that run side by side, and says it in the label of the program's progress.
type fetchBoard struct {
	mu   sync.Mutex
	p    *console.Progress
	each []magnet.Progress
}

func newFetchBoard(p *console.Progress, n int) *fetchBoard {
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
		b.p.Relabel(fmt.Sprintf("%s, %d peers found, %d being asked, %d of no use", what, sum.Found, sum.Active, sum.Failed))
	}
}
