package content

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// NFC returns a path in Unicode's composed form, in which most systems and keyboards write names; macOS may give them
// decomposed. What is not valid UTF-8 stays as it is.
func NFC(path string) string {
	if !utf8.ValidString(path) {
		return path
	}
	return norm.NFC.String(path)
}

// Portability notes the paths that other systems do not take, or take for another of the paths: each in order, with the
// first reason.
func Portability(paths []string) Notes {
	var notes Notes
	folded := make(map[string]string, len(paths)) // folder or file, as a system sees it that knows no case -> as it is
	for _, p := range paths {
		if p == "" {
			continue
		}
		why := ""
		for end := 0; end < len(p) && why == ""; end++ { // every folder on the way, then the file
			next := strings.IndexByte(p[end:], '/')
			if next < 0 {
				end = len(p)
			} else {
				end += next
			}
			why = collision(folded, p[:end])
		}
		for name := range strings.SplitSeq(p, "/") {
			if why == "" {
				why = unportable(name)
			}
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
		key = NFC(p)
	}
	key = strings.ToLower(key)
	switch other, ok := folded[key]; {
	case !ok:
		folded[key] = p
	case other != p && NFC(other) == NFC(p):
		return fmt.Sprintf("macOS takes it for %q, which is the same in another Unicode form", other)
	case other != p:
		return fmt.Sprintf("Windows and macOS take it for %q, which differs in case only", other)
	}
	return ""
}

func isPlain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
}

// unportable tells why some system does not take a name.
func unportable(name string) string {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimRight(stem, " ")
	reserved := []string{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
	device := len(stem) == 4 && (strings.HasPrefix(stem, "COM") || strings.HasPrefix(stem, "LPT")) && stem[3] >= '1' && stem[3] <= '9'
	switch {
	case !utf8.ValidString(name):
		return "not valid UTF-8: macOS refuses it, others show it differently"
	case slices.Contains(reserved, stem) || device:
		return fmt.Sprintf("%s is the name of a device on Windows", stem)
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
