// Package verify compares data on disk with a torrent.
//
// [Data] reads the content once, checks every piece against all hashes that
// the torrent has of it, and returns a [Report]: a state for every file, the
// pieces that are bad, and the byte ranges that they mean. A v1 piece that
// spans files names every file that could be the damaged one.
//
// Nothing outside the folder that was named is ever opened, whatever the
// torrent or links in the folder say. The package changes nothing on disk and
// prints nothing.
package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/metainfo"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// Order is how content is read.
type Order = piecehash.Order

// ParseOrder reads "auto", "parallel" or "sequential".
func ParseOrder(s string) (Order, error) { return piecehash.ParseOrder(s) }

// Options say how to verify.
type Options struct {
	Workers   int // 0: one for each processor
	Order     Order
	DropCache bool // do not leave what was read in the system's page cache
	// Progress, if not nil, is told how many bytes of content are read.
	Progress func(done, total int64)
}

// Data verifies the content of the torrent with the given raw bytes at path:
// the content itself (a file, or the folder of many files), or a folder that
// holds it under the torrent's name.
//
// Data that differs, or is missing altogether, is in the Report and no error.
// The error is a metainfo problem of the torrent, a path that is not there, or
// ctx's; in the last case the report of what was read so far comes with it.
func Data(ctx context.Context, torrent []byte, path string, o Options) (*Report, error) {
	t, err := metainfo.Parse(torrent)
	if err != nil {
		return nil, err
	}
	root, err := findContent(ctx, t, path)
	if err != nil {
		return nil, err
	}
	files := contentFiles(t)
	located, err := content.Locate(ctx, root, wants(t, files))
	if err != nil {
		return nil, err
	}
	defer located.Close()
	if o.DropCache {
		located.DropCache()
	}
	r := newReport(t, root, files, located)
	job := piecehash.Job{Layout: t.Layout(), Source: source{r}, Workers: o.Workers, Order: o.Order, Progress: o.Progress}
	for p, err := range job.Pieces(ctx) {
		if p.Index < 0 {
			r.finish(true)
			return r, err
		}
		if err != nil {
			r.unread(err)
			continue
		}
		r.mark(p.Index, t.Check(p.Index, p.SHA1, p.Root))
	}
	r.finish(false)
	return r, nil
}

// contentFiles returns the indices of the files that are not padding.
func contentFiles(t *metainfo.Torrent) []int32 {
	files := make([]int32, 0, len(t.Files))
	for i := range t.Files {
		if !t.Files[i].Pad() {
			files = append(files, int32(i))
		}
	}
	return files
}

func wants(t *metainfo.Torrent, files []int32) []content.Want {
	w := make([]content.Want, len(files))
	for k, i := range files {
		f := &t.Files[i]
		w[k] = content.Want{Path: f.Path, IsLink: f.IsLink(), Link: f.Link}
	}
	return w
}

// findContent decides whether path is the content or the folder that holds it.
// A path that is not there is an error, unless its name is the content's: then
// the content is missing.
func findContent(ctx context.Context, t *metainfo.Torrent, path string) (string, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && filepath.Base(path) == t.Name:
		return path, nil
	case err != nil:
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		return "", fmt.Errorf("looking for the content at %q: %w", path, err)
	case !filepath.IsLocal(t.Name):
		return path, nil
	}
	below := filepath.Join(path, t.Name)
	if t.Single {
		if info.IsDir() {
			return below, nil
		}
		return path, nil
	}
	if below, err := os.Stat(below); err != nil || !below.IsDir() {
		if filepath.Base(path) != t.Name && !holdsAny(ctx, t, path) {
			// Neither reading fits, so the content is missing; say so of the place where it would be.
			return filepath.Join(path, t.Name), nil
		}
		return path, nil
	}
	if countFiles(ctx, t, path) > countFiles(ctx, t, below) {
		return path, nil
	}
	return below, nil
}

func holdsAny(ctx context.Context, t *metainfo.Torrent, root string) bool {
	return countFiles(ctx, t, root) > 0
}

// countFiles tells how many of the first files of the torrent are below root
// and have the right size.
func countFiles(ctx context.Context, t *metainfo.Torrent, root string) int {
	const sample = 200
	files := contentFiles(t)
	files = files[:min(len(files), sample)]
	located, err := content.Locate(ctx, root, wants(t, files))
	if err != nil {
		return 0
	}
	defer located.Close()
	n := 0
	for k, p := range located.Presence() {
		if p.Kind == content.Present && p.Size == t.Files[files[k]].Length {
			n++
		}
	}
	return n
}
