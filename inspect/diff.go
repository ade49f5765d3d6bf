package inspect

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Difference is what Diff finds between two torrents, a and b.
type Difference struct {
	// SameInfoHash is set when info is the same byte for byte.
	SameInfoHash bool
	// InfoKeys are the keys of info that differ: they make the infohash differ.
	InfoKeys []KeyChange
	// OtherKeys are the keys outside of info that differ.
	OtherKeys []KeyChange
	// Fields are the values that differ, as they are meant.
	Fields []FieldChange
	// Lists are trackers, web seeds and the like that one has and the other has not.
	Lists []ListChange
	// Files are the files that are not the same, or of which that cannot be told.
	Files []FileChange
	// SameFiles counts the files whose bytes are known to be the same, under the same path.
	SameFiles int
}

// Same tells whether the two say the same: no field, list or file differs.
func (d *Difference) Same() bool {
	return len(d.InfoKeys) == 0 && len(d.OtherKeys) == 0
}

// KeyChange is a key whose value differs. Either side is nil where it is missing.
type KeyChange struct {
	Key  string // like info.source
	A, B []byte // raw bencode
}

// FieldChange is a value that differs; "" is none.
type FieldChange struct {
	Field string // like "piece length"
	A, B  string
}

// ListChange is an entry of a list that only one of the two has.
type ListChange struct {
	List  string // "tracker", "web seed", "http seed" or "node"
	Value string
	Added bool // it is in b, otherwise in a
}

// FileChangeKind says what became of a file.
type FileChangeKind uint8

// The kinds.
const (
	FileAdded   FileChangeKind = iota // in b only
	FileRemoved                       // in a only
	FileRenamed                       // the same bytes under another path
	FileMoved                         // perhaps renamed: of the same length, which no other file has, but its bytes cannot be compared
	FileChanged                       // the same path, other bytes
	FileUnclear                       // the same path and length, but its bytes cannot be compared
)

func (k FileChangeKind) String() string {
	return [...]string{"added", "removed", "renamed", "perhaps renamed", "changed", "cannot tell"}[k]
}

// FileChange is a file that differs. Paths are "" where there is none.
type FileChange struct {
	Kind             FileChangeKind
	A, B             string // paths
	LengthA, LengthB int64
}

// Diff compares two torrents by what they say: no content is hashed. Files are
// the same where their pieces roots are, or where equally long pieces that hold
// nothing else have the same hashes; whatever cannot be compared is said to be
// unclear.
func Diff(a, b *metainfo.Torrent) *Difference {
	d := &Difference{
		SameInfoHash: bytes.Equal(a.RawInfo(), b.RawInfo()),
		InfoKeys:     keyChanges("info", a.RawInfo(), b.RawInfo()),
		OtherKeys:    keyChanges("", a.Raw(), b.Raw()),
	}
	d.fields(a, b)
	d.list("tracker", slices.Concat(a.Trackers...), slices.Concat(b.Trackers...))
	d.list("web seed", a.WebSeeds, b.WebSeeds)
	d.list("http seed", a.HTTPSeeds, b.HTTPSeeds)
	d.list("node", a.Nodes, b.Nodes)
	d.files(a, b)
	return d
}

// keyChanges compares the keys of two dictionaries that stand at a path: all of info, and what is beside it.
func keyChanges(path string, a, b []byte) (list []KeyChange) {
	for _, c := range bencode.Changes(bencode.View(a), bencode.View(b)) {
		if path != "" || c.Key != "info" {
			list = append(list, KeyChange{bencode.JoinKey(path, c.Key), c.Old.Raw(), c.New.Raw()})
		}
	}
	return list
}

func (d *Difference) fields(a, b *metainfo.Torrent) {
	date := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	all := []FieldChange{
		{"name", a.Name, b.Name},
		{"format", a.Format.String(), b.Format.String()},
		{"size", strconv.FormatInt(a.Size(), 10), strconv.FormatInt(b.Size(), 10)},
		{"piece length", strconv.FormatInt(a.PieceLength, 10), strconv.FormatInt(b.PieceLength, 10)},
		{"private", strconv.FormatBool(a.Private), strconv.FormatBool(b.Private)},
		{"source", a.Source, b.Source},
		{"comment", a.Comment, b.Comment},
		{"created by", a.CreatedBy, b.CreatedBy},
		{"created", date(a.CreationDate), date(b.CreationDate)},
		{"tiers", tiersText(a.Trackers), tiersText(b.Trackers)},
	}
	if !sameSet(slices.Concat(a.Trackers...), slices.Concat(b.Trackers...)) {
		all = all[:len(all)-1] // Lists tells what becomes of trackers
	}
	for _, f := range all {
		if f.A != f.B {
			d.Fields = append(d.Fields, f)
		}
	}
}

// tiersText words the tiers, for trackers that are the same in another order.
func tiersText(tiers [][]string) string {
	parts := make([]string, len(tiers))
	for i, tier := range tiers {
		parts[i] = strings.Join(tier, " ")
	}
	return strings.Join(parts, " | ")
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

func (d *Difference) list(name string, a, b []string) {
	inA, inB := map[string]bool{}, map[string]bool{}
	for _, s := range a {
		inA[s] = true
	}
	for _, s := range b {
		inB[s] = true
	}
	for _, s := range a {
		if !inB[s] {
			d.Lists = append(d.Lists, ListChange{name, s, false})
			inB[s] = true
		}
	}
	for _, s := range b {
		if !inA[s] {
			d.Lists = append(d.Lists, ListChange{name, s, true})
			inA[s] = true
		}
	}
}
