package bencode

import (
	"errors"
	"slices"
	"sort"
	"strconv"

	zeebo "github.com/zeebo/bencode"
)

// Marshal bencodes a Go value: integers, booleans, strings, byte slices,
// slices, maps with string keys (sorted), and structs with `bencode` tags.
// Arrays and nil are refused.
func Marshal(v any) ([]byte, error) {
	if v == nil {
		return nil, errors.New("bencode has no nil")
	}
	return zeebo.EncodeBytes(v)
}

// Entry is one key of a dictionary with its bencoded value.
type Entry struct {
	Key   string
	Value []byte
	// Append, if not nil, appends the value: a large one need not be in memory
	// twice.
	Append func(dst []byte) []byte
}

// AppendDict appends a dictionary with its keys in canonical order, which it
// leaves entries in.
func AppendDict(dst []byte, entries []Entry) []byte {
	sort.Sort(byKey(entries))
	n := 2
	for _, e := range entries {
		n += 12 + len(e.Key) + len(e.Value)
	}
	dst = append(slices.Grow(dst, n), 'd')
	for _, e := range entries {
		dst = AppendString(dst, e.Key)
		if e.Append != nil {
			dst = e.Append(dst)
		} else {
			dst = append(dst, e.Value...)
		}
	}
	return append(dst, 'e')
}

// byKey sorts entries where they are: a comparison of slices.SortFunc would be handed copies of two.
type byKey []Entry

func (e byKey) Len() int           { return len(e) }
func (e byKey) Less(i, j int) bool { return e[i].Key < e[j].Key }
func (e byKey) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }

// AppendString appends a string or bytes as a bencoded string.
func AppendString[T string | []byte](dst []byte, s T) []byte {
	dst = strconv.AppendInt(dst, int64(len(s)), 10)
	dst = append(dst, ':')
	return append(dst, s...)
}

// AppendInt appends an integer.
func AppendInt(dst []byte, n int64) []byte {
	dst = append(dst, 'i')
	dst = strconv.AppendInt(dst, n, 10)
	return append(dst, 'e')
}
