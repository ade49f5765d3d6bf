package console

import (
	"strings"

	"github.com/rivo/uniseg"
)

// A terminal breaks what is too long for it wherever its edge happens to be, so nothing that is longer is left to it: texts
// are broken at spaces, and go on below, indented. What one copies (a URL, a magnet link, a hash) is never broken, since a
// break would be copied too: it stands alone on its line.

// Wrap breaks escaped text at spaces into lines of at most width columns. A word that is longer is broken too, unless it
// is one to copy.
func Wrap(text string, width int) []string { return wrapAfter(text, width, width) }

// wrapAfter is Wrap for a text whose first line has its own width.
func wrapAfter(text string, first, rest int) []string {
	var lines []string
	for _, r := range breaks(text, first, rest) {
		lines = append(lines, text[r[0]:r[1]])
	}
	return lines
}

// breaks returns the lines of a text as ranges of its bytes: the first of at most first columns, the others of at most rest.
func breaks(text string, first, rest int) [][2]int {
	if DisplayWidth(text) <= first {
		return [][2]int{{0, len(text)}}
	}
	var lines [][2]int
	start, end := 0, 0 // of the line so far
	used, room := 0, max(first, 1)
	flush := func() {
		if end > start {
			lines = append(lines, [2]int{start, end})
		}
		used, room = 0, max(rest, 1)
	}
	for at := 0; at < len(text); {
		space := len(text[at:]) - len(strings.TrimLeft(text[at:], " "))
		word := text[at+space:]
		if i := strings.IndexByte(word, ' '); i >= 0 {
			word = word[:i]
		}
		if word == "" {
			break
		}
		from, w := at+space, DisplayWidth(word)
		at = from + len(word)
		if used > 0 && used+space+w > room {
			flush()
		}
		if used == 0 {
			start, end = from, from
			if len(lines) == 0 {
				start = from - space // the indent of a text is its own
				used = space
			}
		} else {
			used += space
		}
		for used+w > room && !copied(word) {
			n, columns := fitting(word, room-used)
			if i := strings.LastIndexAny(word[:n], "._-/,") + 1; i > n/2 {
				n, columns = i, DisplayWidth(word[:i]) // rather where a part of it ends
			}
			end = from + n
			flush()
			word, from = word[n:], from+n
			w -= columns
			start, end = from, from
		}
		used += w
		end = from + len(word)
	}
	flush()
	return lines
}

// fitting is how many bytes of a text, whole characters and one at least, take at most width columns, and how many they take.
func fitting(text string, width int) (n, columns int) {
	for state, rest := -1, text; rest != ""; {
		cluster, next, w, s := uniseg.FirstGraphemeClusterInString(rest, state)
		w = clusterWidth(cluster, w)
		if n > 0 && columns+w > width {
			break
		}
		n, columns = n+len(cluster), columns+w
		rest, state = next, s
	}
	return n, columns
}

// copied tells words that people copy from the screen: URLs, links and hashes.
func copied(word string) bool {
	if strings.HasPrefix(word, "magnet:") || strings.Contains(word, "://") {
		return true
	}
	const shortest = 40 // an infohash of v1 in hexadecimal
	return len(word) >= shortest && strings.Trim(word, "0123456789abcdefABCDEF") == ""
}
