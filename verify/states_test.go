package verify

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// list is the states of all pieces, one by one.
func (s states) list() []PieceState {
	list := make([]PieceState, s.n)
	for i := range list {
		list[i] = s.get(i)
	}
	return list
}

// States are what a list of them would be, and its runs are as long as they can be.
func TestStates(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, statePage - 1, statePage, statePage + 1, 3*statePage + 7} {
		s, want := newStates(n), make([]PieceState, n)
		for range 200 {
			if n == 0 {
				break
			}
			r := layout.Run{First: rng.IntN(n)}
			r.End = r.First + rng.IntN(min(n-r.First, 1<<rng.IntN(15))+1)
			state := PieceState(rng.IntN(3))
			s.fill(r, state)
			for i := r.First; i < r.End; i++ {
				want[i] = state
			}
			before := s.clone()
			s.set(r.First, PieceBad)
			if before.get(r.First) != want[r.First] {
				t.Fatal("a clone changes with the other")
			}
			s = before
			checkStates(t, s, want)
		}
	}
}

func checkStates(t *testing.T, s states, want []PieceState) {
	t.Helper()
	if !slices.Equal(s.list(), want) {
		t.Fatalf("%d states differ", s.n)
	}
	at, last := 0, PieceSkipped
	for r, state := range s.runs(s.all()) {
		if r.First != at || r.Len() <= 0 || at > 0 && state == last {
			t.Fatalf("run %v of %v follows piece %d of %v", r, state, at, last)
		}
		for i := r.First; i < r.End; i++ {
			if want[i] != state {
				t.Fatalf("run %v of %v: piece %d is %v", r, state, i, want[i])
			}
		}
		at, last = r.End, state
	}
	if at != s.n {
		t.Fatalf("runs end at %d of %d", at, s.n)
	}
}
