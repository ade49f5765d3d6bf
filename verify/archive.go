package verify

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// Archive verifies the content of a torrent in a tar archive, plain or
// compressed by gzip, zstd or xz, read once from r. Entries may come in any
// order, with or without the torrent's name in front of their paths; nothing
// is unpacked.
//
// An entry that the torrent does not have is Extra if the options ask, and one
// whose path leads out of the folder always is. The error is one of the
// archive's format, or ctx's; the report of what was read comes with both.
func Archive(ctx context.Context, torrent []byte, r io.Reader, o Options) (*Report, error) {
	rep, err := streamReport(torrent, "-", o)
	if err != nil {
		return nil, err
	}
	plain, err := decompress(&stoppable{ctx, r})
	if err != nil {
		return nil, err
	}
	defer plain.Close()
	a := newArchive(rep, o)
	for k := range rep.Files {
		if f := &rep.Files[k]; f.State == OK {
			f.State, f.Err = Missing, fs.ErrNotExist
		}
	}
	a.feeder = newFeeder(ctx, rep, o)
	err = a.read(tar.NewReader(&bounded{r: newLimiter(ctx, o.LimitRate).reader(plain), left: a.bound()}))
	if ctx.Err() != nil {
		err = ctx.Err()
	} else if err != nil && err != errStopped {
		err = fmt.Errorf("reading the archive: %w", err)
	}
	err = a.feeder.close(err)
	slices.SortFunc(rep.Extra, func(a, b Extra) int { return layout.ComparePaths(a.Path, b.Path) })
	return rep.finish(ctx, o, err)
}

// archive is a tar that is read.
type archive struct {
	r      *Report
	o      Options
	feeder *feeder
	files  map[string]int // of the torrent, by path
	seen   map[int]bool
}

func newArchive(r *Report, o Options) *archive {
	a := &archive{r: r, o: o, files: map[string]int{}, seen: map[int]bool{}}
	for i, k := range r.disk {
		if k >= 0 {
			a.files[r.Files[k].Path] = i
		}
	}
	return a
}

// bound is how many bytes an archive of the content may have at most. A small
// stream can decompress without an end.
func (a *archive) bound() int64 {
	const slack = 128 << 20
	return a.r.Bytes + min(9*a.r.Bytes, 1<<60) + slack
}

type bounded struct {
	r    io.Reader
	left int64
}

var errBomb = errors.New("it holds more than ten times the content of the torrent")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errBomb
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func (a *archive) read(t *tar.Reader) error {
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := a.entry(h, t); err != nil {
			return err
		}
	}
}

// entry takes one entry of the archive.
func (a *archive) entry(h *tar.Header, t *tar.Reader) error {
	name := strings.TrimPrefix(path.Clean(strings.TrimSuffix(h.Name, "/")), "./")
	i, ok := a.find(name)
	switch {
	case path.IsAbs(name) || name == ".." || strings.HasPrefix(name, "../"):
		a.extra(Extra{Path: h.Name, Size: h.Size, Kind: "escapes"})
		return nil
	case !ok && (h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader):
		return nil
	case !ok:
		if a.o.Extra {
			a.extra(tarExtra(name, h))
		}
		return nil
	}
	f := &a.r.Files[a.r.disk[i]]
	if a.seen[i] && f.State != Skipped {
		f.State, f.Err = Unreadable, errors.New("it is in the archive twice")
	}
	if a.seen[i] {
		return nil
	}
	a.seen[i] = true
	if f.State == Skipped && !a.r.wanted(i, int(a.r.disk[i])) {
		return nil
	}
	return a.content(f, i, h, t)
}

// maxEntries bounds what is remembered of a strange archive.
const maxEntries = 100_000

func (a *archive) extra(e Extra) {
	if len(a.r.Extra) < maxEntries {
		a.r.Extra = append(a.r.Extra, e)
	}
}

func tarExtra(name string, h *tar.Header) Extra {
	switch h.Typeflag {
	case tar.TypeReg:
		return Extra{name, h.Size, "file"}
	case tar.TypeSymlink, tar.TypeLink:
		return Extra{name, 0, "link"}
	}
	return Extra{name, 0, "special"}
}

// find returns the file of the torrent that an entry's path means.
func (a *archive) find(name string) (int, bool) {
	if i, ok := a.files[name]; ok {
		return i, true
	}
	if rest, ok := strings.CutPrefix(name, a.r.torrent.Name+"/"); ok {
		i, ok := a.files[rest]
		return i, ok
	}
	return 0, false
}

// content takes what an entry holds for a file of the torrent.
func (a *archive) content(f *FileReport, i int, h *tar.Header, t *tar.Reader) error {
	tf := &a.r.torrent.Files[i]
	skipped := f.State == Skipped
	f.Err = nil
	switch {
	case tf.IsLink() && h.Typeflag == tar.TypeSymlink && path.Join(path.Dir(tf.Path), filepath.ToSlash(h.Linkname)) == path.Clean(tf.Link):
		f.State = OK
		return nil
	case h.Typeflag == tar.TypeLink:
		f.State, f.Err = Unreadable, fmt.Errorf("it is a hard link to %q in the archive, which has no bytes of its own", h.Linkname)
		return nil
	case h.Typeflag != tar.TypeReg || tf.IsLink():
		f.State, f.Err = WrongType, errors.New("it is not the kind of file that was wanted")
		return nil
	}
	f.State, f.Size = OK, h.Size
	switch {
	case skipped:
		f.State = Skipped
	case f.Size < f.Length:
		f.State = Short
	case f.Size > f.Length:
		f.State = Long
	}
	sums := newTally(a.o.Sums)
	rd := io.TeeReader(t, sums)
	err := a.feeder.file(i, min(f.Size, f.Length), rd)
	if err == nil && len(a.o.Sums) > 0 {
		_, err = io.Copy(io.Discard, rd)
	}
	if err == nil {
		f.Sums = sums.sums()
	} else if !skipped && err != errStopped {
		f.State, f.Err = Unreadable, err
	}
	return err
}
