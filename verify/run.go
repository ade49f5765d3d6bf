package verify

import (
	"io/fs"
	"time"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// run is a verification that goes on, and the report that it makes.
type run struct {
	*Report
	torrent   *metainfo.Torrent
	named     string           // the path that was given: the content, or the folder that holds it
	located   *content.Located // nil if the content is not on disk
	sums      []metainfo.Checksum
	roots     *metainfo.Roots          // of files that the torrent has no piece layers of; nil before the first
	layerless map[int]metainfo.Verdict // on such files, by the index in the torrent
}

// newRun begins a run on content on disk.
func newRun(t *metainfo.Torrent, root string, located *content.Located) *run {
	r := blankRun(t, root)
	r.located = located
	for k := range r.Files {
		present(r, k)
	}
	return r
}

// present notes what was found of a file.
func present(r *run, k int) {
	f, p := &r.Files[k], r.located.Presence(content.FileIndex(k))
	f.Size = p.Size
	why := p.Err
	if why != nil && p.Detail != "" {
		why = &absence{p}
	}
	r.say(f, stateOf(p, f.Length), why)
}

// absence is why there is no file, in the words that say most.
type absence struct{ content.Presence }

func (a *absence) Error() string { return a.Detail }
func (a *absence) Unwrap() error { return a.Err }

// blankRun begins a run on files that have not been looked for.
func blankRun(t *metainfo.Torrent, root string) *run {
	l := t.Layout()
	r := &run{torrent: t, Report: &Report{
		Name: t.Name, Single: t.Single, Root: root, Warnings: t.Problems, layout: l,
		Files:    make([]FileReport, l.NumContent()),
		Pieces:   l.NumPieces(),
		Bytes:    l.TotalLength(),
		pieces:   newStates(l.NumPieces()),
		plain:    &Details{},
		lacking:  &Details{Err: fs.ErrNotExist},
		evidence: map[partKey]evidence{},
		since:    map[int]time.Time{},
	}}
	for k, i := range l.Content() {
		r.Files[k].File, r.Files[k].Details = &t.Files[i], r.plain
	}
	if t.Single {
		named := t.Files[0]
		named.Path, r.Files[0].File = t.Name, &named
	}
	return r
}

// stateOf is what can be said of a file before anything is read.
func stateOf(p content.Presence, want int64) State {
	switch {
	case p.Kind == content.Missing:
		return Missing
	case p.Kind == content.WrongType:
		return WrongType
	case p.Kind == content.Unreadable:
		return Unreadable
	case p.Size < want:
		return Short
	case p.Size > want:
		return Long
	}
	return OK
}

// source is the content in its place, read at a rate; nil is none.
func (r *run) source(limit *limiter) source { return source{r.Root, r.located, r.layout, limit} }

// inTree is the index on disk of a file of the torrent that is no padding.
func (r *run) inTree(i layout.FileIndex) content.FileIndex { return content.FileIndex(r.fileOf(i)) }

// open opens the k-th file of the report.
func (r *run) open(k int) (piecehash.File, error) { return r.located.Open(content.FileIndex(k)) }

// close gives the content's folder back.
func (r *run) close() error {
	if r.located == nil {
		return nil
	}
	return r.located.Close()
}
