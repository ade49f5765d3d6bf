package verify

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"sort"
	"strings"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/internal/diskname"
	"github.com/torrentkit/torrentkit/metainfo"
)

// NameDifference is how the name of what was found differs from that in the torrent:
// bits, for it may do so in several ways at once. The lesser value is the lesser
// difference.
type NameDifference uint8

// The differences, the least first.
const (
	LibtorrentName   NameDifference = 1 << iota // libtorrent, and so qBittorrent and Deluge, store it under that
	TransmissionName                            // Transmission does
	WebTorrentName                              // WebTorrent does
	WindowsName                                 // libtorrent on Windows, which does not take all characters
	UnicodeForm                                 // composed where the torrent is decomposed, or the other way round
	LetterCase                                  // large letters where the torrent has small ones
	OuterBlanks                                 // blanks and dots around the names of the path
	Unfinished                                  // what a client calls a download that is not finished

	SameName NameDifference = 0
)

// Has tells whether d is among the differences.
func (n NameDifference) Has(d NameDifference) bool { return n&d != 0 }

func (n NameDifference) String() string {
	if n == SameName {
		return "the same name"
	}
	var ways, parts []string
	for _, w := range []struct {
		bit  NameDifference
		text string
	}{
		{UnicodeForm, "Unicode form"}, {LetterCase, "case"}, {OuterBlanks, "blanks and dots around names"},
		{Unfinished, "an unfinished download"}, {LibtorrentName, "as libtorrent stores it"},
		{TransmissionName, "as Transmission stores it"}, {WebTorrentName, "as WebTorrent stores it"}, {WindowsName, "as libtorrent stores it on Windows"},
	} {
		switch {
		case !n.Has(w.bit):
		case w.bit.Has(outer):
			ways = append(ways, w.text)
		default:
			parts = append(parts, w.text)
		}
	}
	if last := len(ways) - 1; last >= 0 {
		text := ways[last]
		if last > 0 {
			text = strings.Join(ways[:last], ", ") + " and " + text
		}
		parts = append(parts, "differs in "+text)
	}
	return strings.Join(parts, ", ")
}

// outer are the differences that any name may have, whoever gave it.
const outer = UnicodeForm | LetterCase | OuterBlanks

// form is what is the same of two paths that differ in those ways.
func (n NameDifference) form(path string) string {
	if n.Has(OuterBlanks) && strings.ContainsAny(path, " .\t\n\v\f\r\u0085\u00a0") {
		names := strings.Split(path, "/")
		for i := range names {
			names[i] = strings.TrimRight(strings.TrimSpace(names[i]), " .")
		}
		path = strings.Join(names, "/")
	}
	if n.Has(UnicodeForm) {
		path = diskname.NFC(path)
	}
	if n.Has(LetterCase) {
		path = strings.ToLower(path)
		if n.Has(UnicodeForm) {
			path = diskname.NFC(path)
		}
	}
	return path
}

// whole is the name that an unfinished download gets in the end, without what
// qBittorrent, Transmission, µTorrent, BiglyBT and browsers put behind it.
func whole(name string) (string, bool) {
	for _, ending := range [...]string{".!qB", ".part", ".!ut", ".bc!", ".crdownload"} {
		if done, cut := strings.CutSuffix(name, ending); cut {
			return done, true
		}
	}
	return name, false
}

// called is one of the paths under which something is stored.
type called struct {
	path string
	by   NameDifference // who stores it there; SameName is the torrent itself
	file int32          // in Report.Files
	next int32          // the next one with the same key, from 1 on; 0 is none
}

// difference tells how a name differs from that of c, if it may be that.
func (c *called) difference(name string) (NameDifference, bool) {
	best, found := NameDifference(0), false
	try := func(name string, more NameDifference) {
		for d := SameName; d <= outer; d += UnicodeForm {
			if d.form(c.path) == d.form(name) {
				if n := d | c.by | more; !found || n < best {
					best, found = n, true
				}
				return
			}
		}
	}
	try(name, SameName)
	if done, cut := whole(name); cut {
		try(done, Unfinished)
	}
	return best, found
}

// otherNames knows files by all that they may be called.
type otherNames struct {
	all   []called
	first map[string]int32 // the first one with a key, from 1 on
}

// mostAlike is how many files with one key are told apart. No torrent that was made
// to be used has more.
const mostAlike = 64

// key is what all names have in common that something may have.
func key(path string) string { return outer.form(path) }

// add makes a file known by a path.
func (o *otherNames) add(file int, path string, by NameDifference) {
	if o.first == nil {
		o.first = map[string]int32{}
	}
	k := key(path)
	o.all = append(o.all, called{path, by, int32(file), o.first[k]})
	o.first[k] = int32(len(o.all))
}

// naming is what a file may be: that of a torrent, by a name that differs.
type naming struct {
	NameDifference
	file  int32
	name  string
	other bool // it has not the size of the file
}

// match lists what a path may be.
func (o *otherNames) match(list []naming, path string) []naming {
	keys := [2]string{key(path)}
	if done, cut := whole(path); cut {
		keys[1] = key(done)
	}
	for i, k := range keys {
		at := o.first[k]
		if i > 0 && k == keys[0] {
			break
		}
		for n := 0; at > 0 && n < mostAlike; n++ {
			c := &o.all[at-1]
			if d, ok := c.difference(path); ok {
				list = append(list, naming{NameDifference: d, file: c.file, name: path})
			}
			at = c.next
		}
	}
	return list
}

// stores are the clients whose names are known, and what it is to have those.
func stores() iter.Seq2[metainfo.Client, NameDifference] {
	return func(yield func(metainfo.Client, NameDifference) bool) {
		_ = yield(metainfo.Libtorrent, LibtorrentName) && yield(metainfo.Transmission, TransmissionName) &&
			yield(metainfo.Transmission3, TransmissionName) && yield(metainfo.WebTorrent, WebTorrentName) && yield(metainfo.LibtorrentWindows, WindowsName)
	}
}

// otherNames returns the names that missing files may have.
func (r *run) otherNames() *otherNames {
	o := &otherNames{}
	missing := func(add func(k int)) {
		for k := range r.Files {
			if r.Files[k].State == Missing {
				add(k)
			}
		}
	}
	missing(func(k int) { o.add(k, r.Files[k].Path, SameName) })
	for client, by := range stores() {
		paths := r.torrent.StoredPaths(client)
		missing(func(k int) {
			if i := r.indexOf(k); paths != nil && paths[i] != "" && paths[i] != r.Files[k].Path {
				o.add(k, paths[i], by)
			}
		})
	}
	return o
}

// rootNames are those that the content may have.
func rootNames(t *metainfo.Torrent) []called {
	names := []called{{path: t.Name}}
	for client, by := range stores() {
		if name := t.StoredName(client); name != "" && name != t.Name {
			names = append(names, called{path: name, by: by})
		}
	}
	return names
}

// rootDiffers tells how the name of the content differs from the torrent's, if it is
// that in other words.
func rootDiffers(t *metainfo.Torrent, name string) NameDifference {
	best, found := SameName, false
	for _, c := range rootNames(t) {
		if d, ok := c.difference(name); ok && (!found || d < best) {
			best, found = d, true
		}
	}
	return best
}

// foundAs notes where missing files are under other names: the least differences
// first, and right sizes, for a file has one place and a place one file.
func (r *run) foundAs(list []naming) {
	sort.Slice(list, func(i, j int) bool {
		a, b := &list[i], &list[j]
		return cmp.Or(cmp.Compare(a.NameDifference, b.NameDifference), compareBools(a.other, b.other), cmp.Compare(a.file, b.file), strings.Compare(a.name, b.name)) < 0
	})
	taken := map[string]bool{}
	for _, n := range list {
		if f := &r.Files[n.file]; f.Found == "" && !taken[n.name] && n.NameDifference != SameName {
			r.details(f).Found, f.Differs = n.name, n.NameDifference
			taken[n.name] = true
		}
	}
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// takeFound has the files that were found under other names read where they are.
func (r *run) takeFound(ctx context.Context, at storage) error {
	if !slices.ContainsFunc(r.Files, func(f FileReport) bool { return f.Found != "" }) {
		return nil
	}
	located, err := r.locateFound(ctx, at)
	if err != nil {
		return err
	}
	r.located.Close()
	r.located = located
	for k := range r.Files {
		if r.Files[k].State != Skipped {
			present(r, k)
		}
	}
	return nil
}

// locateFound looks for the files of the content where they were found.
func (r *run) locateFound(ctx context.Context, at storage) (*content.Located, error) {
	found := map[content.FileIndex]string{} // which changes as files get their names
	for k := range r.Files {
		if name := r.Files[k].Found; name != "" {
			found[content.FileIndex(k)] = name
		}
	}
	return at.locate(ctx, r.Root, len(r.Files), func(k content.FileIndex) content.Want {
		w := want(&r.torrent.Files[r.indexOf(int(k))])
		w.Path = cmp.Or(found[k], w.Path)
		return w
	}, nil)
}
