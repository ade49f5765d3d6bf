package verify

import (
	"context"
)

// WebSeeds checks the web seeds of a torrent, or those in the options, one
// after the other: URL, sizes, ranges and content. No byte of content is stored.
// What is wrong with a seed is in its report. The error is a problem of the
// torrent or the journal, that there are no seeds, or ctx's.
//
// The journal remembers good pieces by the URL of their files, the size and
// the version (ETag, Last-Modified) that the server tells: before what it knows
// is taken over, one byte of each file is asked for.
func WebSeeds(ctx context.Context, torrent []byte, o WebOptions) ([]*WebReport, error) {
	t, err := parse(torrent, nil)
	if err != nil {
		return nil, err
	}
	seeds, err := o.seeds(t)
	if err != nil {
		return nil, err
	}
	var reports []*WebReport
	for _, a := range seeds {
		rep, err := checkSeed(ctx, t, a, o)
		if rep == nil {
			return nil, err
		}
		reports = append(reports, rep)
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		if err != nil {
			return reports, err
		}
	}
	return reports, nil
}
