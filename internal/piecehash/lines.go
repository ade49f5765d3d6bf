package piecehash

import (
	"math/bits"
	"slices"
	"sort"
	"sync/atomic"

	"github.com/torrentkit/torrentkit/internal/layout"
)

// deviceSet has a bit for each device. There are 64 at most: more share the last.
type deviceSet uint64

// line is pieces that are read in order: those of one device beside those of
// others, and those that are spread over several devices by themselves.
type line struct {
	runs    []layout.Run
	starts  []int // how many pieces are before each of runs
	count   int   // of pieces
	devices deviceSet
	ahead   []*ahead     // of its devices; none: nothing is brought to memory beforehand
	done    atomic.Int64 // bytes of content that are done, or were passed over

	// By the queue's lock.
	next int // of the pieces
	kept int // a piece that was drawn and not taken; -1 if there is none
	held bool
}

func newLine(devices deviceSet) *line { return &line{kept: -1, devices: devices} }

func (l *line) add(r layout.Run) {
	if r.Len() == 0 {
		return
	}
	if n := len(l.runs); n == 0 || l.runs[n-1].End != r.First {
		l.starts = append(l.starts, l.count)
	}
	l.runs = layout.AppendRun(l.runs, r)
	l.count += r.Len()
}

// runAt returns the run that the k-th piece is in, by its index.
func (l *line) runAt(k int) int {
	return sort.Search(len(l.starts), func(i int) bool { return l.starts[i] > k }) - 1
}

// piece returns the index of the k-th piece.
func (l *line) piece(k int) int {
	i := l.runAt(k)
	return l.runs[i].First + k - l.starts[i]
}

// ready is how many bytes are in memory that workers have not come to, as far as
// that is known of all devices.
func (l *line) ready() int64 {
	n := int64(notKnown)
	for i, a := range l.ahead {
		if r := a.ready(l); i == 0 || r < n {
			n = r
		}
	}
	return n
}

// reached tells up to which piece all is in memory, if there was cold data lately.
func (l *line) reached() (end int, works bool) {
	for _, a := range l.ahead {
		if e, w := a.reached(l); w && (!works || e < end) {
			end, works = e, true
		}
	}
	return end, works
}

// section is pieces from one on, up to the next section.
type section struct {
	first   int
	devices deviceSet
}

// places tells on which devices files lie, by numbers from 0 on.
type places struct {
	placer
	numbers map[uint64]int
}

func newPlaces(p placer, l *layout.Layout) *places {
	s := &places{p, map[uint64]int{}}
	for i := range l.NumFiles() {
		if f := l.File(i); f.Pad || f.Length == 0 {
			continue
		}
		if d := p.Device(i); !s.has(d) {
			s.numbers[d] = min(len(s.numbers), 63)
		}
	}
	return s
}

func (s *places) has(d uint64) bool {
	_, ok := s.numbers[d]
	return ok
}

func (s *places) of(i layout.FileIndex) int { return s.numbers[s.Device(i)] }

// sections divides a layout: pieces of a long stretch on one device, without others
// between, are a section of that device, and what lies between is one of several.
func (s *places) sections(l *layout.Layout, long int64) (all []section) {
	var last, mixed stretch // last is on one device
	end := 0                // of the pieces that are in sections
	push := func(s stretch) {
		if s.First = max(s.First, end); s.First < s.End {
			all = append(all, section{s.First, s.devices})
			end = s.End
		}
	}
	// next ends a stretch: the one that follows begins in the piece at.
	next := func(at int) {
		if last.bytes < long {
			mixed.join(last)
		} else {
			alone := last
			if mixed.End > last.First {
				alone.First++
			}
			if at < last.End {
				alone.End--
			}
			if alone.First > last.First {
				mixed.join(stretch{layout.Run{First: last.First, End: alone.First}, last.devices, 0})
			}
			push(mixed)
			push(alone)
			mixed = stretch{}
			if alone.End < last.End {
				mixed.join(stretch{layout.Run{First: alone.End, End: last.End}, last.devices, 0})
			}
		}
		last = stretch{}
	}
	for i := range l.NumFiles() {
		f := l.File(i)
		if f.Pad || f.Length == 0 {
			continue
		}
		on, run := deviceSet(1)<<s.of(i), l.RunOf(i)
		if last.devices != 0 && last.devices != on {
			next(run.First)
		}
		last.join(stretch{run, on, f.Length})
	}
	next(l.NumPieces())
	push(mixed)
	return all
}

// stretch is neighbouring pieces of some devices.
type stretch struct {
	layout.Run
	devices deviceSet
	bytes   int64
}

// join adds the stretch that follows.
func (s *stretch) join(next stretch) {
	if s.devices == 0 {
		s.First = next.First
	}
	s.End = next.End
	s.devices |= next.devices
	s.bytes += next.bytes
}

// divide gives the queue its lines, and what is to read ahead of them, if Order is
// Auto. Without several devices there is one line.
func (p *pipeline) divide() {
	only := p.Only
	if only == nil {
		only = []layout.Run{{First: 0, End: p.Layout.NumPieces()}}
	}
	src, tells := p.Source.(placer)
	if tells && (p.Order == Auto || p.Order == Parallel) && p.Next == nil {
		p.places = newPlaces(src, p.Layout)
	}
	all := []section{{0, 1}}
	devices := 1
	if p.places != nil && len(p.places.numbers) > 1 {
		devices = min(len(p.places.numbers), 64)
		all = p.places.sections(p.Layout, window(devices))
	}
	byDevices := map[deviceSet]*line{}
	var lines []*line
	for _, r := range only {
		for i := max(0, sort.Search(len(all), func(i int) bool { return all[i].first > r.First })-1); r.Len() > 0; i++ {
			s := all[i]
			part := r
			if i+1 < len(all) {
				part.End = min(r.End, all[i+1].first)
			}
			r.First = part.End
			l := byDevices[s.devices]
			if l == nil {
				l = newLine(s.devices)
				byDevices[s.devices] = l
				lines = append(lines, l)
			}
			l.add(part)
		}
	}
	// Those of one device first: several may go on at once.
	slices.SortStableFunc(lines, func(a, b *line) int {
		return bits.OnesCount64(uint64(a.devices)) - bits.OnesCount64(uint64(b.devices))
	})
	if p.Order == Auto {
		for d := range devices {
			p.ahead = append(p.ahead, newAhead(p, d, devices))
		}
	}
	for _, l := range lines {
		for d, a := range p.ahead {
			if l.devices>>d&1 == 1 {
				l.ahead = append(l.ahead, a)
			}
		}
		p.queue.add(l)
	}
}
