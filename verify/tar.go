package verify

import (
	"archive/tar"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/internal/unpack"
)

// defaultWindow is what zstd decompresses without being asked to, and twice what
// xz -9 wants.
const defaultWindow = 128 << 20

// A WindowError refuses an archive that cannot be decompressed in the memory
// that [ArchiveOptions] allow.
type WindowError struct {
	Format        string // xz or zstd
	Window, Limit uint64 // in bytes
}

func (e *WindowError) Error() string { return (*unpack.WindowError)(e).Error() }

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
// whose path leads out of the folder always is. So many are listed as fit into
// 8 MiB, and 100,000 at most; Report.MoreExtra counts the others. An entry whose
// name is longer than any path can be ends the archive.
//
// The error is one of the archive's format, a [*WindowError], or ctx's; the report
// of what was read comes with it.
//
// The memory that is taken is the window of the compression, as the options bound
// it, and some 64 MiB.
func Archive(ctx context.Context, torrent []byte, r io.Reader, o ArchiveOptions) (*Report, error) {
	run, err := streamRun(torrent, "-", o.Selection)
	if err != nil {
		return nil, err
	}
	reading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	plain, err := unpack.NewReader(readAhead(reading, r), cmp.Or(o.MaxWindow, defaultWindow))
	switch {
	case ctx.Err() != nil: // while its first bytes were waited for
		err = run.finish(ctx, ctx.Err(), "", 0)
		return run.Report, err
	case err != nil:
		return nil, archiveError(err)
	}
	defer plain.Close()
	a := newArchive(run, o)
	a.stop = stop
	a.tar = tar.NewReader(&bounded{r: newLimiter(ctx, o.LimitRate).reader(plain), left: a.bound()})
	a.entries = bounded{r: a.tar, left: a.bound()}
	err = run.read(ctx, o.job(a, piecehash.Sequential), nil, o.FailFast)
	if err == nil && !run.Incomplete {
		a.rest()
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case err == nil && a.err != nil && a.err != io.EOF && !errors.Is(a.err, errEnough):
		err = archiveError(a.err)
	}
	a.close(run)
	err = run.finish(ctx, err, "", 0)
	return run.Report, err
}

func archiveError(err error) error {
	var window *unpack.WindowError
	if errors.As(err, &window) {
		err = (*WindowError)(window)
	}
	return fmt.Errorf("reading the archive: %w", err)
}

// What is remembered of a strange archive is bounded.
const (
	maxEntryName = 3 * 32767 // bytes: the longest path of any system is one of Windows, of UTF-16 units
	maxExtras    = 100_000
	maxExtraSize = 8 << 20 // bytes of all their names
	maxLinkShown = 200
)

// extras are the entries of an archive that its torrent does not have.
type extras struct {
	list []Extra
	size int // of the names
	more int // entries that are not listed
}

func (x *extras) note(e Extra) {
	if len(x.list) == maxExtras || x.size+len(e.Path) > maxExtraSize {
		x.more++
		return
	}
	e.Path = strings.Clone(e.Path) // it was part of a header that may be much larger
	x.size += len(e.Path)
	x.list = append(x.list, e)
}

func tarExtra(name string, h *tar.Header) Extra {
	switch h.Typeflag {
	case tar.TypeReg:
		return Extra{Path: name, Size: h.Size, Kind: "file"}
	case tar.TypeSymlink, tar.TypeLink:
		return Extra{Path: name, Kind: "link"}
	}
	return Extra{Path: name, Kind: "special"}
}

// start is as much of a name as a message needs.
func start(name string) string {
	if len(name) > maxLinkShown {
		return name[:maxLinkShown] + "..."
	}
	return name
}
