package command

import (
	"bytes"
	"testing"

	"golang.org/x/sys/unix"
)

// The memory of bytes that were spent is given back, and no others change.
func TestSpent(t *testing.T) {
	if Spent(make([]byte, 1<<20)) != nil {
		t.Error("a small document is given back")
	}
	raw := bytes.Repeat([]byte{7}, 20<<20)
	spent := Spent(raw)
	for at := 5; at+1000 < 9<<20; at += 1000 { // one behind the other
		spent(at, at+1000)
	}
	const from, to = 12<<20 + 1, 14<<20 - 1
	spent(from, to)
	given, wrong := 0, 0
	for i, b := range raw {
		switch was := i >= 5 && i < 9<<20 || i >= from && i < to; {
		case b == 0 && was:
			given++
		case b != 7:
			wrong++
		}
	}
	if page := unix.Getpagesize(); page <= 8<<10 && given < 9<<20 { // else Go's memory does not begin on a page
		t.Errorf("%d bytes were given back", given)
	}
	if wrong > 0 {
		t.Errorf("%d bytes changed that were not spent", wrong)
	}
}
