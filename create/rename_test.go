package create_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// A torrent whose files are renamed fits the content whose files are renamed. In v2 it is the torrent that would be made of
// that; so it is in a hybrid whose last file stays the last.
func TestRenameFits(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(52, 22))
	same := 0
	for round := range 60 {
		format := []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[round%3]
		root := peertest.Tree(t, rng, t.TempDir(), 32768)
		o := create.Options{Format: format, PieceLength: 32768}
		raw := torrent(t, root, o)
		m, err := metainfo.Parse(raw)
		if err != nil || m.Single {
			continue
		}
		var paths []string
		for _, f := range m.Content() {
			paths = append(paths, f.Path)
		}
		old := paths[rng.IntN(len(paths))]
		if folder, _, deep := strings.Cut(old, "/"); deep && rng.IntN(2) == 0 {
			old = folder
		}
		now := []string{"0 first", "m/i/ddle", "zz last"}[rng.IntN(3)]
		e, err := create.Edit(raw, metainfo.Edit{Rename: []metainfo.Rename{{Old: old, New: now}}, NewInfoHash: true})
		if err != nil {
			if format != metainfo.Hybrid || !strings.Contains(err.Error(), "would not be the last file") {
				t.Errorf("%v: %q to %q: %v", format, old, now, err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Join(root, filepath.Dir(now)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(root, old), filepath.Join(root, now)); err != nil {
			t.Fatal(err)
		}
		intact(t, e.Raw, root)
		anew := torrent(t, root, o)
		if bytes.Equal(e.Raw, anew) {
			same++
		} else if format == metainfo.V2 {
			t.Errorf("%q to %q: not the torrent that is made anew", old, now)
		}
	}
	if same < 20 {
		t.Errorf("%d torrents as they are made anew", same)
	}
}

// twoFiles is a v1 torrent of files that have what few have: a second path, links to both, a checksum.
const twoFiles = "d4:infod5:filesl" +
	"d6:lengthi16384e6:md5sum32:0123456789abcdef0123456789abcdef4:pathl1:d5:e\xcc\x81.xe10:path.utf-8l1:d5:e\xcc\x81.xee" +
	"d4:attr1:l6:lengthi0e4:pathl4:linke12:symlink pathl1:d5:e\xcc\x81.xee" +
	"d6:lengthi16384e4:pathl1:zee" +
	"e4:name3:o\xcc\x8812:piece lengthi16384e6:pieces40:aaaaaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbee"

// Only the names change: the order of the list, the hashes and all other keys stay.
func TestRenameSplices(t *testing.T) {
	t.Parallel()
	rename := func(list ...string) (o metainfo.Edit) {
		o.NewInfoHash = true
		for i := 0; i < len(list); i += 2 {
			o.Rename = append(o.Rename, metainfo.Rename{Old: list[i], New: list[i+1]})
		}
		return o
	}
	swap := strings.NewReplacer("pathl1:d5:e\xcc\x81.xe", "pathl1:ze", "utf-8l1:d5:e\xcc\x81.xe", "utf-8l1:ze", "pathl1:ze", "pathl1:d5:e\xcc\x81.xe")
	for _, c := range []struct {
		name string
		edit metainfo.Edit
		want string
	}{
		{"nothing", rename("absent", "x"), twoFiles},
		{"to itself", rename("z", "z"), twoFiles},
		{"a file", rename("z", "a/b"), strings.Replace(twoFiles, "l1:ze", "l1:a1:be", 1)},
		{"a folder", rename("d", "k"), strings.ReplaceAll(twoFiles, "l1:d", "l1:k")},
		{"the name", rename("o\xcc\x88", "n"), strings.Replace(twoFiles, "3:o\xcc\x88", "1:n", 1)},
		{"an exchange", rename("z", "d/e\xcc\x81.x", "d/e\xcc\x81.x", "z"), swap.Replace(twoFiles)},
		{"composed", metainfo.Edit{Normalize: true, NewInfoHash: true},
			strings.NewReplacer("5:e\xcc\x81.x", "4:\u00e9.x", "3:o\xcc\x88", "2:\u00f6").Replace(twoFiles)},
	} {
		e := edit(t, twoFiles, c.edit)
		if string(e.Raw) != c.want {
			t.Errorf("%s:\n%q, want\n%q", c.name, e.Raw, c.want)
		}
		if missing := len(e.Missing) > 0; missing != (c.name == "nothing") {
			t.Errorf("%s: missing %v", c.name, e.Missing)
		}
	}
	for name, o := range map[string]metainfo.Edit{
		"a path that is taken":      rename("z", "link"),
		"a file where a folder is":  rename("z", "d"),
		"a folder where a file is":  rename("d", "z"),
		"a way out":                 rename("z", "../z"),
		"an absolute path":          rename("z", "/z"),
		"nothing at all":            rename("z", ""),
		"no new infohash":           {Rename: []metainfo.Rename{{Old: "z", New: "y"}}},
		"a name that is a path":     rename("o\xcc\x88", "a/b"),
		"one file of two names":     rename("z", "y", "z", "x"),
		"two files of one new name": rename("z", "y", "link", "y"),
	} {
		if e, err := create.Edit([]byte(twoFiles), o); err == nil {
			t.Errorf("%s: no error, but %q", name, e.Raw)
		}
	}
}

// In v2 a torrent of one file differs from a folder by nothing but names.
func TestRenameMakesNoFileOfAFolder(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "folder")
	file(t, filepath.Join(root, "one"), 100)
	raw := torrent(t, root, create.Options{Format: metainfo.V2})
	for _, o := range []metainfo.Edit{{Rename: []metainfo.Rename{{Old: "one", New: "folder"}}}, {Name: ptr("one")}} {
		o.NewInfoHash = true
		if e, err := create.Edit(raw, o); err == nil {
			t.Errorf("%q", e.Raw)
		}
	}
}
