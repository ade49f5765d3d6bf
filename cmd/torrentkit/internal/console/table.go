package console

import (
	"io"
	"strings"
)

// Table is a list of rows with a heading. On a terminal it fits: sizes of a column have one unit, paths are shortened within
// (see shorten), details go on below their row, and so do the last columns where there is no room for all of them.
type Table struct {
	Head []string // as many as each row has cells
	Rows [][]*Cell
	// rivals are names that no row has, from which those of the rows must be told.
	rivals []string
}

// NewTable makes a table with a heading.
func NewTable(head ...string) *Table { return &Table{Head: head} }

// Row adds a row.
func (t *Table) Row(cells ...*Cell) { t.Rows = append(t.Rows, cells) }

// Among says between which other names the paths of the table are to be told apart when they are shortened.
func (t *Table) Among(names []string) { t.rivals = names }

// ShowTable prints the table on standard output.
func (con *Console) ShowTable(t *Table) {
	if con.Human() {
		t.writeAligned(con.text, con.Width(), painter(con))
		return
	}
	t.ShowPiped(con)
}

// ShowPiped prints the rows as a pipe gets them.
func (t *Table) ShowPiped(con *Console) { t.writePiped(con.text) }

func (t *Table) writePiped(w io.Writer) {
	for _, row := range t.Rows {
		for i, c := range row {
			if i > 0 {
				io.WriteString(w, "\t")
			}
			io.WriteString(w, c.escape(c.Raw))
		}
		io.WriteString(w, "\n")
	}
}

func (t *Table) writeAligned(w io.Writer, width int, paint func(Colour, string) string) {
	s := newSheet(t, width)
	if strings.TrimSpace(strings.Join(s.head, "")) != "" {
		heading := make([]*Cell, len(s.head))
		for i := range s.head {
			heading[i] = &Cell{Human: s.head[i], Colour: Dim, Right: len(t.Rows) > 0 && i < len(t.Rows[0]) && t.Rows[0][i].Right}
		}
		s.writeRow(w, heading, s.head, paint)
	}
	for k, row := range t.Rows {
		s.writeRow(w, row, s.texts[k], paint)
	}
}

// columnGap is what keeps columns apart, and belowIndent what stands before what goes on below a row.
const columnGap, belowIndent = 2, 4

// sheet is a table that is laid out for a terminal.
type sheet struct {
	head    []string
	texts   [][]string // of each row and column, escaped and shortened
	kinds   []cellKind // of each column
	widths  []int
	least   []int // that a path keeps
	shown   int   // columns that stand in the row itself; what has no room stands below, with its heading
	width   int
	details int // the column of details, or -1
}

func newSheet(t *Table, width int) *sheet {
	s := &sheet{head: append([]string(nil), t.Head...), texts: make([][]string, len(t.Rows)), width: width, details: -1}
	for len(t.Rows) > 0 && len(s.head) < len(t.Rows[0]) {
		s.head = append(s.head, "")
	}
	s.kinds, s.widths, s.least, s.shown = make([]cellKind, len(s.head)), make([]int, len(s.head)), make([]int, len(s.head)), len(s.head)
	units := columnUnits(t)
	for k, row := range t.Rows {
		s.texts[k] = make([]string, len(row))
		for i, c := range row {
			text := c.escape(c.Human)
			if c.kind == size && c.Human != "" {
				text = units[i].format(c.bytes)
			}
			if c.kind == path || c.kind == detail {
				s.kinds[i] = max(s.kinds[i], c.kind) // a column of both is one of details
			}
			s.texts[k][i] = text
			s.widths[i] = max(s.widths[i], DisplayWidth(c.branch())+DisplayWidth(text))
			s.least[i] = max(s.least[i], leastOf(text))
		}
	}
	for i, h := range s.head {
		s.widths[i] = max(s.widths[i], DisplayWidth(h))
	}
	if last := len(s.head) - 1; last >= 0 && s.kinds[last] == detail {
		s.details = last
	}
	s.fit(t)
	return s
}

// total is the width of the first n columns.
func (s *sheet) total(n int) int {
	sum := columnGap * max(n-1, 0)
	for _, w := range s.widths[:n] {
		sum += w
	}
	return sum
}

// fit makes the columns as narrow as the terminal wants them.
func (s *sheet) fit(t *Table) {
	all := len(s.head)
	over := s.total(all) - s.width
	if over <= 0 {
		return
	}
	before := append([]int(nil), s.widths...)
	if s.details >= 0 && !s.squeeze(over, 2, 3) { // else details stay beside paths that are a little shorter
		copy(s.widths, before)
		over = s.total(all-1) - s.width
		if over > 0 && !s.squeeze(over, 0, 1) {
			s.putBelow(all - 1)
		}
	} else if s.details < 0 && !s.squeeze(over, 0, 1) {
		s.putBelow(all)
	}
	s.shortenPaths(t)
}

// leastOf is what a column keeps for a path: of a URL the host should stay.
func leastOf(path string) int {
	if strings.Contains(path, "://") {
		return 32
	}
	return 16
}

// squeeze takes columns from paths, from the widest first, and tells whether it was enough. A column keeps n of m parts.
func (s *sheet) squeeze(over, n, m int) bool {
	least := make([]int, len(s.widths))
	for i, w := range s.widths {
		if least[i] = w; s.kinds[i] == path {
			least[i] = min(w, max(s.least[i], w*n/m))
		}
	}
	for over > 0 {
		widest := -1
		for i, w := range s.widths {
			if w > least[i] && (widest < 0 || w > s.widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			return false
		}
		s.widths[widest]--
		over--
	}
	return true
}

// putBelow finds how many of the first n columns have room in a row.
func (s *sheet) putBelow(n int) {
	for s.shown = n; s.shown > 1 && s.total(s.shown) > s.width; {
		s.shown--
	}
}

// shortenPaths shortens what the columns of paths have no room for.
func (s *sheet) shortenPaths(t *Table) {
	for i := range s.head {
		if s.kinds[i] != path {
			continue
		}
		rooms := map[int][]string{} // by the room that the branch of a tree leaves them
		for k, row := range t.Rows {
			if i < len(row) {
				room := s.roomFor(i, row[i])
				rooms[room] = append(rooms[room], s.texts[k][i])
			}
		}
		texts := make(map[int]map[string]string, len(rooms))
		for room, names := range rooms {
			for _, name := range t.rivals {
				names = append(names, Escape(name))
			}
			texts[room] = shorten(names, room)
		}
		for k, row := range t.Rows {
			if i < len(row) {
				s.texts[k][i] = texts[s.roomFor(i, row[i])][s.texts[k][i]]
			}
		}
	}
}

func (s *sheet) roomFor(column int, c *Cell) int {
	return max(s.widths[column]-DisplayWidth(s.branch(column, c)), 1)
}

// branch is what is drawn before a path: of a deep tree only the end.
func (s *sheet) branch(column int, c *Cell) string {
	branch := c.branch()
	room := s.widths[column] / 2
	if w := DisplayWidth(branch); w <= room || w+DisplayWidth(c.escape(c.Human)) <= s.widths[column] {
		return branch
	}
	return ellipsis + lastColumns(branch, room-1)
}

// lastColumns is the end of a text that takes at most width columns.
func lastColumns(text string, width int) string {
	if DisplayWidth(text) <= width {
		return text
	}
	c := clustersOf(text)
	return c.join(c.fitBack(len(c.text), width), len(c.text))
}

// writeRow writes a row, and below it what has no room beside it.
func (s *sheet) writeRow(w io.Writer, row []*Cell, texts []string, paint func(Colour, string) string) {
	var b strings.Builder
	used := 0 // columns of the line
	var below []int
	for i, c := range row {
		text, last := texts[i], i == len(row)-1
		indent := s.branch(i, c)
		taken := DisplayWidth(indent) + DisplayWidth(text)
		gap := columnGap
		if i == 0 {
			gap = 0
		}
		if i >= s.shown || i == s.details && i > 0 && used+gap+taken > s.width {
			below = append(below, i)
			continue
		}
		if i > 0 && used+gap+taken > s.width && !c.Right && !copied(text) { // a name that is like others is left whole
			below = append(below, i)
			taken, text, indent = 0, "", ""
		}
		space := strings.Repeat(" ", max(0, s.widths[i]-taken))
		b.WriteString(strings.Repeat(" ", gap))
		used += gap + max(taken, s.widths[i])
		switch {
		case c.Right:
			b.WriteString(space + c.in(paint, text))
		case last:
			b.WriteString(indent + c.in(paint, text))
		default:
			b.WriteString(indent + c.in(paint, text) + space)
		}
	}
	io.WriteString(w, strings.TrimRight(b.String(), " ")+"\n")
	s.writeBelow(w, row, texts, below, paint)
}

// writeBelow writes the cells that have no room in their row, each that is no detail or path with its heading.
func (s *sheet) writeBelow(w io.Writer, row []*Cell, texts []string, below []int, paint func(Colour, string) string) {
	if len(below) == 0 || len(s.texts) > 0 && &texts[0] == &s.head[0] {
		return // the heading of what stands below stands there
	}
	put := func(text string, c Colour) {
		for _, line := range Wrap(text, max(s.width-belowIndent, 16)) {
			if copied(line) && DisplayWidth(line) > s.width-belowIndent {
				io.WriteString(w, paint(c, line)+"\n") // alone, as it is copied
				continue
			}
			io.WriteString(w, strings.Repeat(" ", belowIndent)+paint(c, line)+"\n")
		}
	}
	var values []string // that are short, and share a line
	for _, i := range below {
		switch text := texts[i]; {
		case text == "":
		case s.kinds[i] == detail || s.kinds[i] == path || s.head[i] == "":
			put(text, row[i].Colour)
		default:
			values = append(values, s.head[i]+" "+text)
		}
	}
	if len(values) > 0 {
		put(strings.Join(values, ", "), Plain)
	}
}
