package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// findContent decides whether path is the content or the folder that holds it.
// A path that is not there is an error, unless its name is the content's: then
// the content is missing. Where all of it was seen on the way, the files come with it,
// for the caller to close.
func findContent(ctx context.Context, at storage, t *metainfo.Torrent, path string) (root string, seen *content.Located, err error) {
	name, err := at.name(path)
	if err != nil {
		return "", nil, fmt.Errorf("looking for the content at %q: %w", path, err)
	}
	named := name == t.Name
	info, err := at.stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && named && t.Single:
		return fileInOtherWords(at, t, path), nil, nil
	case errors.Is(err, fs.ErrNotExist) && named:
		return path, nil, nil
	case err != nil:
		return "", nil, fmt.Errorf("looking for the content at %q: %w", path, content.Bare(err))
	case !filepath.IsLocal(t.Name):
		return path, nil, nil
	case t.Single:
		return findFile(at, t, path, named, info.IsDir()), nil, nil
	case !info.IsDir() && !named:
		return "", nil, fmt.Errorf("looking for the content at %q: it is %s, and the torrent is of a folder", path, content.Kind(info.Mode()))
	}
	root, seen = findFolder(ctx, at, t, path, named)
	return root, seen, nil
}

// findFile decides where the one file of a torrent is, or should be.
func findFile(at storage, t *metainfo.Torrent, path string, named, folder bool) string {
	below := at.join(path, t.Name)
	if !folder {
		return path
	}
	switch _, err := at.lstat(below); {
	case err == nil:
	case named:
		return path // a folder where the file should be
	default:
		return fileInOtherWords(at, t, below)
	}
	return below
}

// fileInOtherWords decides where the one file of a torrent is, when nothing has its
// name: one of the right size is taken before others.
func fileInOtherWords(at storage, t *metainfo.Torrent, path string) string {
	var sized, any string
	holder := at.join(path, "..")
	for _, n := range at.beside(path).inOtherWords(t) {
		info, err := at.lstat(at.join(holder, n.name))
		if err != nil || !info.Mode().IsRegular() {
			continue
		}
		any = cmp.Or(any, n.name)
		if info.Size() == t.Files[0].Length {
			sized = cmp.Or(sized, n.name)
		}
	}
	if name := cmp.Or(sized, any); name != "" {
		return at.join(holder, name)
	}
	return path
}

// findFolder decides between a folder and the one below it that has the
// torrent's name. Either may be there, both, or none.
func findFolder(ctx context.Context, at storage, t *metainfo.Torrent, path string, named bool) (root string, seen *content.Located) {
	below := at.join(path, t.Name)
	info, err := at.stat(below)
	if Refused(err) {
		return below, nil // something is there, and the report will say why it cannot be read
	}
	if err != nil || !info.IsDir() {
		if named || fitOf(ctx, at, t, path) != (fit{}) {
			return path, nil
		}
		return folderInOtherWords(ctx, at, t, path, below), nil
	}
	there, seen := look(ctx, at, t, below)
	if there.whole && !named {
		return below, seen // which nothing can be better than
	}
	if seen != nil {
		seen.Close()
	}
	here := fitOf(ctx, at, t, path)
	if here.better(there) || named && here == there {
		return path, nil
	}
	return below, nil
}

// folderInOtherWords decides where the content is below path, or would be, when
// nothing has the torrent's name there.
func folderInOtherWords(ctx context.Context, at storage, t *metainfo.Torrent, path, below string) string {
	first := below // of those that are there in other words: its files may have other names, too
	for _, n := range at.beside(below).inOtherWords(t) {
		other := at.join(path, n.name)
		if info, err := at.lstat(other); err != nil || !info.IsDir() {
			continue
		}
		if fitOf(ctx, at, t, other) != (fit{}) {
			return other
		}
		if first == below {
			first = other
		}
	}
	return first
}

// fit tells how many files of a torrent are in a folder, of those looked for.
type fit struct {
	exact   int // of the right size
	present int
	whole   bool // all of the torrent are there, and of the right size
	refused bool // the system does not let us look at all
}

func (f fit) better(g fit) bool {
	return f.exact > g.exact || f.exact == g.exact && f.present > g.present
}

// fitOf looks for some of the files, from all over the torrent.
func fitOf(ctx context.Context, at storage, t *metainfo.Torrent, root string) fit {
	f, seen := look(ctx, at, t, root)
	if seen != nil {
		seen.Close()
	}
	return f
}

// look is fitOf with the files that were seen, which the caller closes; nil if that
// could not be done.
func look(ctx context.Context, at storage, t *metainfo.Torrent, root string) (fit, *content.Located) {
	const sample = 1000
	l := t.Layout()
	all := l.NumContent()
	n := min(all, sample)
	file := func(k content.FileIndex) *metainfo.File { return &t.Files[l.ContentFile(int(k)*all/n)] }
	located, err := at.locate(ctx, root, n, func(k content.FileIndex) content.Want { return want(file(k)) }, nil)
	if err != nil {
		return fit{}, nil
	}
	var f fit
	for k := range content.FileIndex(n) {
		p := located.Presence(k)
		if p.Kind != content.Present {
			f.refused = f.refused || Refused(p.Err)
			continue
		}
		f.present++
		if p.Size == file(k).Length {
			f.exact++
		}
	}
	f.whole = f.exact == all && all > 0
	return f, located
}

// want is what is looked for on disk of a file of a torrent.
func want(f *metainfo.File) content.Want {
	return content.Want{Path: f.Path, IsLink: f.IsLink(), Link: f.Link()}
}

// locate looks for all files of a torrent.
func locate(ctx context.Context, at storage, root string, t *metainfo.Torrent, found func(files int)) (*content.Located, error) {
	l := t.Layout()
	return at.locate(ctx, root, l.NumContent(), func(k content.FileIndex) content.Want { return want(&t.Files[l.ContentFile(int(k))]) }, found)
}

// source is the files of a torrent, as they were found in a place.
type source struct {
	root    string
	located *content.Located
	layout  *layout.Layout
	limit   *limiter
}

func (s source) Open(i layout.FileIndex) (piecehash.File, error) {
	return s.limit.file(s.located.Open(content.FileIndex(s.layout.ContentIndex(i))))
}

// Device tells the pipeline which files are on one disk.
func (s source) Device(i layout.FileIndex) uint64 {
	return s.located.Device(content.FileIndex(s.layout.ContentIndex(i)))
}

// openCopy finds another copy of the content.
func (r *run) openCopy(ctx context.Context, path string) (source, error) {
	root, located, err := findContent(ctx, disk{}, r.torrent, path)
	if err != nil {
		return source{}, err
	}
	if located == nil {
		if located, err = locate(ctx, disk{}, root, r.torrent, nil); err != nil {
			return source{}, fmt.Errorf("looking at the copy %q: %w", path, err)
		}
	}
	return source{root: root, located: located, layout: r.layout}, nil
}

// Refused tells whether err is that the system would not do what was wanted of
// it: a disk that cannot be read or is full, a file that may not be opened, too
// many of them open. What a report says then is no answer: it is not known what
// would have come of it. That something is not there is one, and so is that it
// changed.
func Refused(err error) bool { return content.Refused(err) && !errors.Is(err, errChanged) }
