// Package assemble brings the files of a torrent together in a folder, by links or copies of files that were found.
//
// What is linked or copied is the open file that was seen when it was hashed, never what has its path by then. Files are
// made on a stage, pieces of copies are hashed again there, and a file gets its name when all of it was: what stands under
// a name is whole and proved, whenever the process is killed. Nothing that exists is replaced.
//
// The package does not look for files: it is told where they are, and which pieces match with them.
package assemble

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify/internal/below"
)

// Kind is how files are brought together.
type Kind uint8

// The kinds.
const (
	HardLink Kind = iota
	SymLink       // with an absolute target
	RefLink       // a copy that shares its blocks
	Copy          // which shares its blocks where that can be
)

// Job is what is to be done.
type Job struct {
	Torrent *metainfo.Torrent
	Files   []File // by rising Index
	Kind    Kind
	// Good tells whether a piece matches with Files, and those that Rest has.
	Good func(piece int) bool
	// Rest has the other files of pieces that are good.
	Rest    piecehash.Source
	Own     *content.Own // what hard links did to files; for all jobs with the same trees
	Workers int          // 0: one for each processor

	every int64 // bytes that are copied before they are hashed; 0 is proveEvery
}

// File is a file of the torrent that is to be made.
type File struct {
	Index layout.FileIndex
	Name  string // the slash path that it gets
	// Link is where a symbolic link of the torrent leads (BEP 47), from the folder that
	// it is in, by a path of the system; "" for another file.
	Link string
	// Tree has the file that was found, At is what it is there, and Path where: an
	// absolute path of the system. Tree is nil for a link, and for an empty file, made
	// of nothing.
	Tree *content.Tree
	At   content.FileIndex
	Path string
}

// Done is what was done.
type Done struct {
	Made int // files that were made
	Kept int // files that were there, and are what would have been made
}

var (
	// ErrNotProved is that what was copied is not what was found.
	ErrNotProved = errors.New("what was copied does not match: a file changed while it was copied")
	// ErrInTheWay is what is not replaced.
	ErrInTheWay = fmt.Errorf("%w, and is not what was found", fs.ErrExist)
)

// Into makes the files below a folder, which is made if it is not there. It ends
// at the first file that cannot be made, which the error names.
func (j *Job) Into(ctx context.Context, dir string) (Done, error) {
	a := &assembly{Job: j, limit: cmp.Or(j.every, proveEvery), layout: j.Torrent.Layout(), dir: dir, parts: map[layout.FileIndex]*part{}}
	var err error
	if a.out, err = below.Make(dir); err != nil {
		return a.done, fmt.Errorf("making %q: %w", dir, err)
	}
	defer a.out.Close()
	stage := fmt.Sprintf(".torrentkit-%.16s", j.Torrent.Hashes().Swarms()[0])
	if a.stage, err = a.out.NewStage(stage, j.Own); err != nil {
		return a.done, fmt.Errorf("making %q: %w", filepath.Join(dir, stage), err)
	}
	err = a.makeAll(ctx)
	if e := a.stage.Close(); err == nil && e != nil {
		err = fmt.Errorf("removing %q: %w", filepath.Join(dir, stage), e)
	}
	return a.done, err
}

// assembly is a job that goes on.
type assembly struct {
	*Job
	layout *layout.Layout
	dir    string
	out    *below.Folder
	stage  *below.Stage
	done   Done

	parts   map[layout.FileIndex]*part
	pending []*part // on the stage
	next    int     // the first piece that was not looked at
	fresh   int64   // bytes that were copied since
	limit   int64   // for those
}

// part is a file that was begun.
type part struct {
	*File
	at      string   // where it is by now: on the stage, or its name
	unsure  bool     // its pieces are to be hashed
	copying *os.File // while it is copied
}

func (a *assembly) makeAll(ctx context.Context) error {
	const most = 256 // files on the stage that could have their names
	for i := range a.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		p := &part{File: &a.Files[i], at: a.stage.Path(i)}
		a.parts[p.Index] = p
		if err := a.add(ctx, p); err != nil {
			return a.failed(p, err)
		}
		if a.fresh >= a.limit || len(a.pending)%most == most-1 {
			if err := a.settle(ctx, p.Index+1, 0); err != nil {
				return err
			}
		}
	}
	return a.settle(ctx, a.layout.NumFiles(), 0)
}

// failed says which file could not be made.
func (a *assembly) failed(p *part, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("making %q: %w", filepath.Join(a.dir, filepath.FromSlash(p.Name)), content.Bare(err))
}

// add brings a file on the stage, unless it is there already.
func (a *assembly) add(ctx context.Context, p *part) error {
	kept, err := a.keep(ctx, p)
	if err == nil && kept {
		p.at = p.Name
		a.done.Kept++
		return nil
	}
	if err == nil {
		err = a.bring(ctx, p)
	}
	return err
}
