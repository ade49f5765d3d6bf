package verify

import (
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// A file of which nothing was asked is asked for in the end, and no file is ok that the
// server did not send.
func TestWebFilesBesideOthers(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(21, 10))
	tree := files{"a": noise(rng, 50000), "b": noise(rng, 20), "c": noise(rng, 20), "d": noise(rng, 20)}
	for _, gone := range []string{"b", "b c", "b c d"} {
		s, torrent := serveTree(t, tree, metainfo.V1, 16384)
		s.tree = files{}
		for name, data := range tree {
			if !strings.Contains(gone, name) {
				s.tree[name] = data
			}
		}
		w := webCheck(t, torrent, webOptions())
		if w.OK() || faultKinds(w) != "missing" || w.Report.file(t, "a").State != Unchecked {
			t.Errorf("without %s: %+v %+v", gone, w.Faults, w.Report.Files)
		}
		for _, name := range []string{"b", "c", "d"} {
			want, size := Unchecked, int64(20)
			if strings.Contains(gone, name) {
				want, size = Missing, 0
			}
			if f := w.Report.file(t, name); f.State != want || f.Size != size {
				t.Errorf("without %s: %s is %v, with %d bytes", gone, name, f.State, f.Size)
			}
		}
	}
}

// A sample says of the files that it did not read whole that they are unchecked, and of
// those that it did not ask for no size.
func TestWebSampleIsNoFullPass(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(21, 11))
	tree := files{"a": noise(rng, 100000)}
	for i := range 300 {
		tree[fmt.Sprintf("b%03d", i)] = noise(rng, 100)
	}
	s, torrent := serveTree(t, tree, metainfo.V2, 16384)
	s.tree["a"] = flipAt(tree["a"], 50000)
	o := webOptions()
	o.Sample, o.Seed = 2, 1
	w := webCheck(t, torrent, o)
	states, sized := map[State]int{}, 0
	for _, f := range w.Report.Files {
		if states[f.State]++; f.Size == f.Length {
			sized++
		}
	}
	if !w.OK() || w.Report.SkippedPieces != w.Report.Pieces-2 || states[OK] != 1 || states[Unchecked] != 300 || sized != 2+maxProbes {
		t.Errorf("ok %v, %v, %d have a size", w.OK(), states, sized)
	}
}

// Of a server that knows no ranges every file is read once, in one stream, though that
// is a fault; a sample of it ends at once.
func TestWebWithoutRanges(t *testing.T) {
	t.Parallel()
	rng := mathrand.New(mathrand.NewPCG(21, 12))
	tree := files{"a": noise(rng, 300000), "b": noise(rng, 100), "c": noise(rng, 200000), "d": noise(rng, 70000)}
	for _, chunked := range []bool{false, true} {
		for _, format := range formats() {
			s, torrent := serveTree(t, tree, format, 16384)
			s.tree = files{"a": flipAt(tree["a"], 150000), "b": tree["b"], "c": flipAt(tree["c"], 199999), "d": tree["d"]}
			s.header = func(_ int, w http.ResponseWriter, r *http.Request) {
				if r.Header.Del("Range"); chunked {
					w.Header().Set("Content-Encoding", "identity") // then its length is not told
				}
			}
			w := webCheck(t, torrent, webOptions())
			got := fmt.Sprint(w.Report.file(t, "a").State, w.Report.file(t, "b").State, w.Report.file(t, "c").State, w.Report.file(t, "d").State)
			want := "damaged ok damaged ok"
			if format == metainfo.V1 { // the last byte of c is in a piece of d
				want = "damaged ok damaged damaged"
			}
			if w.OK() || faultKinds(w) != "no-range" || got != want || w.Report.BadPieces != 2 || w.Report.UncheckedPieces > 0 {
				t.Errorf("%v: %+v, %s, want %s", format, w.Faults, got, want)
			}
			if list, _ := s.reset(); w.Received != 570100 || len(list) != 5 {
				t.Errorf("%v: %d bytes in %v", format, w.Received, list)
			}
			o := webOptions()
			o.Sample, o.Seed = 4, 1
			if w := webCheck(t, torrent, o); w.OK() || faultKinds(w) != "no-range" || w.Report.GoodPieces > 0 || w.Received > 0 {
				t.Errorf("%v, a sample: %+v, %d pieces, %d bytes", format, w.Faults, w.Report.GoodPieces, w.Received)
			}
		}
	}
}
