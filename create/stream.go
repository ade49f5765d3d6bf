package create

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/tarfs"
	"github.com/torrentkit/torrentkit/internal/unpack"
)

// maxWindow is what zstd decompresses without being asked to, and twice what
// xz -9 wants.
const maxWindow = 128 << 20

// backing is the file, or the servers, that content which is on no disk as such lies in.
type backing struct {
	remote *remote       // nil for a file
	tree   *content.Tree // of the archive that the caller named; nil for a copy
	reader io.Closer
	copied string // the temporary file, as long as it has a name
}

// Close gives back what Archive, ArchiveFrom, Stream, URLs and WebSeeds keep open,
// and removes their temporary file. Other content needs no Close.
func (c *Content) Close() error {
	b := c.backing
	if b == nil {
		return nil
	}
	c.backing = nil
	if b.remote != nil {
		b.remote.close()
		return nil
	}
	err := b.reader.Close()
	if b.tree != nil {
		err = cmp.Or(err, b.tree.Close())
	}
	if b.copied != "" {
		err = cmp.Or(err, os.Remove(b.copied))
	}
	return err
}

// Archive is [Scan] for what a tar archive on disk unpacks to. A plain one is
// read where it lies; one that is compressed by gzip, zstd or xz is kept
// decompressed in a temporary file, as by [ArchiveFrom].
func Archive(ctx context.Context, path string, s Selection) (*Content, error) {
	tree, _, err := content.Scan(ctx, []string{path}, content.ScanOptions{KeepJunk: true})
	if err != nil {
		return nil, err
	}
	b := &backing{tree: tree}
	c, err := b.archive(ctx, path, s)
	if err != nil && b.reader != nil {
		_ = b.reader.Close()
	}
	if err != nil {
		_ = tree.Close()
	}
	return c, err
}

func (b *backing) archive(ctx context.Context, path string, s Selection) (*Content, error) {
	path = strconv.Quote(path)
	if files := b.tree.Files(); len(files) != 1 || files[0].Path != "" {
		return nil, fmt.Errorf("reading %s: it is no file", path)
	}
	r, err := b.tree.Open(0)
	if err != nil {
		return nil, err
	}
	b.reader = r
	whole := io.NewSectionReader(r, 0, b.tree.Files()[0].Size)
	var head [unpack.MagicSize]byte
	n, _ := r.ReadAt(head[:], 0)
	if !unpack.Compressed(head[:n]) {
		return newArchive(ctx, path, b, r, whole.Size(), s)
	}
	c, err := copied(ctx, path, whole, s)
	if err == nil {
		if changed := b.tree.Changed(ctx); len(changed) > 0 {
			_ = c.Close()
			return nil, changed[0].Err
		}
		_, _ = r.Close(), b.tree.Close()
	}
	return c, err
}

// ArchiveFrom is [Archive] for an archive that comes from r. It is read once, and
// kept in a temporary file (see [os.TempDir]) until the content is closed: the
// piece length depends on the size of all files, and their order is not that of
// the archive.
//
// The folder or file at the top of an archive gives the torrent its name; where
// there are several, Options.Name must. Of entries with one path the last
// counts, as when an archive is unpacked; symbolic links are left out, with a note.
func ArchiveFrom(ctx context.Context, r io.Reader, s Selection) (*Content, error) {
	return copied(ctx, "the archive", r, s)
}

// copied is an archive that is decompressed into a temporary file.
func copied(ctx context.Context, label string, r io.Reader, s Selection) (*Content, error) {
	plain, err := unpack.NewReader(r, maxWindow)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", label, err)
	}
	defer plain.Close()
	file, b, err := spoolArchive(ctx, plain)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", label, err)
	}
	size, err := file.Seek(0, io.SeekEnd)
	var c *Content
	if err == nil {
		c, err = newArchive(ctx, label, b, file, size, s)
	}
	if err != nil {
		_ = (&Content{backing: b}).Close()
	}
	return c, err
}

func newArchive(ctx context.Context, label string, b *backing, r io.ReaderAt, size int64, s Selection) (*Content, error) {
	fsys, err := tarfs.New(r, size)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", label, err)
	}
	c, err := ScanFS(ctx, fsys, fsys.Root(), s)
	if err == nil {
		c.backing = b
	}
	return c, err
}

// Stream is content of one file that comes from r, which is kept in a temporary
// file (see [os.TempDir]) until the content is closed: the piece length depends
// on the size.
func Stream(ctx context.Context, name string, r io.Reader) (*Content, error) {
	file, b, err := spool(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", name, err)
	}
	size, err := file.Seek(0, io.SeekEnd)
	var c *Content
	if err == nil {
		c, err = ReaderAt(name, file, size)
	}
	if err != nil {
		_ = (&Content{backing: b}).Close()
		return nil, err
	}
	c.backing = b
	return c, nil
}
