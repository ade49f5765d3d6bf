package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Stream verifies the content of a torrent of one file, read from r to its end.
// Where more comes than the torrent says, the file is Long, with a Size of one
// byte more.
//
// r is read ahead, by 2 MiB at most, and where Stream ends before r does, a Read
// that was begun may end after Stream.
//
// Options that look into a folder, and choices by file, do not go with it.
func Stream(ctx context.Context, torrent []byte, r io.Reader, o Options) (*Report, error) {
	rep, err := streamReport(torrent, "-", o)
	if err != nil {
		return nil, err
	}
	if !rep.torrent.Single {
		return nil, fmt.Errorf("the torrent has %d files, and a stream is one: read an archive of them", len(rep.Files))
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	file, in := &rep.Files[0], &forward{}
	in.start(newLimiter(ctx, o.LimitRate).reader(readAhead(reading, r)), newTally(o.Sums))
	file.State = OK
	o.ReadOrder = piecehash.Sequential
	err = rep.read(ctx, in, nil, o)
	if err == nil && !rep.Incomplete {
		in.skip(file.Length + 1)
	}
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	file.State, file.Err, file.Size = OK, nil, in.at
	switch {
	case in.at > file.Length:
		file.State = Long
	case in.err == io.EOF:
		file.Sums = in.sums.sums()
		if in.at < file.Length {
			file.State = Short
		}
	case in.err != nil && err == nil:
		file.State, file.Err = Unreadable, in.err
	}
	return rep.finish(ctx, o, err)
}

// streamReport begins a report on content that is not on disk.
func streamReport(torrent []byte, root string, o Options) (*Report, error) {
	t, err := metainfo.Parse(torrent)
	if err != nil {
		return nil, err
	}
	if o.CompareWith != "" {
		return nil, errors.New("a stream cannot be compared with a copy")
	}
	r := blankReport(t, root, contentFiles(t))
	if err := r.choose(o); err != nil {
		return nil, err
	}
	return r, checkSumNames(o.Sums)
}
