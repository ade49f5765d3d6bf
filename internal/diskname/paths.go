package diskname

import (
	"iter"
	"slices"
	"strconv"
	"strings"
)

// File is what matters of a file here.
type File struct {
	Path  string          // slash-separated, as the torrent has it, without the torrent's name
	Names func() []string // those in Path, where slashes of it stand in names; else nil
	Size  int64           // in bytes
	Pad   bool            // a BEP 47 pad file
}

// LibtorrentPaths are the slash-separated paths, below the folder of a torrent of
// many files, under which libtorrent 2 stores them, in their order. root is the name
// of that folder, as it is stored. Of files that would have the path of another, but
// for the case of ASCII letters, or that of a folder, the later ones are numbered:
// readme.1.txt. (torrent_info::resolve_duplicate_filenames.) A path may lead out of
// the folder all the same: who opens it looks.
func (s System) LibtorrentPaths(root string, files []File) []string {
	paths := make([]string, len(files))
	taken := map[string]int{} // paths in lower case -> the file; -1 for folders
	for i := range files {
		paths[i] = s.LibtorrentPath(files[i].names())
		for at := strings.LastIndexByte(paths[i], '/'); at >= 0; at = strings.LastIndexByte(paths[i][:at], '/') {
			folder := lower(paths[i][:at])
			if _, known := taken[folder]; known {
				break
			}
			taken[folder] = -1
		}
	}
	numbers := map[string]int{} // the last one that was given to a path
	for i := range files {
		key := lower(paths[i])
		other, clash := taken[key]
		switch {
		case !clash:
			taken[key] = i
			continue
		case other >= 0 && isPad(root, &files[i], paths[i]) && isPad(root, &files[other], paths[other]) && files[i].Size == files[other].Size:
			continue
		}
		stem, ext := splitExtension(paths[i])
		for n := numbers[key] + 1; clash; n++ {
			numbers[key] = n
			paths[i] = stem + "." + strconv.Itoa(n) + ext
			_, clash = taken[lower(paths[i])]
		}
		taken[lower(paths[i])] = i
	}
	return paths
}

// names are those of the file's path.
func (f *File) names() iter.Seq[string] {
	if f.Names != nil {
		return slices.Values(f.Names())
	}
	return strings.SplitSeq(f.Path, "/")
}

// LibtorrentPath joins the names of a path as they are stored. Where the last one is
// left out, and is how the name before it ends, libtorrent takes it for that name:
// "a.." and ".." are stored as "..".
func (s System) LibtorrentPath(names iter.Seq[string]) string {
	var kept []string
	last := ""
	for n := range names {
		if name, ok := s.Libtorrent(n); ok {
			kept = append(kept, name)
		}
		last = strings.TrimLeft(n, "/")
	}
	if len(kept) == 0 {
		return "_"
	}
	if leaf := &kept[len(kept)-1]; last != "" && strings.HasSuffix(*leaf, last) {
		*leaf = last
	}
	return strings.Join(kept, "/")
}

// isPad tells whether libtorrent takes a file for padding: it knows that of BitComet
// by the path.
func isPad(root string, f *File, path string) bool {
	return f.Pad || strings.Contains(root+"/"+path, "_____padding_file_")
}

// splitExtension cuts a path in front of the last dot of its name.
func splitExtension(path string) (stem, ext string) {
	dot := strings.LastIndexByte(path, '.')
	if dot <= strings.LastIndexByte(path, '/') {
		return path, ""
	}
	return path[:dot], path[dot:]
}

// lower folds ASCII letters: libtorrent knows no others.
func lower(s string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
