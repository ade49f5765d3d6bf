package inspect

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"unicode"
	"unicode/utf8"
)

// appendString writes a string; digits are its length where that has leading zeros.
func appendString(out, s []byte, digits string, style DumpStyle) []byte {
	switch {
	case digits == "" && utf8.Valid(s):
		return appendJSON(out, s)
	}
	out = append(out, '{')
	if digits != "" {
		out = append(out, `"$length":"`+digits+`",`...)
	}
	if style == DumpBase64 {
		return append(base64.StdEncoding.AppendEncode(append(out, `"$base64":"`...), s), `"}`...)
	}
	return append(hex.AppendEncode(append(out, `"$hex":"`...), s), `"}`...)
}

// appendKey writes a key of a dictionary.
func appendKey(out, s []byte, digits string, style DumpStyle) []byte {
	out = append(out, '"')
	if digits != "" {
		out = append(out, "$length:"+digits+":"...)
	}
	switch {
	case digits == "" && utf8.Valid(s):
		if len(s) > 0 && s[0] == '$' {
			out = append(out, '$')
		}
		out = appendEscaped(out, s)
	case style == DumpBase64:
		out = base64.StdEncoding.AppendEncode(append(out, "$base64:"...), s)
	default:
		out = hex.AppendEncode(append(out, "$hex:"...), s)
	}
	return append(out, '"')
}

// appendJSON writes UTF-8 as a JSON string.
func appendJSON(out, s []byte) []byte {
	return append(appendEscaped(append(out, '"'), s), '"')
}

// appendEscaped writes the inside of a JSON string. What does not show, or acts
// on a terminal or on the text around it, is escaped.
func appendEscaped(out, s []byte) []byte {
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		switch {
		case r == '"' || r == '\\':
			out = append(out, '\\', byte(r))
		case r >= ' ' && r < 0x7f, r > 0x9f && shows(r):
			out = append(out, s[:size]...)
		case r < 0x10000:
			out = fmt.Appendf(out, `\u%04x`, r)
		default:
			r -= 0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, r>>10+0xd800, r&0x3ff+0xdc00)
		}
		s = s[size:]
	}
	return out
}

func shows(r rune) bool {
	return unicode.IsGraphic(r) && !unicode.In(r, unicode.Variation_Selector, unicode.Other_Default_Ignorable_Code_Point)
}

// key reads and writes a key.
func (d *dumper) key() error {
	at := d.off
	n, digits, err := d.length()
	if err != nil {
		return err
	}
	if d.o.Style.torrust() {
		err = d.torrustString(at, n, digits)
	} else if n > wholeString {
		err = d.longKey(at, n, digits)
	} else if err = d.load(at, n); err == nil {
		d.begin()
		d.out = appendKey(d.out[:0], d.text.Bytes(), digits, d.o.Style)
		d.w.Write(d.out)
	}
	if err != nil {
		return err
	}
	if !d.o.Style.torrust() {
		d.w.WriteByte(':')
	}
	if d.o.Indent != "" {
		d.w.WriteByte(' ')
	}
	top := d.top()
	top.hasKey = true
	top.key = string(d.text.Bytes()[:min(d.text.Len(), 81)])
	return nil
}

// longKey writes a key as it is read.
func (d *dumper) longKey(at, n int64, digits string) error {
	d.begin()
	d.text.Reset()
	open, end := `"$hex:`, `"`
	switch {
	case digits != "":
		open = `"$length:` + digits + ":$hex:"
	}
	d.w.WriteString(open)
	short, err := d.parts(n, true)
	d.w.WriteString(end)
	if err == nil && short {
		d.w.WriteString(`:null`)
		return d.fail(at, "string is longer than the rest of the input")
	}
	return err
}

// longString writes a string in parts as it is read.
func (d *dumper) longString(at, n int64, digits string) error {
	d.begin()
	d.w.WriteByte('{')
	if digits != "" {
		fmt.Fprintf(d.w, `"$length":"%s",`, digits)
	}
	style := d.o.Style
	if style == "" {
		style = DumpHex
	}
	fmt.Fprintf(d.w, `"$bytes":%d,"$%s":[`, n, style)
	short, err := d.parts(n, false)
	d.w.WriteByte(']')
	if err == nil && short {
		const reason = "string is longer than the rest of the input"
		fmt.Fprintf(d.w, `,"$broken":{"offset":%d,"reason":"%s"}`, at, reason)
		d.said = true
		err = d.fail(at, reason)
	}
	d.w.WriteByte('}')
	return err
}

// parts copies n bytes, as strings of a list or, joined, inside of one string of
// hexadecimal digits; short is set when the input ends before them.
func (d *dumper) parts(n int64, joined bool) (short bool, err error) {
	buf := make([]byte, chunkSize)
	for first := true; n > 0; first = false {
		got, err := io.ReadFull(d.r, buf[:min(n, chunkSize)])
		d.off += int64(got)
		n -= int64(got)
		if got > 0 {
			d.w.Write(d.part(buf[:got], first, joined))
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

func (d *dumper) part(b []byte, first, joined bool) []byte {
	d.out = d.out[:0]
	if joined {
		return hex.AppendEncode(d.out, b)
	}
	if !first {
		d.out = append(d.out, ',')
	}
	d.out = append(d.out, '"')
	if d.o.Style == DumpBase64 {
		d.out = base64.StdEncoding.AppendEncode(d.out, b)
	} else {
		d.out = hex.AppendEncode(d.out, b)
	}
	return append(d.out, '"')
}
