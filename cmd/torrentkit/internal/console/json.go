package console

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"unicode/utf8"
)

// JsonSchema is the number of the JSON schemas, the same for all commands. Adding a key does not change it; removing one
// or changing its meaning does.
const JsonSchema = 1

// writeJSON prints v, a struct or a map, as one JSON object on one line, with "schema" as its first key.
//
// Keys are snake_case, by the tags of v. The line is always valid UTF-8: bytes of a string that are none are each given
// as U+FFFD, and a command whose strings may hold such bytes gives them exactly in a second key with the suffix _hex. Everything
// that acts on a terminal (controls, C1, bidirectional and other format characters) is escaped as \u, which changes
// nothing for a program. The characters <, > and & stay as they are.
func writeJSON(w io.Writer, v any) error {
	object, err := encode(v)
	if err != nil {
		return err
	}
	if len(object) < 2 || object[0] != '{' {
		return errors.New("encoding JSON: the result is no object")
	}
	line := fmt.Appendf(nil, `{"schema":%d`, JsonSchema)
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

// WriteDocument prints a value whose JSON follows somebody else's schema: without our schema number, otherwise like writeJSON.
func WriteDocument(w io.Writer, v any) error {
	document, err := encode(v)
	if err == nil {
		_, err = w.Write(appendVisible(nil, document))
	}
	return err
}

func encode(v any) ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encoding JSON: %w", err)
	}
	return buf.Bytes(), nil
}

// appendVisible copies a document and escapes what does not show, as JSON does: there it can only stand in strings.
func appendVisible(to, from []byte) []byte {
	for len(from) > 0 {
		plain := 0
		for plain < len(from) && from[plain] >= ' ' && from[plain] < 0x7f {
			plain++
		}
		to, from = append(to, from[:plain]...), from[plain:]
		if len(from) == 0 {
			break
		}
		r, size := utf8.DecodeRune(from)
		switch {
		case r == utf8.RuneError && size == 1:
			to = fmt.Appendf(to, `\x%02x`, from[0])
		case r == '\n' || r == '\t' || !Hidden(r):
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

// WriteAround prints v like writeJSON, with what fill writes in place of the hole: the JSON of a key with an empty value,
// like "files":[], if there is one. So an object of a million values is never in memory whole. The object is completed
// though fill fails.
func (con *Console) WriteAround(v any, hole string, fill func(w io.Writer) error) error {
	var object bytes.Buffer
	if err := writeJSON(&object, v); err != nil {
		return err
	}
	head, tail, found := bytes.Cut(object.Bytes(), []byte(hole)) // in a string its quotes would be escaped
	w := con.Document()
	if !found {
		hole, fill = "[]", func(io.Writer) error { return nil }
	}
	_, err := fmt.Fprintf(w, "%s%s", head, hole[:len(hole)-len("[]")])
	if err == nil {
		err = fill(w)
	}
	if _, e := w.Write(tail); err == nil {
		err = e
	}
	if e := con.stdout.Flush(); err == nil { // programs read results line by line, as they come
		err = e
	}
	return err
}

// WriteList prints v with the values of a list, one by one, in place of the empty list that v has under a key.
func WriteList(con *Console, v any, key string, list iter.Seq[any]) error {
	return con.WriteAround(v, fmt.Sprintf("%q:[]", key), func(w io.Writer) error { return ListTo(w, list) })
}

// ListTo writes values, one by one, as a list.
func ListTo(w io.Writer, list iter.Seq[any]) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line)
	e.SetEscapeHTML(false)
	line.WriteByte('[')
	for item := range list {
		if err := e.Encode(item); err != nil {
			return fmt.Errorf("encoding JSON: %w", err)
		}
		line.Truncate(line.Len() - 1) // the new line
		if _, err := w.Write(line.Bytes()); err != nil {
			return err
		}
		line.Reset()
		line.WriteByte(',')
	}
	if line.Bytes()[0] == ',' {
		line.Reset()
	}
	line.WriteByte(']')
	_, err := w.Write(line.Bytes())
	return err
}
