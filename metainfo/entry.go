package metainfo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// Entry is one key of a dictionary and its value.
type Entry struct {
	Key   string
	Value []byte // bencoded; nil is no key, and removes it in an edit
}

// maxEntryDepth is how deep the JSON of an entry may be nested: the document
// around it takes two of the levels that readers allow.
const maxEntryDepth = bencode.MaxDepth - 4

// ParseEntry reads KEY=JSON. Strings, whole numbers of 64 bits, lists and
// objects become what bencode has for them, true and false become 1 and 0;
// null and fractions have no counterpart and are errors. The key ends at the
// first equals sign.
func ParseEntry(s string) (Entry, error) {
	key, text, ok := strings.Cut(s, "=")
	if !ok || key == "" {
		return Entry{}, fmt.Errorf("%q: want KEY=JSON", s)
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return Entry{}, fmt.Errorf("%s: not JSON (a string wants quotes): %w", key, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Entry{}, fmt.Errorf("%s: something follows the JSON value", key)
	}
	raw, err := appendJSON(nil, v, 0)
	if err != nil {
		return Entry{}, fmt.Errorf("%s: %w", key, err)
	}
	return Entry{key, raw}, nil
}

func appendJSON(b []byte, v any, depth int) ([]byte, error) {
	if depth > maxEntryDepth {
		return nil, errors.New("nested too deep")
	}
	var err error
	switch v := v.(type) {
	case string:
		return bencode.AppendString(b, v), nil
	case bool:
		if v {
			return append(b, "i1e"...), nil
		}
		return append(b, "i0e"...), nil
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return nil, fmt.Errorf("%s is not a whole number of 64 bits", v)
		}
		return bencode.AppendInt(b, n), nil
	case []any:
		b = append(b, 'l')
		for _, item := range v {
			if b, err = appendJSON(b, item, depth+1); err != nil {
				return nil, err
			}
		}
		return append(b, 'e'), nil
	case map[string]any:
		entries := make([]bencode.Entry, 0, len(v))
		for key, item := range v {
			raw, err := appendJSON(nil, item, depth+1)
			if err != nil {
				return nil, err
			}
			entries = append(entries, bencode.Entry{Key: key, Value: raw})
		}
		return bencode.AppendDict(b, entries), nil
	}
	return nil, errors.New("bencode has no null")
}

// TextEntry is an entry whose value is a string.
func TextEntry(key, value string) Entry { return Entry{key, bencode.AppendString(nil, value)} }

// ListEntry is an entry whose value is a list of strings.
func ListEntry(key string, values []string) Entry { return Entry{key, encodeStrings(values)} }

// Keys that are written from the content or from Fields, and so not by entries.
var (
	ownKeys     = knownKeys("info", "piece layers", "announce", "announce-list", "url-list", "httpseeds", "nodes", "comment", "created by", "creation date")
	ownInfoKeys = knownKeys("name", "piece length", "pieces", "length", "files", "file tree", "meta version", "private", "source")
)

// checkEntries refuses keys that the content or other fields decide about, and
// keys that are given twice. inInfo tells where the entries are to go.
func checkEntries(entries []Entry, inInfo bool) error {
	own, where := ownKeys, ""
	if inInfo {
		own, where = ownInfoKeys, "info."
	}
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		switch {
		case own[e.Key]:
			return fmt.Errorf("%s%s cannot be set as an arbitrary key: it follows from the content or has an option of its own", where, e.Key)
		case seen[e.Key]:
			return fmt.Errorf("%s%s is set twice", where, bencode.JoinKey("", e.Key))
		}
		seen[e.Key] = true
	}
	return nil
}

func encodeStrings(values []string) []byte {
	b := []byte("l")
	for _, s := range values {
		b = bencode.AppendString(b, s)
	}
	return append(b, 'e')
}
