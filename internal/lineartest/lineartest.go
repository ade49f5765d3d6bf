// Package lineartest lets tests demand that work grows as its input does, on
// machines of any speed that may be busy with something else.
//
// It is for tests only, and does not look at the clock on the wall.
package lineartest

import (
	"math"
	"runtime"
	"testing"
	"time"
)

// Check fails the test unless large, which has eight times as much to do, takes
// about eight times as much of a processor as small. It allows for 32 times: work
// that is repeated for all that came before takes 64 times.
func Check(t testing.TB, small, large func()) {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	least := func(before time.Duration, f func()) time.Duration {
		start := processorTime()
		f()
		return min(before, processorTime()-start)
	}
	short, long := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for range 10 { // what others do on the machine makes both slower at times
		short, long = least(short, small), least(long, large)
		if long <= 32*short+time.Millisecond {
			return
		}
	}
	t.Errorf("%v for eight times of what takes %v", long, short)
}
