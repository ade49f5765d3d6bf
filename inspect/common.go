package inspect

import (
	"cmp"
	"iter"
	"sort"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
)

// SharedFile is a file that several torrents have.
type SharedFile struct {
	Length int64
	In     []Place
}

// Place is a file of one of several torrents.
type Place struct {
	Torrent int // index
	Path    string
}

// Common returns the files that at least two of the torrents have, the largest
// first: those are the torrents that BEP 38 calls similar. Files are recognized
// as by Diff; a v1 file that shares pieces with others cannot be. Each torrent is
// looked at once, and not kept.
func Common(torrents iter.Seq[*metainfo.Torrent]) []SharedFile {
	var all []SharedFile
	byID := map[fileID]int{} // index in all
	n := 0
	for t := range torrents {
		for i, f := range t.Content() {
			ids := idsOf(t, i)
			if f.Length == 0 || ids == (fileIDs{}) {
				continue
			}
			k, ok := byID[ids.root]
			if !ok {
				k, ok = byID[ids.pieces]
			}
			if !ok {
				k, all = len(all), append(all, SharedFile{Length: f.Length})
			}
			all[k].In = append(all[k].In, Place{n, strings.Clone(cmp.Or(f.Path, t.Name))})
			for _, id := range ids.each() {
				if id.kind != noID {
					byID[id] = k
				}
			}
		}
		n++
	}
	shared := all[:0]
	for _, s := range all {
		if s.In[0].Torrent != s.In[len(s.In)-1].Torrent {
			shared = append(shared, s)
		}
	}
	sort.SliceStable(shared, func(i, j int) bool { return shared[i].Length > shared[j].Length })
	return shared
}
