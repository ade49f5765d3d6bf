package verify

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/torrentkit/torrentkit/internal/metainfo"
)

// Stream verifies the content of a torrent of one file, read from r to its end.
// Where more comes than the torrent says, reading stops one byte later, and the
// file is Long with that Size.
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
	f := newFeeder(ctx, rep, o)
	file := &rep.Files[0]
	t := newTally(o.Sums)
	in := &counter{r: io.TeeReader(newLimiter(ctx, o.LimitRate).reader(&stoppable{ctx, r}), t)}
	file.State = OK
	err = f.file(0, file.Length, in)
	if err == nil {
		_, err = io.ReadFull(in, make([]byte, 1))
	}
	file.Size = in.n
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err == nil:
		file.State = Long
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		err = nil
		file.Sums = t.sums()
		if file.Size < file.Length {
			file.State = Short
		}
	case err != errStopped:
		file.State, file.Err, err = Unreadable, err, nil
	}
	return rep.finish(ctx, o, f.close(err))
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

// counter counts what is read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
