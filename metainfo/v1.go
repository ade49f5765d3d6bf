package metainfo

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/layout"
)

// filesV1 reads the one file or the list of files of BEP 3.
func (p *parser) filesV1(info bencode.Value, m map[string]bencode.Value) {
	length, hasLength := m["length"]
	files, hasFiles := m["files"]
	const clients = "as in libtorrent, Transmission and aria2"
	switch isList := files.Kind() == bencode.List; {
	case hasLength && isList:
		p.keep(Error, "files", "info.files", files.Offset(), "present beside length: only files counts, "+clients)
		hasLength = false
	case hasLength && hasFiles:
		p.keep(Error, "files", "info.files", files.Offset(), "a %v beside length: only length counts, "+clients, files.Kind())
	}
	switch {
	case hasLength:
		p.t.Single = true
		p.t.Files = []File{{Traits: p.attr(p.text("info.attr", m["attr"])), Length: p.length(inInfo, "length", info, length)}}
		p.t.seats = []seat{{at: uint32(length.Offset())}}
		p.keepSums(0, info)
	case !hasFiles:
		p.fail("files", "info", info, "neither length nor files")
	case files.Kind() != bencode.List:
		p.fail("files", "info.files", files, "a %v where a list was expected", files.Kind())
	default:
		p.fileList(files)
	}
}

func (p *parser) fileList(files bencode.Value) {
	n := 0
	for range files.Items() {
		n++
	}
	const smallest = len("d6:lengthi0e4:pathl1:aee")
	list := make([]File, 0, min(n, len(files.Raw())/smallest+1))
	seats := make([]seat, 0, cap(list))
	way := p.way(files)
	for i, v := range files.Items() {
		if len(list) == cap(list) {
			break // some of them were no files, which was said: what is none takes less room than one
		}
		list, seats = append(list, p.file(i, v)), append(seats, seat{at: uint32(v.Offset())})
		p.keepSums(i, v)
		way.behind(v)
	}
	p.t.Files, p.t.seats = list, seats
	if n == 0 {
		p.fail("files", "info.files", files, "empty")
	}
	p.duplicates()
}

// file reads one entry of info.files.
func (p *parser) file(i int, v bencode.Value) File {
	in := func(key string) string { return bencode.JoinKey(bencode.JoinIndex("info.files", i), key) }
	if v.Kind() != bencode.Dict {
		at := func(string) string { return bencode.JoinIndex("info.files", i) }
		p.failIn("files", at, "", v, "a %v where a dictionary was expected", v.Kind())
		return File{}
	}
	var length, path, pathUTF8, attr, link bencode.Value
	for k, val := range v.Entries() {
		key, _ := k.Bytes()
		switch string(key) {
		case "length":
			first(&length, val)
		case "path":
			first(&path, val)
		case "path.utf-8":
			first(&pathUTF8, val)
		case "attr":
			first(&attr, val)
		case "symlink path":
			first(&link, val)
		default:
			p.unknownOfFile(key)
		}
	}
	f := File{Traits: p.attr(p.textIn(in, "attr", attr))}
	if f.IsLink() {
		f.Length = p.lengthOfLink(in, length)
	} else {
		f.Length = p.length(in, "length", v, length)
	}
	if noPath := path.Kind() != bencode.List || string(path.Raw()) == "le"; noPath && strings.Contains(f.Attr(), "p") {
		f.Path = padFolder + strconv.FormatInt(f.Length, 10) // as in libtorrent
		if p.room(Warning, "bad-path") {
			p.warn("bad-path", in("path"), v, "a pad file without a path")
		}
	} else {
		p.slashes = 0
		f.Path, path = p.filePath(in, v, path, pathUTF8)
		if p.slashes > 0 {
			names := path
			if p.spent != nil {
				names = bencode.View(bytes.Clone(path.Raw()))
			}
			p.namesAre(i, func() []string { return texts(names) })
		}
	}
	p.link(&f, in, v, link)
	if strings.Contains(f.Attr(), "p") || strings.HasPrefix(f.Path[strings.LastIndexByte(f.Path, '/')+1:], "_____padding_file_") {
		f.Traits = p.padding(f.Traits)
	}
	if f.Pad() && f.Length > layout.MaxTreePieceLength {
		p.failIn("pad-file", in, "length", length, "%d bytes of padding, more than any client's longest piece", f.Length)
	}
	return f
}

// filePath reads the path of a file, and tells where it stands: in path.utf-8 where
// that is present and a list.
func (p *parser) filePath(in place, file, path, pathUTF8 bencode.Value) (string, bencode.Value) {
	hasUTF8 := pathUTF8.Kind() == bencode.List && len(pathUTF8.Raw()) > len("le")
	s := ""
	switch {
	case path.Kind() != bencode.None:
		s = p.pathOf(in, "path", path)
	case !hasUTF8:
		p.failIn("bad-path", in, "path", file, "missing")
		return "", path
	case p.room(Warning, "bad-path"):
		p.warn("bad-path", in("path"), file, "missing, beside path.utf-8")
	}
	switch {
	case pathUTF8.Kind() == bencode.None:
		return s, path
	case hasUTF8:
		p.slashes = 0
		return p.pathOf(in, "path.utf-8", pathUTF8), pathUTF8
	}
	if p.room(Warning, "mistyped") {
		p.warn("mistyped", in("path.utf-8"), pathUTF8, "not a list of names: ignored")
	}
	return s, path
}

// first keeps the value of a key where it stands first.
func first(dst *bencode.Value, v bencode.Value) {
	if dst.Kind() == bencode.None {
		*dst = v
	}
}

// link reads where a file leads, if it is a symbolic link.
func (p *parser) link(f *File, in place, file, target bencode.Value) {
	if f.IsLink() {
		f.Traits = &Traits{Attr: f.Attr(), Link: p.linkTarget(in, file, target)}
	}
}

// attr are the traits of files with some letters and nothing else, of which there are few.
func (p *parser) attr(letters string) *Traits {
	t := p.attrs[letters]
	switch {
	case t != nil || letters == "":
		return t
	case p.attrs == nil:
		p.attrs = map[string]*Traits{}
	}
	t = &Traits{Attr: letters}
	p.attrs[letters] = t
	return t
}

// padding are the same traits, nil for none, of a pad file. Files that share them do so still.
func (p *parser) padding(t *Traits) *Traits {
	if pad := p.pads[t]; pad != nil {
		return pad
	}
	pad := &Traits{}
	if t != nil {
		*pad = *t
	}
	pad.pad = true
	switch {
	case strings.Contains(pad.Attr, "l"): // which has traits of its own
	case p.pads == nil:
		p.pads = map[*Traits]*Traits{t: pad}
	default:
		p.pads[t] = pad
	}
	return pad
}

// length reads how long a file is, 0 where that is not said.
func (p *parser) length(in place, key string, file, v bencode.Value) int64 {
	n, ok := v.Int()
	switch {
	case v.Kind() == bencode.None:
		p.failIn("length", in, key, file, "missing")
	case v.Kind() != bencode.Integer:
		p.failIn("length", in, key, v, "a %v where an integer was expected", v.Kind())
	case !ok:
		p.failIn("length", in, key, v, "no integer of 64 bits")
	case n < 0:
		p.failIn("length", in, key, v, "%d is negative", n)
	}
	return max(n, 0)
}

// fileKey is the key that tells of the i-th file.
func (p *parser) fileKey(i int) string {
	if p.t.Format.HasV1() && p.t.Single {
		return inInfo("length")
	}
	key, _ := p.t.FileKey(i)
	return key
}

// duplicates finds paths that stand twice, or that are both a file and a folder.
func (p *parser) duplicates() {
	if p.nameErrors > 0 {
		return // it would only tell the same again
	}
	files := p.t.Files
	sorted := true
	last := -1
	for i, f := range p.t.Content() {
		if last >= 0 && !ordered(files[last].Path, f.Path) {
			sorted = false
			break
		}
		last = i
	}
	if sorted {
		return
	}
	index := make([]int32, 0, len(files))
	for i := range p.t.Content() {
		index = append(index, int32(i))
	}
	slices.SortFunc(index, func(a, b int32) int { return layout.ComparePaths(files[a].Path, files[b].Path) })
	for k := 1; k < len(index); k++ {
		a, b := &files[index[k-1]], &files[index[k]]
		if ordered(a.Path, b.Path) {
			continue
		}
		i := max(index[k-1], index[k])
		why := "%q stands there twice"
		if a.Path != b.Path {
			why = "%q is both a file and a folder"
		}
		if !p.room(Error, "duplicate-path") {
			return
		}
		p.keep(Error, "duplicate-path", p.fileKey(int(i)), p.t.seats.at(int(i)), why, a.Path)
	}
}

// ordered tells whether b comes after a and is neither the same nor inside of it.
func ordered(a, b string) bool {
	return layout.ComparePaths(a, b) < 0 && !layout.Inside(b, a)
}

// layOut makes the layout, and problems of what stands in its way.
func (p *parser) layOut(info bencode.Value) {
	l, err := layout.Of(layout.Format(p.t.Format), p.t.PieceLength, len(p.t.Files), func(i int) layout.File {
		f := &p.t.Files[i]
		return layout.File{Length: f.Length, Pad: f.Pad()}
	})
	var fe *layout.FileError
	switch {
	case err == nil:
		p.t.layout = l
	case errors.As(err, &fe):
		p.add(Error, "layout", p.fileKey(int(fe.File)), p.t.seats.at(int(fe.File)), "%v", fe.Err)
	default:
		p.fail("layout", "info", info, "%v", err)
	}
}

// piecesV1 checks the number of hashes against the content.
func (p *parser) piecesV1(info, v bencode.Value) {
	if v.Kind() == bencode.None {
		return // that was told with the format
	}
	pieces, ok := v.Bytes()
	want := p.t.layout.NumPieces()
	switch {
	case !ok:
		p.fail("pieces", "info.pieces", v, "a %v where a string was expected", v.Kind())
	case len(pieces)%20 != 0:
		p.fail("pieces", "info.pieces", v, "%d bytes are not whole hashes of 20 bytes", len(pieces))
	case len(pieces)/20 != want:
		p.fail("pieces", "info.pieces", v, "%d hashes, but %d bytes in pieces of %d want %d",
			len(pieces)/20, p.t.layout.PaddedLength(), p.t.PieceLength, want)
	default:
		p.t.pieces = pieces
		return
	}
	p.t.layout = nil
}
