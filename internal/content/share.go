package content

import (
	"sync"

	"github.com/torrentkit/torrentkit/internal/procs"
)

// share calls f with parts of the range from 0 to n, on several processors where that is worthwhile: the system takes
// most of the time of looking at files, and a slow one can look at several at a time.
func share(n int, f func(from, to int)) {
	const least, most = 32, 8
	parts := max(1, min(procs.Count(), n/least, most))
	var wg sync.WaitGroup
	for p := 1; p < parts; p++ {
		wg.Go(func() { f(p*n/parts, (p+1)*n/parts) })
	}
	f(0, n/parts)
	wg.Wait()
}
