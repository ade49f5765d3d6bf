package faults

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// mark is in every file outside that is no torrent.
const mark = "OUTSIDE "

// outside is what links lead to: the same tree, with other bytes of the same sizes. Torrents stay, so that they could be edited.
func outside(t tree) tree {
	out := make(tree)
	for rel, e := range t {
		if e.kind == 0 && !strings.HasSuffix(rel, ".torrent") {
			e.data = bytes.Repeat([]byte(mark), len(e.data)/len(mark)+1)[:len(e.data)]
		}
		out[rel] = e
	}
	return out
}

// race is a path below what the person named, which changes places with a link to its twin outside while the command
// runs; or a link that appears in the place of what the command makes.
type race struct {
	path    string
	appears bool
}

// races are the ones of a story that writes, or promises to stay inside: nothing that it is told to follow is among them.
func (r *rehearsal) races() (list []race) {
	words := strings.Fields(r.run)
	if !slices.Contains([]string{"verify", "edit"}, words[0]) {
		return nil
	}
	for rel := range r.before {
		first, _, below := strings.Cut(rel, "/")
		if slices.Contains(words, rel) || words[0] == "edit" && !slices.Contains(words, first) {
			continue // a link that was named is followed, wherever it leads
		}
		if below && slices.Contains([]string{"film", "lot", "t"}, first) {
			list = append(list, race{path: rel})
		}
	}
	for rel := range r.after {
		if _, was := r.before[rel]; !was && strings.HasPrefix(rel, "out/") {
			list = append(list, race{rel, true})
		}
	}
	slices.SortFunc(list, func(a, b race) int { return strings.Compare(a.path, b.path) })
	return list
}

// run swaps until the context ends. Each swap is one call: there is always something at the path.
func (x race) run(ctx context.Context, dir, link string) error {
	at := filepath.Join(dir, x.path)
	for ctx.Err() == nil {
		err := unix.Renameat2(unix.AT_FDCWD, link, unix.AT_FDCWD, at, unix.RENAME_EXCHANGE)
		if x.appears && errors.Is(err, fs.ErrNotExist) {
			err = nil
			if to, e := os.Readlink(link); e == nil {
				err = os.Symlink(to, at)
			}
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, fs.ErrExist) {
			return err
		}
		time.Sleep(time.Duration(100+rand.IntN(900)) * time.Microsecond)
	}
	return nil
}

// run plays a story with a race and a call that is late, and says what got in or out.
func (s *stage) race(t *testing.T, r *rehearsal, x race, f fault, dir string) (wrong []string) {
	t.Helper()
	before := s.set(t, r.story, dir, r.made)
	away, link := dir+".outside", dir+".link"
	defer os.RemoveAll(dir)
	defer os.RemoveAll(away)
	defer os.RemoveAll(link)
	twin := outside(before)
	if x.appears {
		twin = outside(r.after)
	}
	if err := errors.Join(os.Mkdir(away, 0o777), twin.write(away), os.Symlink(filepath.Join(away, x.path), link)); err != nil {
		t.Fatal(err)
	}
	w, err := watch(away, twin)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- x.run(ctx, dir, link) }()
	o := s.perform(t, r.story, dir, f.flags()...)
	stop()
	seen, unseen := w.seen()
	err = errors.Join(<-ended, unseen)
	if err == nil {
		o.tree, err = readTree(dir) // which stands still now
	}
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case o.hung:
		return []string{"hangs"}
	case crash.MatchString(o.stderr):
		return []string{"panics: " + o.stderr}
	}
	for _, what := range seen {
		wrong = append(wrong, "outside, "+what)
	}
	for rel, e := range o.tree {
		if e.kind == 0 && bytes.Contains(e.data, []byte(mark)) && rel != x.path && !strings.HasPrefix(rel, x.path+"/") {
			wrong = append(wrong, "has bytes from outside: "+rel)
		}
	}
	now, err := readTree(away)
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(now, twin, entry.same) {
		wrong = append(wrong, "writes outside")
	}
	return wrong
}

// While a command runs, files and folders below what it was given change places with links that lead elsewhere, and its
// calls come late. Nothing elsewhere is opened, listed or
// written, as a witness there sees, and nothing of it gets into what is made.
func TestRaces(t *testing.T) {
	all := whole(t)
	s := newStage(t)
	tried := 0
	do, wait := s.workers()
	for _, st := range chosen(slices.DeleteFunc(stories(), func(st story) bool { return st.asks || st.feed != "" })) {
		r := s.rehearse(t, st)
		races, late := r.races(), slices.DeleteFunc(r.plan(), func(f fault) bool { return !f.delays() })
		some := 24
		if all {
			some = len(late) * len(races)
		}
		for i := range some {
			if len(races) == 0 {
				break
			}
			x, f := races[i%len(races)], late[(i/len(races)+i%len(races))%len(late)]
			if !all {
				f = late[i*len(late)/some]
			}
			f.what = strings.Replace(f.what, "=2000", "=5000", 1)
			tried++
			do(func(dir string) {
				if wrong := s.race(t, r, x, f, dir); len(wrong) > 0 {
					t.Errorf("%s, while %s is swapped: %s\nstrace -f %s torrentkit %s", r.name, x.path, strings.Join(wrong, "\n\t"), f, s.words.Replace(r.run))
				}
			})
		}
	}
	wait()
	t.Logf("%d races", tried)
}
