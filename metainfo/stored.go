package metainfo

import (
	"crypto/sha1"
	"encoding/hex"
	"iter"
	"slices"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/diskname"
)

// Client is a program that stores content, under names of its own where those of a
// torrent are none.
type Client uint8

// The clients whose names are known.
const (
	Libtorrent        Client = iota // libtorrent 2, and so qBittorrent and Deluge, on systems that are not Windows
	Transmission                    // Transmission 4
	Transmission3                   // Transmission 3.00
	LibtorrentWindows               // libtorrent 2 on Windows
	WebTorrent                      // WebTorrent 2 and WebTorrent Desktop
)

// system is where a client that is libtorrent runs.
func (c Client) system() diskname.System { return c == LibtorrentWindows }

// StoredName returns the name under which a client stores the content, the file or
// the folder. It is empty where the client leaves it out.
func (t *Torrent) StoredName(c Client) string {
	name := original{t}.name()
	switch c {
	case Transmission:
		return diskname.Transmission(name)
	case Transmission3:
		return diskname.Transmission3(diskname.Transmission3Text(name))
	case WebTorrent:
		return diskname.WebTorrent(name, t.Single)
	}
	stored, ok := c.system().Libtorrent(name)
	switch {
	case t.Single && name == "":
		return ""
	case ok || t.Single:
		return stored
	}
	sum := infoSHA1(t) // the infohash of v1, even where there is none
	return hex.EncodeToString(sum[:])
}

// infoSHA1 is the SHA-1 of the info dictionary.
func infoSHA1(t *Torrent) HashV1 {
	if t.compact != nil {
		return t.compact.sha1
	}
	return sha1.Sum(t.info.Raw())
}

// StoredPaths returns the slash-separated paths under which a client stores Files, in
// their order: below the content's folder, or the name of the one file. Mostly they
// are Path; where names cannot be those of files, or collide, they are not. One that
// the client does not store is empty. What Parse refuses has none.
func (t *Torrent) StoredPaths(c Client) []string {
	switch name := t.StoredName(c); {
	case t.unusable || name == "" && t.Single:
		return nil
	case t.Single:
		return []string{name}
	}
	paths := make([]string, len(t.Files))
	switch c {
	case Transmission:
		for i := range paths {
			paths[i] = diskname.Transmission(original{t}.path(i))
		}
		return paths
	case Transmission3:
		for i := range paths {
			paths[i] = diskname.Transmission3Path(original{t}.each(i))
		}
		return paths
	case WebTorrent:
		for i := range paths {
			paths[i] = diskname.WebTorrentPath(original{t}.name(), original{t}.path(i))
		}
		return paths
	}
	files := make([]diskname.File, len(t.Files))
	for i := range files {
		files[i] = diskname.File{Path: original{t}.path(i), Names: t.names[i], Size: t.Files[i].Length, Pad: t.Files[i].Pad()}
	}
	return c.system().LibtorrentPaths(t.StoredName(c), files)
}

// written is what stands in the document of what was given other names.
type written struct {
	name  string
	paths []string
}

// original is a torrent with the names that its document has.
type original struct{ t *Torrent }

func (o original) name() string {
	if w := o.t.written; w != nil {
		return w.name
	}
	return o.t.Name
}

func (o original) path(i int) string {
	if w := o.t.written; w != nil {
		return w.paths[i]
	}
	return o.t.Files[i].Path
}

// each yields the names of the path of the i-th file.
func (o original) each(i int) iter.Seq[string] {
	if o.t.names[i] != nil {
		return slices.Values(o.t.names[i]())
	}
	return strings.SplitSeq(o.path(i), "/")
}

// names are those of the path of the i-th file.
func (o original) names(i int) []string {
	switch path := o.path(i); {
	case path == "":
		return []string{o.name()}
	case o.t.names[i] != nil:
		return o.t.names[i]()
	default:
		return strings.Split(path, "/")
	}
}

// content is the torrent, unless something stands in the way of its content.
func (p *parser) content() (*Torrent, error) {
	if p.refusal != nil {
		return nil, *p.refusal
	}
	if p.nameErrors > 0 && !store(p.t) {
		for _, q := range p.problems {
			if q.Severity == Error && ofNames(q.ID) {
				return nil, q
			}
		}
	}
	return p.t, nil
}

// store gives content the names under which libtorrent stores it. It tells
// whether there are any.
func store(t *Torrent) bool {
	name, paths := t.StoredName(Libtorrent), t.StoredPaths(Libtorrent)
	if paths == nil {
		return false
	}
	w := &written{t.Name, make([]string, len(t.Files))}
	t.Name = name
	for i := range t.Files {
		f := &t.Files[i]
		w.paths[i] = f.Path
		if !t.Single {
			f.Path = paths[i]
		}
		if link := f.Link(); link != "" {
			f.Traits = &Traits{Attr: f.Attr(), pad: f.Pad(), Link: diskname.Unix.LibtorrentPath(strings.SplitSeq(link, "/"))}
		}
	}
	t.written = w
	return true
}

// namesAre keeps the names of the path of the i-th file, which has slashes in names.
func (p *parser) namesAre(i int, names func() []string) {
	if p.t.names == nil {
		p.t.names = map[int]func() []string{}
	}
	p.t.names[i] = names
}

// texts are the strings of a list.
func texts(list bencode.Value) []string {
	var all []string
	for _, v := range list.Items() {
		s, _ := v.Text()
		all = append(all, s)
	}
	return all
}
