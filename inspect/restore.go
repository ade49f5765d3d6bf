package inspect

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// Restore reads the JSON that Dump wrote and writes the bencode it was made of.
// The styles of Torrust have to be named; the other two need not be told apart. JSON that was written by hand is taken too: what has no place in
// bencode (null, true, fractions) is an error. What was written up to an error
// is not to be used.
func Restore(w io.Writer, r io.Reader, style DumpStyle) error {
	d := json.NewDecoder(r)
	d.UseNumber()
	x := restorer{d: d, w: bufio.NewWriterSize(w, 64<<10), torrust: style.torrust(), plain: style == DumpTorrust}
	if err := x.value(); err != nil {
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = errors.New("the JSON ends in the middle of a value")
		}
		return fmt.Errorf("%w (byte %d)", err, d.InputOffset())
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("data after the end of the value (byte %d)", d.InputOffset())
	}
	return x.w.Flush()
}

type restorer struct {
	d       *json.Decoder
	w       *bufio.Writer
	torrust bool // strings are tagged, and nothing else
	plain   bool // but text is not
	depth   int
}

// value copies one value. It calls itself for what is nested, at most bencode.MaxDepth levels.
func (x *restorer) value() error {
	token, err := x.d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case json.Number:
		return x.integer(string(v))
	case string:
		return x.text(v)
	case json.Delim:
		if x.depth++; x.depth > bencode.MaxDepth {
			return errors.New(bencode.TooDeep)
		}
		defer func() { x.depth-- }()
		if v == '[' {
			return x.list()
		}
		return x.object()
	}
	return fmt.Errorf("%v has no place in bencode", token)
}

func (x *restorer) integer(digits string) error {
	if strings.ContainsAny(digits, ".eE+") || digits == "-0" && !x.torrust {
		return fmt.Errorf("%.40s is not an integer", digits)
	}
	return x.raw("i" + digits + "e")
}

func (x *restorer) raw(s string) error {
	_, err := x.w.WriteString(s)
	return err
}

func (x *restorer) str(length string, s []byte) error {
	if length == "" {
		length = strconv.Itoa(len(s))
	}
	x.w.WriteString(length)
	x.w.WriteByte(':')
	_, err := x.w.Write(s)
	return err
}

func (x *restorer) text(s string) error {
	if !x.torrust {
		return x.str("", []byte(s))
	}
	if b, ok := taggedBytes(s); x.plain && ok {
		return x.str("", b)
	} else if x.plain {
		return x.str("", []byte(s))
	}
	b, err := untag(s)
	if err != nil {
		return err
	}
	return x.str("", b)
}

// untag takes the tags of DumpTorrustNext off.
func untag(s string) ([]byte, error) {
	if inner, ok := strings.CutPrefix(s, "<string>"); ok {
		if inner, ok = strings.CutSuffix(inner, "</string>"); ok {
			return []byte(inner), nil
		}
	}
	if inner, ok := strings.CutPrefix(s, "<hex>"); ok {
		if inner, ok = strings.CutSuffix(inner, "</hex>"); ok {
			return hex.DecodeString(inner)
		}
	}
	return nil, fmt.Errorf("%.40q is neither <string>...</string> nor <hex>...</hex>", s)
}

func (x *restorer) list() error {
	x.w.WriteByte('l')
	for x.d.More() {
		if err := x.value(); err != nil {
			return err
		}
	}
	if _, err := x.d.Token(); err != nil {
		return err
	}
	return x.w.WriteByte('e')
}

// object copies a dictionary, or a tagged value: those begin with a key that
// begins with one $.
func (x *restorer) object() error {
	for first := true; x.d.More(); first = false {
		token, err := x.d.Token()
		if err != nil {
			return err
		}
		key := token.(string) // the decoder takes no other keys
		if first && !x.torrust && oneOf(key, "$hex", "$base64", "$integer", "$malformed", "$length", "$bytes", "$broken") {
			return x.tagged(key)
		}
		if first && key == "$leading" && x.depth == 1 && !x.torrust {
			if err := x.around(); err != nil {
				return err
			}
		}
		if first {
			x.w.WriteByte('d')
		}
		if key == "$leading" && first && x.depth == 1 && !x.torrust {
			if !x.d.More() {
				x.w.WriteByte('e')
				_, err := x.d.Token()
				return err
			}
			continue
		}
		if key == "$trailing" && x.depth == 1 && !x.torrust {
			x.w.WriteByte('e')
			return errors.Join(x.around(), x.end())
		}
		if err := x.key(key); err != nil {
			return err
		}
		if err := x.value(); err != nil {
			return err
		}
		if !x.d.More() {
			x.w.WriteByte('e')
			_, err := x.d.Token()
			return err
		}
	}
	x.w.WriteString("de")
	_, err := x.d.Token()
	return err
}

func (x *restorer) key(key string) error {
	switch {
	case x.torrust:
		return x.text(key)
	case !strings.HasPrefix(key, "$"):
		return x.str("", []byte(key))
	case strings.HasPrefix(key, "$$"):
		return x.str("", []byte(key[1:]))
	}
	length := ""
	if digits, ok := strings.CutPrefix(key, "$integer:"); ok {
		return x.digits(digits)
	}
	if rest, ok := strings.CutPrefix(key, "$length:"); ok {
		length, key, _ = strings.Cut(rest, ":")
	}
	kind, text, _ := strings.Cut(key, ":")
	b, err := decode(kind, text)
	if err != nil {
		return err
	}
	if err := checkLength(length, int64(len(b))); err != nil {
		return err
	}
	return x.str(length, b)
}

// decode undoes $hex and $base64.
func decode(kind, text string) ([]byte, error) {
	var b []byte
	var err error
	switch kind {
	case "$hex":
		b, err = hex.DecodeString(text)
	case "$base64":
		b, err = base64.StdEncoding.DecodeString(text)
	case "$broken":
		return nil, errors.New("this is the dump of a broken file: it ends at $broken")
	default:
		return nil, fmt.Errorf("%.40q is no key: write $$ for a key that begins with $", kind)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", kind, err)
	}
	return b, nil
}

// checkLength holds a length with leading zeros against the string it is for.
func checkLength(digits string, n int64) error {
	if digits == "" {
		return nil
	}
	got, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || got != n || strings.Trim(digits, "0123456789") != "" {
		return fmt.Errorf("$length %.40q, but the string has %d bytes", digits, n)
	}
	return nil
}

// tagged copies a value that is an object because JSON cannot hold it.
func (x *restorer) tagged(key string) error {
	length := ""
	if key == "$length" {
		s, err := x.stringToken()
		if err != nil {
			return err
		}
		length = s
		if key, err = x.stringToken(); err != nil {
			return err
		}
	}
	if key == "$bytes" {
		return x.long(length)
	}
	s, err := x.stringToken()
	if err != nil {
		return err
	}
	switch {
	case key == "$integer" && length == "":
		return cmp.Or(x.digits(s), x.end())
	case key == "$malformed" && length == "":
		if len(s) > maxMalformed || strings.Contains(s, "e") {
			return fmt.Errorf("$malformed %.40q does not end where it should", s)
		}
		return errors.Join(x.raw("i"+s+"e"), x.end())
	}
	b, err := decode(key, s)
	if err == nil {
		err = checkLength(length, int64(len(b)))
	}
	if err != nil {
		return err
	}
	return errors.Join(x.str(length, b), x.end())
}

// stringToken reads a string.
func (x *restorer) stringToken() (string, error) {
	token, err := x.d.Token()
	if err != nil {
		return "", err
	}
	if s, ok := token.(string); ok {
		return s, nil
	}
	if token == json.Delim('{') {
		return "", errors.New("an object where a string was expected: if this is $broken, the dump is one of a broken file")
	}
	return "", fmt.Errorf("%v where a string was expected", token)
}

// end reads the end of an object.
func (x *restorer) end() error {
	if token, err := x.d.Token(); err != nil || token != json.Delim('}') {
		return cmp.Or(err, fmt.Errorf("%v where the object should end", token))
	}
	return nil
}

// long copies {"$bytes": N, "$hex": [...]}.
func (x *restorer) long(length string) error {
	token, err := x.d.Token()
	if err != nil {
		return err
	}
	n, err := strconv.ParseInt(fmt.Sprint(token), 10, 64)
	if err != nil || n < 0 {
		return fmt.Errorf("$bytes is %v, not a length", token)
	}
	if err := checkLength(length, n); err != nil {
		return err
	}
	if length == "" {
		length = strconv.FormatInt(n, 10)
	}
	x.w.WriteString(length)
	x.w.WriteByte(':')
	kind, err := x.stringToken()
	if err != nil {
		return err
	}
	if token, err := x.d.Token(); err != nil || token != json.Delim('[') {
		return cmp.Or(err, errors.New("a list of parts must follow $bytes"))
	}
	left := n
	for x.d.More() {
		s, err := x.stringToken()
		if err != nil {
			return err
		}
		b, err := decode(kind, s)
		if err != nil {
			return err
		}
		left -= int64(len(b))
		x.w.Write(b)
	}
	if left != 0 {
		return fmt.Errorf("$bytes is %d, but the parts have %d", n, n-left)
	}
	if _, err := x.d.Token(); err != nil {
		return err
	}
	return x.end()
}
