package inspect

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// DumpStyle says how Dump writes strings that are not UTF-8.
type DumpStyle string

// The styles.
const (
	// DumpHex writes {"$hex": "fffe"}.
	DumpHex DumpStyle = "hex"
	// DumpBase64 writes {"$base64": "//4="}.
	DumpBase64 DumpStyle = "base64"
	// DumpTorrust writes what Torrust's bencode2json 0.1.0 writes: "<hex>fffe</hex>".
	DumpTorrust DumpStyle = "torrust"
	// DumpTorrustNext writes what that program is going to write: text is
	// "<string>text</string>", too.
	DumpTorrustNext DumpStyle = "torrust-next"
)

// DumpOptions say how Dump writes. The zero value is one line in DumpHex.
type DumpOptions struct {
	Style  DumpStyle
	Indent string // of each level; "" puts everything on one line, as the styles of Torrust always do
	// Lost is told what a style of Torrust cannot hold, of which Restore will make
	// something else. The others hold everything.
	Lost func(metainfo.Problem)
}

// wholeString is up to what length a string is held in memory, to see whether
// it is text. Longer ones are written as binary.
const wholeString = 1 << 20

// chunkSize is how many bytes of a longer string are written at once.
const chunkSize = 48 << 10

// Dump reads one bencoded value, of whatever file, and writes it as JSON from
// which Restore makes the same bytes again. Memory does not grow with the input.
//
// Keys keep their order, and stand there twice where they do. Text is a JSON
// string; anything that acts on a terminal is escaped. Other strings are
// objects as the style says, those over 1 MiB {"$bytes": LENGTH, "$hex":
// [PART, ...]}. Integers beyond 2^53 or with leading zeros are {"$integer":
// "DIGITS"}, and a string whose length has leading zeros is {"$length": "03",
// "$hex": "616263"}. A key that is not UTF-8 is "$hex:fffe", or "$length:03:" and
// so on, and a key that begins with $ gets one more in front. An integer that is
// no number is {"$malformed": "1.5"}, and a key that is an integer "$integer:5".
// What stands around a dictionary that is all of the input is in it, as
// "$leading" and "$trailing".
//
// The styles of Torrust are those of bencode2json, byte for byte, which hold less:
// see DumpOptions.Lost. A string of text over 32 MiB is an error in them.
//
// Where the input is broken, what was read is written, with {"$broken":
// {"offset", "reason"}} at the end, and the error is a Problem. JSON that was
// begun is always completed, but not in the styles of Torrust. What is nested too
// deep is broken.
func Dump(w io.Writer, r io.Reader, o DumpOptions) error {
	d := dumper{r: bufio.NewReaderSize(r, 64<<10), w: bufio.NewWriterSize(w, 64<<10), o: o}
	if o.Style.torrust() {
		d.o.Indent = ""
	}
	err := d.leading()
	if err == nil {
		err = d.value()
	}
	var broken metainfo.Problem
	if errors.As(err, &broken) {
		d.broken(broken)
	}
	if err == nil {
		d.lineFeeds()
		if _, more := d.r.Peek(1); more == nil || d.tooMuch {
			err = metainfo.Problem{Severity: metainfo.Error, ID: "trailing-data", Offset: int(d.off), Message: "data after the end of the value"}
		} else if more != io.EOF {
			err = more
		}
	}
	if !o.Style.torrust() && (err == nil || errors.As(err, &broken)) {
		d.w.WriteByte('\n')
	}
	if flushed := d.w.Flush(); flushed != nil {
		return flushed
	}
	return err
}

type dumper struct {
	r       *bufio.Reader
	w       *bufio.Writer
	o       DumpOptions
	off     int64
	stack   []level
	text    bytes.Buffer // a string
	out     []byte       // and its JSON
	read    string       // what was read of a string that broke off
	said    bool         // that it broke off is written already
	front   []byte       // what stands in front of the value
	tooMuch bool         // follows it
	told    map[string]bool
}

// level is one open list or dictionary.
type level struct {
	dict     bool
	hasKey   bool // a key was written, its value comes next
	elements int
	key      string // the last key, shortened, for messages
}

func (d *dumper) value() error {
	for {
		d.lineFeeds()
		c, err := d.peek()
		if err != nil {
			return err
		}
		top := d.top()
		switch {
		case c == 'e' && top != nil && !top.hasKey:
			d.skip()
			if err = d.trailing(); err == nil {
				d.close()
			}
		case top != nil && top.dict && !top.hasKey:
			if c == 'i' && !d.o.Style.torrust() {
				err = d.integerKey()
			} else if c < '0' || c > '9' {
				err = d.fail(d.off, "dictionary key is not a string")
			} else {
				err = d.key()
			}
			if err != nil {
				return err
			}
			continue
		case c == 'l' || c == 'd':
			if len(d.stack) == bencode.MaxDepth {
				return d.fail(d.off, bencode.TooDeep)
			}
			d.skip()
			d.begin()
			if c == 'd' && len(d.stack) == 0 {
				d.stack = append(d.stack, level{dict: true})
				d.w.WriteByte('{')
				d.around("$leading", d.front)
				continue
			}
			d.w.WriteByte(map[byte]byte{'l': '[', 'd': '{'}[c])
			d.stack = append(d.stack, level{dict: c == 'd'})
			continue
		case c == 'i':
			err = d.integer()
		case '0' <= c && c <= '9':
			err = d.str()
		case c == 'e' && top != nil:
			err = d.fail(d.off, "key without a value")
		default:
			err = d.fail(d.off, "not the start of a value")
		}
		if err != nil {
			return err
		}
		if len(d.stack) == 0 {
			return nil
		}
		top = d.top()
		top.hasKey = false
	}
}

func (d *dumper) top() *level {
	if len(d.stack) == 0 {
		return nil
	}
	return &d.stack[len(d.stack)-1]
}

func (d *dumper) peek() (byte, error) {
	b, err := d.r.Peek(1)
	if err == io.EOF {
		return 0, d.fail(d.off, "ends in the middle of a value")
	}
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

// skip takes the byte that was peeked at.
func (d *dumper) skip() {
	d.r.Discard(1)
	d.off++
}

// begin writes what goes in front of a value or key.
func (d *dumper) begin() {
	top := d.top()
	if top != nil && top.hasKey && d.o.Style.torrust() {
		d.w.WriteByte(':')
	}
	if top == nil || top.hasKey {
		return
	}
	if top.elements > 0 {
		d.w.WriteByte(',')
	}
	top.elements++
	d.newline(len(d.stack))
}

func (d *dumper) newline(depth int) {
	if d.o.Indent == "" {
		return
	}
	d.w.WriteByte('\n')
	for range depth {
		d.w.WriteString(d.o.Indent)
	}
}

// close ends the innermost list or dictionary.
func (d *dumper) close() {
	top := d.top()
	d.stack = d.stack[:len(d.stack)-1]
	if top.elements > 0 {
		d.newline(len(d.stack))
	}
	if top.dict {
		d.w.WriteByte('}')
	} else {
		d.w.WriteByte(']')
	}
}

// broken writes where the input breaks off, and closes what is open.
func (d *dumper) broken(p metainfo.Problem) {
	if d.o.Style.torrust() {
		return
	}
	if !d.said {
		d.sayBroken(p)
	}
	for len(d.stack) > 0 {
		d.close()
	}
}

func (d *dumper) sayBroken(p metainfo.Problem) {
	mark := []byte(`{"offset":` + strconv.Itoa(p.Offset) + `,"reason":`)
	mark = appendJSON(mark, []byte(p.Message))
	if d.read != "" {
		mark = append(mark, `,"read":`...)
		if utf8.ValidString(d.read) {
			mark = appendJSON(mark, []byte(d.read))
		} else {
			mark = append(append(append(mark, `{"$hex":"`...), hex.EncodeToString([]byte(d.read))...), `"}`...)
		}
	}
	mark = append(mark, '}')
	d.begin()
	if top := d.top(); top != nil && top.dict && !top.hasKey {
		d.w.WriteString(`"$broken":`)
		d.w.Write(mark)
	} else {
		d.w.WriteString(`{"$broken":`)
		d.w.Write(append(mark, '}'))
	}
}

// fail makes the error for a fault at an offset.
func (d *dumper) fail(offset int64, reason string) error {
	path := ""
	for i, l := range d.stack {
		switch {
		case !l.dict && i < len(d.stack)-1:
			path = bencode.JoinIndex(path, l.elements-1)
		case !l.dict:
			path = bencode.JoinIndex(path, l.elements)
		case l.hasKey:
			path = bencode.JoinKey(path, l.key)
		}
	}
	return metainfo.Problem{Severity: metainfo.Error, ID: "bencode", Path: path, Offset: int(offset), Message: reason}
}

// maxDigits bounds integers; real ones have twenty digits at the most.
const maxDigits = 64 << 10

func (d *dumper) integer() error {
	at := d.off
	d.skip()
	digits, end, err := d.number(maxDigits, true)
	switch {
	case err != nil:
		return err
	case d.o.Style.torrust():
		return d.torrustInteger(at, digits, end)
	case end == 0:
		return d.fail(at, "ends in an integer")
	case end != 'e' || digits == "" || digits == "-":
		return d.malformed(at, digits, end)
	}
	d.begin()
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil && n > -1<<53 && n < 1<<53 && strconv.FormatInt(n, 10) == digits {
		d.w.WriteString(digits)
		return nil
	}
	d.w.WriteString(`{"$integer":"` + digits + `"}`)
	return nil
}

// number reads digits and the byte behind them, which is 0 at the end of the input.
func (d *dumper) number(most int, sign bool) (digits string, end byte, err error) {
	var b []byte
	for {
		c, err := d.r.ReadByte()
		if err == io.EOF {
			return string(b), 0, nil
		}
		if err != nil {
			return "", 0, err
		}
		d.off++
		if (c < '0' || c > '9') && !(c == '-' && sign && len(b) == 0) || len(b) == most {
			return string(b), c, nil
		}
		b = append(b, c)
	}
}

// length reads the length of a string.
func (d *dumper) length() (n int64, digits string, err error) {
	at := d.off
	digits, end, err := d.number(maxDigits, false)
	switch {
	case err != nil:
		return 0, "", err
	case end == 0:
		return 0, "", d.fail(at, "ends in the length of a string")
	case end != ':':
		return 0, "", d.fail(at, "malformed string length")
	}
	n, err = strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0, "", d.fail(at, "string is longer than the rest of the input")
	}
	if digits == strconv.FormatInt(n, 10) {
		digits = "" // canonical
	}
	return n, digits, nil
}

// load reads a short string whole.
func (d *dumper) load(at, n int64) error {
	d.text.Reset()
	got, err := io.CopyN(&d.text, d.r, n)
	d.off += got
	if err == io.EOF {
		d.read = d.text.String()
		return d.fail(at, "string is longer than the rest of the input")
	}
	return err
}

func (d *dumper) str() error {
	at := d.off
	n, digits, err := d.length()
	if err != nil {
		return err
	}
	if d.o.Style.torrust() {
		return d.torrustString(at, n, digits)
	}
	if n > wholeString {
		return d.longString(at, n, digits)
	}
	if err := d.load(at, n); err != nil {
		return err
	}
	d.begin()
	d.out = appendString(d.out[:0], d.text.Bytes(), digits, d.o.Style)
	d.w.Write(d.out)
	return nil
}
