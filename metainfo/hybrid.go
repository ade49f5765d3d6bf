package metainfo

import (
	"math"
	"strings"

	"github.com/torrentkit/torrentkit/internal/diskname"
)

// agree holds the two file lists of a hybrid against each other: the same files
// in the same order, at the same places (BEP 52, upgrade path).
func (p *parser) agree(v2 []File, seats []seat) {
	i := 0
	for k, f := range p.t.Content() {
		if i >= len(v2) {
			p.add(Error, "hybrid-disagrees", p.fileKey(k), p.t.seats.at(k), "%q is not in the file tree", f.Path)
			return
		}
		g := &v2[i]
		switch same := f.Path == g.Path || p.storedAlike(k, g.Path); {
		case !same && f.Length == 0 && g.Length == 0:
			p.keep(Error, "hybrid-disagrees", p.fileKey(k), p.t.seats.at(k), "%q, where the file tree has %q: of empty files the tree counts, as in libtorrent", f.Path, g.Path)
			f.Path = g.Path
		case !same:
			p.add(Error, "hybrid-disagrees", p.fileKey(k), p.t.seats.at(k),
				"%q, where the file tree has %q", f.Path, g.Path)
			return
		case f.Length != g.Length:
			p.add(Error, "hybrid-disagrees", p.fileKey(k), p.t.seats.at(k),
				"%q has %d bytes, in the file tree %d", f.Path, f.Length, g.Length)
			return
		}
		p.t.seats[k].root = seats[i].root
		i++
	}
	if i < len(v2) {
		p.add(Error, "hybrid-disagrees", "info.file tree", int(seats[i].at), "%q is not in info.files", v2[i].Path)
		return
	}
	if p.t.PieceLength > 0 {
		p.aligned()
	}
}

// storedAlike tells whether libtorrent stores the i-th file under the same path as one of the file tree.
func (p *parser) storedAlike(i int, v2 string) bool {
	return diskname.Unix.LibtorrentPath(original{p.t}.each(i)) == diskname.Unix.LibtorrentPath(strings.SplitSeq(v2, "/"))
}

// aligned holds the places of files in the v1 part of a hybrid against those in
// the v2 part, where each file begins on a piece boundary. One pad file fills the
// gap in front of a file, and none stands where there is no gap. Behind the last
// file the gap may be filled too, as libtorrent does it.
func (p *parser) aligned() {
	g := gap{p: p}
	for i := range p.t.Files {
		f := &p.t.Files[i]
		switch {
		case f.Length > math.MaxInt64-g.pos:
			return // what is too large cannot be laid out, which tells it
		case f.Pad():
			g.pads++
			g.last = i
		case f.Length > 0 && !g.filled(i):
			return
		}
		g.pos += f.Length
		if !f.Pad() && f.Length > 0 {
			g.end, g.pads = g.pos, 0
		}
	}
	if want := g.want(); g.pads > 0 && (g.pads > 1 || want == 0 || g.pos-g.end != want) {
		p.add(Error, "hybrid-disagrees", p.fileKey(g.last), p.t.seats.at(g.last), "%d bytes in %d pad files behind the last file, where its piece has room for %d",
			g.pos-g.end, g.pads, want)
	}
}

// gap is what lies between two files with content.
type gap struct {
	p        *parser
	pos, end int64 // where we are, and where the file in front of the gap ends
	pads     int   // files in the gap
	last     int   // the last of them
}

// want is how long the gap is in the v2 part.
func (g *gap) want() int64 {
	rest := g.end % g.p.t.PieceLength
	if rest == 0 {
		return 0
	}
	return g.p.t.PieceLength - rest
}

// filled judges the gap in front of a file.
func (g *gap) filled(i int) bool {
	want, have := g.want(), g.pos-g.end
	if have == want && g.pads == int(min(want, 1)) {
		return true
	}
	f := &g.p.t.Files[i]
	g.p.add(Error, "hybrid-disagrees", g.p.fileKey(i), g.p.t.seats.at(i), "%d bytes in %d pad files in front of %q, where the v2 part begins %d bytes behind the file before it",
		have, g.pads, f.Path, want)
	return false
}
