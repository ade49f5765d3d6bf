package inspect

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// digits writes an integer that stands in a string.
func (x *restorer) digits(s string) error {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return fmt.Errorf("$integer %.40q is not an integer", s)
	}
	return x.raw("i" + s + "e")
}

// around writes bytes that are no part of the value: a string, or one that is
// tagged.
func (x *restorer) around() error {
	token, err := x.d.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case string:
		return x.raw(v)
	case json.Delim:
		kind, err := x.stringToken()
		if err != nil || v != '{' {
			return errors.Join(err, errors.New("$leading and $trailing are strings"))
		}
		text, err := x.stringToken()
		if err != nil {
			return err
		}
		b, err := decode(kind, text)
		if err != nil {
			return err
		}
		return errors.Join(x.raw(string(b)), x.end())
	}
	return fmt.Errorf("%v where a string was expected", token)
}
