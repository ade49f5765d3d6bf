package verify

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sort"
	"strings"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// What is looked at around the content is bounded: an fs.FS may have no end.
const (
	maxAround = 1 << 24
	maxDeep   = 1000 // folders in folders
)

// lookAround walks the content's folder for what is there and not in the torrent,
// if that is asked for, and for missing files under other names.
func (r *run) lookAround(ctx context.Context, at storage, extra bool) error {
	missing := slices.ContainsFunc(r.Files, func(f FileReport) bool { return f.State == Missing })
	if !extra && !missing {
		return nil
	}
	if r.torrent.Single {
		return nil
	}
	folder, closer, err := at.open(r.Root)
	if err != nil {
		if extra && !errors.Is(err, fs.ErrNotExist) {
			r.Extra = append(r.Extra, Extra{Path: ".", Kind: "unreadable", Err: content.Bare(err)})
		}
		return nil
	}
	defer closer.Close()
	names := r.otherNames()
	var found []naming
	known := make(map[string]bool, len(r.Files))
	for k := range r.Files {
		known[r.Files[k].Path] = true
	}
	entries := 0
	err = fs.WalkDir(folder, ".", func(name string, d fs.DirEntry, err error) error {
		entries++
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case entries > maxAround:
			return fs.SkipAll
		case strings.Count(name, "/") > maxDeep:
			return skipFolder(d)
		case err != nil && extra && !errors.Is(err, fs.ErrNotExist):
			r.Extra = append(r.Extra, Extra{Path: name, Kind: "unreadable", Err: content.Bare(err)})
			return skipFolder(d)
		case err != nil:
			return skipFolder(d)
		case d.IsDir() || known[name]:
			return nil
		}
		if d.Type().IsRegular() {
			n := len(found)
			found = names.match(found, name)
			compareSizes(found[n:], d, r.Files)
		}
		if extra {
			r.Extra = append(r.Extra, extraOf(name, d))
		}
		return nil
	})
	r.foundAs(found)
	for k := range r.Files {
		known[r.Files[k].Found] = true
	}
	r.Extra = without(r.Extra, known)
	sortExtra(r.Extra)
	return err
}

// without leaves out what stands at one of some paths.
func without(all []Extra, paths map[string]bool) []Extra {
	left := all[:0]
	for _, e := range all {
		if !paths[e.Path] {
			left = append(left, e)
		}
	}
	return left
}

func sortExtra(all []Extra) {
	sort.Slice(all, func(i, j int) bool { return layout.ComparePaths(all[i].Path, all[j].Path) < 0 })
}

// compareSizes notes which of the namings of an entry are of another size.
func compareSizes(list []naming, d fs.DirEntry, files []FileReport) {
	if len(list) == 0 {
		return
	}
	info, err := d.Info()
	for i := range list {
		n := &list[i]
		n.other = err != nil || info.Size() != files[n.file].Length
	}
}

func skipFolder(d fs.DirEntry) error {
	if d != nil && d.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func extraOf(name string, d fs.DirEntry) Extra {
	e := Extra{Path: name, Kind: "special"}
	switch {
	case d.Type().IsRegular():
		e.Kind = "file"
		if info, err := d.Info(); err == nil {
			e.Size = info.Size()
		}
	case d.Type()&fs.ModeSymlink != 0:
		e.Kind = "link"
	}
	return e
}
