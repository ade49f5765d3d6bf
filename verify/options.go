package verify

import (
	"time"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Options say what to verify on disk, and how. The zero value reads everything.
type Options struct {
	Selection
	Reading
	Memory
	Scrub
	// Shard reads a part of the pieces, and leaves the others out. A run with the
	// journals of all parts then reads nothing, and its report is that of one run.
	Shard     Shard
	ReadOrder ReadOrder
	DropCache bool // do not leave what was read in the system's page cache
	// CompareWith is another copy, found like the content: where its pieces are
	// good and ours are not, they tell which bytes are wrong.
	CompareWith string
	// Extra lists what is in the content's folder and not in the torrent. It
	// makes the report not OK.
	Extra bool
	// Found, if not nil, is told now and then how many files were looked for, before any is read.
	Found func(files int)
	// Spent, if not nil, is told which bytes of the torrent, from one offset to the one before another, are not read again,
	// as it is read: the memory of a large one can be given back while that of its files is taken.
	Spent func(from, to int)
	// Folders, if not nil, spares the verifications that share it work.
	Folders *Folders
	// Turn, if not nil, is called before content is read, with the bytes that there are of it, and returns when that may
	// begin: how many workers hash, in the place of Workers, and what is called when they are done. Several verifications
	// that go on side by side share a machine by it.
	Turn func(bytes int64) (workers int, done func())
	// Share, if not nil, is that of this verification of those that read files which they
	// have in common once, as [Together] says.
	Share *Share
}

// Selection says which of the content is verified. The zero value is all of it.
type Selection struct {
	// Only names the files to verify by globs, with the rules of create's
	// includes; the others are Skipped. Pieces that they share are read whole.
	Only []string
	// Pieces are the only pieces to read. Files without any of them are Skipped.
	Pieces []PieceRange
	// Sample is how many pieces to read of those that are left: the first and
	// the last, and others drawn with Seed; 0 is all. Missing files and wrong
	// sizes are found all the same.
	Sample int
	Seed   uint64
	// FailFast stops at the first thing that is not as the torrent says.
	FailFast bool
}

// PieceRange is a run of pieces; both ends are part of it.
type PieceRange struct{ First, Last int }

// Reading says how content is read, and what else is taken from the same read.
type Reading struct {
	Workers int // that hash; 0 is one for each processor. While they wait for storage, GOMAXPROCS is higher than it was
	// LimitRate is how many bytes a second are read at most; 0 is no limit.
	LimitRate int64
	// Sums are checksums to take of every file. For them files are read one after
	// the other, each from its start to its end.
	Sums []metainfo.Checksum
	// Progress, if not nil, is told how many bytes of content are read.
	Progress func(done, total int64)
}

// Memory is files that remember pieces, so that they are not read again.
type Memory struct {
	// Journals are the files. The first is written to, and made if it is not there.
	// What is remembered of files on disk holds as long as their paths, sizes,
	// times and inodes are what they were, however the run ended that read them;
	// of web seeds see [WebSeeds].
	//
	// One journal is believed what it says of good pieces; what was bad is read again.
	// Several are the parts of one run, and believed in everything.
	Journals []string
	// Recheck reads what the journals know all the same.
	Recheck bool
	// Known, if not nil, is told how many bytes of content the journal knows,
	// before the rest is read.
	Known func(bytes int64)
}

// Scrub says which pieces are read again though the journal knows them to be good. It
// remembers when each was read.
type Scrub struct {
	// OlderThan, if not 0, reads those that were not read for so long.
	OlderThan time.Duration
	// BudgetTime and BudgetBytes, if not 0, end the reading: once so much time has
	// passed, or before so much content would be exceeded, but for the first piece.
	// If one is negative, nothing is read.
	// What was damaged comes first, then what was never read, then what was read
	// longest ago. What is not reached is what the journal says, or else left out.
	BudgetTime  time.Duration
	BudgetBytes int64

	now   func() time.Time // nil is the system's
	batch int64            // bytes between looks at the clock; 0 is [scrubBatch]
}

// Shard is one of some parts of the pieces, all of about one size. The zero value is
// everything.
type Shard struct{ Index, Of int } // from 1 to Of

// ReadOrder is how content on disk is read.
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

// StreamOptions say what to verify of a stream, and how.
type StreamOptions struct {
	Selection
	Reading
}

// ArchiveOptions say what to verify of an archive, and how.
type ArchiveOptions struct {
	Selection
	Reading
	// Extra lists the entries that the torrent does not have. They make the
	// report not OK.
	Extra bool
	// MaxWindow is the largest window, in bytes, that the compression of the archive
	// may have: memory that decompressing takes. 0 is 128 MiB.
	MaxWindow int64
}

// FSOptions say what to verify of an fs.FS, and how.
type FSOptions struct {
	Selection
	Reading
	// Extra lists what is in the content's folder and not in the torrent. It
	// makes the report not OK.
	Extra bool
}

// RepairOptions say how to repair.
type RepairOptions struct {
	Options // what is verified, and so repaired
	// From is another copy of the content, found like the content itself.
	From string
	// Web, if not nil, takes pieces from the BEP 19 web seeds of the torrent, or
	// of its URLs, instead.
	Web *WebAccess
	// DryRun finds out what would be written, and writes nothing.
	DryRun bool
	// Mending, if not nil, is told how many bytes of the pieces that are to be
	// replaced were tried.
	Mending func(done, total int64)
}

// SearchOptions say what to look for, and how long.
type SearchOptions struct {
	Options // what is verified, and so looked for
	Effort
}

// Effort is what a search for files may cost.
type Effort struct {
	// MaxRead, if not 0, ends the search once so many bytes of candidates were hashed:
	// each counts as often as it is tried in another way. A search hashes more than it does
	// by itself to try candidates in many ways, if MaxRead is more than that.
	MaxRead int64
	// Searching, if not nil, is told how many bytes were, of about how many.
	Searching func(done, total int64)
}

// FixOptions say how to put files right.
type FixOptions struct {
	Options
	Effort
	DryRun bool
}

// WebOptions say how to check web seeds.
type WebOptions struct {
	Selection
	Memory
	WebAccess
	// Progress, if not nil, is told how many bytes of content were received.
	Progress func(done, total int64)
}

// WebAccess says which web seeds are asked, and how.
type WebAccess struct {
	// URLs are the seeds to check, by the rules of BEP 19; none are those of
	// the torrent (BEP 19 and BEP 17).
	URLs []string
	// AllowPrivate lets the torrent, and redirects, lead to addresses that are not
	// public, such as loopback. URLs may be there in any case.
	AllowPrivate bool
	// Connections is how many requests run side by side; 0 is 4, and up to 16 while those
	// bring more than 256 MiB a second.
	Connections int
	UserAgent   string // empty: torrentkit
	// Timeout bounds the check of each seed; 0 is as long as it takes.
	Timeout time.Duration
	// Stall is how long a server may send nothing, or less than 2 KiB for each
	// second, and Retries how often a request that failed is put again, after
	// pauses that grow from Pause; 0 is 20 seconds, 3 times and half a second.
	// Retries < 0 is never.
	Stall   time.Duration
	Retries int
	Pause   time.Duration

	resolver dial.Resolver
	network  dial.Network
}
