package create_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/create"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

func listed(p *create.Plan) string {
	var names []string
	for _, f := range p.Files {
		names = append(names, f.Path)
	}
	return strings.Join(names, " ")
}

// Stored links are what libtorrent reads as links to the same files, in all formats.
func TestStoredLinks(t *testing.T) {
	t.Parallel()
	oracle := peertest.Libtorrent(t)
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	file(t, filepath.Join(root, "a", "b"), 40000)
	file(t, filepath.Join(root, "z"), 20000)
	for link, to := range map[string]string{"a/link": "../z", "m": "a/b"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	for _, format := range formats {
		raw := made(t, selected(t, root, create.DiskSelection{Links: create.StoreLinks}, create.Options{Format: format, PieceLength: 16384}))
		intact(t, raw, root)
		m, err := metainfo.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		links := ""
		for i := range m.Files {
			if f := &m.Files[i]; f.IsLink() {
				links += f.Path + "->" + f.Link() + " "
			}
		}
		if want := "a/link->z m->a/b "; links != want || m.Layout().TotalLength() != 60000 {
			t.Errorf("%v: links %s of %d bytes, want %s", format, links, m.Layout().TotalLength(), want)
		}
		name := filepath.Join(dir, "x.torrent")
		if err := os.WriteFile(name, raw, 0o644); err != nil {
			t.Fatal(err)
		}
		v1, v2 := hashes(t, raw)
		if a := oracle.Ask(t, peertest.Question{Do: "inspect", Torrent: name}); a.V1 != v1 || a.V2 != v2 {
			t.Errorf("%v: libtorrent reads %+v", format, a)
		}
	}
	if err := os.Symlink("../..", filepath.Join(root, "a", "out")); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[create.LinkMode]string{create.StoreLinks: "outside", create.RefuseLinks: "is a symbolic link"} {
		_, err := tryPlan([]string{root}, create.DiskSelection{Links: mode}, create.Options{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("mode %d: %v", mode, err)
		}
	}
	if p := selected(t, root, create.DiskSelection{Links: create.SkipLinks}, create.Options{}); listed(p) != "a/b z" {
		t.Errorf("skipping links: %s", listed(p))
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	for name, size := range map[string]int{"e10": 1, "e9": 300, "E1": 20, "e009b": 5, "d/x2": 7, "d/x11": 6, "d-": 1} {
		file(t, filepath.Join(root, name), size)
	}
	for order, want := range map[create.Order]string{
		create.ByPath:    "E1 d/x11 d/x2 d- e009b e10 e9",
		create.ByNatural: "d/x2 d/x11 d- E1 e9 e009b e10",
		create.BySize:    "d- e10 e009b d/x11 d/x2 E1 e9",
	} {
		s := create.DiskSelection{Selection: create.Selection{Order: []create.SortKey{{Order: order}}}}
		p := selected(t, root, s, create.Options{})
		if got := listed(p); got != want {
			t.Errorf("order %d: %s, want %s", order, got, want)
		}
		intact(t, made(t, p), root)
		if _, err := tryPlan([]string{root}, s, create.Options{Format: metainfo.V2}); (err == nil) != (order == create.ByPath) {
			t.Errorf("order %d in v2: %v", order, err)
		}
	}
}

func TestSeveralPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file(t, filepath.Join(dir, "film.mkv"), 100000)
	file(t, filepath.Join(dir, "subs", "a"), 50000)
	file(t, filepath.Join(dir, "subs", "b"), 1)
	file(t, filepath.Join(dir, "other", "subs", "c"), 1)
	paths := []string{filepath.Join(dir, "subs"), filepath.Join(dir, "film.mkv")}
	for _, format := range formats {
		p, err := tryPlan(paths, create.DiskSelection{Selection: create.Selection{Rules: []create.Rule{{Pattern: "/subs/b"}}}}, create.Options{Name: filepath.Base(dir), Format: format})
		if err != nil {
			t.Fatal(err)
		}
		if listed(p) != "film.mkv subs/a" {
			t.Errorf("files %s", listed(p))
		}
		intact(t, made(t, p), dir)
	}
	for _, bad := range [][]string{{paths[0], filepath.Join(dir, "other", "subs")}, {paths[0], paths[0]}, {paths[0], filepath.Join(dir, "absent")}} {
		if _, err := tryPlan(bad, create.DiskSelection{}, create.Options{Name: "x"}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if _, err := tryPlan(paths, create.DiskSelection{}, create.Options{}); err != create.ErrNoName {
		t.Errorf("without a name: %v", err)
	}
}

// Decomposed names are composed where that is wanted, and warned about where it
// makes two names one.
func TestNormalize(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	file(t, filepath.Join(root, "u\u0308"), 10)
	file(t, filepath.Join(root, "v"), 10)
	raw := made(t, selected(t, root, create.DiskSelection{Selection: create.Selection{Normalize: true}}, create.Options{}))
	if !bytes.Contains(raw, []byte("2:\u00fc")) || bytes.Contains(raw, []byte("u\u0308")) {
		t.Errorf("not composed: %q", raw)
	}
	file(t, filepath.Join(root, "\u00fc"), 11)
	if p := plan(t, root, create.Options{}); len(p.Files) != 3 || len(p.Notes) != 1 || p.Notes[0].Kind != create.NoteName {
		t.Errorf("%d files, notes %v", len(p.Files), p.Notes)
	}
	if _, err := tryPlan([]string{root}, create.DiskSelection{Selection: create.Selection{Normalize: true}}, create.Options{}); err == nil || !strings.Contains(err.Error(), "become one name") {
		t.Errorf("two names that become one: %v", err)
	}
}

// The kinds of notes and of links are those of the scan, and have words.
func TestNotes(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	outside := filepath.Join(t.TempDir(), "outside")
	file(t, outside, 10)
	file(t, filepath.Join(root, "a"), 10)
	file(t, filepath.Join(root, "Thumbs.db"), 10)
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no file of the name con")
	}
	file(t, filepath.Join(root, "con"), 10)
	for link, to := range map[string]string{"far": outside, "loop": root} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Skip(err)
		}
	}
	socket, err := net.Listen("unix", filepath.Join(root, "socket"))
	if err != nil {
		t.Skip(err)
	}
	defer socket.Close()
	for mode, want := range map[create.LinkMode]string{
		create.FollowLinks: "Thumbs.db 1, far 2, loop 4, socket 3, con 6",
		create.SkipLinks:   "Thumbs.db 1, far 5, loop 5, socket 3, con 6",
	} {
		var got []string
		for _, n := range selected(t, root, create.DiskSelection{Links: mode}, create.Options{}).Notes {
			got = append(got, fmt.Sprintf("%s %d", n.Path, n.Kind))
			if n.Kind.String() == "" {
				t.Errorf("%s: the kind has no words", n.Path)
			}
		}
		if list := strings.Join(got, ", "); list != want {
			t.Errorf("mode %d: %s, want %s", mode, list, want)
		}
	}
	kinds := []create.NoteKind{create.NoteJunk, create.NoteOutside, create.NoteSpecial, create.NoteLoop, create.NoteLink, create.NoteName}
	for i, k := range kinds {
		if int(k) != i+1 {
			t.Errorf("%v is %d", k, k)
		}
	}
}

// Decisions tell of every path why it is content or not, also where nothing is left.
func TestDecisions(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	file(t, filepath.Join(root, "a.tmp"), 10)
	file(t, filepath.Join(root, "j"), 10)
	s := create.DiskSelection{Selection: create.Selection{Rules: []create.Rule{{Pattern: "*.tmp"}}, Explain: true}, LeaveOut: []string{filepath.Join(root, "j")}}
	c, err := create.Scan(context.Background(), []string{root}, s)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(c.Decisions); got != "[{a.tmp false exclude *.tmp} {j false exclude /j}]" {
		t.Error(got)
	}
	if _, err := c.Plan(create.Options{}); !errors.Is(err, create.ErrEmpty) {
		t.Errorf("without files: %v", err)
	}
}

func TestReadOrders(t *testing.T) {
	t.Parallel()
	for o, name := range map[create.ReadOrder]string{create.AutoOrder: "auto", create.ParallelOrder: "parallel", create.SequentialOrder: "sequential"} {
		if got, err := create.ParseReadOrder(name); got != o || err != nil || o.String() != name {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := create.ParseReadOrder("streams"); err == nil {
		t.Error("an order that is not one to choose")
	}
}
