package command

import "golang.org/x/sys/unix"

// Spent gives the memory of a large document back to the system as its bytes are not
// read any more: they are zeros then. It begins on a page, as all large memory of Go;
// where pages are larger than those, the system refuses, and nothing is lost.
func Spent(raw []byte) func(from, to int) {
	const large, some = 16 << 20, 1 << 20
	if len(raw) < large {
		return nil
	}
	page := unix.Getpagesize()
	kept, end := 0, 0 // of what was told of last, and not given back
	return func(from, to int) {
		if from != end {
			kept = from
		}
		if end = to; end-kept < some {
			return
		}
		begin := (kept + page - 1) / page * page
		kept = end / page * page
		unix.Madvise(raw[begin:kept], unix.MADV_DONTNEED)
	}
}
