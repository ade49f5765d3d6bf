package trackers

import "github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"

// tally counts the results of a run.
type tally struct{ good, failed int }

func (t *tally) add(good bool) {
	if good {
		t.good++
	} else {
		t.failed++
	}
}

// verdict turns the counts into the exit code, as --fail-on has it.
func (t *tally) verdict(failOn string) error {
	if failOn == "any" && t.failed > 0 || failOn == "all" && t.good == 0 {
		return console.No()
	}
	return nil
}
