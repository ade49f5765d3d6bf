package announce

import (
	"context"
	"iter"
	"math"
	"slices"
	"time"
)

// Ping probes trackers again and again: in count rounds, or until ctx ends where
// count is 0. It starts a round each interval, or when the last one is over, and
// yields each result with the index of its query; those that the end of ctx broke
// off are not among them.
func Ping(ctx context.Context, queries []Query, opt Options, count int, interval time.Duration) iter.Seq2[int, Result] {
	return func(yield func(int, Result) bool) {
		opt.AllAddresses = false
		tick := time.NewTicker(max(interval, time.Millisecond))
		defer tick.Stop()
		ended := func() bool { // a socket may know of the deadline before the context does
			end, ok := ctx.Deadline()
			return ctx.Err() != nil || ok && !time.Now().Before(end)
		}
		for n := 0; count == 0 || n < count; n++ {
			if n > 0 {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
			}
			for i, r := range ProbeAll(ctx, queries, opt) {
				if ended() || !yield(i, r) {
					return
				}
			}
		}
	}
}

// PingStats sums up the results of a ping.
type PingStats struct {
	Sent  int
	Good  int
	times []time.Duration // of good answers, sorted
}

// Add counts one result. A tracker that refuses has answered in time all the
// same, but gives no good answer.
func (p *PingStats) Add(r *Result) {
	p.Sent++
	if !r.Good() {
		return
	}
	p.Good++
	i, _ := slices.BinarySearch(p.times, r.Timing.Total)
	p.times = append(p.times, 0)
	copy(p.times[i+1:], p.times[i:])
	p.times[i] = r.Timing.Total
}

// Loss is the part of the probes without a good answer, from 0 to 1.
func (p *PingStats) Loss() float64 {
	if p.Sent == 0 {
		return 0
	}
	return float64(p.Sent-p.Good) / float64(p.Sent)
}

// Min is the shortest time, 0 where there was no good answer.
func (p *PingStats) Min() time.Duration { return p.Percentile(0) }

// Max is the longest time.
func (p *PingStats) Max() time.Duration { return p.Percentile(100) }

// Mean is the average time.
func (p *PingStats) Mean() time.Duration {
	if len(p.times) == 0 {
		return 0
	}
	var sum time.Duration
	for _, t := range p.times {
		sum += t
	}
	return sum / time.Duration(len(p.times))
}

// Median is the time in the middle: between the two that are there, of an even number.
func (p *PingStats) Median() time.Duration {
	n := len(p.times)
	if n == 0 {
		return 0
	}
	return (p.times[(n-1)/2] + p.times[n/2]) / 2
}

// Percentile is the time that n of 100 good answers did not exceed (nearest rank).
func (p *PingStats) Percentile(n float64) time.Duration {
	if len(p.times) == 0 {
		return 0
	}
	rank := int(math.Ceil(n / 100 * float64(len(p.times))))
	return p.times[min(max(rank, 1), len(p.times))-1]
}
