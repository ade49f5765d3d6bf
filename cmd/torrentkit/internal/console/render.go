package console

import (
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"time"
)

// Results have two forms. On a terminal they are aligned and worded for people; in a pipe they are one "key<TAB>value"
// a line (tables: one row a line, cells apart by tabs, no heading) with raw numbers, for cut and awk. Both are escaped.

// Colour is an ANSI SGR parameter.
type Colour uint8

const (
	Plain  Colour = 0
	Bold   Colour = 1
	Dim    Colour = 2
	Red    Colour = 31
	Green  Colour = 32
	Yellow Colour = 33
	Cyan   Colour = 36 // what one copies
)

// coloured obeys --color first, then NO_COLOR (no-color.org) and TERM=dumb.
func (con *Console) coloured(tty bool) bool {
	switch con.Options.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return tty && con.env.ANSI && con.Getenv("NO_COLOR") == "" && con.Getenv("TERM") != "dumb"
}

// DrawsBlocks tells whether a terminal has characters beyond ASCII for drawings: one that understands ANSI sequences has, unless
// its locale is the bare one.
func DrawsBlocks(con *Console) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := con.Getenv(name); locale != "" {
			return locale != "C" && locale != "POSIX" && con.env.ANSI && con.Getenv("TERM") != "dumb"
		}
	}
	return con.env.ANSI && con.Getenv("TERM") != "dumb"
}

// paint wraps text, which must be escaped already, in a colour where on says so.
func paint(on bool, c Colour, text string) string {
	if !on || c == Plain || text == "" {
		return text
	}
	return "\x1b[" + strconv.Itoa(int(c)) + "m" + text + "\x1b[0m"
}

// Cell is one value: what people read, what programs read, and its colour on a terminal. Tables have very many, which are copied
// everywhere: what few cells have lies elsewhere.
type Cell struct {
	Human, Raw string
	Colour     Colour
	Right      bool     // aligned to the right: numbers
	kind       cellKind // what may be done where a terminal is too narrow
	sentence   bool     // composed already: what it quotes is escaped (see escapeSentence)
	bytes      int64    // of a size
	art        *art     // nil in most
}

// art is what is drawn of a cell on a terminal.
type art struct {
	branch string // before a path: its branch of a tree
	spans  []Span // the cell in colours
}

// branch is what is drawn before the cell.
func (c *Cell) branch() string {
	if c.art == nil {
		return ""
	}
	return c.art.branch
}

// cellKind is what may be done to a cell of a table where a terminal is too narrow.
type cellKind uint8

const (
	whole  cellKind = iota // it stays as it is
	size                   // so does a size, but those of a column get one unit
	path                   // it is shortened within
	detail                 // it goes on below, indented
)

// Text is a cell that reads the same for people and programs. It is not inlined, as it is called in hundreds of places.
//
//go:noinline
func Text(s string) *Cell { return &Cell{Human: s, Raw: s} }

// Path is the path or name of something, which is shortened within where a terminal is too narrow.
func Path(s string) *Cell { return &Cell{Human: s, Raw: s, kind: path} }

// Branch is a path in a tree, with the branch that is drawn before it.
func Branch(branch, s string) *Cell {
	return &Cell{Human: s, Raw: s, kind: path, art: &art{branch: branch}}
}

// Drawn is a cell of several colours, for people only.
func Drawn(spans ...Span) *Cell {
	var text strings.Builder
	for _, s := range spans {
		text.WriteString(s.text)
	}
	return &Cell{Human: text.String(), art: &art{spans: spans}}
}

// in paints a text that is the cell's.
func (c *Cell) in(paint func(Colour, string) string, text string) string {
	if c.art == nil || c.art.spans == nil {
		return paint(c.Colour, text)
	}
	var b strings.Builder
	for _, s := range c.art.spans {
		b.WriteString(paint(s.colour, EscapeSentence(s.text)))
	}
	return b.String()
}

// Detail is what is said of the rest of a row: it goes on below the row where a terminal is too narrow.
func Detail(s string) *Cell { return &Cell{Human: s, Raw: s, kind: detail} }

// Sentence is a detail that is composed already, such as a message.
func Sentence(s string) *Cell { return &Cell{Human: s, Raw: s, kind: detail, sentence: true} }

// Size is a number of bytes: rounded for people.
func Size(bytes int64) *Cell {
	return &Cell{Human: FormatSize(bytes), Raw: strconv.FormatInt(bytes, 10), Right: true, kind: size, bytes: bytes}
}

// Count is a number: with separators for people.
func Count(n int64) *Cell {
	return &Cell{Human: FormatCount(n), Raw: strconv.FormatInt(n, 10), Right: true}
}

// In returns the cell in a colour.
func (c *Cell) In(colour Colour) *Cell {
	c.Colour = colour
	return c
}

func (c *Cell) escape(text string) string {
	if c.sentence {
		return EscapeSentence(text)
	}
	return Escape(text)
}

// Fields is an ordered list of labelled values. A label that is added twice in a row is a list: its further values
// stand below the first on a terminal, and on lines of their own with the same key in a pipe.
type Fields struct{ list []field }

type field struct {
	label  string // "piece length" is the key piece_length in a pipe
	value  *Cell
	values iter.Seq[*Cell] // in its place, if not nil
}

// Add adds a value under a label. It is called in hundreds of places: a copy of it in each would be 100 KB of the program.
//
//go:noinline
func (f *Fields) Add(label string, value *Cell) {
	f.list = append(f.list, field{label: label, value: value})
}

// Each adds values, of which there may be very many, under the same label: each gets a line when they are shown.
func (f *Fields) Each(label string, values iter.Seq[*Cell]) {
	f.list = append(f.list, field{label: label, values: values})
}

// walk shows every value.
func (f *Fields) walk(show func(label string, c *Cell)) {
	for _, e := range f.list {
		if e.values == nil {
			show(e.label, e.value)
			continue
		}
		e.values(func(c *Cell) bool { show(e.label, c); return true })
	}
}

// Text adds a value that reads the same for people and programs.
func (f *Fields) Text(label, value string) { f.Add(label, Text(value)) }

// Size adds a number of bytes: 1.50 GiB for people, and the plain number where it is rounded.
func (f *Fields) Size(label string, bytes int64) {
	c := Size(bytes)
	if bytes >= 1024 {
		c.Human += " (" + FormatCount(bytes) + " bytes)"
	}
	f.Add(label, c)
}

// Count adds a number: with thousands separators for people.
func (f *Fields) Count(label string, n int64) { f.Add(label, Count(n)) }

// Some adds a number that is not 0.
func (f *Fields) Some(label string, n int64) {
	if n != 0 {
		f.Count(label, n)
	}
}

// YesNo adds a truth: yes or no for people, true or false in a pipe.
func (f *Fields) YesNo(label string, yes bool) {
	human := "no"
	if yes {
		human = "yes"
	}
	f.Add(label, &Cell{Human: human, Raw: strconv.FormatBool(yes)})
}

// Time adds a time in UTC: RFC 3339 in a pipe.
func (f *Fields) Time(label string, t time.Time) {
	f.Add(label, &Cell{Human: FormatTime(t), Raw: t.UTC().Format(time.RFC3339)})
}

// Empty tells whether there is nothing to show.
func (f *Fields) Empty() bool { return len(f.list) == 0 }

// Show prints the fields on standard output.
func (con *Console) Show(f *Fields) {
	if con.Human() {
		f.aligned(con.text, con.Width(), painter(con))
		return
	}
	f.piped(con.text)
}

// painter colours what goes to standard output.
func painter(con *Console) func(Colour, string) string {
	on := con.coloured(con.env.OutTTY)
	return func(c Colour, s string) string { return paint(on, c, s) }
}

// aligned prints the values below one another. Those that are too long go on in further lines, but what one copies has a
// line of its own.
func (f *Fields) aligned(w io.Writer, width int, paint func(Colour, string) string) {
	column := 0
	for _, e := range f.list {
		column = max(column, DisplayWidth(e.label)+3)
	}
	last := ""
	f.walk(func(label string, c *Cell) {
		start := ""
		if label != last {
			start = label + ":"
		}
		last = label
		text := c.escape(c.Human)
		if DisplayWidth(text) > width-column && copied(text) && !strings.Contains(text, " ") {
			if start != "" {
				io.WriteString(w, start+"\n")
			}
			io.WriteString(w, paint(c.Colour, text)+"\n")
			return
		}
		start = PadRight(start, column)
		for _, line := range Wrap(text, max(width-column, 16)) {
			io.WriteString(w, strings.TrimRight(start+paint(c.Colour, line), " ")+"\n")
			start = strings.Repeat(" ", column)
		}
	})
}

func (f *Fields) piped(w io.Writer) {
	f.walk(func(label string, c *Cell) {
		io.WriteString(w, strings.ReplaceAll(label, " ", "_")+"\t"+c.escape(c.Raw)+"\n")
	})
}

// ShowList prints an object for each of n items with --json, and else the row that it has in a table.
func ShowList(con *Console, t *Table, n int, object func(int) any, row func(int) []*Cell) error {
	for i := range n {
		if !con.Options.JSON {
			t.Row(row(i)...)
		} else if err := con.JSON(object(i)); err != nil {
			return err
		}
	}
	if !con.Options.JSON {
		con.ShowTable(t)
	}
	return nil
}

// AddOnly adds the values of one side that the other has not.
func (t *Table) AddOnly(con *Console, parameter, side string, values, others []string) {
	has := make(map[string]bool, len(others))
	for _, v := range others {
		has[v] = true
	}
	for _, v := range values {
		if !has[v] {
			t.Row(Text(parameter), Text(side), Text(con.URL(v)))
		}
	}
}

// Number is for people, or plain in a pipe.
func (con *Console) Number(n int64) string {
	if con.Human() {
		return FormatCount(n)
	}
	return fmt.Sprint(n)
}
