package main

import (
	"io"
	"strconv"
	"strings"
	"time"
)

// Results have two forms. On a terminal they are aligned and worded for people; in a pipe they are one "key<TAB>value"
// a line (tables: one row a line, cells apart by tabs, no heading) with raw numbers, for cut and awk. Both are escaped.

// colour is an ANSI SGR parameter.
type colour string

const (
	plain  colour = ""
	bold   colour = "1"
	dim    colour = "2"
	red    colour = "31"
	green  colour = "32"
	yellow colour = "33"
)

// outStyle reports whether standard output is to be coloured; errStyle is the same for standard error.
func (a *app) outStyle() bool { return a.coloured(a.env.OutTTY) }
func (a *app) errStyle() bool { return a.coloured(a.env.ErrTTY) }

// coloured obeys --color first, then NO_COLOR (no-color.org) and TERM=dumb.
func (a *app) coloured(tty bool) bool {
	switch a.options.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return tty && a.env.ANSI && a.getenv("NO_COLOR") == "" && a.getenv("TERM") != "dumb"
}

// paint wraps text, which must be escaped already, in a colour where on says so.
func (a *app) paint(on bool, c colour, text string) string {
	if !on || c == plain || text == "" {
		return text
	}
	return "\x1b[" + string(c) + "m" + text + "\x1b[0m"
}

// cell is one value: what people read, what programs read, and its colour on a terminal.
type cell struct {
	human, raw string
	colour     colour
	right      bool // aligned to the right: numbers
	sentence   bool // composed already: what it quotes is escaped (see escapeSentence)
}

func textCell(s string) cell { return cell{human: s, raw: s} }

// sentenceCell is text that is composed already, such as a message.
func sentenceCell(s string) cell { return cell{human: s, raw: s, sentence: true} }

func sizeCell(bytes int64) cell {
	return cell{human: formatSize(bytes), raw: strconv.FormatInt(bytes, 10), right: true}
}

func countCell(n int64) cell {
	return cell{human: formatCount(n), raw: strconv.FormatInt(n, 10), right: true}
}

// in returns the cell in a colour.
func (c cell) in(colour colour) cell {
	c.colour = colour
	return c
}

func (c cell) escape(text string) string {
	if c.sentence {
		return escapeSentence(text)
	}
	return escape(text)
}

// fields is an ordered list of labelled values. A label that is added twice in a row is a list: its further values
// stand below the first on a terminal, and on lines of their own with the same key in a pipe.
type fields struct{ list []field }

type field struct {
	label string // "piece length" is the key piece_length in a pipe
	value cell
}

func (f *fields) add(label string, value cell) { f.list = append(f.list, field{label, value}) }

// text adds a value that reads the same for people and programs.
func (f *fields) text(label, value string) { f.add(label, textCell(value)) }

// size adds a number of bytes: 1.50 GiB for people, and the plain number where it is rounded.
func (f *fields) size(label string, bytes int64) {
	c := sizeCell(bytes)
	if bytes >= 1024 {
		c.human += " (" + formatCount(bytes) + " bytes)"
	}
	f.add(label, c)
}

// count adds a number: with thousands separators for people.
func (f *fields) count(label string, n int64) { f.add(label, countCell(n)) }

// yesNo adds a truth: yes or no for people, true or false in a pipe.
func (f *fields) yesNo(label string, yes bool) {
	human := "no"
	if yes {
		human = "yes"
	}
	f.add(label, cell{human: human, raw: strconv.FormatBool(yes)})
}

// time adds a time in UTC: RFC 3339 in a pipe.
func (f *fields) time(label string, t time.Time) {
	f.add(label, cell{human: formatTime(t), raw: t.UTC().Format(time.RFC3339)})
}

// show prints the fields on standard output.
func (a *app) show(f *fields) {
	if a.env.OutTTY {
		io.WriteString(a.stdout, f.aligned(func(c colour, s string) string { return a.paint(a.outStyle(), c, s) }))
		return
	}
	io.WriteString(a.stdout, f.piped())
}

func (f *fields) aligned(paint func(colour, string) string) string {
	column := 0
	for _, e := range f.list {
		column = max(column, displayWidth(e.label)+3)
	}
	var b strings.Builder
	last := ""
	for _, e := range f.list {
		label := ""
		if e.label != last {
			label = e.label + ":"
		}
		last = e.label
		value := paint(e.value.colour, e.value.escape(e.value.human))
		b.WriteString(strings.TrimRight(padRight(label, column)+value, " ") + "\n")
	}
	return b.String()
}

func (f *fields) piped() string {
	var b strings.Builder
	for _, e := range f.list {
		b.WriteString(strings.ReplaceAll(e.label, " ", "_") + "\t" + e.value.escape(e.value.raw) + "\n")
	}
	return b.String()
}

// table is a list of rows with a heading.
type table struct {
	head []string // as many as each row has cells
	rows [][]cell
	// flexible is the column that is shortened in its middle where a terminal is too narrow; -1 is none.
	flexible int
}

func newTable(flexible int, head ...string) *table { return &table{head: head, flexible: flexible} }

func (t *table) row(cells ...cell) { t.rows = append(t.rows, cells) }

// showTable prints the table on standard output.
func (a *app) showTable(t *table) {
	if a.env.OutTTY {
		t.writeAligned(a.stdout, a.width(), func(c colour, s string) string { return a.paint(a.outStyle(), c, s) })
		return
	}
	a.showPiped(t)
}

// showPiped prints the rows as a pipe gets them.
func (a *app) showPiped(t *table) { t.writePiped(a.stdout) }

// showRows prints the rows for people, without a heading.
func (a *app) showRows(t *table) {
	columns := t.columns(a.width())
	for _, row := range t.rows {
		t.writeRow(a.stdout, row, columns, func(c colour, s string) string { return a.paint(a.outStyle(), c, s) })
	}
}

func (t *table) writePiped(w io.Writer) {
	for _, row := range t.rows {
		for i, c := range row {
			if i > 0 {
				io.WriteString(w, "\t")
			}
			io.WriteString(w, c.escape(c.raw))
		}
		io.WriteString(w, "\n")
	}
}

func (t *table) writeAligned(w io.Writer, width int, paint func(colour, string) string) {
	columns := t.columns(width)
	heading := make([]cell, len(t.head))
	for i, h := range t.head {
		right := len(t.rows) > 0 && i < len(t.rows[0]) && t.rows[0][i].right
		heading[i] = cell{human: h, colour: dim, right: right}
	}
	t.writeRow(w, heading, columns, paint)
	for _, row := range t.rows {
		t.writeRow(w, row, columns, paint)
	}
}

// columns measures each column, and narrows the flexible one to what the terminal leaves it, 12 columns at least.
func (t *table) columns(width int) []int {
	columns := make([]int, len(t.head))
	total := 0
	for i, h := range t.head {
		columns[i] = displayWidth(h)
		for _, row := range t.rows {
			columns[i] = max(columns[i], displayWidth(row[i].escape(row[i].human)))
		}
		total += columns[i] + 2
	}
	if over := total - 2 - width; over > 0 && t.flexible >= 0 {
		columns[t.flexible] = min(columns[t.flexible], max(columns[t.flexible]-over, 12))
	}
	return columns
}

func (t *table) writeRow(w io.Writer, row []cell, columns []int, paint func(colour, string) string) {
	var b strings.Builder
	for i, c := range row {
		text := c.escape(c.human)
		if i == t.flexible {
			text = truncateMiddle(text, columns[i])
		}
		space := strings.Repeat(" ", max(0, columns[i]-displayWidth(text)))
		if i > 0 {
			b.WriteString("  ")
		}
		switch {
		case c.right:
			b.WriteString(space + paint(c.colour, text))
		case i == len(row)-1:
			b.WriteString(paint(c.colour, text))
		default:
			b.WriteString(paint(c.colour, text) + space)
		}
	}
	io.WriteString(w, strings.TrimRight(b.String(), " ")+"\n")
}
