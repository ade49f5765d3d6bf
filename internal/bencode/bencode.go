// Package bencode reads bencode (BEP 3) that strangers wrote, and writes it.
//
// Reading is two steps. [Scan] walks the whole input once, without recursion
// and without allocating for what it finds, and refuses everything that is
// not bencode with an [Error] that names the key and the byte. What it
// accepts is then looked at through [Value], a view of the bytes: values are
// found where they lie, nothing is copied, and nothing that nobody asks for
// is decoded. A [View] looks at what was scanned before. Input that is readable but not canonical (unsorted keys,
// leading zeros and the like) is accepted and reported as [Flaw]s; [ScanLoosely]
// goes on behind more of them.
//
// [Marshal] writes Go values; [AppendDict], [AppendString] and [AppendInt] write
// what is large, or made of bencode that is there already.
//
// The package does not know torrents: which keys must exist and what they
// mean is the business of its callers.
package bencode

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// MaxDepth is how deep lists and dictionaries may be nested: as deep as libtorrent
// reads. TooDeep says what is wrong with others.
const (
	MaxDepth = 99
	TooDeep  = "nested deeper than 99 levels"
)

// Error says where and why input is not bencode.
type Error struct {
	Path   string // the key that holds the fault, like info.files[3].length; "" at the top
	Offset int    // byte offset in the input
	Reason string
	// Trailing is set when a whole value was read and only what follows it is wrong.
	Trailing bool
	// Short is set when the input ends too early, or a string in it is too long.
	Short bool
}

func (e *Error) Error() string {
	if e.Path == "" {
		return fmt.Sprintf("%s (byte %d)", e.Reason, e.Offset)
	}
	return fmt.Sprintf("%s: %s (byte %d)", e.Path, e.Reason, e.Offset)
}

// FlawKind tells the ways in which readable bencode is not canonical.
type FlawKind uint8

// The flaws that Scan reports.
const (
	UnsortedKeys FlawKind = iota // a key sorts before the one in front of it
	DuplicateKey                 // a key stands twice in one dictionary
	LeadingZero                  // i03e or 03:abc
	NegativeZero                 // i-0e
	BigInteger                   // does not fit into 64 bits
	BadInteger                   // no number: i1.5e (ScanLoosely)
	BadKey                       // a key that is an integer (ScanLoosely)
	numFlawKinds
)

func (k FlawKind) String() string {
	return [numFlawKinds]string{
		"key out of order", "duplicate key", "leading zero", "negative zero", "integer over 64 bits", "malformed integer", "key that is no string",
	}[k]
}

// Flaw is one place where the input is readable but not canonical.
type Flaw struct {
	Kind   FlawKind
	Path   string
	Offset int
}

func (f Flaw) String() string {
	if f.Path == "" {
		return fmt.Sprintf("%s (byte %d)", f.Kind, f.Offset)
	}
	return fmt.Sprintf("%s: %s (byte %d)", f.Path, f.Kind, f.Offset)
}

// maxFlaws bounds what is remembered of a file made of nothing but flaws.
const maxFlaws = 100

// JoinKey extends a path by a dictionary key, quoting keys that are not plain
// words, so that a path never holds raw bytes of a stranger.
func JoinKey(path, key string) string { return string(AppendKey([]byte(path), []byte(key))) }

// maxPath is where paths end: nobody reads further.
const maxPath = 1000

// AppendKey is JoinKey for paths that are made of many keys.
func AppendKey(path, key []byte) []byte {
	if len(path) > maxPath {
		return append(bytes.TrimSuffix(path, []byte("...")), "..."...)
	}
	if len(key) > 80 {
		key = key[:80]
	}
	if len(path) > 0 {
		path = append(path, '.')
	}
	if name := string(key); !plainKey(name) {
		return strconv.AppendQuoteToASCII(path, name)
	}
	return append(path, key...)
}

// JoinIndex extends a path by a list index.
func JoinIndex(path string, i int) string { return string(appendIndex([]byte(path), i)) }

func appendIndex(path []byte, i int) []byte {
	return append(strconv.AppendInt(append(path, '['), int64(i), 10), ']')
}

func plainKey(key string) bool {
	if key == "" || key[0] == ' ' {
		return false
	}
	return !strings.ContainsFunc(key, func(r rune) bool {
		word := 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
		return !word && !strings.ContainsRune(" _-", r) && !(r == '.' && strings.HasSuffix(key, ".utf-8"))
	})
}
