package content

import (
	"fmt"
	"hash/maphash"
	"iter"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/diskname"
)

// Portability notes the paths that other systems do not take, or take for another of the paths: each in order, with the
// first reason. The paths are gone through twice.
func Portability(paths iter.Seq[string]) Notes {
	var notes Notes
	folded := newFolds(paths)
	folder := "" // of the path before, with its slash, if there was nothing to say of it
	for p := range paths {
		if p == "" {
			continue
		}
		done := 0
		if strings.HasPrefix(p, folder) {
			done = len(folder)
		}
		why := ""
		for end := done; end < len(p) && why == ""; end++ { // every folder on the way, then the file
			start := end
			if next := strings.IndexByte(p[end:], '/'); next < 0 {
				end = len(p)
			} else {
				end += next
			}
			if why = folded.collision(p[:end]); why == "" {
				why = unportable(p[start:end])
			}
		}
		if why == "" {
			folder = p[:strings.LastIndexByte(p, '/')+1]
		}
		if why == "" && utf8.RuneCountInString(p) > maxPortablePath {
			why = fmt.Sprintf("%d characters long, more than Windows takes in most places", utf8.RuneCountInString(p))
		}
		if why != "" {
			notes = append(notes, Note{Path: p, Kind: NoteName, Detail: why})
		}
	}
	return notes
}

// maxPortablePath leaves something of Windows' 260 characters to the folder that the content is put into.
const maxPortablePath = 240

// folds finds the paths that are one to a system which knows no case, or no forms of Unicode. It keeps eight bytes of each,
// and more only of those that may be one.
type folds struct {
	seed   maphash.Seed
	buf    []byte
	twice  map[uint64]bool   // hashes of what may be one
	folded map[string]string // folder or file, as such a system sees it -> as it is
}

func newFolds(paths iter.Seq[string]) *folds {
	f := &folds{seed: maphash.MakeSeed(), twice: map[uint64]bool{}, folded: map[string]string{}}
	var hashes []uint64
	folder := "" // of the path before, with its slash
	for p := range paths {
		done := 0
		if strings.HasPrefix(p, folder) {
			done = len(folder)
		}
		for end := done; end < len(p); end++ {
			if p[end] == '/' {
				hashes = append(hashes, f.hash(p[:end]))
			}
		}
		hashes = append(hashes, f.hash(p))
		folder = p[:strings.LastIndexByte(p, '/')+1]
	}
	slices.Sort(hashes)
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] {
			f.twice[hashes[i]] = true
		}
	}
	return f
}

// fold overwrites the buffer with what such a system makes of a path.
func (f *folds) fold(p string) {
	if !isPlain(p) {
		f.buf = append(f.buf[:0], strings.ToLower(diskname.NFC(p))...)
		return
	}
	f.buf = append(f.buf[:0], p...)
	for i, c := range f.buf {
		if 'A' <= c && c <= 'Z' {
			f.buf[i] = c + 'a' - 'A'
		}
	}
}

func (f *folds) hash(p string) uint64 {
	f.fold(p)
	return maphash.Bytes(f.seed, f.buf)
}

// collision tells how a path would be taken for one that came before.
func (f *folds) collision(p string) string {
	if len(f.twice) == 0 || !f.twice[f.hash(p)] {
		return ""
	}
	switch other, ok := f.folded[string(f.buf)]; {
	case !ok:
		f.folded[string(f.buf)] = p
	case other != p && diskname.NFC(other) == diskname.NFC(p):
		return fmt.Sprintf("macOS takes it for %q, which is the same in another Unicode form", other)
	case other != p:
		return fmt.Sprintf("Windows and macOS take it for %q, which differs in case only", other)
	}
	return ""
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// device returns the device of Windows that a name stands for, or nothing.
func device(name string) string {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.TrimRight(stem, " ")
	if len(stem) < 3 || len(stem) > len("CONOUT$") {
		return ""
	}
	stem = strings.ToUpper(stem)
	numbered := len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '1' && stem[3] <= '9'
	if numbered || slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}, stem) {
		return stem
	}
	return ""
}

// unportable tells why some system does not take a name.
func unportable(name string) string {
	switch device := device(name); {
	case !utf8.ValidString(name):
		return "not valid UTF-8: macOS refuses it, others show it differently"
	case device != "":
		return fmt.Sprintf("%s is the name of a device on Windows", device)
	case strings.HasSuffix(name, ".") || strings.HasSuffix(name, " "):
		return "Windows drops the dot or space at the end of a name"
	case strings.ContainsAny(name, `<>:"|?*\`):
		return `Windows allows none of < > : " | ? * \ in a name`
	case strings.ContainsFunc(name, func(r rune) bool { return r < 0x20 }):
		return "Windows allows no control characters in a name"
	case len(name) > 255:
		return "a name of more than 255 bytes, which most file systems refuse"
	}
	return ""
}
