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
type Colour string

const (
	Plain  Colour = ""
	Bold   Colour = "1"
	Dim    Colour = "2"
	Red    Colour = "31"
	Green  Colour = "32"
	Yellow Colour = "33"
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

// paint wraps text, which must be escaped already, in a colour where on says so.
func paint(on bool, c Colour, text string) string {
	if !on || c == Plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// Cell is one value: what people read, what programs read, and its colour on a terminal.
type Cell struct {
	Human, Raw string
	Colour     Colour
	Right      bool // aligned to the right: numbers
	sentence   bool // composed already: what it quotes is escaped (see escapeSentence)
}

// Text is a cell that reads the same for people and programs.
func Text(s string) Cell { return Cell{Human: s, Raw: s} }

// Sentence is text that is composed already, such as a message.
func Sentence(s string) Cell { return Cell{Human: s, Raw: s, sentence: true} }

// Size is a number of bytes: rounded for people.
func Size(bytes int64) Cell {
	return Cell{Human: FormatSize(bytes), Raw: strconv.FormatInt(bytes, 10), Right: true}
}

// Count is a number: with separators for people.
func Count(n int64) Cell {
	return Cell{Human: FormatCount(n), Raw: strconv.FormatInt(n, 10), Right: true}
}

// In returns the cell in a colour.
func (c Cell) In(colour Colour) Cell {
	c.Colour = colour
	return c
}

func (c Cell) escape(text string) string {
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
	value  Cell
	values iter.Seq[Cell] // in its place, if not nil
}

func (f field) all() iter.Seq[Cell] {
	if f.values != nil {
		return f.values
	}
	return func(yield func(Cell) bool) { yield(f.value) }
}

// Add adds a value under a label.
func (f *Fields) Add(label string, value Cell) {
	f.list = append(f.list, field{label: label, value: value})
}

// Each adds values, of which there may be very many, under the same label: each gets a line when they are shown.
func (f *Fields) Each(label string, values iter.Seq[Cell]) {
	f.list = append(f.list, field{label: label, values: values})
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
	f.Add(label, Cell{Human: human, Raw: strconv.FormatBool(yes)})
}

// Time adds a time in UTC: RFC 3339 in a pipe.
func (f *Fields) Time(label string, t time.Time) {
	f.Add(label, Cell{Human: FormatTime(t), Raw: t.UTC().Format(time.RFC3339)})
}

// Show prints the fields on standard output.
func (con *Console) Show(f *Fields) {
	if con.env.OutTTY {
		f.aligned(con.text, func(c Colour, s string) string { return paint(con.coloured(con.env.OutTTY), c, s) })
		return
	}
	f.piped(con.text)
}

func (f *Fields) aligned(w io.Writer, paint func(Colour, string) string) {
	column := 0
	for _, e := range f.list {
		column = max(column, DisplayWidth(e.label)+3)
	}
	last := ""
	for _, e := range f.list {
		for c := range e.all() {
			label := ""
			if e.label != last {
				label = e.label + ":"
			}
			last = e.label
			io.WriteString(w, strings.TrimRight(PadRight(label, column)+paint(c.Colour, c.escape(c.Human)), " ")+"\n")
		}
	}
}

func (f *Fields) piped(w io.Writer) {
	for _, e := range f.list {
		for c := range e.all() {
			io.WriteString(w, strings.ReplaceAll(e.label, " ", "_")+"\t"+c.escape(c.Raw)+"\n")
		}
	}
}

// Table is a list of rows with a heading.
type Table struct {
	Head []string // as many as each row has cells
	Rows [][]Cell
	// flexible is the column that is shortened in its middle where a terminal is too narrow; -1 is none.
	Flexible int
}

// NewTable makes a table with a heading, whose flexible column is shortened where a terminal is too narrow; -1 is none.
func NewTable(flexible int, head ...string) *Table { return &Table{Head: head, Flexible: flexible} }

// Row adds a row.
func (t *Table) Row(cells ...Cell) { t.Rows = append(t.Rows, cells) }

// ShowTable prints the table on standard output.
func (con *Console) ShowTable(t *Table) {
	if con.env.OutTTY {
		t.writeAligned(con.text, con.Width(), func(c Colour, s string) string { return paint(con.coloured(con.env.OutTTY), c, s) })
		return
	}
	con.ShowPiped(t)
}

// ShowPiped prints the rows as a pipe gets them.
func (con *Console) ShowPiped(t *Table) { t.writePiped(con.text) }

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
	columns := t.columns(width)
	heading := make([]Cell, len(t.Head))
	for i, h := range t.Head {
		right := len(t.Rows) > 0 && i < len(t.Rows[0]) && t.Rows[0][i].Right
		heading[i] = Cell{Human: h, Colour: Dim, Right: right}
	}
	if strings.Join(t.Head, "") != "" {
		t.writeRow(w, heading, columns, paint)
	}
	for _, row := range t.Rows {
		t.writeRow(w, row, columns, paint)
	}
}

// columns measures each column, and narrows the flexible one to what the terminal leaves it, 12 columns at least.
func (t *Table) columns(width int) []int {
	columns := make([]int, len(t.Head))
	total := 0
	for i, h := range t.Head {
		columns[i] = DisplayWidth(h)
		for _, row := range t.Rows {
			columns[i] = max(columns[i], DisplayWidth(row[i].escape(row[i].Human)))
		}
		total += columns[i] + 2
	}
	if over := total - 2 - width; over > 0 && t.Flexible >= 0 {
		columns[t.Flexible] = min(columns[t.Flexible], max(columns[t.Flexible]-over, 12))
	}
	return columns
}

func (t *Table) writeRow(w io.Writer, row []Cell, columns []int, paint func(Colour, string) string) {
	var b strings.Builder
	for i, c := range row {
		text := c.escape(c.Human)
		if i == t.Flexible {
			text = truncateMiddle(text, columns[i])
		}
		space := strings.Repeat(" ", max(0, columns[i]-DisplayWidth(text)))
		if i > 0 {
			b.WriteString("  ")
		}
		switch {
		case c.Right:
			b.WriteString(space + paint(c.Colour, text))
		case i == len(row)-1:
			b.WriteString(paint(c.Colour, text))
		default:
			b.WriteString(paint(c.Colour, text) + space)
		}
	}
	io.WriteString(w, strings.TrimRight(b.String(), " ")+"\n")
}

// ShowList prints an object for each item with --json, and else the row that it has in a table.
func ShowList[T any](con *Console, t *Table, items []T, object func(T) any, row func(T) []Cell) error {
	for _, item := range items {
		if !con.Options.JSON {
			t.Row(row(item)...)
		} else if err := con.JSON(object(item)); err != nil {
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
	if con.OnTerminal() {
		return FormatCount(n)
	}
	return fmt.Sprint(n)
}
