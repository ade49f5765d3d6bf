package main

import "fmt"

// task is what a program is asked to do with a workload.
type task struct {
	verify      bool
	cold        bool   // caches are dropped before
	format      string // v1, v2 or hybrid
	pieceLength int64  // bytes, a power of two
}

// tasks lists what is measured, in the order of the report.
func tasks() []task {
	return []task{
		{format: "v1", pieceLength: 1 << 20},
		{format: "v1", pieceLength: 16 << 20},
		{format: "v2", pieceLength: 1 << 20},
		{format: "hybrid", pieceLength: 1 << 20},
		{verify: true, format: "v1", pieceLength: 1 << 20},
		{verify: true, format: "v2", pieceLength: 1 << 20},
		{verify: true, format: "hybrid", pieceLength: 1 << 20},
	}
}

// coldTasks lists what is measured with dropped caches.
func coldTasks() []task {
	return []task{
		{cold: true, format: "v1", pieceLength: 1 << 20},
		{cold: true, verify: true, format: "v1", pieceLength: 1 << 20},
	}
}

// String names the task: "create v1, 16 MiB pieces", "cold verify v1"; 1 MiB is not said.
func (t task) String() string {
	verb := "create"
	if t.verify {
		verb = "verify"
	}
	if t.cold {
		verb = "cold " + verb
	}
	if t.pieceLength == 1<<20 {
		return verb + " " + t.format
	}
	return fmt.Sprintf("%s %s, %s pieces", verb, t.format, size(t.pieceLength))
}

// exponent is the piece length as mkbrr and mktorrent take it.
func (t task) exponent() string {
	n := 0
	for 1<<n < t.pieceLength {
		n++
	}
	return fmt.Sprint(n)
}
