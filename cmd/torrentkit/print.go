package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// What is printed on standard output goes through one of these: print and printf for lines, show and showTable for
// values, json for objects, document for texts that somebody else's writer makes, raw for bytes. None of them lets a
// character through to a terminal that acts on it.

// span is a run of text in a colour. It is escaped where it is printed.
type span struct {
	text   string
	colour colour
}

// words is a span of plain text.
func words(s string) span { return span{text: s} }

// in returns the span in a colour.
func (s span) in(c colour) span {
	s.colour = c
	return s
}

// print prints one line on standard output: a sentence, whose values are quoted or escaped already if they may hold
// backslashes. No spans are an empty line.
func (a *app) print(spans ...span) {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(a.paint(a.outStyle(), s.colour, escapeSentence(s.text)))
	}
	b.WriteByte('\n')
	io.WriteString(a.stdout, b.String())
}

// printf prints one plain line on standard output.
func (a *app) printf(format string, args ...any) { a.print(words(fmt.Sprintf(format, args...))) }

// json prints v as one object on a line of its own: see writeJSON.
func (a *app) json(v any) error { return writeJSON(a.stdout, v) }

// document is standard output for a text of many lines: JSON of another schema, XML, a script. Line feeds and tabs
// pass, everything else that acts on a terminal is escaped as \u, as in JSON.
func (a *app) document() io.Writer { return &visible{w: a.stdout} }

// raw is standard output for bytes that a program is to read. A terminal gets them as a document.
func (a *app) raw() io.Writer {
	if a.onTerminal() {
		return a.document()
	}
	return a.stdout
}

// flush brings what was printed to whoever waits for it.
func (a *app) flush() { a.stdout.Flush() }

// visible escapes what does not show. A rune that comes in two writes is put together.
type visible struct {
	w    io.Writer
	part []byte // of a rune
	buf  []byte
}

func (v *visible) Write(p []byte) (int, error) {
	text := p
	if len(v.part) > 0 {
		text = append(v.part, p...)
	}
	whole := len(text)
	for i := 1; i <= min(len(text), utf8.UTFMax-1); i++ {
		if tail := text[len(text)-i:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				whole -= i
			}
			break
		}
	}
	v.buf = appendVisible(v.buf[:0], text[:whole])
	v.part = append([]byte(nil), text[whole:]...)
	if _, err := v.w.Write(v.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}
