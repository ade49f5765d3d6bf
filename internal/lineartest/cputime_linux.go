package lineartest

import (
	"time"

	"golang.org/x/sys/unix"
)

// processorTime is how long this thread has had a processor: what else the
// machine does takes hardly any of that.
func processorTime() time.Duration {
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now); err != nil {
		return 0
	}
	return time.Duration(now.Nano())
}
