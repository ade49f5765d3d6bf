package verify

import (
	"context"
	"errors"
	"fmt"
	"os"
)

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
}

// Repaired is what a repair did, or would do.
type Repaired struct {
	// Report is what verifying found afterwards; before, if nothing was written.
	Report *Report
	From   string // where good pieces were looked for
	DryRun bool
	// Pieces are the pieces that were replaced, in order, and Bytes how many
	// bytes were written: those that differ, in blocks.
	Pieces []int
	Bytes  int64
	// Created are the files that were missing, as indices in Report.Files.
	Created []int
	// Failed are the pieces that were not replaced.
	Failed []FailedPiece
	// Faults are what is wrong with the web seeds that were asked.
	Faults []SeedFault
}

// FailedPiece is a piece that could not be repaired.
type FailedPiece struct {
	Index int
	Err   error
}

// ErrNotWhole is why a piece is not taken from a place: it is not good there either.
var ErrNotWhole = errors.New("the piece is not whole there")

// Repair verifies the content like [Data], and replaces the pieces that are
// missing or damaged by good ones from another copy.
//
// Every piece is hashed in memory before any byte of it is written, and only
// bytes that differ are written, so that a run that is interrupted anywhere
// leaves nothing worse than it was. Missing files and folders are made. Nothing
// is deleted, truncated or written outside of the content's folder: over-long
// files stay so, and what is no file stays where it is.
func Repair(ctx context.Context, torrent []byte, path string, o RepairOptions) (*Repaired, error) {
	r, err := verifyAt(ctx, disk{}, torrent, path, o.Options)
	if err != nil {
		return nil, err
	}
	m := newMender(r, o)
	if o.Web != nil {
		return m.fromWeb(ctx, o.Web)
	}
	other, err := r.openCopy(ctx, o.From)
	if err != nil {
		return nil, err
	}
	defer other.located.Close()
	if sameFile(r.Root, other.root) {
		return nil, fmt.Errorf("repairing %q from itself", r.Root)
	}
	m.res.From = other.root
	return m.res, m.from(ctx, other)
}

func sameFile(a, b string) bool {
	x, err1 := os.Stat(a)
	y, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(x, y)
}
