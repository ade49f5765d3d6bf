package lockstep

import (
	"encoding"
	"encoding/binary"
	"hash"
	"math"
)

// single is one running hash of the standard library. Its binary form, which
// the standard library keeps compatible, carries states in and out: a magic of
// four bytes, the state, the unfinished block, and the length.
type single[S State] struct {
	hash  hash.Hash
	magic string
	form  []byte
	zeros []byte // nil before some are hashed: most hashers live for one small file
}

const zerosAtOnce = 4096

// Standard is a hash of the standard library as a kernel; magic is what its binary
// form begins with. It has no bound on the blocks of a call, as it is called once
// per message only.
func Standard[S State](h hash.Hash, magic string) Kernel[S] {
	s := &single[S]{hash: h, magic: magic, form: make([]byte, len(magic)+h.Size()+BlockSize+8)}
	return Kernel[S]{Width: 1, Least: 1, Quantum: math.MaxInt, Run: s.run}
}

func (s *single[S]) run(jobs []Job[S], blocks int) {
	for _, j := range jobs {
		s.load(j.State)
		if j.Data != nil {
			s.hash.Write(j.Data[:blocks*BlockSize])
		} else {
			if s.zeros == nil {
				s.zeros = make([]byte, zerosAtOnce)
			}
			for left := blocks * BlockSize; left > 0; left -= len(s.zeros) {
				s.hash.Write(s.zeros[:min(left, len(s.zeros))])
			}
		}
		s.store(j.State)
	}
}

// load sets the running hash to a state, at the start of a block.
func (s *single[S]) load(state *S) {
	form := append(s.form[:0], s.magic...)
	for i := range len(*state) {
		form = binary.BigEndian.AppendUint32(form, (*state)[i])
	}
	clear(s.form[len(form):])
	if err := s.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(s.form); err != nil {
		panic("lockstep: " + err.Error())
	}
}

// store sets a state to the running hash.
func (s *single[S]) store(state *S) {
	form, err := s.hash.(encoding.BinaryAppender).AppendBinary(s.form[:0])
	if err != nil {
		panic("lockstep: " + err.Error())
	}
	for i := range len(*state) {
		(*state)[i] = binary.BigEndian.Uint32(form[len(s.magic)+4*i:])
	}
}
