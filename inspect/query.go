package inspect

import (
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Query returns the raw bencode of the value that a pointer leads to, and where
// it stands: info/files/0/length is the length of the first file, "" is the
// whole document. Keys are separated by slashes; a slash in a key is ~1, a
// tilde is ~0, as in JSON pointers (RFC 6901), and a slash in front may be
// given. ok is false where there is no such value; the error is a Problem of
// what is not bencode.
func Query(doc []byte, pointer string) (value []byte, offset int, ok bool, err error) {
	v, _, err := bencode.Scan(doc)
	if err != nil {
		e := err.(*bencode.Error)
		if !e.Trailing {
			return nil, 0, false, metainfo.Problem{Severity: metainfo.Error, ID: "bencode", Path: e.Path, Offset: e.Offset, Message: e.Reason}
		}
	}
	pointer = strings.TrimPrefix(pointer, "/")
	if pointer != "" {
		for step := range strings.SplitSeq(pointer, "/") {
			if v, ok = follow(v, strings.NewReplacer("~1", "/", "~0", "~").Replace(step)); !ok {
				return nil, 0, false, nil
			}
		}
	}
	return v.Raw(), v.Offset(), true, nil
}

func follow(v bencode.Value, step string) (bencode.Value, bool) {
	if v.Kind() == bencode.Dict {
		return v.Get(step)
	}
	n, err := strconv.Atoi(step)
	if err != nil || n < 0 {
		return bencode.Value{}, false
	}
	for i, item := range v.Items() {
		if i == n {
			return item, true
		}
	}
	return bencode.Value{}, false
}

// Text returns what a bencoded string or integer holds, without the bencode
// around it; false for lists, dictionaries and what is not bencode.
func Text(value []byte) (string, bool) {
	v, _, err := bencode.Scan(value)
	if err != nil {
		return "", false
	}
	switch v.Kind() {
	case bencode.String:
		return v.Text()
	case bencode.Integer:
		return string(value[1 : len(value)-1]), true
	}
	return "", false
}
