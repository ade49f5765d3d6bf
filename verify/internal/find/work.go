package find

import (
	"context"
	"sync/atomic"
)

// work counts what a search reads and hashes, tells of it, and ends it where that is
// too much. nil counts nothing.
type work struct {
	most     int64 // 0 is no limit
	progress func(done, total int64)
	stop     context.CancelCauseFunc // where there is a limit
	total    int64                   // expected: most candidates are read once or twice

	done atomic.Int64
}

// expect adds to what is expected.
func (w *work) expect(n int64) {
	if w != nil {
		w.total += n
	}
}

// atLeast expects so many bytes more, if fewer are expected.
func (w *work) atLeast(n int64) {
	if w != nil {
		w.total = max(w.total, w.done.Load()+n)
	}
}

// add counts bytes that were hashed.
func (w *work) add(n int64) {
	if w == nil {
		return
	}
	done := w.done.Add(n)
	if w.progress != nil {
		w.progress(done, max(done, w.total))
	}
	if w.most > 0 && done > w.most {
		w.stop(errEnough)
	}
}
