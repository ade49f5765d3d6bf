package piecehash

import "time"

// How a depth is learned: a trial lasts until as many reads ended that chance
// does not decide, and not less than a time that a busy system does not blur.
const (
	firstDepth   = 2
	maxDepth     = 64
	trialReads   = 8 // at least, and four for each read in flight
	trialTime    = 10 * time.Millisecond
	betweenTries = 8 // trials, and twice as many each time that a try was in vain
	maxBetween   = 64
	better       = 1.1  // times as fast: what makes another depth worth it
	promising    = 1.02 // times as fast: what may lead to one that is
	worse        = .75  // times as fast: what ends a try early
	another      = 4    // times as slow: it is not the storage that it was, and what was learned is void
)

// depth learns how many reads in flight a storage likes best, whatever it is, as
// TCP learns how many packets a path does: twice as many while that is faster,
// half as many when that is. A little faster is not enough, but reason to look
// further: a cloud's volume may gain nothing from 8 to 16, and much from 32 to 64.
// What it has found out it tries again now and then.
// It is used by one goroutine at a time.
type depth struct {
	most int     // reads that may ever be in flight
	now  int     // reads that may be in flight
	best int     // before the try that goes on; now, where none does
	rate float64 // at best, in work for a second
	down bool    // what is tried next, or now
	rest int     // trials until then
	wait int     // rest after the last try that was in vain

	skip  int // reads that were begun before the trial, or keep it from being full
	reads int // that ended in it
	work  int64
	begun time.Time
}

func newDepth(most int) depth {
	first := min(firstDepth, most)
	return depth{most: most, now: first, best: first, skip: first}
}

// ended takes note of a read that ended. Work is what it cost, in any unit.
func (d *depth) ended(work int64, at time.Time) {
	if d.skip > 0 {
		if d.skip--; d.skip == 0 {
			d.begun = at
		}
		return
	}
	d.reads++
	d.work += work
	took := at.Sub(d.begun)
	if d.reads < trialReads || took < trialTime {
		return
	}
	rate := float64(d.work) / took.Seconds()
	switch {
	case rate < d.rate/another:
		*d = newDepth(d.most)
		d.skip = d.most
	case d.reads >= 4*d.now, d.now != d.best && rate < worse*d.rate:
		before := d.now
		d.judge(rate)
		d.reads, d.work, d.begun = 0, 0, at
		if d.now != before {
			d.again()
		}
	}
}

// again begins a trial anew: for want of something to read, it would say nothing.
func (d *depth) again() {
	d.skip, d.reads, d.work = max(d.now, d.best), 0, 0
}

// judge chooses the depth of the next trial by how the last one went.
func (d *depth) judge(rate float64) {
	switch {
	case d.now != d.best && rate >= better*d.rate: // once more the same way
		d.best, d.rate, d.wait = d.now, rate, 0
		d.try()
	case d.now != d.best && (rate < promising*d.rate || !d.step()): // not worth it
		d.now = d.best
		d.turn()
	case d.now != d.best: // further on the same way
	case d.rest > 0:
		d.rate = (d.rate + rate) / 2
		d.rest--
	default:
		d.rate = rate
		d.try()
	}
}

// try goes up or down by a factor of two.
func (d *depth) try() {
	if !d.step() {
		d.turn()
	}
}

// step goes that way, unless that was the last.
func (d *depth) step() bool {
	to := 2 * d.now
	if d.down {
		to = d.now / 2
	}
	if to == 0 || to > d.most {
		return false
	}
	d.now = to
	return true
}

// turn stays where it is for a while, and goes the other way then.
func (d *depth) turn() {
	d.down = !d.down
	d.wait = min(max(betweenTries, 2*d.wait), maxBetween)
	d.rest = d.wait
}
