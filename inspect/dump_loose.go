package inspect

import (
	"io"
	"strings"
	"unicode/utf8"
)

// What is no bencode, but can be told apart from what is: bytes around the value,
// integers that are no numbers, and keys that are integers.

// leading takes white space and a byte order mark in front of a dictionary.
func (d *dumper) leading() error {
	if d.o.Style.torrust() {
		return nil
	}
	if mark, _ := d.r.Peek(3); string(mark) == "\xef\xbb\xbf" {
		d.front = append(d.front, mark...)
		d.r.Discard(3)
	}
	for len(d.front) < chunkSize {
		c, err := d.r.Peek(1)
		if err != nil || !strings.Contains("\r\n\t ", string(c)) {
			break
		}
		d.front = append(d.front, c...)
		d.r.Discard(1)
	}
	if c, _ := d.r.Peek(1); len(d.front) > 0 && string(c) != "d" {
		return d.fail(0, "not the start of a value")
	}
	d.off = int64(len(d.front))
	return nil
}

// trailing writes what follows a dictionary that is about to be closed, if it is
// the whole value. More than 1 MiB is left where it is, and told by the caller.
func (d *dumper) trailing() error {
	if len(d.stack) != 1 || !d.stack[0].dict || d.o.Style.torrust() {
		return nil
	}
	rest, err := io.ReadAll(io.LimitReader(d.r, wholeString+1))
	if err != nil {
		return err
	}
	if len(rest) > wholeString {
		d.tooMuch = true
		return nil
	}
	d.around("$trailing", rest)
	d.off += int64(len(rest))
	return nil
}

// around writes bytes that are no part of the value.
func (d *dumper) around(key string, b []byte) {
	if len(b) == 0 {
		return
	}
	d.begin()
	d.out = appendString(append(d.out[:0], `"`+key+`":`...), b, "", d.o.Style)
	d.w.Write(d.out)
}

// maxMalformed is how long an integer may be that is no number.
const maxMalformed = 62

// malformed writes an integer that is no number, of which the first digits and one
// byte more are read.
func (d *dumper) malformed(at int64, digits string, end byte) error {
	text := []byte(digits)
	for end != 'e' {
		text = append(text, end)
		c, err := d.r.ReadByte()
		if err != nil && err != io.EOF {
			return err
		}
		if err == io.EOF || len(text) > maxMalformed {
			return d.fail(at, "malformed integer")
		}
		d.off++
		end = c
	}
	if !utf8.Valid(text) {
		return d.fail(at, "malformed integer")
	}
	d.begin()
	d.out = append(appendJSON(append(d.out[:0], `{"$malformed":`...), text), '}')
	d.w.Write(d.out)
	return nil
}

// integerKey writes a key that is an integer.
func (d *dumper) integerKey() error {
	at := d.off
	d.skip()
	digits, end, err := d.number(maxMalformed, true)
	switch {
	case err != nil:
		return err
	case end != 'e' || strings.Trim(digits, "-") == "":
		return d.fail(at, "dictionary key is not a string")
	}
	d.begin()
	d.w.WriteString(`"$integer:` + digits + `":`)
	if d.o.Indent != "" {
		d.w.WriteByte(' ')
	}
	top := d.top()
	top.hasKey, top.key = true, digits
	return nil
}
