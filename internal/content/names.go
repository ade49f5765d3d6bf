package content

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/diskname"
)

// Portability notes the paths that other systems do not take, or take for another of the paths: each in order, with the
// first reason.
func Portability(paths []string) Notes {
	var notes Notes
	folded := make(map[string]string, len(paths)) // folder or file, as a system sees it that knows no case -> as it is
	folder := ""                                  // of the path before, with its slash, if there was nothing to say of it
	for _, p := range paths {
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
			if why = collision(folded, p[:end]); why == "" {
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

// collision tells how a path would be taken for one that came before.
func collision(folded map[string]string, p string) string {
	key := p
	if !isPlain(p) {
		key = diskname.NFC(p)
	}
	key = strings.ToLower(key)
	switch other, ok := folded[key]; {
	case !ok:
		folded[key] = p
	case other != p && diskname.NFC(other) == diskname.NFC(p):
		return fmt.Sprintf("macOS takes it for %q, which is the same in another Unicode form", other)
	case other != p:
		return fmt.Sprintf("Windows and macOS take it for %q, which differs in case only", other)
	}
	return ""
}

func isPlain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
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
