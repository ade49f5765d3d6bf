package inspect

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// A torrent that was made is judged without its document as with it.
func TestLintTorrent(t *testing.T) {
	t.Parallel()
	fields := []metainfo.Fields{
		{},
		{Private: true, Source: "X", Comment: "c", CreationDate: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Private: true, Nodes: []string{"h:1"}, Trackers: [][]string{{"http://127.0.0.1/a"}, {"udp://h", "ftp://x/"}}, WebSeeds: []string{"http://w/a", "nope"}},
		{Trackers: [][]string{{"https://t.example/0123456789abcdef0123456789abcdef/announce"}}, WebSeeds: []string{"http://w/?passkey=0123456789abcdef0123456789abcdef"}},
	}
	trees := [][]metainfo.File{
		{{Length: 100}},
		{{Path: "A", Length: 1}, {Path: "CON", Length: 40000}, {Path: "a", Length: 70000}, {Path: "b\x07/c.", Length: 3}, {Path: "caf\xe9", Length: 0}},
		{{Path: "x", Length: 0}, {Path: "y", Length: 0, Traits: &metainfo.Traits{Attr: "l", Link: "gone"}}},
	}
	found := 0
	for i, f := range fields {
		for j, tree := range trees {
			for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
				shape := metainfo.Shape{
					Format: format, Name: "näme?", PieceLength: 32768, PadEnds: i%2 == 1,
					Outer: []metainfo.Entry{metainfo.TextEntry("source", "y")}, Info: []metainfo.Entry{metainfo.TextEntry("comment", "z"), metainfo.TextEntry("zz", "z")},
				}
				d, err := metainfo.NewDraft(shape, tree, f)
				if err != nil {
					t.Fatal(err)
				}
				for i := range d.Layout().NumPieces() {
					d.Set(i, [20]byte{1, byte(i)}, [32]byte{1, byte(i)})
				}
				raw, _ := d.Encode()
				o := LintOptions{Now: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Deny: []string{"tail-padding"}}
				want, err := Lint(raw, o)
				if err != nil {
					t.Fatal(err)
				}
				got, err := LintTorrent(d.Torrent(), o)
				if err != nil {
					t.Fatal(err)
				}
				if !reflect.DeepEqual(got.Findings, want.Findings) || !reflect.DeepEqual(got.Omitted, want.Omitted) || fmt.Sprint(got.Refused) != fmt.Sprint(want.Refused) {
					t.Errorf("fields %d, tree %d, %v: found\n%v\nwant\n%v", i, j, format, got.Findings, want.Findings)
				}
				found += len(want.Findings)
			}
		}
	}
	if found < 200 {
		t.Errorf("%d findings in all: there is not much to compare", found)
	}
	if _, err := LintTorrent(nil, LintOptions{Deny: []string{"no-such-rule"}}); err == nil {
		t.Error("a rule that does not exist is no error")
	}
}
