package verifying

import (
	"time"

	"github.com/torrentkit/torrentkit/verify"
)

// foundBefore tells how many of a file's damaged pieces the journal knew to be bad, how many it did not, and since when
// the first of them is known.
func (v *verified) foundBefore(f *verify.FileReport) (before, now int, first time.Time) {
	for _, r := range f.Damaged {
		for p := r.FirstPiece; p <= r.LastPiece; p++ {
			since := v.report.BadSince(p)
			if since.IsZero() {
				now++
				continue
			}
			if before++; first.IsZero() || since.Before(first) {
				first = since
			}
		}
	}
	return before, now, first
}

// whenFound words whether the damage of a file is new, where a journal can tell.
func (v *verified) whenFound(f *verify.FileReport) string {
	if !v.remembered || len(f.Damaged) == 0 {
		return ""
	}
	switch before, now, first := v.foundBefore(f); {
	case before == 0:
		return "; found now"
	case now == 0:
		return "; first found " + atSecond(first)
	default:
		return "; some of it found now, the rest first " + atSecond(first)
	}
}

// atSecond is a time as JSON has it.
func atSecond(t time.Time) string { return t.UTC().Format(time.RFC3339) }
