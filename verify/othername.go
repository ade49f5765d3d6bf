package verify

import (
	"context"
	"io/fs"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/content"
	"github.com/torrentkit/torrentkit/metainfo"
)

// NameDifference is how the name of what was found differs from that in the torrent.
type NameDifference uint8

// The differences, the least first.
const (
	SameName           NameDifference = iota
	LibtorrentName                    // libtorrent, and so qBittorrent and Deluge, store it under that
	TransmissionName                  // Transmission does
	UnicodeForm                       // composed where the torrent is decomposed, or the other way round
	LetterCase                        // large letters where the torrent has small ones
	UnicodeFormAndCase                // both
	OuterBlanks                       // blanks and dots around the names of the path
	Unfinished                        // what a client calls a download that is not finished
)

func (d NameDifference) String() string {
	return [...]string{
		"the same name", "as libtorrent stores it", "as Transmission stores it", "differs in Unicode form", "differs in case",
		"differs in Unicode form and case", "differs in blanks and dots around names", "an unfinished download",
	}[d]
}

// form is what is the same of two paths that differ in that way.
func (d NameDifference) form(path string) string {
	switch d {
	case UnicodeForm:
		return content.NFC(path)
	case LetterCase:
		return strings.ToLower(path)
	case UnicodeFormAndCase:
		return content.NFC(strings.ToLower(content.NFC(path)))
	case OuterBlanks:
		names := strings.Split(path, "/")
		for i := range names {
			names[i] = strings.TrimRight(strings.TrimSpace(names[i]), " .")
		}
		return strings.Join(names, "/")
	}
	return path
}

// otherNames knows missing files by what they may be called.
type otherNames [Unfinished]map[string]int // by the form of the path, for each difference

// add makes a file known by its path, and by those under which clients store it.
func (o *otherNames) add(k int, path, libtorrent, transmission string) {
	for d := SameName; d < Unfinished; d++ {
		form := d.form(path)
		switch d {
		case LibtorrentName:
			form = libtorrent
		case TransmissionName:
			form = transmission
		}
		if o[d] == nil {
			o[d] = map[string]int{}
		}
		if _, taken := o[d][form]; !taken {
			o[d][form] = k
		}
	}
}

// match returns the file that a path may be, and how the two differ.
func (o *otherNames) match(path string) (k int, d NameDifference, ok bool) {
	for d := SameName; d < Unfinished; d++ {
		if k, ok := o[d][d.form(path)]; ok {
			return k, d, true
		}
	}
	// What qBittorrent, Transmission, µTorrent, BiglyBT and browsers put behind the name of a download.
	for _, ending := range []string{".!qB", ".part", ".!ut", ".bc!", ".crdownload"} {
		if whole, cut := strings.CutSuffix(path, ending); cut {
			k, _, ok := o.match(whole)
			return k, Unfinished, ok
		}
	}
	return 0, 0, false
}

// otherNames returns the names that missing files may have.
func (r *run) otherNames() *otherNames {
	o := &otherNames{}
	var libtorrent, transmission []string
	for k, i := range r.files {
		f := &r.Files[k]
		if f.State != Missing {
			continue
		}
		if libtorrent == nil {
			libtorrent, transmission = r.torrent.StoredPaths(metainfo.Libtorrent), r.torrent.StoredPaths(metainfo.Transmission)
		}
		o.add(k, f.Path, libtorrent[i], transmission[i])
	}
	return o
}

// rootNames returns the names that the content may have.
func rootNames(t *metainfo.Torrent) *otherNames {
	o := &otherNames{}
	o.add(0, t.Name, t.StoredName(metainfo.Libtorrent), t.StoredName(metainfo.Transmission))
	return o
}

// inOtherWords lists what lies where the content should be, and may be it under
// another name: first what differs least.
func inOtherWords(at storage, t *metainfo.Torrent, path string) []fs.DirEntry {
	entries, err := at.beside(path)
	if err != nil {
		return nil
	}
	names := rootNames(t)
	var of [Unfinished + 1][]fs.DirEntry // by how they differ
	for _, e := range entries {
		_, d, _ := names.match(e.Name())
		of[d] = append(of[d], e)
	}
	return slices.Concat(of[SameName+1:]...)
}

// takeFound has the files that were found under other names read where they are.
func (r *run) takeFound(ctx context.Context, at storage) error {
	if !slices.ContainsFunc(r.Files, func(f FileReport) bool { return f.Found != "" }) {
		return nil
	}
	located, err := at.locate(ctx, r.Root, r.places())
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

// places are the files of the content, where they were found.
func (r *run) places() []content.Want {
	w := wants(r.torrent, r.files)
	for k := range w {
		if found := r.Files[k].Found; found != "" {
			w[k].Path = found
		}
	}
	return w
}

// foundAs notes what may be a missing file under another name, unless what differs
// less was found.
func (r *run) foundAs(o *otherNames, name string) {
	k, d, ok := o.match(name)
	if !ok || d == SameName {
		return
	}
	if f := &r.Files[k]; f.Found == "" || d < f.Differs {
		f.Found, f.Differs = name, d
	}
}
