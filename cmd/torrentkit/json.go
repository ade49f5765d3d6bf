package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// jsonSchema is the number of the JSON schemas, the same for all commands. Adding a key does not change it; removing one
// or changing its meaning does.
const jsonSchema = 1

// writeJSON prints v, a struct or a map, as one JSON object on one line, with "schema" as its first key.
//
// Keys are snake_case, by the tags of v. The line is always valid UTF-8: bytes of a string that are none are each given
// as U+FFFD, and a command whose strings may hold such bytes gives them exactly in a second key with the suffix _hex. Everything
// that acts on a terminal (controls, C1, bidirectional and other format characters) is escaped as \u, which changes
// nothing for a program. The characters <, > and & stay as they are.
func writeJSON(w io.Writer, v any) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encoding JSON: %w", err)
	}
	object := buf.Bytes()
	if len(object) < 2 || object[0] != '{' {
		return errors.New("encoding JSON: the result is no object")
	}
	line := fmt.Appendf(nil, `{"schema":%d`, jsonSchema)
	if object[1] != '}' {
		line = append(line, ',')
	}
	line = appendVisible(line, object[1:])
	if _, err := w.Write(line); err != nil {
		return err
	}
	if f, ok := w.(interface{ Flush() error }); ok {
		return f.Flush() // programs read results line by line, as they come
	}
	return nil
}

// writeDocument prints a value whose JSON follows somebody else's schema: without our schema number, otherwise like writeJSON.
func writeDocument(w io.Writer, v any) error {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("encoding JSON: %w", err)
	}
	_, err := w.Write(appendVisible(nil, buf.Bytes()))
	return err
}

// appendVisible copies JSON, whose characters beyond ASCII can only stand in strings, and escapes what does not show.
func appendVisible(to, from []byte) []byte {
	for len(from) > 0 {
		r, size := utf8.DecodeRune(from)
		switch {
		case r < 0x7f || !hidden(r):
			to = append(to, from[:size]...)
		case r < 0x10000:
			to = fmt.Appendf(to, `\u%04x`, r)
		default:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			to = fmt.Appendf(to, `\u%04x\u%04x`, high, low)
		}
		from = from[size:]
	}
	return to
}
