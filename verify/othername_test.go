package verify

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// Content is found under the names that clients and systems give it, and it is said
// how they differ; --fix gives the files their own.
func TestOtherNames(t *testing.T) {
	t.Parallel()
	needCases(t)
	const composed, decomposed = "\xc3\xa9", "e\xcc\x81"
	for _, c := range []struct {
		root, file string // in the torrent
		as, there  string // on disk
		rootAs, is NameDifference
	}{
		{decomposed, decomposed, composed, composed, UnicodeForm, UnicodeForm},
		{composed, "x", decomposed, "x", UnicodeForm, SameName},
		{"Album", "A/B.txt", "album", "a/b.TXT", LetterCase, LetterCase},
		{"album", "E" + composed, "album", "e" + decomposed, SameName, UnicodeForm | LetterCase},
		{"album ", " x .", "album", "x", TransmissionName, TransmissionName},
		{"album", "x", " album", "x .", OuterBlanks, OuterBlanks},
		{"album", "who?", "album", "who_", SameName, TransmissionName},
		{"album", "a\x01b", "album", "a_b", SameName, LibtorrentName},
		{"album", "x. ", "album", "x", SameName, TransmissionName},
		{"album", "film.mkv", "album", "film.mkv.!qB", SameName, Unfinished},
		{"album", "film.mkv", "album", "film.mkv.part", SameName, Unfinished},
		{"album", "film.mkv", "album", "something else", SameName, SameName},
		// Two or more ways at once.
		{decomposed + " ", decomposed + " ", composed, composed, TransmissionName | UnicodeForm, TransmissionName | UnicodeForm},
		{"A" + decomposed, "A" + decomposed + ".TXT", "a" + composed, "a" + composed + ".txt.!qB", UnicodeForm | LetterCase, UnicodeForm | LetterCase | Unfinished},
		{"album", "A\x01b", "album", "a_B", SameName, LibtorrentName | LetterCase},
		{"album", "A\x01b/" + decomposed + " .x", "album", "a_b/" + composed + " .x.part", SameName, LibtorrentName | UnicodeForm | LetterCase | Unfinished},
		{"album", "Who: 1?.TXT", "album", "who 1_.txt.!qB", SameName, WindowsName | LetterCase | Unfinished},
		{"album", "Who: 1?.txt", "album", "Who 1.txt", SameName, WebTorrentName},
		{"album", "fol:der/is: it.txt", "album", "fol:der/is it.TXT", SameName, WebTorrentName | LetterCase},
		{"album", "con.txt ", "album", "con_.txt.part", SameName, TransmissionName | Unfinished},
		{"Film?. ", "x", "film_", "x", TransmissionName | LetterCase, SameName},
	} {
		rng := rand.New(rand.NewPCG(18, 3))
		tree := files{c.file: noise(rng, 50000), "same": noise(rng, 40000)}
		torrent := makeTorrent(t, tree.Write(t, filepath.Join(t.TempDir(), c.root)), metainfo.V2, 16384, metainfo.Fields{})
		dir := t.TempDir()
		root := files{c.there: tree[c.file], "same": tree["same"]}.Write(t, filepath.Join(dir, c.as))
		r := data(t, torrent, dir, Options{})
		if r.Root != root || r.Differs != c.rootAs {
			t.Errorf("%q: the content is looked for at %q: %v", c.as, r.Root, r.Differs)
		}
		if c.there == c.file {
			if !r.OK() {
				t.Errorf("%q: %+v", c.as, r.Files)
			}
			continue
		}
		for _, f := range r.Files {
			want := OK
			if c.is == SameName {
				want = Missing
			}
			if f.Path == c.file && (f.State != want || f.Differs != c.is || (f.Found == c.there) != (c.is != SameName)) {
				t.Errorf("%q is %v, there as %q: %v", f.Path, f.State, f.Found, f.Differs)
			}
		}
		fixed, err := Fix(context.Background(), torrent, dir, FixOptions{})
		if err != nil || !fixed.Report.OK() || len(fixed.Renamed) != 1 || fixed.Renamed[0] != (Renaming{c.there, c.file}) {
			t.Errorf("%q: %v, renamed %q", c.there, err, fixed.Renamed)
		}
		names, err := os.ReadDir(dir)
		if err != nil || len(names) != 1 || names[0].Name() != c.root {
			t.Errorf("%q is called %q now", c.root, names)
		}
		if _, err := os.Lstat(filepath.Join(dir, c.root, filepath.FromSlash(c.file))); err != nil {
			t.Error(err)
		}
	}
}

// A torrent of one file finds it under another name, if the size is right.
func TestOtherNameOfOneFile(t *testing.T) {
	t.Parallel()
	needCases(t)
	rng := rand.New(rand.NewPCG(18, 4))
	content := noise(rng, 50000)
	name := filepath.Join(t.TempDir(), "Film?.mkv")
	if err := os.WriteFile(name, content, 0o666); err != nil {
		t.Fatal(err)
	}
	torrent := makeTorrent(t, name, metainfo.Hybrid, 16384, metainfo.Fields{})
	for there, want := range map[string]NameDifference{"Film_.mkv": TransmissionName, "film?.MKV": LetterCase, "Film?.mkv.part": Unfinished} {
		dir := t.TempDir()
		path := filepath.Join(dir, there)
		if err := os.WriteFile(path, content, 0o666); err != nil {
			t.Fatal(err)
		}
		if r := data(t, torrent, dir, Options{}); !r.OK() || r.Root != path || r.Differs != want {
			t.Errorf("%q is looked for at %q: %v, %v", there, r.Root, r.Files[0].State, r.Differs)
		}
		if err := os.Truncate(path, 40000); err != nil {
			t.Fatal(err)
		}
		if r := data(t, torrent, dir, Options{}); r.OK() || r.Files[0].State != Short || r.Root != path || r.Differs != want {
			t.Errorf("a short %q is %v, there as %q: %v", there, r.Files[0].State, r.Files[0].Found, r.Files[0].Differs)
		}
	}
}

// A file has one place and a place one file: the names that differ least are matched
// first, however they are listed.
func TestOtherNamesAreMatchedByDifference(t *testing.T) {
	t.Parallel()
	needCases(t)
	rng := rand.New(rand.NewPCG(18, 5))
	tree := files{"README": noise(rng, 20000), "Readme": noise(rng, 30000), "readme": noise(rng, 40000), "same": noise(rng, 10000)}
	torrent := makeTorrent(t, tree.Write(t, filepath.Join(t.TempDir(), "d")), metainfo.V1, 16384, metainfo.Fields{})
	dir := t.TempDir()
	files{"README.part": tree["README"], "Readme.!qB": tree["Readme"], "rEADME": tree["readme"], "same": tree["same"]}.Write(t, filepath.Join(dir, "d"))
	r := data(t, torrent, dir, Options{})
	for path, want := range map[string]string{"README": "README.part", "Readme": "Readme.!qB", "readme": "rEADME", "same": ""} {
		if f := r.file(t, path); f.State != OK || f.Found != want {
			t.Errorf("%q is %v, there as %q: %v", path, f.State, f.Found, f.Differs)
		}
	}
}

// Folders that were listed for one torrent are not listed for the next, and content
// that has its own name is found all the same.
func TestFolders(t *testing.T) {
	t.Parallel()
	needCases(t)
	rng := rand.New(rand.NewPCG(18, 6))
	dir := t.TempDir()
	var folders Folders
	for i, c := range []struct {
		name, there string
		found       bool
	}{{"One", "one", true}, {"Two", "two", false}, {"Three", "Three", true}} {
		tree := files{"x": noise(rng, 20000)}
		torrent := makeTorrent(t, tree.Write(t, filepath.Join(t.TempDir(), c.name)), metainfo.V2, 16384, metainfo.Fields{})
		root := tree.Write(t, filepath.Join(dir, c.there))
		if r := data(t, torrent, dir, Options{Folders: &folders}); r.OK() != c.found || c.found && r.Root != root {
			t.Errorf("%d: %q is looked for at %q: %v", i, c.name, r.Root, r.Differs)
		}
	}
}

func TestNameDifferenceText(t *testing.T) {
	for d, want := range map[NameDifference]string{
		SameName: "the same name", LetterCase: "differs in case", UnicodeForm | LetterCase: "differs in Unicode form and case",
		outer: "differs in Unicode form, case and blanks and dots around names", Unfinished: "an unfinished download",
		Unfinished | TransmissionName | LetterCase: "an unfinished download, as Transmission stores it, differs in case",
	} {
		if d.String() != want {
			t.Errorf("%d is %q, want %q", d, d, want)
		}
	}
}

// needCases ends a test of names that differ in case, where the file system takes them for one.
func needCases(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "name"), nil)
	if _, err := os.Lstat(filepath.Join(dir, "NAME")); err == nil {
		t.Skip("this file system makes no difference between upper and lower case")
	}
}
