package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/torrentkit/torrentkit/internal/filesum"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// Stream verifies the content of a torrent of one file, read from r to its end.
// Where more comes than the torrent says, the file is Long, with a Size of one
// byte more.
//
// r is read ahead, by 2 MiB at most, and where Stream ends before r does, a Read
// that was begun may end after Stream.
func Stream(ctx context.Context, torrent []byte, r io.Reader, o StreamOptions) (*Report, error) {
	run, err := streamRun(torrent, "-", o.Selection)
	if err != nil {
		return nil, err
	}
	if !run.torrent.Single {
		return nil, fmt.Errorf("the torrent has %d files, and a stream is one: read an archive of them", len(run.Files))
	}
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	file, in := &run.Files[0], &forward{stop: stop}
	in.start(newLimiter(ctx, o.LimitRate).reader(readAhead(reading, r)), filesum.NewPool().NewTally(newHashes(o.Sums)))
	defer in.sums.Close()
	file.State = OK
	err = run.read(ctx, o.job(in, piecehash.Sequential), nil, o.FailFast)
	if err == nil && !run.Incomplete {
		in.skip(file.Length + 1)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	run.say(file, OK, nil)
	file.Size = in.at
	switch {
	case in.at > file.Length:
		file.State = Long
	case in.err == io.EOF:
		run.details(file).Sums = sumsByKind(o.Sums, in.sums.Sums())
		if in.at < file.Length {
			file.State = Short
		}
	case in.err != nil && !errors.Is(in.err, errEnough) && err == nil:
		run.say(file, Unreadable, in.err)
	}
	err = run.finish(ctx, err, "", 0)
	return run.Report, err
}

// streamRun begins a run on content that is not on disk.
func streamRun(torrent []byte, root string, which Selection) (*run, error) {
	t, err := parse(torrent, nil)
	if err != nil {
		return nil, err
	}
	r := blankRun(t, root)
	return r, r.choose(which)
}
