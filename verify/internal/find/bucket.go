package find

import (
	"path/filepath"
	"slices"
	"sort"
	"strings"
)

// bucket is the wanted files of one size, and their candidates.
type bucket struct {
	files   []int
	at      map[string]int   // files by their paths
	named   map[string]bool  // their names
	names   map[string][]int // files by their names in lower case
	classes []*class         // of those that have pieces inside
	paths   []string         // candidates, those with a name like a file's first
	cut     bool             // there are more
	next    int              // of paths
	groups  [][]string       // candidates that are equal, for files without pieces inside; nil until it is asked for
	free    [][]string       // those that no file was found to be
}

func newBucket() *bucket {
	return &bucket{at: map[string]int{}, named: map[string]bool{}, names: map[string][]int{}}
}

// add puts a file into a bucket.
func (b *bucket) add(k int, f *File) {
	b.files = append(b.files, k)
	path := filepath.ToSlash(f.Path)
	name := baseName(path)
	b.at[path], b.named[name] = k, true
	b.names[strings.ToLower(name)] = append(b.names[strings.ToLower(name)], k)
}

// The ranks of names.
const (
	samePath = iota
	sameName
	sameFold // but for the case
	sameExt
	otherName
)

// rank tells how much the name of a candidate is like a file's; less is more.
func (f *File) rank(path string) int {
	want := filepath.ToSlash(f.Path)
	path = filepath.ToSlash(path)
	switch name, base := baseName(want), baseName(path); {
	case strings.HasSuffix(path, "/"+want):
		return samePath
	case base == name:
		return sameName
	case strings.EqualFold(base, name):
		return sameFold
	case strings.EqualFold(filepath.Ext(base), filepath.Ext(name)):
		return sameExt
	}
	return otherName
}

// closest returns the candidate whose name is most like a file's, of the first of many.
func (f *File) closest(paths []string) string {
	const most = 100
	return slices.MinFunc(paths[:min(len(paths), most)], func(a, b string) int { return f.rank(a) - f.rank(b) })
}

func baseName(slashed string) string { return slashed[strings.LastIndexByte(slashed, '/')+1:] }

// placeOf returns the file whose whole path a candidate's path ends in.
func (b *bucket) placeOf(path string) (k int, ok bool) {
	for rest, more := filepath.ToSlash(path), true; more && !ok; {
		_, rest, more = strings.Cut(rest, "/")
		k, ok = b.at[rest]
	}
	return k, ok
}

// namesakes are the files of a bucket with the name of a candidate.
func (b *bucket) namesakes(path string) []int {
	return b.names[strings.ToLower(baseName(filepath.ToSlash(path)))]
}

// sort puts candidates with a name like a file's first.
func (b *bucket) sort() {
	exts := map[string]bool{}
	for name := range b.names {
		exts[filepath.Ext(name)] = true
	}
	ranks := make(map[string]int, len(b.paths))
	for _, path := range b.paths {
		_, there := b.placeOf(path)
		switch name := baseName(filepath.ToSlash(path)); {
		case there:
			ranks[path] = samePath
		case b.named[name]:
			ranks[path] = sameName
		case len(b.namesakes(path)) > 0:
			ranks[path] = sameFold
		case exts[strings.ToLower(filepath.Ext(path))]:
			ranks[path] = sameExt
		default:
			ranks[path] = otherName
		}
	}
	sort.SliceStable(b.paths, func(x, y int) bool { return ranks[b.paths[x]] < ranks[b.paths[y]] })
}
