// Package procs tells how many processors Go may use, and lets more goroutines than that wait in system calls.
//
// A goroutine in a system call keeps its processor, in the sense of the runtime's scheduler, until a monitor takes it away
// after 20 microseconds to 10 milliseconds. With as many of these as the machine has cores, cores stand idle while a storage
// that takes its time is read by many at once. Which goroutines those are, and how many there should be, is not known here.
package procs

import (
	"runtime"
	"sync"
)

// raised is who raised GOMAXPROCS. That is the process's, and so is this.
var raised struct {
	sync.Mutex
	users int
	from  int
}

// Count is how many goroutines can run at the same time: GOMAXPROCS without what Waiting added.
func Count() int {
	raised.Lock()
	defer raised.Unlock()
	if raised.users > 0 {
		return raised.from
	}
	return runtime.GOMAXPROCS(0)
}

// Waiting raises GOMAXPROCS for goroutines that will wait in system calls, until the last of those who called it has
// called done, once.
func Waiting() (done func()) {
	raised.Lock()
	defer raised.Unlock()
	if raised.users++; raised.users == 1 {
		raised.from = runtime.GOMAXPROCS(0)
		runtime.GOMAXPROCS(raised.from + spare)
	}
	return leave
}

func leave() {
	raised.Lock()
	defer raised.Unlock()
	if raised.users--; raised.users == 0 && runtime.GOMAXPROCS(0) == raised.from+spare { // else another has set it meanwhile
		runtime.GOMAXPROCS(raised.from)
	}
}
