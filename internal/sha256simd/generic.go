package sha256simd

import (
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
	"math"
)

// marshaledSize is the length of crypto/sha256's binary form of a running hash:
// a magic of four bytes, the state, the unfinished block, and the length.
const marshaledSize = 4 + Size + BlockSize + 8

// single is one running hash of the standard library. Its binary form, which
// the standard library keeps compatible, carries states in and out.
type single struct {
	hash hash.Hash
	form [marshaledSize]byte
}

func newSingle() single {
	return single{hash: sha256.New()}
}

// singleKernel is the standard library as a kernel. It has no bound on the
// blocks of a call, as it is called once per message only.
func singleKernel() kernel {
	return kernel{width: 1, least: 1, quantum: math.MaxInt, run: runSingle}
}

func runSingle(h *Hasher, jobs []job, blocks int) {
	for _, j := range jobs {
		h.single.load(j.state)
		h.single.hash.Write(j.data[:blocks*BlockSize])
		h.single.store(j.state)
	}
}

// load sets the running hash to s, at the start of a block.
func (g *single) load(s *state) {
	form := append(g.form[:0], "sha\x03"...)
	for _, word := range s {
		form = binary.BigEndian.AppendUint32(form, word)
	}
	clear(g.form[len(form):])
	if err := g.hash.(encoding.BinaryUnmarshaler).UnmarshalBinary(g.form[:]); err != nil {
		panic("sha256simd: " + err.Error())
	}
}

// store sets s to the running hash.
func (g *single) store(s *state) {
	form, err := g.hash.(encoding.BinaryAppender).AppendBinary(g.form[:0])
	if err != nil {
		panic("sha256simd: " + err.Error())
	}
	for i := range s {
		s[i] = binary.BigEndian.Uint32(form[4+4*i:])
	}
}

// sumSingly hashes one message after the other.
func sumSingly(digests [][Size]byte, messages [][]byte) {
	for i, message := range messages {
		digests[i] = sha256.Sum256(message)
	}
}
