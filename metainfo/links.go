package metainfo

import (
	"math"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// linkTarget reads where a symbolic link leads (BEP 47).
func (p *parser) linkTarget(in place, file, v bencode.Value) string {
	switch {
	case v.Kind() == bencode.List && string(v.Raw()) != "le":
		return p.pathOf(in, "symlink path", v)
	case !p.room(Warning, "link-target"):
	case v.Kind() == bencode.None:
		p.warn("link-target", in("symlink path"), file, "missing, though the file is a symbolic link")
	case v.Kind() == bencode.List:
		p.warn("link-target", in("symlink path"), v, "empty")
	default:
		p.warn("link-target", in("symlink path"), v, "a %v where a list was expected", v.Kind())
	}
	return ""
}

// lengthOfLink reads the length of a symbolic link, which needs none (BEP 47).
func (p *parser) lengthOfLink(in place, v bencode.Value) int64 {
	n, ok := v.Int()
	if v.Kind() != bencode.None && (!ok || n < 0) && p.room(Error, "link-length") {
		p.keep(Error, "link-length", in("length"), v.Offset(), "%.40q is not 0: a symbolic link has no length", v.Raw())
	}
	return max(n, 0)
}

// linkLengths settles what the lengths of links count for, where they have any. To libtorrent they are nothing. Clients
// that know no links take them for files of that length, and so may the maker of the torrent: the number of hashes
// tells. Hybrids of that kind no client loads. A link to nowhere is an empty file to all of them.
func (p *parser) linkLengths(pieces bencode.Value) {
	var content, links int64
	for i := range p.t.Files {
		if f := &p.t.Files[i]; f.IsLink() {
			links += min(f.Length, math.MaxInt64-links)
		} else {
			content += min(f.Length, math.MaxInt64-content)
		}
	}
	hashes, _ := pieces.Bytes()
	fits := func(size int64) bool {
		n := p.t.PieceLength
		return n > 0 && (size-1)/n+1 == int64(len(hashes)/20)
	}
	counted := p.t.Format == V1 && !fits(content) && links <= math.MaxInt64-content && fits(content+links)
	for i := range p.t.Files {
		f := &p.t.Files[i]
		switch {
		case f.Length == 0 || !f.IsLink():
		case counted:
			p.linkLength(p.fileKey(i), p.t.seats.at(i), f, "there are hashes of them, so it is a file, as in Transmission 3 and aria2")
		default:
			p.linkLength(p.fileKey(i), p.t.seats.at(i), f, "they do not count, as in libtorrent")
			f.Length = 0
		}
		if f.IsLink() && (f.Length > 0 || f.Link() == "") {
			f.Traits = &Traits{Attr: f.Attr(), plain: true, pad: f.Pad()}
		}
	}
}

// linkLength tells what became of the length of a link.
func (p *parser) linkLength(key string, offset int, f *File, why string) {
	p.keep(Error, "link-length", key, offset, "%d bytes of a symbolic link: %s", f.Length, why)
}
