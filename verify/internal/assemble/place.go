package assemble

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/verify/internal/below"
)

const (
	copyChunk  = 1 << 20   // bytes that are copied before somebody who waits is heard
	flushEvery = 4 << 20   // bytes that are copied before the disk is to have those before
	proveEvery = 256 << 20 // bytes that are copied before they are hashed, from memory still
)

// keep tells whether what is in the place of a file is what would be made. What is
// not is an error.
func (a *assembly) keep(ctx context.Context, p *part) (bool, error) {
	info, err := a.out.Lstat(p.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case info.Mode()&fs.ModeSymlink != 0:
		to, err := a.out.Readlink(p.Name)
		want := p.Link
		if a.Kind == SymLink && p.Tree != nil {
			want = p.Path
		}
		if err == nil && (want == "" || to != want) {
			err = ErrInTheWay
		}
		return err == nil, err
	case p.Link != "":
		return false, ErrInTheWay
	}
	there, err := a.out.Open(p.Name, os.O_RDONLY)
	switch {
	case content.Refused(err):
		return false, err
	case err != nil:
		return false, ErrInTheWay
	}
	defer there.Close()
	same := info.Size() == 0
	if p.Tree != nil {
		file, err := p.Tree.OpenFile(p.At, a.Own)
		if err != nil {
			return false, err
		}
		defer file.Close()
		if same, err = equal(ctx, there, file); err != nil {
			return false, err
		}
	}
	if !same {
		return false, ErrInTheWay
	}
	return true, nil
}

// equal tells whether two open files hold the same.
func equal(ctx context.Context, a, b *os.File) (bool, error) {
	x, err := a.Stat()
	if err != nil {
		return false, err
	}
	y, err := b.Stat()
	if err != nil || x.Size() != y.Size() || os.SameFile(x, y) {
		return err == nil && x.Size() == y.Size(), err
	}
	p, q := make([]byte, 256<<10), make([]byte, 256<<10)
	for off := int64(0); off < x.Size(); off += int64(len(p)) {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		n := min(int64(len(p)), x.Size()-off)
		if _, err := a.ReadAt(p[:n], off); err != nil {
			return false, err
		}
		if _, err := b.ReadAt(q[:n], off); err != nil {
			return false, err
		}
		if !bytes.Equal(p[:n], q[:n]) {
			return false, nil
		}
	}
	return true, nil
}

// bring makes a file of the open file that was seen: on the stage, or at once where
// there is no more to do.
func (a *assembly) bring(ctx context.Context, p *part) error {
	switch {
	case p.Link != "":
		return a.symlink(p, p.Link)
	case p.Tree == nil:
		f, err := a.out.Create(p.at)
		if err == nil {
			err = f.Close()
		}
		a.pending = append(a.pending, p)
		return err
	}
	file, err := p.Tree.OpenFile(p.At, a.Own)
	if err != nil {
		return err
	}
	defer file.Close()
	switch a.Kind {
	case SymLink:
		return a.linkPath(p, file)
	case HardLink:
		return a.link(p, file)
	}
	p.unsure = a.layout.File(p.Index).Length > 0
	a.pending = append(a.pending, p)
	if err := a.copy(ctx, p, file); err != nil {
		return err
	}
	return p.Tree.Look(p.At, file, a.Own)
}

// linkPath makes a symbolic link to a path that leads to an open file.
func (a *assembly) linkPath(p *part, file *os.File) error {
	info, err := os.Stat(p.Path)
	if err != nil {
		return err
	}
	if same, err := content.SameFile(info, file); err != nil || !same {
		return cmp.Or(err, below.ErrReplaced)
	}
	return a.symlink(p, p.Path)
}

func (a *assembly) symlink(p *part, target string) error {
	if err := a.out.Symlink(target, p.Name); err != nil {
		return err
	}
	p.at = p.Name
	a.done.Made++
	return nil
}

// link makes a hard link to an open file. One that was changed so shortly before it
// was seen that its times do not tell whether it was again is hashed.
func (a *assembly) link(p *part, file *os.File) error {
	_, settled := p.Tree.AppendState(nil, p.At)
	if p.unsure = !settled && a.layout.File(p.Index).Length > 0; p.unsure {
		a.pending = append(a.pending, p)
	} else {
		p.at = p.Name
	}
	if err := a.Own.Change(file, func() error { return a.out.Link(file, p.Path, p.at) }); err != nil {
		return err
	}
	if !p.unsure {
		a.done.Made++
	}
	return p.Tree.Look(p.At, file, a.Own)
}

// name gives a file on the stage its name.
func (a *assembly) name(p *part) error {
	rename := func() error { return a.out.Rename(p.at, p.Name) }
	if a.Kind == HardLink && p.Tree != nil {
		f, err := a.out.Open(p.at, os.O_RDONLY)
		if err != nil {
			return err
		}
		defer f.Close()
		inner := rename
		rename = func() error { return a.Own.Change(f, inner) }
	}
	if err := rename(); err != nil {
		return err
	}
	p.at = p.Name
	a.done.Made++
	return nil
}

// copy copies an open file to the stage.
func (a *assembly) copy(ctx context.Context, p *part, from *os.File) (err error) {
	size := a.layout.File(p.Index).Length
	if p.copying, err = a.out.Create(p.at); err != nil {
		return err
	}
	defer func() {
		if e := p.copying.Close(); err == nil {
			err = e
		}
		p.copying = nil
	}()
	switch err := below.Reflink(p.copying, from); {
	case err == nil:
		a.fresh += size
		return nil
	case a.Kind == RefLink:
		return err
	}
	for off := int64(0); off < size; {
		if err := ctx.Err(); err != nil {
			return err
		}
		// Of two files the system copies what it can by itself (copy_file_range).
		n, err := io.CopyN(p.copying, from, min(copyChunk, size-off))
		if err == io.EOF {
			return ErrNotProved
		}
		if err != nil {
			return err
		}
		if off += n; off%flushEvery == 0 {
			below.WriteOut(p.copying, off-flushEvery, flushEvery)
		}
		if a.fresh += n; a.fresh >= a.limit {
			if err := a.settle(ctx, p.Index, off); err != nil {
				return err
			}
		}
	}
	return nil
}
