package content

import (
	"fmt"
	"slices"
	"strings"
)

// tellTwins finds wanted files that are one file on the disk, because the file system takes their names for one: names that differ
// in case on Windows and macOS, or in Unicode form. What has the name that its folder lists is there, and the others are missing.
// Hard links are several files: each of their names is listed.
func (l *locatedFiles) tellTwins() {
	inodes := make([]uint64, l.tree.count()) // that none stands twice is known without a map
	for i := range inodes {
		inodes[i] = l.tree.sightings[i].ino
	}
	slices.Sort(inodes)
	twice := false
	for i := 1; i < len(inodes) && !twice; i++ {
		twice = inodes[i] != 0 && inodes[i] == inodes[i-1]
	}
	if !twice {
		return
	}
	first := map[fileID]FileIndex{}
	twins := map[FileIndex][]FileIndex{} // by the first of them
	for i := range FileIndex(l.tree.count()) {
		id := fileID{l.tree.at(i).dev, l.tree.at(i).ino}
		if l.absent.of(i) != nil || l.links[i] || l.moved[i] != "" || id.ino == 0 {
			continue
		}
		if other, again := first[id]; again {
			twins[other] = append(twins[other], i)
		} else {
			first[id] = i
		}
	}
	folders := listedNames{}
	for one, others := range twins {
		there := one
		for _, i := range append([]FileIndex{one}, others...) {
			if l.listed(l.tree.Path(i), folders) {
				there = i
				break
			}
		}
		for _, i := range append([]FileIndex{one}, others...) {
			if name := l.tree.Path(i); i != there && !l.listed(name, folders) {
				l.tree.sightings[i] = sighting{}
				l.absent.note(i, &Presence{Kind: Missing, Err: ErrTwin,
					Detail: fmt.Sprintf("%q is in its place: the file system takes the two names for one", l.tree.Path(there))})
			}
		}
	}
}

// listedNames are the names in folders that were listed: nil for one that could not be.
type listedNames map[string]map[string]bool

// listed tells whether a slash path below the root is what the folders on it list, and true where they cannot be listed.
func (l *locatedFiles) listed(name string, folders listedNames) bool {
	dir := ""
	for c := range strings.SplitSeq(name, "/") {
		names, known := folders[dir]
		if !known {
			names = l.namesIn(dir)
			folders[dir] = names
		}
		if names == nil {
			return true
		}
		if !names[c] {
			return false
		}
		dir = strings.TrimPrefix(dir+"/"+c, "/")
	}
	return true
}

func (l *locatedFiles) namesIn(dir string) map[string]bool {
	f, err := l.folders.root.Open(localPath(dir))
	if err != nil {
		return nil
	}
	defer f.Close()
	list, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	names := make(map[string]bool, len(list))
	for _, n := range list {
		names[n] = true
	}
	return names
}
