package content

import "github.com/torrentkit/torrentkit/internal/procs"

// loading is a folder whose entries are being looked at.
type loading struct {
	done  chan struct{}
	l     listing
	first []entry // its first batch
	err   error
}

// load looks at the folder at s.path, unless that was begun before.
func (s *scanner) load() (listing, []entry, error) {
	path := s.osPath()
	f := s.loading[path]
	if f == nil {
		f = &loading{done: make(chan struct{})}
		f.run(s, path)
	}
	delete(s.loading, path)
	<-f.done
	return f.l, f.first, f.err
}

func (f *loading) run(s *scanner, path string) {
	defer close(f.done)
	if f.l, f.err = list(s.ctx, path); f.err == nil && f.l.size() > 0 {
		f.first, f.err = f.l.appendStat(nil, 0, min(batch, f.l.size()))
	}
}

// loader looks at the next folders among the entries of one while others are visited: as many side by side as there are
// processors, and two at least, for a storage that takes its time.
type loader struct {
	s         *scanner
	list      []entry
	inherited int
	ig        *ignores
	next      int      // everything before it was considered
	begun     []string // paths for the system
}

// load begins to look at folders from the i-th entry on; the entries before were visited, or are now.
func (w *loader) load(i int) {
	s, mark := w.s, len(w.s.path)
	for w.next = max(w.next, i); w.next < len(w.list) && w.pending() < max(2, procs.Count()); w.next++ {
		e := &w.list[w.next]
		if !s.walks(e) {
			continue
		}
		s.enter(e.name)
		if s.leftOut(e, true, s.rules.Verdict(w.inherited, s.path, e.name, true), w.ig) == "" {
			path := s.osPath()
			f := &loading{done: make(chan struct{})}
			s.loading[path] = f
			w.begun = append(w.begun, path)
			go f.run(s, path)
		}
		s.path = s.path[:mark]
	}
}

// pending is how many folders were begun and not visited.
func (w *loader) pending() int {
	for len(w.begun) > 0 && w.s.loading[w.begun[0]] == nil {
		w.begun = w.begun[1:]
	}
	return len(w.begun)
}

// forget waits for what nobody visited: folders that are their own ancestors, or that come after an error.
func (w *loader) forget() {
	for _, path := range w.begun {
		if f := w.s.loading[path]; f != nil {
			delete(w.s.loading, path)
			<-f.done
		}
	}
}
