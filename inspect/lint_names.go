package inspect

import (
	"fmt"
	"hash/maphash"
	"path"
	"slices"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/nfc"
)

// names judges the names of files and folders. A folder that many files share
// is judged at the first of them.
func (l *linter) names() {
	t := l.t
	if v, ok := l.info["name"]; ok && t.Name != "" {
		l.name(func() (string, int) { return "info.name", l.whole(v.Offset()) }, t.Name)
	}
	n := 0
	for range t.Content() {
		n++
	}
	c := collider{entries: make([]folded, 0, n+n/32)} // growing step by step would take twice the memory in the end
	long := utf16Length(t.Name)
	previous := ""
	for i, f := range t.Content() {
		if f.Path == "" {
			continue
		}
		shared := sharedFolders(previous, f.Path)
		previous = f.Path
		l.components(i, f.Path[shared:])
		c.add(int32(i), f.Path, shared)
		if n := len(f.Path); n+long > maxPath && utf16Length(f.Path[:min(n, 3*maxPath)])+long+1 > maxPath {
			l.addAt("long-path", l.file(i), "%d characters", characters(func() int { return utf16Length(f.Path) + long + 1 }))
		}
	}
	l.collisions(&c)
}

// maxPath is what is left of Windows' 260 characters for the torrent, with
// 20 for the folder that it is downloaded to.
const maxPath = 240

func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		if r >= 0x10000 {
			n++
		}
		n++
	}
	return n
}

// characters is a number of them that is counted where it is shown.
type characters func() int

// Format shows the number.
func (c characters) Format(s fmt.State, _ rune) { fmt.Fprint(s, c()) }

// sharedFolders returns how many bytes of path are folders that previous lies in too.
func sharedFolders(previous, path string) int {
	n, most := 0, min(len(previous), len(path))
	const some = 64 // bytes that are compared at once
	for n+some <= most && previous[n:n+some] == path[n:n+some] {
		n += some
	}
	for n < most && path[n] == previous[n] {
		n++
	}
	return strings.LastIndexByte(path[:n], '/') + 1
}

// components judges the names of a path that are new.
func (l *linter) components(i int, path string) {
	for name := range strings.SplitSeq(path, "/") {
		if name == "." || name == ".." {
			continue // that is another rule's
		}
		if !simpleName(name) || len(name) > maxName || portable(name) != "" {
			l.name(l.file(i), name)
		}
	}
}

// simpleName tells whether all of a name is printable ASCII.
func simpleName(name string) bool {
	for i := range len(name) {
		if name[i] < 0x20 || name[i] > 0x7e {
			return false
		}
	}
	return true
}

const maxName = 255 // bytes, in nearly all file systems

// name judges one name.
func (l *linter) name(at place, name string) {
	if len(name) > maxName {
		l.addAt("long-name", at, "%d bytes", len(name))
	}
	if why := portable(name); why != "" {
		l.addAt("reserved-name", at, "%.100q %s", name, why)
	}
	if simpleName(name) {
		return
	}
	if !utf8.ValidString(name) {
		l.addAt("not-utf8", at, "%.100q", name)
		return
	}
	switch {
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) && r != 0x200e && r != 0x200f }):
		l.addAt("bidi-character", at, "%.100q", name)
	case strings.ContainsFunc(name, invisible):
		l.addAt("control-character", at, "%.100q", name)
	}
	if !nfc.IsNormal(name) {
		l.addAt("not-nfc", at, "%+.100q", name)
	}
}

// invisible finds controls and separators, and characters that take no space.
// Joiners and variation selectors are part of words and emoji.
func invisible(r rune) bool {
	switch r {
	case 0x200c, 0x200d:
		return false
	case 0x200b, 0x2060, 0xfeff, 0x00ad:
		return true
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Zl, unicode.Zp, unicode.Noncharacter_Code_Point) || r >= 0xe0000 && r < 0xe0100
}

// portable tells why Windows refuses a name; "" when it does not.
func portable(name string) string {
	if i := strings.IndexAny(name, `<>:"\|?*`); i >= 0 {
		return "has the character " + name[i:i+1]
	}
	if name != "" && (name[len(name)-1] == '.' || name[len(name)-1] == ' ') {
		return "ends in a dot or a space"
	}
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.TrimRight(stem, " ")
	if len(stem) < 3 || len(stem) > 5 {
		return ""
	}
	stem = strings.ToUpper(stem)
	switch stem {
	case "CON", "PRN", "AUX", "NUL":
		return "is the name of a device"
	}
	if port := strings.TrimPrefix(strings.TrimPrefix(stem, "COM"), "LPT"); len(stem)-len(port) == 3 {
		switch port {
		case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
			return "is the name of a device"
		}
	}
	return ""
}

// collider finds names that are one on a file system that does not tell upper
// from lower case or one Unicode form from another. It keeps sixteen bytes a
// name: a million names are no burden.
type collider struct {
	hash    maphash.Hash
	entries []folded
	folders []folder // of the path before
}

// folder is a folder of a path: what is in front of its slash.
type folder struct {
	hash uint64
	end  int
}

// folded is the hash of the folded path of a file, or of a folder it lies in.
type folded struct {
	hash uint64
	file int32
	end  int32 // how much of the file's path it is
}

// Paths beyond these bounds exist on no system, and are not held against others.
const (
	maxFoldedPath  = 4096
	maxFoldedDepth = 128
)

// add notes a path and the folders in it, from the byte shared on.
func (c *collider) add(file int32, path string, shared int) {
	if len(path) > maxFoldedPath {
		c.folders = c.folders[:0]
		return
	}
	for n := len(c.folders); n > 0 && c.folders[n-1].end >= shared; n-- {
		c.folders = c.folders[:n-1]
	}
	above, start := uint64(0), 0
	if n := len(c.folders); n > 0 {
		above, start = c.folders[n-1].hash, c.folders[n-1].end+1
	}
	for end := start; end <= len(path) && len(c.folders) < maxFoldedDepth; end++ {
		if end < len(path) && path[end] != '/' {
			continue
		}
		c.hash.Reset()
		c.write(path[start:end])
		above = maphash.Comparable(c.hash.Seed(), [2]uint64{above, c.hash.Sum64()})
		c.entries = append(c.entries, folded{above, file, int32(end)})
		if end < len(path) {
			c.folders = append(c.folders, folder{above, end})
		}
		start = end + 1
	}
}

// write hashes a folded name. Nearly all names are ASCII.
func (c *collider) write(name string) {
	if !simpleName(name) {
		c.hash.WriteString(fold(name))
		return
	}
	var buf [64]byte
	n := 0
	for i := range len(name) {
		b := name[i]
		if 'A' <= b && b <= 'Z' {
			b += 'a' - 'A'
		}
		buf[n] = b
		if n++; n == len(buf) {
			c.hash.Write(buf[:])
			n = 0
		}
	}
	c.hash.Write(buf[:n])
}

// fold maps names that collide to the same text.
func fold(s string) string {
	s = nfc.String(s)
	return nfc.String(strings.Map(func(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }, s))
}

// dropLone drops the entries whose hash is of no other: mostly, nothing is left.
func (c *collider) dropLone() {
	hashes := make([]uint64, len(c.entries))
	for i, e := range c.entries {
		hashes[i] = e.hash
	}
	slices.Sort(hashes)
	shared := hashes[:0]
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] {
			shared = append(shared, hashes[i])
		}
	}
	left := c.entries[:0]
	for _, e := range c.entries {
		if _, found := slices.BinarySearch(shared, e.hash); found {
			left = append(left, e)
		}
	}
	c.entries = left
}

// collisions finds the names whose folded paths are equal, but not the paths.
func (l *linter) collisions(c *collider) {
	c.dropLone()
	sort.Slice(c.entries, func(i, j int) bool {
		a, b := c.entries[i], c.entries[j]
		return a.hash < b.hash || a.hash == b.hash && a.file < b.file
	})
	for i := 1; i < len(c.entries); i++ {
		a, b := c.entries[i-1], c.entries[i]
		if a.hash != b.hash {
			continue
		}
		p, q := l.t.Files[a.file].Path[:a.end], l.t.Files[b.file].Path[:b.end]
		// Where folders collide, that is said of the folders, and not of each file in them again.
		if p == q || path.Dir(p) != path.Dir(q) || fold(p) != fold(q) {
			continue
		}
		at := l.file(int(b.file))
		if nfc.String(p) == nfc.String(q) {
			l.addAt("name-collision", at, "%+.100q and %+.100q look the same", p, q)
		} else {
			l.addAt("name-collision", at, "%.100q and %.100q", p, q)
		}
	}
}
