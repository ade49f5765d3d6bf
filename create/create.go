// Package create makes torrents, and edits them.
//
// # Making
//
// [Scan] looks for files on disk and settles which of them belong to a torrent,
// without reading any; [ScanFS] does so in an [io/fs.FS], and [Archive] and
// [ArchiveFrom] in a tar archive. [ReaderAt] and [Stream] are one file that is in
// none of these, and [URLs] and [WebSeeds] are files on web servers. [Content.Plan] then settles everything else that can be known: the
// order of files, the piece length, the exact size of the .torrent. [Plan.Torrent]
// reads and hashes the content and returns the .torrent with its infohashes. [Torrent] does all three,
// and [Torrents] makes several torrents of one content in one pass over it.
//
// [Options] with [DiskSelection] or [Selection] say what torrent to make: [ParseReadOrder] reads how
// to read, [DefaultName] is the name where none is given, [NewEntropy] makes an
// infohash its own, and [Expand] does for globs what shells of Windows do not. [Limits] is what is known of clients and trackers that would
// not take the result. [Room] tells whether a folder has room for it. [MeasureHashing] tells how fast this machine hashes.
//
// The same tree gives the same bytes on every system and with any number of
// workers. Files that change while they are read are an error, and so is a file
// that cannot be read: a torrent of something else is never returned.
//
// # Editing
//
// [Edit] changes keys of a .torrent and leaves every other byte as it is; [Undo] takes
// that back.
//
// The package prints nothing, connects to nobody but the servers that [URLs] and
// [WebSeeds] are of, and writes no files but the journal that the options name, and
// temporary ones of what comes as a stream.
package create

import (
	"context"
	"errors"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// ReadOrder is how content is read.
type ReadOrder uint8

// The orders.
const (
	// AutoOrder reads many streams side by side while the data is in memory, and
	// one sequential stream where it is not, or where seeking is slow.
	AutoOrder ReadOrder = iota
	// ParallelOrder reads many streams side by side.
	ParallelOrder
	// SequentialOrder reads pieces whole and in order, one at a time.
	SequentialOrder
)

// ParseReadOrder reads "auto", "parallel" or "sequential".
func ParseReadOrder(s string) (ReadOrder, error) {
	o, err := piecehash.ParseOrder(s)
	return ReadOrder(o), err
}

func (o ReadOrder) String() string { return piecehash.Order(o).String() }

// Options say what torrent to make. The zero value makes a v1 torrent named
// after its path, with a piece length that fits its size.
type Options struct {
	metainfo.Fields
	InfoFields
	// Set and SetInfo are arbitrary keys outside of info and in it.
	Set, SetInfo []metainfo.Entry
	Name         string          // default: the last element of the path
	Format       metainfo.Format // default: V1

	PieceLength  int64 // in bytes; 0 chooses one, by what follows
	TargetPieces int   // if not 0, the smallest piece length that gives no more pieces
	// AnyPieceLength lets PieceLength be no power of two, in v1: from 1 KiB to 256 MiB.
	AnyPieceLength bool
	MaxPieceLength int64 // in bytes; 0 is 16 MiB, or 128 MiB where TargetPieces or MaxTorrentSize want it
	MaxTorrentSize int64 // in bytes: pieces grow until the .torrent is no larger; 0 is any

	Align      bool // give a v1 torrent pad files, so that each file starts a piece (BEP 47)
	PadEnds    bool // pad a v1 torrent or a hybrid as libtorrent 2.1 does by default: behind each file, the last one too
	Attributes bool // keep the executable and hidden bits of files (BEP 47)
	// Checksums are written for every file, from the read that hashes it: files
	// are read one after the other, each from its start to its end.
	Checksums []metainfo.Checksum

	Workers   int       // 0: one for each processor. While they wait for storage, GOMAXPROCS is higher than it was
	ReadOrder ReadOrder // of files on disk
	// DropCache does not leave what was read in the system's page cache.
	DropCache bool

	// Journals are files that remember the digests of pieces. All are read, as
	// far as they exist; what is hashed is added to the first. Their records
	// hold for files with the same path, size, times of modification and of
	// inode change, and inode number. See DiskSelection.LeaveOut.
	Journals []string
	Recheck  bool // read everything though journals or Reuse know it, and compare
	// Reuse is an old .torrent whose hashes are taken over for files of the same
	// path and size, if a sample of its pieces is right (see Reused.Sampled).
	Reuse []byte

	// ExpectInfoHash, in hex, is the infohash (either one of a hybrid) that the
	// torrent must get; another one is an [*UnexpectedHashError].
	ExpectInfoHash string
	// Progress, if not nil, is told how many bytes of content are hashed.
	Progress func(done, total int64)
}

// ErrEmpty is the error of a selection without files.
var ErrEmpty = errors.New("no files to make a torrent of")

// ErrNoName is the error of several paths, or the root of an fs.FS, without
// Options.Name.
var ErrNoName = errors.New("a torrent of several paths needs a name")

// ErrNotOnDisk is the error of journals for content that is not on a disk.
var ErrNotOnDisk = errors.New("a journal knows files on disk only")

// check refuses options that no content could make good, and completes them.
func (o *Options) check() (err error) {
	if err := checkURLs(&o.Fields); err != nil {
		return err
	}
	if o.Format == 0 {
		o.Format = metainfo.V1
	}
	check := layout.CheckNewPieceLength
	if o.AnyPieceLength {
		check = func(n int64) error { return layout.CheckAnyPieceLength(layout.Format(o.Format), n) }
	}
	if err := check(o.PieceLength); o.PieceLength != 0 && err != nil {
		return err
	}
	if err := layout.CheckNewPieceLength(o.MaxPieceLength); o.MaxPieceLength != 0 && err != nil {
		return err
	}
	if o.TargetPieces < 0 || o.MaxTorrentSize < 0 {
		return errors.New("a number of pieces or a size is negative")
	}
	o.ExpectInfoHash, err = cleanHash(o.ExpectInfoHash)
	return err
}

// Torrent makes a torrent of path, a file or a folder, and returns its bytes.
// Every file but junk goes into it, and links are followed; [Scan] takes a
// choice. Journals that lie in the folder are left out.
func Torrent(ctx context.Context, path string, o Options) (*Result, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	c, err := Scan(ctx, []string{path}, DiskSelection{LeaveOut: o.Journals})
	if err != nil {
		return nil, err
	}
	p, err := c.Plan(o)
	if err != nil {
		return nil, err
	}
	return p.Torrent(ctx)
}
