package inspect

import (
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/diskname"
)

// rasterbarFiles are the files of one part of a torrent (file_storage).
type rasterbarFiles struct {
	r           *rasterbar
	key         string // where they stand
	list        []rasterbarFile
	total       int64
	pieceLength int64
}

type rasterbarFile struct {
	name         uint64 // hash of the path
	offset, size int64
	pad          bool
	root         string // pieces root
}

func (r *rasterbar) storage(key string) *rasterbarFiles {
	return &rasterbarFiles{r: r, key: key, pieceLength: number(r.info, "piece length", -1)}
}

// add is file_storage::add_file_borrow: what has a pieces root is padded to the
// end of a piece.
func (s *rasterbarFiles) add(f rasterbarFile, at bencode.Value) bool {
	if f.size < 0 || f.size/rasterbarBlock >= rasterbarBlocks || f.size > rasterbarOffset-s.total {
		return s.r.content(s.key, at, "a length is missing, negative or too large")
	}
	f.offset = s.total
	s.list = append(s.list, f)
	s.total += f.size
	if rest := s.total % s.pieceLength; s.r.version == 2 && f.root != "" && rest != 0 {
		pad := rasterbarFile{offset: s.total, size: s.pieceLength - rest, pad: true}
		if pad.size > rasterbarOffset-s.total {
			return s.r.content(s.key, at, "the content is too large")
		}
		s.list = append(s.list, pad)
		s.total += pad.size
	}
	return true
}

// target judges where a link leads: anywhere, but in strings.
func (s *rasterbarFiles) target(v bencode.Value) (has, ok bool) {
	list := find(v, "symlink path", bencode.List)
	for _, name := range list.Items() {
		if name.Kind() != bencode.String {
			return true, s.r.content(s.key, name, "where a link leads is no list of names")
		}
		_, kept := diskname.Unix.Libtorrent(textOf(name))
		has = has || kept
	}
	return has, true
}

// single is extract_single_file for info itself.
func (s *rasterbarFiles) single() bool {
	link, pad := attributes(s.r.info)
	name, ok := diskname.Unix.Libtorrent(textOf(s.r.name))
	if !ok || textOf(s.r.name) == "" {
		return s.r.content("info.name", s.r.name, rasterbarNoName)
	}
	f := rasterbarFile{size: number(s.r.info, "length", -1), pad: pad || marked(name)}
	if link {
		f.size = 0
		if _, ok := s.target(s.r.info); !ok {
			return false
		}
	}
	root := s.r.path(nil)
	f.name = s.r.path(&root, name)
	return s.add(f, s.r.info)
}

// entry is extract_single_file for an element of files.
func (s *rasterbarFiles) entry(v bencode.Value, folder uint64) bool {
	if v.Kind() != bencode.Dict {
		return s.r.content(s.key, v, "a file is no dictionary")
	}
	link, pad := attributes(v)
	f := rasterbarFile{size: number(v, "length", -1), pad: pad, name: folder}
	if link {
		f.size = 0
	}
	list := find(v, "path.utf-8", bencode.List)
	if list.Kind() == bencode.None {
		list = find(v, "path", bencode.List)
	}
	marks := marked(textOf(s.r.name))
	names := 0
	for _, item := range list.Items() {
		if item.Kind() != bencode.String {
			return s.r.content(s.key, item, "a path is no list of names")
		}
		names++
		if name, ok := diskname.Unix.Libtorrent(textOf(item)); ok {
			f.name = s.r.path(&f.name, name)
			marks = marks || marked(name)
		}
	}
	switch {
	case names == 0 && !pad:
		return s.r.content(s.key, v, rasterbarNoName)
	case names == 0:
		marks = false
	case f.name == folder:
		f.name = s.r.path(&folder, "_")
	}
	f.pad = pad || marks
	if link {
		if _, ok := s.target(v); !ok {
			return false
		}
	}
	return s.add(f, v)
}

// tree is extract_files2. alone tells that there is no list of files: then a tree
// of one file is that file, and no folder.
func (s *rasterbarFiles) tree(v bencode.Value, folder uint64, alone bool) bool {
	entries := 0
	for range v.Entries() {
		entries++
	}
	for k, child := range v.Entries() {
		if child.Kind() != bencode.Dict || textOf(k) == "" {
			return s.r.content(s.key, child, "the file tree is malformed")
		}
		file, isFile := onlyLeaf(child)
		path := folder
		if isFile && alone && entries == 1 {
			path = s.r.path(nil)
		}
		if name, ok := diskname.Unix.Libtorrent(strings.TrimLeft(textOf(k), "/")); ok {
			path = s.r.path(&path, name)
		}
		if isFile && !s.leaf(file, path) || !isFile && !s.tree(child, path, false) {
			return false
		}
	}
	return true
}

// onlyLeaf returns what stands under the only, empty key of a dictionary.
func onlyLeaf(v bencode.Value) (file bencode.Value, ok bool) {
	n := 0
	for k, val := range v.Entries() {
		if n++; n > 1 || textOf(k) != "" {
			return bencode.Value{}, false
		}
		file = val
	}
	return file, n == 1
}

// leaf is extract_single_file2.
func (s *rasterbarFiles) leaf(v bencode.Value, path uint64) bool {
	if v.Kind() != bencode.Dict {
		return s.r.content(s.key, v, "the file tree is malformed")
	}
	link, pad := attributes(v)
	f := rasterbarFile{size: number(v, "length", -1), name: path}
	switch {
	case pad:
		return s.r.content(s.key, v, "there is a pad file in the file tree")
	case link:
		f.size = 0
		if _, ok := s.target(v); !ok {
			return false
		}
	}
	if f.size > 0 {
		f.root = textOf(find(v, "pieces root", bencode.String))
		if len(f.root) != 32 || strings.Count(f.root, "\x00") == 32 {
			return s.r.content(s.key, v, "a pieces root is missing, of zeros or of another length than 32")
		}
	}
	return s.add(f, v)
}

// agrees is files_compatible: the files that have content must be the same, and
// stand in the same place. Up to release 2.0.7 libtorrent itself left the
// padding behind the last file out.
func (s *rasterbarFiles) agrees(v1 *rasterbarFiles) bool {
	if len(s.list) == len(v1.list)+1 {
		s.removeTail()
	}
	if len(s.list) != len(v1.list) || s.total != v1.total {
		return false
	}
	for i := range s.list {
		a, b := &s.list[i], &v1.list[i]
		hasA, hasB := !a.pad && a.size > 0, !b.pad && b.size > 0
		if hasA != hasB || hasA && (a.name != b.name || a.size != b.size || a.offset != b.offset) {
			return false
		}
	}
	return true
}

// removeTail is file_storage::remove_tail_padding.
func (s *rasterbarFiles) removeTail() {
	for i := len(s.list) - 1; i >= 0; i-- {
		if s.list[i].size == 0 {
			continue
		}
		if s.list[i].pad {
			s.total -= s.list[i].size
			s.list = append(s.list[:i], s.list[i+1:]...)
		}
		return
	}
}
