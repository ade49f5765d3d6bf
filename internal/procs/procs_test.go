package procs

import (
	"runtime"
	"testing"
)

func TestWaiting(t *testing.T) {
	before := runtime.GOMAXPROCS(3)
	defer runtime.GOMAXPROCS(before)
	check := func(count, now int) {
		t.Helper()
		if Count() != count || runtime.GOMAXPROCS(0) != now {
			t.Errorf("%d processors, and GOMAXPROCS is %d; want %d and %d", Count(), runtime.GOMAXPROCS(0), count, now)
		}
	}
	check(3, 3)
	one := Waiting()
	other := Waiting()
	check(3, 3+spare)
	one()
	check(3, 3+spare)
	other()
	check(3, 3)

	done := Waiting()
	runtime.GOMAXPROCS(2) // by who uses the library
	done()
	check(2, 2)
}
