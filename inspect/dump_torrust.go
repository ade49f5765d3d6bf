package inspect

import (
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/metainfo"
)

// The styles of Torrust's bencode2json write as that program does, byte for byte:
// on one line without an end, strings as serde_json escapes them, line feeds
// between values left out, and nothing behind the place where the input breaks off.

// torrust says whether the style is one of bencode2json's.
func (s DumpStyle) torrust() bool { return s == DumpTorrust || s == DumpTorrustNext }

// maxText is how long a string may be that is text: it is held whole until that is sure.
const maxText = 32 << 20

// lost says that Restore will make other bytes, once for each reason.
func (d *dumper) lost(at int64, reason string) {
	if d.o.Lost == nil || d.told[reason] {
		return
	}
	if d.told == nil {
		d.told = make(map[string]bool)
	}
	d.told[reason] = true
	d.o.Lost(metainfo.Problem{Severity: metainfo.Warning, ID: "dump-loss", Offset: int(at), Message: reason})
}

// lineFeeds leaves line feeds between values out.
func (d *dumper) lineFeeds() {
	for d.o.Style.torrust() {
		c, err := d.r.Peek(1)
		if err != nil || c[0] != '\n' {
			return
		}
		d.lost(d.off, "this style has no line feeds between values")
		d.skip()
	}
}

// torrustInteger writes an integer as it stands there, and as far as it does.
func (d *dumper) torrustInteger(at int64, digits string, end byte) error {
	d.begin()
	unsigned := strings.TrimPrefix(digits, "-")
	if strings.HasPrefix(unsigned, "0") && strings.Contains(unsigned[1:], "0") { // it takes one zero for a leading one
		zero := 1 + strings.IndexByte(unsigned[1:], '0')
		d.w.WriteString(digits[:len(digits)-len(unsigned)+zero+1])
		return d.fail(at, "leading zeros in an integer")
	}
	d.w.WriteString(digits)
	switch {
	case end == 0:
		return d.fail(at, "ends in an integer")
	case end != 'e' || unsigned == "":
		return d.fail(at, "malformed integer")
	case len(unsigned) > 1 && unsigned[0] == '0':
		d.lost(at, "an integer with leading zeros is no JSON, and cannot be reversed")
	}
	return nil
}

// torrustString writes a string or key: as text if all of it is UTF-8.
func (d *dumper) torrustString(at, n int64, digits string) error {
	d.begin()
	if digits != "" {
		d.lost(at, "this style has no leading zeros in the length of a string")
	}
	d.text.Reset()
	d.text.Grow(int(min(n, maxText)))
	for valid := 0; ; {
		got, err := io.CopyN(&d.text, d.r, min(n, chunkSize))
		d.off += got
		n -= got
		switch {
		case err == io.EOF:
			return d.fail(at, "string is longer than the rest of the input")
		case err != nil:
			return err
		}
		whole := wholeRunes(d.text.Bytes()[valid:])
		if whole < 0 || n == 0 && valid+whole < d.text.Len() {
			return d.torrustBytes(at, n)
		}
		if valid += whole; n == 0 {
			d.torrustText(at)
			return nil
		}
		if d.text.Len() > maxText {
			return d.fail(at, "text of more than 32 MiB, which this style cannot write in parts")
		}
	}
}

// wholeRunes is how much of s are whole characters of UTF-8, of which one may be
// cut off at the end; -1 if there is anything else.
func wholeRunes(s []byte) int {
	end := len(s)
	for i := 1; i < utf8.UTFMax && i <= len(s); i++ {
		if utf8.RuneStart(s[len(s)-i]) {
			if !utf8.FullRune(s[len(s)-i:]) {
				end -= i
			}
			break
		}
	}
	if !utf8.Valid(s[:end]) {
		return -1
	}
	return end
}

// torrustText writes the text that was read.
func (d *dumper) torrustText(at int64) {
	s := d.text.Bytes()
	open, end := `"<string>`, `</string>"`
	if d.o.Style == DumpTorrust {
		open, end = `"`, `"`
		if _, bytes := taggedBytes(string(s)); bytes {
			d.lost(at, "text that reads like bytes in hexadecimal is taken for those when it is reversed")
		}
	}
	d.w.WriteString(open)
	for len(s) > 0 {
		part := s[:min(len(s), chunkSize)]
		d.out = appendSerde(d.out[:0], part) // bytes that are escaped are characters of their own
		d.w.Write(d.out)
		s = s[len(part):]
	}
	d.w.WriteString(end)
}

// torrustBytes writes a string that is not UTF-8, of which n bytes are not read yet.
func (d *dumper) torrustBytes(at, n int64) error {
	d.w.WriteString(`"<hex>`)
	for s := d.text.Bytes(); len(s) > 0; {
		part := s[:min(len(s), chunkSize)]
		d.w.Write(d.part(part, false, true))
		s = s[len(part):]
	}
	short, err := d.parts(n, true)
	if err == nil && short {
		return d.fail(at, "string is longer than the rest of the input")
	}
	d.w.WriteString(`</hex>"`)
	return err
}

// appendSerde escapes what serde_json does: quotes, backslashes and control characters below a space.
func appendSerde(out, s []byte) []byte {
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			out = append(out, '\\', c)
		case c >= ' ':
			out = append(out, c)
		default:
			if i := strings.IndexByte("\b\t\n\f\r", c); i >= 0 {
				out = append(out, '\\', "btnfr"[i])
			} else {
				out = fmt.Appendf(out, `\u%04x`, c)
			}
		}
	}
	return out
}

// taggedBytes reads "<hex>fffe</hex>" as DumpTorrust writes it, which is only for
// bytes that are not UTF-8: anything else is text.
func taggedBytes(s string) ([]byte, bool) {
	inner, begins := strings.CutPrefix(s, "<hex>")
	inner, ends := strings.CutSuffix(inner, "</hex>")
	if !begins || !ends {
		return nil, false
	}
	b, err := hex.DecodeString(inner)
	if err != nil || utf8.Valid(b) || hex.EncodeToString(b) != inner {
		return nil, false
	}
	return b, true
}
