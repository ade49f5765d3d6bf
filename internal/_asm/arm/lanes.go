package arm

import "fmt"

// Lanes is how many messages a NEON kernel hashes, one a lane.
const Lanes = 4

// Gather loads the first words of the states of four messages, word k of all into
// register k.
func (f *File) Gather(registers []V) { f.states("VLD1.P", registers) }

// Scatter is the reverse of Gather.
func (f *File) Scatter(registers []V) { f.states("VST1.P", registers) }

func (f *File) states(op string, registers []V) {
	for i := range Lanes {
		for _, r := range registers {
			at := fmt.Sprintf("4(%s)", State(i))
			if op == "VLD1.P" {
				f.Op(op, at, r.Lane(i))
			} else {
				f.Op(op, r.Lane(i), at)
			}
		}
		f.Op("SUB", fmt.Sprintf("$%d", 4*len(registers)), State(i))
	}
}

// LoadBlocks loads the next block of four messages into the sixteen registers from
// first on, and returns which register has word t of all.
func (f *File) LoadBlocks(first V, temps [4]V) (words [16]V) {
	for i := range Lanes {
		f.Op("VLD1.P", fmt.Sprintf("64(%s)", Data(i)), (first+V(4*i)).List(4, "B16"))
	}
	for g := range V(4) {
		rows := [Lanes]V{first + g, first + 4 + g, first + 8 + g, first + 12 + g}
		for _, r := range rows {
			f.Vec("B16", "VREV32", r, r)
		}
		for i := range 2 {
			f.Vec("S4", "VTRN1", rows[2*i+1], rows[2*i], temps[2*i])
			f.Vec("S4", "VTRN2", rows[2*i+1], rows[2*i], temps[2*i+1])
		}
		for i := range 2 {
			f.Vec("D2", "VTRN1", temps[2+i], temps[i], rows[i])
			f.Vec("D2", "VTRN2", temps[2+i], temps[i], rows[2+i])
		}
		copy(words[4*g:], rows[:])
	}
	return words
}
