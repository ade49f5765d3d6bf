package verify

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// TestTruthOfSearches hides files of trees with random damage among others, and holds
// what a search, a link and a fix say against the bytes on the disk.
func TestTruthOfSearches(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	for seed := range longtest.Rounds(40, 400) {
		rng := rand.New(rand.NewPCG(22, uint64(seed)))
		c := newTruth(rng)
		c.archive, c.o = false, FSOptions{}
		s := searched{c, files{"0/other": {1, 2, 3}}, filepath.Join(base, fmt.Sprint(seed))}
		for name, data := range c.orig {
			if rng.IntN(2) == 0 {
				s.pile[fmt.Sprintf("%d/%x", rng.IntN(3), rng.Uint32())] = data
			}
			if rng.IntN(3) == 0 {
				s.pile["decoy of "+strings.ReplaceAll(name, "/", "-")] = noise(rng, len(data))
			}
		}
		if s.check(t); t.Failed() {
			t.Fatalf("seed %d in %s: %v\n%s", seed, s.dir, c.format, strings.Join(c.did, "\n"))
		}
		if err := os.RemoveAll(s.dir); err != nil {
			t.Fatal(err)
		}
	}
}

// searched is a tree, and a pile of files in which its own are looked for.
type searched struct {
	*truth
	pile files
	dir  string
}

func (s *searched) check(t *testing.T) {
	t.Helper()
	torrent := s.orig.Torrent(t, s.format, int64(s.length), metainfo.Fields{})
	tree := filepath.Join(s.dir, "tree")
	s.now.Write(t, tree)
	for name := range s.folders {
		if s.now[name] == nil {
			put(t, filepath.Join(tree, name, "in it"), nil)
		}
	}
	pile := s.pile.Write(t, filepath.Join(s.dir, "pile"))
	rep, err := Search(context.Background(), torrent, tree, []string{pile}, SearchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer rep.Close()
	s.checkFound(t, rep)
	out := filepath.Join(s.dir, "out")
	if _, err := rep.Link(context.Background(), out, Copy); err != nil {
		t.Error(err)
	}
	if again := data(t, torrent, out, Options{}); rep.Report.OK() && !again.OK() {
		t.Errorf("what was linked is not whole: %+v", again.Files)
	}
	fixed, err := Fix(context.Background(), torrent, tree, FixOptions{})
	if err != nil {
		t.Fatal(err)
	}
	now := data(t, torrent, tree, Options{})
	for k := range now.Files {
		if got, want := fixed.Report.Files[k].State, now.Files[k].State; got != want {
			t.Errorf("%s is %v after a fix, which calls it %v", now.Files[k].Path, want, got)
		}
	}
	if fixed.Report.OK() != now.OK() || fixed.Report.GoodPieces != now.GoodPieces {
		t.Errorf("after a fix ok is %v, and was said to be %v", now.OK(), fixed.Report.OK())
	}
}

// checkFound holds what was found against the bytes that are there.
func (s *searched) checkFound(t *testing.T, rep *SearchReport) {
	t.Helper()
	found := map[int]Found{}
	for _, f := range rep.Found {
		found[f.File] = f
	}
	all := true
	for k := range rep.Report.Files {
		f := &rep.Report.Files[k]
		orig := s.orig[f.Path]
		here := s.now[f.Path] != nil && bytes.Equal(s.now[f.Path], orig)
		all = all && (here || len(orig) > 0 && s.inPile(orig))
		switch at := found[k]; f.State {
		case OK:
			if !here {
				t.Errorf("%s is ok, and is not", f.Path)
			}
		case Elsewhere:
			if got, err := os.ReadFile(at.Path); !at.Proved || err != nil || !bytes.Equal(got, orig) {
				t.Errorf("%s is not what was found at %s", f.Path, at.Path)
			}
		}
	}
	if rep.Report.OK() != all {
		t.Errorf("ok is %v, and that everything is somewhere is %v: %+v, found %v, lost %v", rep.Report.OK(), all, rep.Report.Files, rep.Found, rep.Lost)
	}
}

func (s *searched) inPile(data []byte) bool {
	for _, other := range s.pile {
		if bytes.Equal(data, other) {
			return true
		}
	}
	return false
}
