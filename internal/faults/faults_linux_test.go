// Package faults runs the program while strace makes its system calls fail, come
// late, or be its last: all commands, each call that they make on their files and
// sockets, each way in which it fails. After each run nothing may be lost, nothing
// be half under its final name, and the exit code must say what happened.
//
// It has tests only, and says nothing of what calls do that succeed.
package faults

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// whole tells how much is tried, or ends the test: a variable of the environment says it.
func whole(t *testing.T) bool {
	t.Helper()
	switch extent := os.Getenv("TORRENTKIT_FAULTS"); extent {
	case "all":
		return true
	case "sample":
		return false
	case "":
		t.Skip("TORRENTKIT_FAULTS=sample tries each call of each command, and takes some minutes; all tries each failure of each, in an hour")
	default:
		t.Fatalf("TORRENTKIT_FAULTS=%s: want sample or all", extent)
	}
	return false
}

// tally counts what was tried.
type tally struct {
	sync.Mutex
	errors, kills, delays, missed int
	calls                         map[string]int
	wrong                         map[string]int // how often, by what
}

func (t *tally) note(f fault) {
	t.Lock()
	defer t.Unlock()
	t.calls[f.call]++
	switch {
	case f.kills():
		t.kills++
	case f.delays():
		t.delays++
	default:
		t.errors++
	}
}

func TestFaults(t *testing.T) {
	all := whole(t)
	s := newStage(t)
	list := chosen(stories())
	sum := &tally{calls: make(map[string]int), wrong: make(map[string]int)}
	do, wait := s.workers()
	for _, st := range list {
		r := s.rehearse(t, st)
		plan := r.plan()
		if !all {
			plan = sample(plan)
		}
		for _, f := range plan {
			do(func(dir string) { s.strike(t, r, f, sum, dir) })
		}
	}
	wait()
	t.Logf("%d faults, %d kills, %d delays in %d commands; %d met nothing of theirs; calls: %v", sum.errors, sum.kills, sum.delays, len(list), sum.missed, sum.calls)
	for what, n := range sum.wrong {
		t.Logf("%d times: %s", n, what)
	}
	if sum.errors == 0 || sum.kills == 0 {
		t.Error("nothing was tried")
	}
}

// workers do what they are given, each in a folder of its own that is not there yet, until they are waited for.
func (s *stage) workers() (do func(func(dir string)), wait func()) {
	jobs := make(chan func(string))
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		dir := filepath.Join(s.scratch, fmt.Sprint("run", s.folders))
		s.folders++
		wg.Go(func() {
			for job := range jobs {
				job(dir)
			}
		})
	}
	return func(job func(string)) { jobs <- job }, func() { close(jobs); wg.Wait() }
}

// chosen are all stories, or those whose names begin with one of the words, separated by commas, of a variable of the
// environment. One that ends in $ is the whole name.
func chosen(list []story) []story {
	only := strings.Split(os.Getenv("TORRENTKIT_TEST_STORY"), ",")
	return slices.DeleteFunc(list, func(st story) bool {
		return !slices.ContainsFunc(only, func(begin string) bool { return strings.HasPrefix(st.name+"$", begin) })
	})
}

// sample keeps some failures of each call, and a kill. Each is drawn by itself: threads share the calls of a program in
// another way each time, and what that adds to the list or takes from it leaves the others as they are.
func sample(all []fault) []fault {
	lot := func(f fault) uint64 {
		h := fnv.New64a()
		fmt.Fprint(h, f)
		return h.Sum64()
	}
	slices.SortFunc(all, func(a, b fault) int { return cmp.Compare(lot(a), lot(b)) })
	taken := make(map[string]int)
	return slices.DeleteFunc(all, func(f fault) bool {
		kind, most := f.call, 3
		if f.kills() {
			kind, most = kind+" kill", 2
		}
		taken[kind]++
		return taken[kind] > most
	})
}

// strike plays a story with a fault, judges it, and plays it again without.
func (s *stage) strike(t *testing.T, r *rehearsal, f fault, sum *tally, dir string) {
	before := s.set(t, r.story, dir, r.made)
	defer os.RemoveAll(dir)
	o := s.play(t, r.story, dir, f.flags()...)
	for tries := 0; o.untraced() && tries < 3; tries++ {
		os.RemoveAll(dir)
		before = s.set(t, r.story, dir, r.made)
		o = s.play(t, r.story, dir, f.flags()...)
	}
	own := *r
	own.before = before
	hits, ok := own.struck(dir, o.calls)
	if !ok && !f.kills() || f.kills() && o.code >= 0 {
		sum.Lock()
		sum.missed++
		sum.Unlock()
		return
	}
	sum.note(f)
	wrong := own.verdict(f, hits, dir, o)
	if f.kills() || !own.done(o.tree) {
		wrong = append(wrong, own.again(s.play(t, r.story, dir))...)
	}
	if len(wrong) == 0 {
		return
	}
	sum.Lock()
	defer sum.Unlock()
	what := fmt.Sprintf("%s: %s %s %v: %s", r.name, f.call, f.what, f.paths, strings.Join(wrong, "; "))
	if sum.wrong[what]++; sum.wrong[what] > 1 {
		return
	}
	var struck strings.Builder
	for _, c := range hits {
		fmt.Fprintf(&struck, "\t%s(%s\n", c.name, strings.ReplaceAll(c.text, dir+"/", ""))
	}
	t.Errorf("%s: %s\nstrace -f %s torrentkit %s\n%s%v", r.name, strings.Join(wrong, "\n\t"), f, s.words.Replace(r.run), struck.String(), o)
}
