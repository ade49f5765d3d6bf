//go:build !(linux || darwin || freebsd) || portable

package content

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// rawFile is an open file. The build tag portable chooses this implementation everywhere, so that it is tested where Windows
// is not at hand.
type rawFile struct{ file *os.File }

// openPath opens the file at an absolute path, following links.
func openPath(path string) (rawFile, error) {
	f, err := openShared(path)
	return rawFile{f}, Bare(err)
}

// base is a folder that files are opened below.
type base struct{ path string }

func openBase(path string) (base, error) { return base{path}, nil }

// open opens the file at a slash path below the folder, following links.
func (b base) open(path string) (rawFile, error) { return openPath(join(b.path, path)) }

// stat looks at a slash path below the folder, following links.
func (b base) stat(path string) (stat, error) { return statPath(join(b.path, path)) }

// timesNames says whether the times of a folder are known to change with the names in it.
func (base) timesNames() bool { return false }

func (base) close() error { return nil }

func (f rawFile) stat() (stat, error) {
	s, err := statOpen(f.file)
	return s, Bare(err)
}

// readAt reads until p is full, the file ends (io.EOF) or something fails.
func (f rawFile) readAt(p []byte, off int64) (int, error) {
	n, err := f.file.ReadAt(p, off)
	return n, Bare(err)
}

func (f rawFile) close() error { return Bare(f.file.Close()) }

// stable says whether the identity of a file does not change while it stays the same.
func (f rawFile) stable() bool { return true }

// remote is not asked for: what a file lies on counts as local.
func (f rawFile) remote() bool { return false }

// isGone says whether opening failed because the file is not there any more.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP) ||
		errors.Is(err, syscall.ENXIO)
}

func statOf(fi fs.FileInfo) stat {
	s := stat{size: fi.Size(), hidden: isHidden(fi)}
	s.mtime = fi.ModTime().UnixNano()
	s.identify(fi)
	s.kind = kindOf(fi.Mode())
	s.exec = s.kind == kindFile && fi.Mode()&0o111 != 0
	return s
}

// statPath follows links.
func statPath(path string) (stat, error) {
	s, err := statName(path, true)
	return s, Bare(err)
}

// identify tells folders apart by their path without links: asking the system for more means opening each.
func identify(_ *stat, parent folderID, path string, link bool) folderID {
	if !link && parent.path != "" {
		return folderID{path: filepath.Join(parent.path, filepath.Base(path))}
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		real = path
	}
	return folderID{path: real}
}

// listing is what a folder holds, in the order of names. Windows tells about files as it lists them.
type listing struct {
	path    string
	entries []fs.DirEntry
}

// list reads the names in the folder at an absolute path.
func list(ctx context.Context, path string) (listing, error) {
	dir, err := os.Open(path)
	if err != nil {
		return listing{}, Bare(err)
	}
	defer dir.Close()
	entries, err := entriesIn(ctx, dir)
	return listing{path, entries}, err
}

// entriesIn reads what is in an open folder, and sorts it by names.
func entriesIn(ctx context.Context, dir *os.File) ([]fs.DirEntry, error) {
	var all []fs.DirEntry
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found, err := dir.ReadDir(1024)
		all = append(all, found...)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, Bare(err)
		}
	}
	slices.SortFunc(all, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return all, nil
}

func (l *listing) size() int { return len(l.entries) }

// appendStat looks at the names from i to j (exclusive) and appends them to out.
func (l *listing) appendStat(out []entry, i, j int) ([]entry, error) {
	n := len(out)
	out = slices.Grow(out, j-i)[:n+j-i]
	share(j-i, func(from, to int) {
		for k := from; k < to; k++ {
			out[n+k] = l.look(l.entries[i+k])
		}
	})
	left := out[:n]
	for k := n; k < len(out); k++ {
		if e := &out[k]; !errors.Is(e.err, fs.ErrNotExist) || e.link { // others were removed since the folder was listed
			left = append(left, *e)
		}
	}
	return left, nil
}

func (l *listing) look(d fs.DirEntry) entry {
	e := entry{name: d.Name()}
	path := filepath.Join(l.path, e.name)
	s, err := statName(path, false)
	e.stat, e.err = s, Bare(err)
	// Junctions and mount points of Windows are special, and lead somewhere as links do.
	if err == nil && (s.kind == kindLink || s.kind == kindOther) {
		e.link = true
		e.stat, e.err = statPath(path)
	}
	return e
}

// folder is an open folder below a root.
type folder struct {
	root *os.Root
	dir  *os.File // the same, where names are looked at by a handle; else nil
}

// openFolder opens the folder at a local path below root. os.Root sees to it that no link leads out.
func openFolder(root *os.Root, path string) (folder, error) {
	fi, err := root.Stat(path)
	if err != nil {
		return folder{}, Bare(err)
	}
	if !fi.IsDir() { // OpenRoot would wait for the writer of a FIFO
		return folder{}, syscall.ENOTDIR
	}
	r, err := root.OpenRoot(path)
	if err != nil {
		return folder{}, Bare(err)
	}
	dir, err := handleOf(r)
	if err != nil {
		r.Close()
		return folder{}, Bare(err)
	}
	return folder{r, dir}, nil
}

func (d folder) lstat(name string) (stat, error) {
	s, err := lstatIn(d, name)
	return s, Bare(err)
}

// open follows no link: whether os.Root did, which stays inside, shows in what was opened.
func (d folder) open(name string) (rawFile, error) {
	before, err := d.root.Lstat(name)
	switch {
	case err != nil:
		return rawFile{}, Bare(err)
	case before.Mode()&fs.ModeSymlink != 0:
		return rawFile{}, syscall.ELOOP
	}
	f, err := d.root.OpenFile(name, os.O_RDONLY|nonBlock, 0)
	if err != nil {
		return rawFile{}, Bare(err)
	}
	now, err := f.Stat()
	if err == nil && !os.SameFile(before, now) {
		err = syscall.ELOOP
	}
	if err != nil {
		f.Close()
		return rawFile{}, Bare(err)
	}
	return rawFile{f}, nil
}

// each tells of what the folder holds, in the order of names. Links are not looked through.
func (d folder) each(ctx context.Context, f func(*entry)) error {
	dir, err := d.root.Open(".")
	if err != nil {
		return Bare(err)
	}
	defer dir.Close()
	entries, err := entriesIn(ctx, dir)
	for _, one := range entries {
		e := entry{name: one.Name()}
		e.stat, e.err = d.lstat(e.name)
		e.link = e.stat.kind == kindLink || e.stat.kind == kindOther // as junctions are
		f(&e)
	}
	return err
}

func (d folder) close() error {
	if d.dir != nil {
		d.dir.Close()
	}
	return d.root.Close()
}

// osFile is the file as one of package os; rawOf is the way back.
func (f rawFile) osFile(string) *os.File { return f.file }

func rawOf(f *os.File) rawFile { return rawFile{f} }
