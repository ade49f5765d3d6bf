package magnet

import (
	"errors"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

func torrentWith(t *testing.T, format metainfo.Format, fields metainfo.Fields, paths ...string) *metainfo.Torrent {
	t.Helper()
	var files []metainfo.File
	for _, p := range paths {
		files = append(files, metainfo.File{Path: p, Length: 100})
	}
	d, err := metainfo.NewDraft(metainfo.Shape{Format: format, Name: "näme & more", PieceLength: 16384}, files, fields)
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Layout().NumPieces() {
		d.Set(i, [20]byte{1}, [32]byte{1})
	}
	raw, _ := d.Encode()
	m, err := metainfo.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestFromTorrent(t *testing.T) {
	t.Parallel()
	fields := metainfo.Fields{
		Trackers: [][]string{{"http://a/announce", "udp://b:1/announce"}, {"https://c/0123456789abcdef0123/announce", "http://a/announce"}},
		WebSeeds: []string{"http://w/file", "http://user:pw@w/file"},
	}
	m := torrentWith(t, metainfo.V1, fields, "a.flac", "b.txt", "c/d.flac")
	for name, c := range map[string]struct {
		o      LinkOptions
		want   string
		issues int
		err    string
	}{
		"all":      {LinkOptions{}, "&tr=http%3A%2F%2Fa%2Fannounce&tr=udp%3A%2F%2Fb%3A1%2Fannounce&tr=https%3A%2F%2Fc%2F0123456789abcdef0123%2Fannounce", 0, ""},
		"first":    {LinkOptions{Trackers: FirstTracker}, "&tr=http%3A%2F%2Fa%2Fannounce", 0, ""},
		"none":     {LinkOptions{Trackers: NoTrackers, Size: true}, "&xl=300", 0, ""},
		"public":   {LinkOptions{Public: true, WebSeeds: true}, "&tr=http%3A%2F%2Fa%2Fannounce&tr=udp%3A%2F%2Fb%3A1%2Fannounce&ws=http%3A%2F%2Fw%2Ffile", 2, ""},
		"no key":   {LinkOptions{Public: true, Trackers: NoTrackers, Sources: []string{"http://x/y?token=z", "http://x/y"}}, "&xs=http%3A%2F%2Fx%2Fy", 2, ""},
		"short":    {LinkOptions{MaxLength: 140}, "&tr=http%3A%2F%2Fa%2Fannounce", 2, ""},
		"shorter":  {LinkOptions{MaxLength: 80}, "", 3, "too long even without trackers"},
		"peers":    {LinkOptions{Trackers: NoTrackers, Peers: []string{"[::1]:5", "h:6"}}, "&x.pe=[::1]:5&x.pe=h:6", 0, ""},
		"no peer":  {LinkOptions{Peers: []string{"h"}}, "", 0, `peer "h" has no port`},
		"sources":  {LinkOptions{Trackers: NoTrackers, Sources: []string{"http://x/y.torrent"}}, "&xs=http%3A%2F%2Fx%2Fy.torrent", 0, ""},
		"no url":   {LinkOptions{Sources: []string{"x"}}, "", 0, `source "x" is no URL`},
		"select":   {LinkOptions{Trackers: NoTrackers, Select: []Range{{2, 2}, {0, 1}}}, "&so=0-2", 0, ""},
		"beyond":   {LinkOptions{Select: []Range{{2, 3}}}, "", 0, "the torrent has 3 files"},
		"glob":     {LinkOptions{Trackers: NoTrackers, SelectGlobs: []string{"*.flac"}}, "&so=0,2", 0, ""},
		"path":     {LinkOptions{Trackers: NoTrackers, SelectGlobs: []string{"c/*"}}, "&so=2", 0, ""},
		"bad glob": {LinkOptions{SelectGlobs: []string{"["}}, "", 0, "syntax error"},
		"no match": {LinkOptions{SelectGlobs: []string{"*.mp3"}}, "", 0, "nothing in the torrent matches"},
	} {
		t.Run(name, func(t *testing.T) {
			l, issues, err := FromTorrent(m, c.o)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, tail, _ := strings.Cut(l.String(), "&dn=n%C3%A4me%20%26%20more"); tail != c.want {
				t.Errorf("link ends with\n %s, want\n %s", tail, c.want)
			}
			if len(issues) != c.issues {
				t.Errorf("issues %v", issues)
			}
			if again, odd, err := Parse(l.String()); err != nil || len(odd) > 0 || !reflect.DeepEqual(again, l) {
				t.Errorf("parses as %+v, %v, %v; want %+v", again, odd, err, l)
			}
		})
	}
}

// What no client could ask is left out of the link, and told.
func TestFromTorrentUnusable(t *testing.T) {
	t.Parallel()
	m := torrentWith(t, metainfo.V1, metainfo.Fields{
		Trackers: [][]string{{"*udp://e:1", "dht://", "udp://a:1", "nonsense"}}, WebSeeds: []string{"dht://h/x", "http://w/my file"}}, "a")
	l, issues, err := FromTorrent(m, LinkOptions{WebSeeds: true})
	if err != nil || !slices.Equal(l.Trackers, []string{"udp://a:1"}) || !slices.Equal(l.WebSeeds, []string{"http://w/my%20file"}) || len(issues) != 4 {
		t.Errorf("%q, %q, %v, %v", l.Trackers, l.WebSeeds, issues, err)
	}
}

func TestFromTorrentRefuses(t *testing.T) {
	t.Parallel()
	private := torrentWith(t, metainfo.V1, metainfo.Fields{Private: true}, "a")
	if _, _, err := FromTorrent(private, LinkOptions{Public: true}); !errors.Is(err, ErrPrivate) {
		t.Errorf("a private torrent: %v", err)
	}
	if _, _, err := FromTorrent(private, LinkOptions{}); err != nil {
		t.Errorf("a private torrent, not public: %v", err)
	}
}

func TestFromTorrentFormats(t *testing.T) {
	t.Parallel()
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
		l, _, err := FromTorrent(torrentWith(t, format, metainfo.Fields{}, "a", "b"), LinkOptions{Size: true, SelectGlobs: []string{"b"}})
		if err != nil || l.V1.IsZero() == format.HasV1() || l.V2.IsZero() == format.HasV2() || l.Size != 200 {
			t.Errorf("%v: %+v, %v", format, l, err)
		}
	}
}

// TestTransmissionLinks holds that we read the links that transmission makes of
// torrents as we make them ourselves.
func TestTransmissionLinks(t *testing.T) {
	t.Parallel()
	show := peertest.Need(t, "transmission-show")
	m := torrentWith(t, metainfo.V1, metainfo.Fields{Trackers: [][]string{{"http://a.example/announce"}, {"udp://b.example:1/announce?x=1&y=2"}}}, "a", "b")
	file := t.TempDir() + "/x.torrent"
	if err := os.WriteFile(file, m.Raw(), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(show, "-m", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs, issues, err := Parse(string(out))
	if err != nil || len(issues) > 0 {
		t.Fatalf("%s: %v, %v", out, issues, err)
	}
	ours, _, err := FromTorrent(m, LinkOptions{})
	if err != nil || len(ours.Diff(theirs)) > 0 {
		t.Errorf("transmission: %+v\nours: %+v", theirs, ours)
	}
}

func TestQR(t *testing.T) {
	t.Parallel()
	rows, err := QR("magnet:?xt=urn:btih:" + hashH)
	if err != nil || len(rows) < 21 || len(rows) != len(rows[0]) || len(rows)%4 != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	finder := []bool{true, true, true, true, true, true, true, false}
	if !slices.Equal(rows[0][:8], finder) {
		t.Errorf("the first row begins %v", rows[0][:8])
	}
	if _, err := QR(strings.Repeat("x", 3000)); err == nil {
		t.Error("3000 bytes fit")
	}
}

// Globs are those that choose files elsewhere: they reach into folders, and name the one file of a torrent.
func TestSelectGlobs(t *testing.T) {
	t.Parallel()
	many := torrentWith(t, metainfo.V1, metainfo.Fields{}, "a.flac", "c/d.flac", "c/e/f.flac", "c/e/g.txt", "x/c/h.flac")
	one := torrentWith(t, metainfo.V1, metainfo.Fields{}, "")
	for glob, want := range map[string]string{
		"**/*.flac": "0-2,4", "c/**": "1-3", "/c": "1-3", "c": "1-4", "c/": "1-4", "c/e": "2-3", "c/*.flac": "1", "{a,f}.flac": "0,2", "/*.flac": "0",
	} {
		l, _, err := FromTorrent(many, LinkOptions{SelectGlobs: []string{glob}})
		if err != nil || !strings.HasSuffix(l.String(), "&so="+want) {
			t.Errorf("%s: %v, %v, want %s", glob, l, err, want)
		}
	}
	for glob, want := range map[string]bool{"näme*": true, "*.flac": false} {
		if _, _, err := FromTorrent(one, LinkOptions{SelectGlobs: []string{glob}}); (err == nil) != want {
			t.Errorf("%s: %v", glob, err)
		}
	}
}
