package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/internal/_asm/arm"
	"github.com/torrentkit/torrentkit/internal/_asm/rounds"
)

// maxStreams is how many messages the SHA instructions hash side by side: all that
// the registers can hold. One alone is the business of the standard library.
const maxStreams = 4

func crypto(f *arm.File) {
	for _, zeros := range []bool{false, true} {
		for n := 2; n <= maxStreams; n++ {
			streams(f, n, zeros)
		}
	}
}

// stream is one message. The two e registers take turns.
type stream struct {
	abcd        arm.V
	e           [2]arm.V
	words       [4]arm.V // the last vectors of the message schedule
	temp        arm.V
	state, data string
}

// k has the constant of the rounds.
const k = arm.V(28)

func makeStreams(n int) []stream {
	all := make([]stream, n)
	for i := range all {
		r := arm.V(7 * i)
		all[i] = stream{
			abcd: r + 4, e: [2]arm.V{r + 5, r + 6}, words: [4]arm.V{r, r + 1, r + 2, r + 3}, temp: k + 1 + arm.V(i%3),
			state: arm.State(i), data: arm.Data(i),
		}
	}
	return all
}

// streams generates the kernel for n messages.
func streams(f *arm.File, n int, zeros bool) {
	name := fmt.Sprintf("blocksCrypto%d", n)
	if zeros {
		name = fmt.Sprintf("zerosCrypto%d", n)
	}
	f.Kernel(name, "State", n, 0, zeros)
	all := makeStreams(n)
	for i, constant := range rounds.SHA1 {
		f.Op("MOVD", fmt.Sprintf("$%#08x", constant), fmt.Sprintf("R%d", arm.Free+i))
	}
	for _, s := range all {
		f.Op("VLD1", "("+s.state+")", s.abcd.List(1, "S4"))
		f.Op("FMOVS", "16("+s.state+")", s.e[0].F())
	}
	f.Loop()
	if !zeros {
		for _, s := range all {
			f.Op("VLD1.P", "64("+s.data+")", s.words[0].List(4, "B16"))
		}
		for j := range 4 {
			for _, s := range all {
				f.Vec("B16", "VREV32", s.words[j], s.words[j])
			}
		}
	}
	for i := range 20 {
		if i%5 == 0 {
			f.Op("VDUP", fmt.Sprintf("R%d", arm.Free+i/5), k.String()+".S4")
		}
		// Three registers are left for words with their constants: four messages
		// go two by two.
		step := n
		if n > 3 {
			step = 2
		}
		for j := 0; j < n; j += step {
			var steps [][]func()
			for _, s := range all[j : j+step] {
				steps = append(steps, s.rounds(f, i, zeros))
			}
			arm.Interleave(steps...)
		}
	}
	for _, s := range all {
		f.Op("VLD1", "("+s.state+")", s.temp.List(1, "S4"))
		f.Vec("S4", "VADD", s.temp, s.abcd, s.abcd)
		f.Op("VST1", s.abcd.List(1, "S4"), "("+s.state+")")
		f.Op("FMOVS", "16("+s.state+")", s.temp.F())
		f.Vec("S4", "VADD", s.temp, s.e[0], s.e[0])
		f.Op("FMOVS", s.e[0].F(), "16("+s.state+")")
	}
	f.Next()
	f.Return()
}

// rounds is rounds 4i to 4i+3, and makes the vector of the message schedule that
// replaces theirs.
func (s stream) rounds(f *arm.File, i int, zeros bool) []func() {
	op := []string{"SHA1C", "SHA1P", "SHA1M", "SHA1P"}[i/5]
	now, next := s.e[i%2], s.e[(i+1)%2]
	w := func(j int) arm.V { return s.words[(i+j)%4] }
	hash := func() { f.Op("SHA1H", s.abcd, next) }
	if zeros {
		return []func(){hash, func() { f.Op(op, k.String()+".S4", now, s.abcd) }}
	}
	steps := []func(){
		func() { f.Vec("S4", "VADD", k, w(0), s.temp) },
		hash,
		func() { f.Op(op, s.temp.String()+".S4", now, s.abcd) },
	}
	if i < 16 {
		steps = append(steps,
			func() { f.Vec("S4", "SHA1SU0", w(2), w(1), w(0)) },
			func() { f.Vec("S4", "SHA1SU1", w(3), w(0)) })
	}
	return steps
}
