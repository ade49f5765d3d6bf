package content

import (
	"sync"

	"github.com/torrentkit/torrentkit/internal/procs"
)

// share calls f with parts of the range from 0 to n, on several processors where that is worthwhile: the system takes
// most of the time of looking at files, and a slow one can look at several at a time. Where there are many, more than
// there are processors: storage may have to be waited for.
func share(n int, f func(from, to int)) {
	const least, most, many = 32, 8, 2048
	parts := max(1, min(procs.Count(), n/least, most))
	if n >= many {
		parts = most
		defer procs.Waiting()()
	}
	var wg sync.WaitGroup
	for p := 1; p < parts; p++ {
		wg.Go(func() { f(p*n/parts, (p+1)*n/parts) })
	}
	f(0, n/parts)
	wg.Wait()
}
