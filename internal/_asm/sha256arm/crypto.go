package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/internal/_asm/arm"
	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
)

// maxStreams is how many messages the SHA instructions hash side by side.
// One alone is the business of the standard library.
const maxStreams = 4

func crypto(f *arm.File) {
	f.Words("roundConstants", rounds.SHA256()...)
	for n := 2; n <= maxStreams; n++ {
		streams(f, n)
	}
}

// stream is one message.
type stream struct {
	abcd, efgh  arm.V
	words       [4]arm.V // the last vectors of the message schedule
	sum, old    arm.V    // scratch
	state, data string
}

// table is the register that points to the constants.
var table = fmt.Sprintf("R%d", arm.Free)

func makeStreams(n int) []stream {
	all := make([]stream, n)
	for i := range all {
		r, scratch := arm.V(6*i), arm.V(26+2*(i%3))
		all[i] = stream{
			abcd: r + 4, efgh: r + 5, words: [4]arm.V{r, r + 1, r + 2, r + 3}, sum: scratch, old: scratch + 1,
			state: arm.State(i), data: arm.Data(i),
		}
	}
	return all
}

// streams generates the kernel for n messages.
func streams(f *arm.File, n int) {
	f.Kernel(fmt.Sprintf("blocksCrypto%d", n), "state", n, 0, false)
	all := makeStreams(n)
	f.Op("MOVD", "$roundConstants<>(SB)", table)
	for _, s := range all {
		f.Op("VLD1", "("+s.state+")", s.abcd.List(2, "S4"))
	}
	f.Loop()
	for _, s := range all {
		f.Op("VLD1.P", "64("+s.data+")", s.words[0].List(4, "B16"))
	}
	for j := range 4 {
		for _, s := range all {
			f.Vec("B16", "VREV32", s.words[j], s.words[j])
		}
	}
	for i := range 16 {
		k := arm.V(24 + i%2)
		f.Op("VLD1.P", "16("+table+")", k.List(1, "S4"))
		// Six registers are left for scratch: four messages go two by two.
		step := n
		if n > 3 {
			step = 2
		}
		for j := 0; j < n; j += step {
			var steps [][]func()
			for _, s := range all[j : j+step] {
				steps = append(steps, s.rounds(f, i, k))
			}
			arm.Interleave(steps...)
		}
	}
	f.Op("SUB", "$256", table)
	for _, s := range all {
		f.Op("VLD1", "("+s.state+")", s.sum.List(2, "S4"))
		f.Vec("S4", "VADD", s.sum, s.abcd, s.abcd)
		f.Vec("S4", "VADD", s.old, s.efgh, s.efgh)
		f.Op("VST1", s.abcd.List(2, "S4"), "("+s.state+")")
	}
	f.Next()
	f.Return()
}

// rounds is rounds 4i to 4i+3, and makes the vector of the message schedule that
// replaces theirs.
func (s stream) rounds(f *arm.File, i int, k arm.V) []func() {
	w := func(j int) arm.V { return s.words[(i+j)%4] }
	steps := []func(){
		func() { f.Vec("S4", "VADD", k, w(0), s.sum) },
		func() { f.Vec("B16", "VMOV", s.abcd, s.old) },
		func() { f.Op("SHA256H", s.sum.String()+".S4", s.efgh, s.abcd) },
		func() { f.Op("SHA256H2", s.sum.String()+".S4", s.old, s.efgh) },
	}
	if i < 12 {
		steps = append(steps,
			func() { f.Vec("S4", "SHA256SU0", w(1), w(0)) },
			func() { f.Vec("S4", "SHA256SU1", w(3), w(2), w(0)) })
	}
	return steps
}
