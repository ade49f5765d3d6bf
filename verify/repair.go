package verify

import (
	"context"
	"fmt"
	"os"
)

// Repair verifies the content like [Data], and replaces the pieces that are
// missing or damaged by good ones from another copy.
//
// Every piece is hashed in memory before any byte of it is written, and only
// bytes that differ are written, so that a run that is interrupted anywhere
// leaves nothing worse than it was. Missing files and folders are made. Nothing
// is deleted, truncated, replaced or written outside of the content's folder, and
// nothing through a symbolic link, but one that path names: over-long files stay
// so, and what is no file stays where it is.
func Repair(ctx context.Context, torrent []byte, path string, o RepairOptions) (*Repaired, error) {
	r, err := verifyAt(ctx, disk{}, torrent, path, o.Options)
	if err != nil {
		return nil, err
	}
	m := newMender(r, o)
	defer func() { m.run.close() }()
	if err := changeable(r); err != nil && !r.OK() {
		return m.res, err
	}
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
