package content

import "strings"

// wildmatch matches a path against a glob as git does: bytes, not characters; * and ? and classes match no slash; ** does
// where it stands alone between slashes.
func wildmatch(glob, text string) bool {
	w := wilder{}
	if strings.Count(glob, "**") > 1 { // which could try the same places again and again
		w.tried = make(map[[2]int]outcome)
	}
	return w.wild(glob, text, true) == matched
}

// wilder remembers, where it pays, what came of trying a star at a place.
type wilder struct {
	tried map[[2]int]outcome // by what is left of the glob and of the text
}

// outcome tells more than yes or no, so that a star need not try what cannot succeed any more.
type outcome uint8

const (
	matched outcome = iota
	unmatched
	exhausted  // the text ended first: no later start can match either
	pastFolder // a single star would have to pass a slash
)

// wild matches from a place in the glob on; atStart tells whether a slash or the start stands in front of it.
func (w *wilder) wild(glob, text string, atStart bool) outcome {
	for glob != "" {
		c := glob[0]
		if c == '*' {
			place := [2]int{len(glob), len(text)}
			o, known := w.tried[place]
			if !known {
				o = w.star(glob, text, atStart)
				if w.tried != nil {
					w.tried[place] = o
				}
			}
			return o
		}
		if text == "" {
			return exhausted
		}
		switch c {
		case '?':
			if text[0] == '/' {
				return unmatched
			}
			glob = glob[1:]
		case '[':
			rest, in, ok := class(glob[1:], text[0])
			if !ok {
				return exhausted // never closed: matches nothing
			}
			if !in || text[0] == '/' {
				return unmatched
			}
			glob = rest
		default:
			if c == '\\' {
				if glob = glob[1:]; glob == "" {
					return exhausted
				}
			}
			if glob[0] != text[0] {
				return unmatched
			}
			glob = glob[1:]
		}
		atStart = c == '/'
		text = text[1:]
	}
	if text == "" {
		return matched
	}
	return unmatched
}

// star matches a glob that begins with one or more stars. Two or more of them reach across folders if they stand alone.
func (w *wilder) star(glob, text string, atStart bool) outcome {
	rest := strings.TrimLeft(glob, "*")
	across := len(glob)-len(rest) > 1 && atStart && (rest == "" || rest[0] == '/' || strings.HasPrefix(rest, `\/`))
	if across && rest != "" && rest[0] == '/' && w.wild(rest[1:], text, true) == matched {
		return matched // **/ may stand for no folder at all
	}
	if rest == "" {
		if !across && strings.Contains(text, "/") {
			return pastFolder
		}
		return matched
	}
	for {
		o := w.wild(rest, text, false)
		switch {
		case o == matched || o == exhausted:
			return o
		case o == pastFolder && !across:
			return o
		case text == "":
			return exhausted
		case text[0] == '/' && !across:
			return pastFolder
		}
		text = text[1:]
	}
}

// class matches one byte against a class, whose opening bracket is gone, and returns what follows it.
func class(glob string, c byte) (rest string, in, ok bool) {
	i := 0
	negated := i < len(glob) && (glob[i] == '!' || glob[i] == '^')
	if negated {
		i++
	}
	for first := true; ; first = false {
		if i >= len(glob) {
			return "", false, false
		}
		if glob[i] == ']' && !first {
			return glob[i+1:], in != negated, true
		}
		if strings.HasPrefix(glob[i:], "[:") {
			name, after, closed := strings.Cut(glob[i+2:], ":]")
			if closed && !strings.ContainsAny(name, "]") {
				of, known := namedClass(name, c)
				if !known {
					return "", false, false
				}
				in = in || of
				i = len(glob) - len(after)
				continue
			}
		}
		low, n := classByte(glob[i:])
		i += n
		if n == 0 {
			return "", false, false
		}
		high := low
		if i+1 < len(glob) && glob[i] == '-' && glob[i+1] != ']' {
			high, n = classByte(glob[i+1:])
			i += 1 + n
			if n == 0 {
				return "", false, false
			}
		}
		in = in || c == low || low <= c && c <= high
	}
}

// classByte reads one byte of a class, which a backslash may quote; n is 0 where there is none.
func classByte(s string) (c byte, n int) {
	switch {
	case s == "", s == `\`:
		return 0, 0
	case s[0] == '\\':
		return s[1], 2
	}
	return s[0], 1
}

// namedClass tells whether c is of a POSIX class, in ASCII.
func namedClass(name string, c byte) (of, known bool) {
	lower, upper, digit := 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9'
	space := c == ' ' || '\t' <= c && c <= '\r'
	graph := 0x21 <= c && c <= 0x7e
	switch name {
	case "alnum":
		return lower || upper || digit, true
	case "alpha":
		return lower || upper, true
	case "blank":
		return c == ' ' || c == '\t', true
	case "cntrl":
		return c < 0x20 || c == 0x7f, true
	case "digit":
		return digit, true
	case "graph":
		return graph, true
	case "lower":
		return lower, true
	case "print":
		return graph || c == ' ', true
	case "punct":
		return graph && !lower && !upper && !digit, true
	case "space":
		return space, true
	case "upper":
		return upper, true
	case "xdigit":
		return digit || 'a' <= c|0x20 && c|0x20 <= 'f', true
	}
	return false, false
}
