package verify

import (
	"archive/tar"
	"context"
	"fmt"
	"io"

	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// Archive verifies the content of a torrent in a tar archive, plain or
// compressed by gzip, zstd or xz, read once from r. Entries may come in any
// order, with or without the torrent's name in front of their paths; nothing
// is unpacked. r is read ahead as by [Stream].
//
// A piece that several files share is checked if they come in the torrent's
// order, or if what has to wait for the rest of it, of all such pieces, is no
// more than 16 MiB. Else it stays PieceUnread, and is counted in Report.LostPieces.
//
// An entry that the torrent does not have is Extra if the options ask, and one
// whose path leads out of the folder always is. The error is one of the
// archive's format, or ctx's; the report of what was read comes with both.
func Archive(ctx context.Context, torrent []byte, r io.Reader, o ArchiveOptions) (*Report, error) {
	run, err := streamRun(torrent, "-", o.Selection)
	if err != nil {
		return nil, err
	}
	reading, stop := context.WithCancel(ctx)
	defer stop()
	plain, err := decompress(readAhead(reading, r))
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	a := newArchive(run, o)
	a.tar = tar.NewReader(&bounded{r: newLimiter(ctx, o.LimitRate).reader(plain), left: a.bound()})
	err = run.read(ctx, o.job(a, piecehash.Sequential), nil, o.FailFast)
	if err == nil && !run.Incomplete {
		a.rest()
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err == nil && a.err != nil && a.err != io.EOF:
		err = fmt.Errorf("reading the archive: %w", a.err)
	}
	a.close(run)
	err = run.finish(ctx, err, "", 0)
	return run.Report, err
}
