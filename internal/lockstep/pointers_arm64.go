//go:build !purego

package lockstep

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// Features is what of a CPU decides between kernels.
type Features struct{ SHA1, SHA256 bool }

// Detect asks the CPU, or the operating system where it does not answer.
func Detect() Features { return Features{SHA1: cpu.ARM64.HasSHA1, SHA256: cpu.ARM64.HasSHA2} }

// Pointers is what kernels for four messages are given.
type Pointers[S State] struct {
	States [4]*S
	Data   [4]*byte
	idle   S
}

// Point points to jobs, of which so many blocks are read. Messages beyond them have
// a state of their own, and some data that may be read.
func (p *Pointers[S]) Point(jobs []Job[S], blocks int) {
	for i := range p.States {
		j := &jobs[0]
		p.States[i] = &p.idle
		if i < len(jobs) {
			j = &jobs[i]
			p.States[i] = j.State
			RaceRead(j.Data[:blocks*BlockSize])
		}
		p.Data[i] = unsafe.SliceData(j.Data)
	}
}

// Forget lets go of what belongs to the caller.
func (p *Pointers[S]) Forget() { p.States, p.Data = [4]*S{}, [4]*byte{} }
