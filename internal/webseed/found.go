package webseed

import (
	"context"
	"net/http"
	"net/url"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// Found is files of one host of which nobody told how long they are, and which version:
// those of the first answer are, and whatever differs from them later is a change.
type Found struct{ *Seed }

// untold is the length of a file of which no answer told it.
const untold = -1

// Find begins to ask for files, which are counted in the order of their URLs. Each is
// measured before it is read.
func Find(ctx context.Context, urls []*url.URL, o Options) Found {
	s := &Seed{urls: urls, Kind: BEP19, client: newClient(o), o: o.withDefaults()}
	s.o.Whole = true
	s.begin(ctx, len(urls))
	for i := range s.files {
		s.files[i].Length = untold
	}
	return Found{s}
}

// Quit lets nobody wait for an answer any longer.
func (f Found) Quit() { f.stop(errStopped) }

// Measure asks for the length and the version of a file, or whether they are what they
// were before.
func (f Found) Measure(i layout.FileIndex) error {
	for try := 0; ; try++ {
		a, err := f.askRange(i, f.urlOf(i), 0, 1)
		if err == nil {
			var one [1]byte
			_, err = a.read(one[:]) // so that the connection can be used again
			a.close()
		}
		if err == nil {
			return nil
		}
		if err := f.again(err, try); err != nil {
			return f.fail(err)
		}
	}
}

// MeasureEach measures files, many side by side, and calls failed for those of which that
// fails.
func (f Found) MeasureEach(files []layout.FileIndex, failed func(i layout.FileIndex, err error)) {
	each(f.ctx, f.o.Connections, files, func(i layout.FileIndex) {
		if err := f.Measure(i); err != nil {
			failed(i, err)
		}
	})
}

// told takes the length of a file from the first answer about it: untold if it is no
// answer about its bytes, which is for others to judge.
func told(resp *http.Response, i layout.FileIndex) (length int64, err error) {
	total, ok := rangeTotal(resp.Header.Get("Content-Range"))
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		total, ok = resp.ContentLength, resp.ContentLength >= 0
	case code == http.StatusRequestedRangeNotSatisfiable && total > 0:
		return untold, &Fault{"bad-range", i, "the server has bytes of the file, and refuses to send the first (416)"}
	case code == http.StatusRequestedRangeNotSatisfiable && ok:
	case code != http.StatusPartialContent:
		return untold, nil
	}
	if !ok {
		return untold, &Fault{"size", i, "the server does not tell how long the file is"}
	}
	return total, nil
}
