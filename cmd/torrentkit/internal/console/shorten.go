package console

import (
	"slices"
	"strings"

	"github.com/rivo/uniseg"
)

const (
	ellipsis = "…"
	// leastFolder and leastName are the columns that a folder and a file of a path keep, as long as the others have some to give.
	leastFolder, leastName = 8, 20
	// deepest bounds how often names that look alike are told apart by the next character in which they differ.
	deepest = 8
)

// shorten gives every name a text of at most width columns. The ends of paths tell most, so they stay, and what is cut is the
// middle of a folder's or file's name. Names that would look alike show the place in which they differ. Those that cannot
// be told apart in so few columns, which is rare, are left whole. Names are escaped texts.
func shorten(names []string, width int) map[string]string {
	s := shortener{width: width, texts: make(map[string]string, len(names))}
	var long []string
	for _, name := range names {
		if _, known := s.texts[name]; known {
			continue
		}
		s.texts[name] = name
		if DisplayWidth(name) > width {
			long = append(long, name)
		}
	}
	s.tellApart(long, -1, 0)
	s.giveUp(long)
	return s.texts
}

// ShortNames tells how names are written in messages: where people read them on a terminal, what is longer than half a line is
// shortened.
func ShortNames(con *Console, names []string) func(string) string {
	if !con.env.ErrTTY {
		return func(name string) string { return name }
	}
	texts := shorten(names, max(con.Width()/2, leastName))
	return func(name string) string { return texts[name] }
}

type shortener struct {
	width int
	texts map[string]string
}

// tellApart shortens names around the byte at which they differ; a focus of -1 is none.
func (s *shortener) tellApart(names []string, focus, depth int) {
	alike := make(map[string][]string, len(names))
	for _, name := range names {
		text := shortenPath(name, s.width, focus)
		s.texts[name] = text
		alike[text] = append(alike[text], name)
	}
	for _, group := range alike {
		if next := commonPrefix(group); len(group) > 1 && depth < deepest && next > focus {
			s.tellApart(group, next, depth+1)
		}
	}
}

// giveUp leaves names whole that still look like another one.
func (s *shortener) giveUp(long []string) {
	count := make(map[string]int, len(s.texts))
	for _, text := range s.texts {
		count[text]++
	}
	for _, name := range long {
		if count[s.texts[name]] > 1 {
			s.texts[name] = name
		}
	}
}

// commonPrefix is how many bytes all names begin with.
func commonPrefix(names []string) int {
	first := names[0]
	n := len(first)
	for _, name := range names[1:] {
		n = min(n, len(name))
		for i := range n {
			if name[i] != first[i] {
				n = i
				break
			}
		}
	}
	return n
}

// shortenPath shortens one path: folders first, then the file's name, and then folders are left out altogether.
func shortenPath(path string, width, focus int) string {
	if scheme, rest, ok := strings.Cut(path, "://"); ok {
		return shortenURL(scheme+"://", rest, width, focus)
	}
	parts := strings.Split(path, "/")
	last := len(parts) - 1
	widths := make([]int, len(parts))
	total := last // the slashes
	for i, p := range parts {
		widths[i] = DisplayWidth(p)
		total += widths[i]
	}
	inFocus := 0
	for at := 0; inFocus < last && focus > at+len(parts[inFocus]); inFocus++ {
		at += len(parts[inFocus]) + 1
	}
	least := func(i int) int {
		if i == last || i == inFocus && focus >= 0 {
			return leastName
		}
		return leastFolder
	}
	rooms := slices.Clone(widths)
	for total > width { // what is widest above its least gives a column
		widest, above := -1, 0
		for i := range rooms {
			if over := rooms[i] - least(i); over > above && (i != last || widest < 0) {
				widest, above = i, over
			}
		}
		if widest < 0 {
			break
		}
		give := min(above, total-width)
		rooms[widest] -= give
		total -= give
	}
	at := 0
	for i, p := range parts {
		where := -1
		if focus >= at && focus <= at+len(p) {
			where = focus - at
		}
		at += len(p) + 1
		parts[i] = shortenName(p, rooms[i], where)
	}
	if total <= width {
		return strings.Join(parts, "/")
	}
	return leaveOut(path, parts, width, focus)
}

// shortenURL keeps the host, which tells most of a URL, as long as there is room for it.
func shortenURL(scheme, rest string, width, focus int) string {
	host, path, _ := strings.Cut(rest, "/")
	lead := scheme + host + "/"
	room := width - DisplayWidth(lead)
	switch {
	case focus >= len(lead) && room < leastFolder:
		return shortenName(scheme+rest, width, focus)
	case room < 1:
		return shortenName(scheme+host, width, focus)
	}
	return lead + shortenName(path, room, max(focus-len(lead), -1))
}

// leaveOut drops the folders in front for which there is no room, unless names differ there: then the path is cut as one name.
func leaveOut(path string, parts []string, width, focus int) string {
	last := len(parts) - 1
	at := strings.LastIndexByte(path, '/') + 1 // where in the path the text begins
	if at == 0 || focus >= 0 && focus < at {
		return shortenName(path, width, focus)
	}
	text := "/" + shortenName(path[at:], width-2, focus-at)
	for i := last - 1; i > 0 && DisplayWidth(ellipsis+"/"+parts[i]+text) <= width; i-- {
		text = "/" + parts[i] + text
	}
	return ellipsis + text
}

// shortenName cuts the middle out of a name, around which its beginning and its end stay. With a focus the characters from
// there on stay too, and some before them.
func shortenName(name string, width, focus int) string {
	if DisplayWidth(name) <= width {
		return name
	}
	if width < 1 {
		return ""
	}
	c := clustersOf(name)
	room := width - 1
	head := c.fit(0, room/3)
	tail := c.fitBack(len(c.text), room-c.span(0, head))
	at := c.index(focus)
	if focus < 0 || at < head || at >= tail || room < 8 {
		return c.join(0, head) + ellipsis + c.join(tail, len(c.text))
	}
	room-- // for a second ellipsis
	tail = c.fitBack(len(c.text), room/4)
	before := at // some of what stands before the difference says what it is
	for before > 0 && at-before < min(8, room/4) {
		before--
	}
	head = c.fit(0, room/6)
	if before <= head { // the beginning runs into it
		head = c.fit(0, room+1-c.span(tail, len(c.text)))
		return c.join(0, head) + ellipsis + c.join(tail, len(c.text))
	}
	window := c.fit(before, room-c.span(0, head)-c.span(tail, len(c.text)))
	if window >= tail { // it runs into the end
		tail = c.fitBack(len(c.text), room+1-c.span(0, head))
		return c.join(0, head) + ellipsis + c.join(tail, len(c.text))
	}
	return c.join(0, head) + ellipsis + c.join(before, window) + ellipsis + c.join(tail, len(c.text))
}

// clusters are the characters of a text as a reader counts them, which are never cut apart.
type clusters struct {
	text   []string
	widths []int
}

func clustersOf(s string) clusters {
	var c clusters
	for state := -1; s != ""; {
		var text string
		var w int
		text, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
		c.text, c.widths = append(c.text, text), append(c.widths, clusterWidth(text, w))
	}
	return c
}

// fit returns the end of the characters from start on that take at most width columns.
func (c clusters) fit(start, width int) int {
	for start < len(c.text) && c.widths[start] <= width {
		width -= c.widths[start]
		start++
	}
	return start
}

// fitBack returns the start of the characters before end that take at most width columns.
func (c clusters) fitBack(end, width int) int {
	for end > 0 && c.widths[end-1] <= width {
		width -= c.widths[end-1]
		end--
	}
	return end
}

// span is how many columns the characters take.
func (c clusters) span(start, end int) int {
	n := 0
	for i := start; i < end; i++ {
		n += c.widths[i]
	}
	return n
}

// index is the character that holds a byte.
func (c clusters) index(offset int) int {
	i := 0
	for at := 0; i < len(c.text) && at+len(c.text[i]) <= offset; i++ {
		at += len(c.text[i])
	}
	return i
}

func (c clusters) join(start, end int) string {
	if start >= end {
		return ""
	}
	return strings.Join(c.text[start:end], "")
}
