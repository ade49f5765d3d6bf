package create_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// messy is a torrent that no canonical encoder would give back: unsorted keys
// outside and inside of info, unknown ones, a leading zero.
const messy = "d8:url-list9:http://w/8:announce12:http://t/a/b13:announce-listll12:http://t/a/b8:udp://u:el9:wss://x/ye" +
	"e7:comment3:old4:infod12:piece lengthi16384e6:lengthi05e4:name1:f7:x_extrad1:zi1e1:ai2ee6:pieces20:aaaaaaaaaaaaaaaaaaaae" +
	"5:zebrai-3e5:azurelee"

func edit(t *testing.T, raw string, o metainfo.Edit) *create.Edited {
	t.Helper()
	e, err := create.Edit([]byte(raw), o)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func ptr[T any](v T) *T { return &v }

// Each edit is exactly one replacement of bytes, and everything else stays.
func TestEditSplices(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(messy, "8:udp://u:e", "9:udp://u:1e", 1)
	tests := []struct {
		name     string
		edit     metainfo.Edit
		old, new string
	}{
		{"nothing", metainfo.Edit{}, "", ""},
		{"the same comment", metainfo.Edit{Comment: ptr("old")}, "", ""},
		{"comment", metainfo.Edit{Comment: ptr("newer")}, "7:comment3:old", "7:comment5:newer"},
		{"no comment", metainfo.Edit{Comment: ptr("")}, "7:comment3:old", ""},
		{"date", metainfo.Edit{CreationDate: ptr(time.Unix(7, 0))}, "8:url-list", "13:creation datei7e8:url-list"},
		{"remove tracker", metainfo.Edit{Trackers: metainfo.TierEdit{Remove: []string{"udp://u:1"}}}, "9:udp://u:1", ""},
		{"remove host", metainfo.Edit{Trackers: metainfo.TierEdit{Remove: []string{"X"}}}, "l9:wss://x/ye", ""},
		{"add tracker", metainfo.Edit{Trackers: metainfo.TierEdit{Add: [][]string{{"udp://u:1", "http://n/"}}}}, "l9:wss://x/ye", "l9:wss://x/yel9:http://n/e"},
		{"remove and add", metainfo.Edit{Trackers: metainfo.TierEdit{Remove: []string{"wss://x/y"}, Add: [][]string{{"http://n/"}}}}, "l9:wss://x/ye", "l9:http://n/e"},
		{"replace in a list", metainfo.Edit{Replace: []metainfo.Replacement{{Old: "wss://x", New: "ws://abc"}}}, "9:wss://x/y", "10:ws://abc/y"},
		{"replace in a seed", metainfo.Edit{Replace: []metainfo.Replacement{{Old: "//w/", New: "//seed/"}}}, "9:http://w/", "12:http://seed/"},
		{"second web seed", metainfo.Edit{WebSeeds: metainfo.ListEdit{Add: []string{"http://v/"}}}, "9:http://w/", "l9:http://w/9:http://v/e"},
		{"no web seed", metainfo.Edit{WebSeeds: metainfo.ListEdit{Remove: []string{"http://w/"}}}, "8:url-list9:http://w/", ""},
		{"nodes", metainfo.Edit{Nodes: metainfo.ListEdit{Add: []string{"[::1]:6881"}}}, "8:url-list", "5:nodesll3:::1i6881eee8:url-list"},
		{"arbitrary key", metainfo.Edit{Set: []metainfo.Entry{{Key: "zebra", Value: []byte("le")}}}, "5:zebrai-3e", "5:zebrale"},
		{"remove a key", metainfo.Edit{Set: []metainfo.Entry{{Key: "azure"}, {Key: "absent"}}}, "5:azurele", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if n := strings.Count(raw, test.old); test.old != "" && n == 0 {
				t.Fatal("the test's bytes are not in the torrent")
			}
			i := strings.LastIndex(raw, test.old)
			want := raw[:i] + test.new + raw[i+len(test.old):]
			e := edit(t, raw, test.edit)
			if string(e.Raw) != want {
				t.Errorf("got\n%s\nwant\n%s", e.Raw, want)
			}
			if e.Old != e.New {
				t.Errorf("the infohash changed from %v to %v", e.Old, e.New)
			}
			if (len(e.Changes) == 0) != (want == raw) {
				t.Errorf("changes %v", e.Changes)
			}
		})
	}
}

// announce follows the tiers, and is kept as long as it is one of the trackers.
func TestEditAnnounce(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(messy, "8:udp://u:e", "9:udp://u:1e", 1)
	first := func(e *create.Edited) string {
		m, err := metainfo.Parse(e.Raw)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(e.Raw), "8:announce")
		return fmt.Sprint(rest[:2], " ", m.Trackers)
	}
	got := first(edit(t, raw, metainfo.Edit{Replace: []metainfo.Replacement{{Old: "t/a/b", New: "tracker/"}}}))
	if want := "15 [[http://tracker/ udp://u:1] [wss://x/y]]"; got != want {
		t.Errorf("replacing: %s, want %s", got, want)
	}
	got = first(edit(t, raw, metainfo.Edit{Trackers: metainfo.TierEdit{Remove: []string{"http://t/a/b"}}}))
	if want := "9: [[udp://u:1] [wss://x/y]]"; got != want {
		t.Errorf("removing: %s, want %s", got, want)
	}
	e := edit(t, raw, metainfo.Edit{Trackers: metainfo.TierEdit{Set: [][]string{}}})
	if bytes.Contains(e.Raw, []byte("announce")) {
		t.Errorf("trackers are left: %s", e.Raw)
	}
	lone := "d8:announce8:http://a13:announce-listll8:http://bee" + raw[strings.Index(raw, "4:info"):]
	e = edit(t, lone, metainfo.Edit{Trackers: metainfo.TierEdit{Add: [][]string{{"http://c"}}}})
	if want := "d8:announce8:http://a13:announce-listll8:http://ael8:http://bel8:http://cee"; !bytes.HasPrefix(e.Raw, []byte(want)) {
		t.Errorf("an announce URL beside the list was lost: %s", e.Raw)
	}
}

func TestEditRefuses(t *testing.T) {
	t.Parallel()
	raw := strings.Replace(messy, "8:udp://u:e", "9:udp://u:1e", 1)
	var changed *create.InfoHashError
	if _, err := create.Edit([]byte(raw), metainfo.Edit{Source: ptr("S")}); !errors.As(err, &changed) || !slices.Equal(changed.Keys, []string{"info.source"}) {
		t.Errorf("source without NewInfoHash: %v", err)
	}
	for name, o := range map[string]metainfo.Edit{
		"tracker scheme":  {Trackers: metainfo.TierEdit{Add: [][]string{{"gopher://x"}}}},
		"broken replace":  {Replace: []metainfo.Replacement{{Old: "http", New: "hxxp"}}},
		"web seed":        {WebSeeds: metainfo.ListEdit{Add: []string{"http://"}}},
		"early date":      {CreationDate: ptr(time.Unix(-1, 0))},
		"late date":       {CreationDate: ptr(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))},
		"node":            {Nodes: metainfo.ListEdit{Add: []string{"host"}}},
		"info as a key":   {Set: []metainfo.Entry{{Key: "info", Value: []byte("de")}}},
		"pieces as a key": {SetInfo: []metainfo.Entry{{Key: "pieces"}}, NewInfoHash: true},
		"name":            {Name: ptr("../x"), NewInfoHash: true},
		"keep v2 of v1":   {KeepOnly: metainfo.V2, NewInfoHash: true},
		"bad value":       {Set: []metainfo.Entry{{Key: "x", Value: []byte("i")}}},
	} {
		if e, err := create.Edit([]byte(raw), o); err == nil {
			t.Errorf("%s: no error, but %s", name, e.Raw)
		}
	}
}

// Fields of info, and one format out of a hybrid, over torrents of all formats:
// the content stays what it was.
func TestEditInfo(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(52, 4))
	for round := range 24 {
		format := []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[round%3]
		dir := t.TempDir()
		root := peertest.Tree(t, rng, dir, 32768)
		raw := torrent(t, root, create.Options{Format: format, PieceLength: 32768})
		e := edit(t, string(raw), metainfo.Edit{Source: ptr("S"), Private: ptr(true), NewInfoHash: true,
			Collections: metainfo.ListEdit{Add: []string{"c"}}, SetInfo: []metainfo.Entry{metainfo.TextEntry("entropy", create.NewEntropy())}})
		intact(t, e.Raw, root)
		if e.Old == e.New || len(e.Changes) != 4 {
			t.Errorf("hashes %v and %v, changes %v", e.Old, e.New, e.Changes)
		}
		back := edit(t, string(e.Raw), metainfo.Edit{Source: ptr(""), Private: ptr(false), NewInfoHash: true,
			Collections: metainfo.ListEdit{Set: []string{}}, SetInfo: []metainfo.Entry{{Key: "entropy"}}})
		if !bytes.Equal(back.Raw, raw) {
			t.Error("undoing the edit does not give the torrent back")
		}
		name := "renamed"
		renamed := filepath.Join(dir, name)
		if err := os.Rename(root, renamed); err != nil {
			t.Fatal(err)
		}
		intact(t, edit(t, string(raw), metainfo.Edit{Name: &name, NewInfoHash: true}).Raw, renamed)
		for _, keep := range []metainfo.Format{metainfo.V1, metainfo.V2} {
			if format == metainfo.Hybrid {
				one := edit(t, string(raw), metainfo.Edit{KeepOnly: keep, NewInfoHash: true})
				m, err := metainfo.Parse(one.Raw)
				if err != nil || m.Format != keep {
					t.Fatalf("kept %v, wanted %v: %v", m.Format, keep, err)
				}
				intact(t, one.Raw, renamed)
			}
		}
	}
}

// libtorrent and Transmission read edited torrents as we do.
func TestEditAgainstPeers(t *testing.T) {
	t.Parallel()
	oracle := peertest.Libtorrent(t)
	show := peertest.Need(t, "transmission-show")
	rng := rand.New(rand.NewPCG(52, 5))
	for round := range 12 {
		format := []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[round%3]
		dir := t.TempDir()
		root := peertest.Tree(t, rng, dir, 16384)
		raw := torrent(t, root, create.Options{Format: format, PieceLength: 16384,
			Fields: metainfo.Fields{Trackers: [][]string{{"http://old.example/announce"}}, Comment: "x"}})
		o := metainfo.Edit{Replace: []metainfo.Replacement{{Old: "old", New: "new"}}, Comment: ptr(""),
			Trackers: metainfo.TierEdit{Add: [][]string{{"udp://u.example:1"}}}}
		if round%2 == 1 {
			o.NewInfoHash, o.Private, o.Source = true, ptr(true), ptr("S")
		}
		e := edit(t, string(raw), o)
		file := filepath.Join(dir, "edited.torrent")
		if err := os.WriteFile(file, e.Raw, 0o644); err != nil {
			t.Fatal(err)
		}
		a := oracle.Ask(t, peertest.Question{Do: "inspect", Torrent: file})
		if a.V1 != e.New.V1.String() || a.V2 != e.New.V2.String() {
			t.Errorf("libtorrent reads %s %s, we %v", a.V1, a.V2, e.New)
		}
		if got := strings.Join(a.Trackers, " "); got != "http://new.example/announce udp://u.example:1" {
			t.Errorf("libtorrent reads the trackers as %s", got)
		}
		if format != metainfo.V1 {
			continue // Transmission 3 reads no others
		}
		out, err := exec.Command(show, file).CombinedOutput()
		if err != nil || !bytes.Contains(out, []byte(e.New.V1.String())) || !bytes.Contains(out, []byte("new.example")) || bytes.Contains(out, []byte("old.example")) {
			t.Errorf("transmission-show: %v\n%s", err, out)
		}
	}
}

// Random edits of a random torrent never touch the bytes of unknown keys, and
// give torrents that can be read.
func TestEditRandom(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	urls := []string{"http://a/1", "http://b/2", "udp://c:3", "wss://d/4", "https://e/5"}
	some := func() (list []string) {
		for range rng.IntN(4) {
			list = append(list, urls[rng.IntN(len(urls))])
		}
		return list
	}
	raw := strings.Replace(messy, "8:udp://u:e", "9:udp://u:1e", 1)
	for range 2000 {
		o := metainfo.Edit{Trackers: metainfo.TierEdit{Add: [][]string{some(), some()}, Remove: some()}}
		if rng.IntN(3) == 0 {
			o.Trackers.Set = [][]string{some()}
		}
		if rng.IntN(2) == 0 {
			o.Comment = ptr(strings.Repeat("c", rng.IntN(12)))
		}
		if rng.IntN(2) == 0 {
			o.CreationDate = ptr(time.Unix(rng.Int64N(1<<33), 0))
		}
		e := edit(t, raw, o)
		m, err := metainfo.Parse(e.Raw)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, tier := range m.Trackers {
			for _, u := range tier {
				if seen[u] && len(o.Trackers.Add[0])+len(o.Trackers.Add[1])+len(o.Trackers.Remove) > 0 {
					t.Fatalf("%s twice in %v", u, m.Trackers)
				}
				seen[u] = true
			}
		}
		for _, add := range append(o.Trackers.Add[0], o.Trackers.Add[1]...) {
			if !seen[add] {
				t.Fatalf("%s was not added: %v", add, m.Trackers)
			}
		}
		for _, gone := range o.Trackers.Remove {
			added := slices.Contains(o.Trackers.Add[0], gone) || slices.Contains(o.Trackers.Add[1], gone)
			if seen[gone] && !added {
				t.Fatalf("%s was not removed: %v", gone, m.Trackers)
			}
		}
		at := strings.Index(raw, "4:info")
		end := strings.Index(raw, "5:zebra")
		if !bytes.Contains(e.Raw, []byte(raw[at:end])) || !bytes.HasSuffix(e.Raw, []byte(raw[end:])) || e.Old != e.New {
			t.Fatalf("untouched bytes changed: %s", e.Raw)
		}
		raw = string(e.Raw)
	}
}

func TestParseEntry(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		`a="x"`: "1:x", `a=-5`: "i-5e", `a=true`: "i1e", `a=[1,"b",[]]`: "li1e1:blee", `a={"b":1,"a":{}}`: "d1:ade1:bi1ee",
		`a="é"`: "2:é", `a=9223372036854775807`: "i9223372036854775807e", `a="x=y"`: "3:x=y",
		`a`: "", `=1`: "", `a=x`: "", `a=null`: "", `a=1.5`: "", `a=1 2`: "", `a=9223372036854775808`: "", `a=[null]`: "",
		`a=` + strings.Repeat("[", 96) + strings.Repeat("]", 96): strings.Repeat("l", 96) + strings.Repeat("e", 96),
		`a=` + strings.Repeat("[", 97) + strings.Repeat("]", 97): "",
	} {
		e, err := metainfo.ParseEntry(s)
		if string(e.Value) != want || (err != nil) != (want == "") || err == nil && e.Key != "a" {
			t.Errorf("%s: %q under %q, %v; want %q", s, e.Value, e.Key, err, want)
		}
	}
}

// Torrents with every kind of flaw keep it: an edit outside of info leaves the
// bytes of info and of all other keys as they are, and undoing it gives the
// file back.
func TestEditKeepsFlaws(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../inspect/testdata/lint/*.torrent")
	if err != nil || len(files) < 50 {
		t.Fatalf("%d torrents: %v", len(files), err)
	}
	edited := 0
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		before, _ := metainfo.Read(raw)
		if before == nil {
			continue // without info it cannot be edited
		}
		e, err := create.Edit(raw, metainfo.Edit{Set: []metainfo.Entry{metainfo.TextEntry("x-edit", "y")}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		added := []byte("6:x-edit1:y")
		if i := bytes.Index(e.Raw, added); i < 0 || !bytes.Equal(append(e.Raw[:i:i], e.Raw[i+len(added):]...), before.Raw()) || len(before.Raw())+e.Cut != len(raw) {
			t.Errorf("%s: more than a key was added", name)
		}
		back := edit(t, string(e.Raw), metainfo.Edit{Set: []metainfo.Entry{{Key: "x-edit"}}})
		if !bytes.Equal(back.Raw, before.Raw()) || back.Cut != 0 {
			t.Errorf("%s: undone, it is another file", name)
		}
		e, err = create.Edit(raw, metainfo.Edit{Trackers: metainfo.TierEdit{Set: [][]string{{"udp://new.example:1"}}}, Comment: ptr("new")})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		after, problems := metainfo.Read(e.Raw)
		if after == nil || !bytes.Equal(before.RawInfo(), after.RawInfo()) || e.Old != e.New || after.Comment != "new" || len(after.Trackers) != 1 {
			t.Errorf("%s: %v, %v", name, problems, after)
		}
		edited++
	}
	if edited < 90 {
		t.Errorf("only %d torrents could be edited", edited)
	}
}
