package verifying

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/torrentkit/torrentkit/verify"
)

// refusals gathers what the system would not do.
type refusals struct {
	first error
	more  int
}

func (r *refusals) add(doing string, err error) {
	switch {
	case !verify.Refused(err):
	case r.first == nil:
		r.first = fmt.Errorf("%s: %w", doing, err)
	default:
		r.more++
	}
}

// read adds what could not be read. Why, without the name, is the system's number of the error.
func (r *refusals) read(name string, err error) {
	var number syscall.Errno
	if verify.Refused(err) && errors.As(err, &number) {
		r.add(fmt.Sprintf("reading %q", name), number)
	}
}

// refusal is the trouble behind a report that is no answer: files and folders that the system would not read, pieces that
// it would not write. What they hold is not known, or not what it should be, and it is not the data that is to blame.
func (v *verified) refusal() error {
	var all refusals
	for i := range v.report.Files {
		if f := &v.report.Files[i]; f.State == verify.Unreadable {
			all.read(f.Path, f.Err)
		}
	}
	for _, e := range v.report.Extra {
		all.read(e.Path, e.Err)
	}
	if v.repair != nil {
		for _, p := range v.repair.Failed {
			all.add(fmt.Sprintf("repairing piece %d", p.Index), p.Err)
		}
	}
	if c := v.report.Compared; c != nil {
		all.add("comparing", c.Err)
	}
	if v.search != nil && !v.report.OK() {
		all.add("searching", v.search.found.Err)
	}
	if v.fixed != nil && !v.report.OK() {
		all.add("searching", v.fixed.Err)
	}
	if all.first == nil && !v.report.OK() {
		all.add("verifying", v.report.Err)
	}
	if all.more > 0 {
		return fmt.Errorf("%w (and %d more)", all.first, all.more)
	}
	return all.first
}
