package verify

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net/url"
	"sync"

	"github.com/torrentkit/torrentkit/internal/dial"
	"github.com/torrentkit/torrentkit/internal/piecehash"
)

// maxProbes bounds how many files are asked for their size of which no piece is
// read.
const maxProbes = 200

// served is what the answers of a seed told of one file.
type served struct {
	seen    bool
	place   digest    // the URL that answered first
	version digest    // its validator
	key     digest    // all that decides what its bytes are, for the journal
	firm    bool      // another version would have another key
	lost    *WebFault // why it is not asked for again, or nil
	state   State     // what that makes of it
	size    int64
}

// check reads the chosen pieces of the seed, or finds out why that cannot be
// done. Its error is ctx's or the journal's.
func (s *seed) check(ctx context.Context, o WebOptions) error {
	r := s.rep.Report
	for k := range r.Files {
		if f := &r.Files[k]; f.State == OK {
			f.Size = f.Length
		}
	}
	err := s.read(ctx, o)
	var f *WebFault
	switch cause := context.Cause(ctx); {
	case ctx.Err() == nil || !errors.Is(err, ctx.Err()):
	case errors.As(cause, &f):
		s.fault(f)
		err = nil // no use in asking for more: the faults say why
	case errors.Is(cause, dial.ErrShortage):
		err = cause
	}
	for k := range s.files {
		file := &r.Files[k]
		switch f := &s.files[k]; {
		case f.lost != nil && file.State != Skipped:
			file.State, file.Size, file.Err = f.state, f.size, nil
			if f.state == Unreadable {
				file.Err = f.lost
			} else if f.state == Missing {
				file.Err = fs.ErrNotExist
			}
		case o.Journal != "" && file.State != Skipped && file.Length > 0 && !f.firm && (f.seen || s.kind == bep17):
			s.rep.Unremembered++
		}
	}
	s.rep.Requests, s.rep.Received = s.requests.Load(), s.received.Load()
	r.evidence = map[partKey]evidence{}
	r.stop(r.Incomplete || err != nil)
	r.eliminate()
	r.conclude()
	return err
}

func (s *seed) read(ctx context.Context, o WebOptions) error {
	if err := s.parse(); err != nil {
		s.blame(ctx, err)
		return nil
	}
	r := s.rep.Report
	m, err := r.remember(o.Memory, s.version)
	if err != nil {
		return err
	}
	var src piecehash.Source = &pieceSource{seed: s, ctx: ctx, open: map[int]*stream{}}
	if s.kind == bep19 {
		src = webSource{s, ctx}
		err = s.probe(ctx, m.knowing())
	}
	switch m.recall(); {
	case err != nil:
	case o.FailFast && s.bad+s.absent > 0:
		r.Incomplete = true
	default:
		job := piecehash.Job{Source: src, Order: piecehash.Streams, Workers: s.o.Connections, Progress: o.Progress}
		err = r.read(ctx, job, m, o.FailFast)
	}
	return cmp.Or(err, m.close())
}

// blame remembers a fault, and what it says about its file. It ends the run
// where there is no use in asking for more. It returns what pieces are told.
func (s *seed) blame(ctx context.Context, err error) error {
	var f *WebFault
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, dial.ErrShortage) { // which is no fault of the seed
		s.stop(err)
	}
	if !errors.As(err, &f) {
		return err
	}
	s.fault(f)
	if f.File < 0 {
		s.stop(f)
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	file := &s.files[f.File]
	if file.lost != nil {
		return f
	}
	length := s.rep.Report.Files[f.File].Length
	file.lost, file.state, file.size = f, Unreadable, length
	var sized *otherSize
	switch {
	case f.Kind == "missing":
		file.state, file.size = Missing, 0
	case errors.As(err, &sized) && sized.size < length:
		file.state, file.size = Short, sized.size
	case errors.As(err, &sized) && sized.size > length:
		file.state, file.size = Long, sized.size
	}
	if f.Kind == "missing" || f.Kind == "size" {
		s.absent++
	} else {
		s.bad++
	}
	if s.bad >= maxBad || s.absent >= maxAbsent {
		s.stop(f)
	}
	return f
}

// known returns why a file is known not to be what is wanted.
func (s *seed) known(k int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.files[k].lost; f != nil {
		return f
	}
	return nil
}

// probe asks for the last byte of files, which tells their sizes: of the first,
// to know what kind of seed this is, of those of which nothing will be read, and
// of all that will be read if their versions are wanted.
func (s *seed) probe(ctx context.Context, versions bool) error {
	r := s.rep.Report
	var first, rest []int
	beside := 0
	for k, i := range r.files {
		if r.Files[k].State == Skipped || r.Files[k].Length == 0 || s.t.Files[i].IsLink() {
			continue
		}
		switch chosen := s.chosen(int(i)); {
		case len(first) == 0:
			first = append(first, k)
		case chosen && versions:
			rest = append(rest, k)
		case !chosen && beside < maxProbes:
			beside++
			rest = append(rest, k)
		}
	}
	s.askEach(ctx, first)
	if len(first) > 0 && s.files[first[0]].state == Missing {
		s.explainMissing(ctx, first[0])
	}
	s.askEach(ctx, rest)
	return ctx.Err()
}

// chosen tells whether a piece of a file is read.
func (s *seed) chosen(i int) bool {
	first, end := s.layout.FilePieces(i)
	for p := first; p < end; p++ {
		if s.rep.Report.pieces[p] != PieceSkipped {
			return true
		}
	}
	return false
}

// askEach asks for the last byte of each file.
func (s *seed) askEach(ctx context.Context, files []int) {
	work := make(chan int)
	var wg sync.WaitGroup
	for range min(s.o.Connections, len(files)) {
		wg.Go(func() {
			for k := range work {
				var one [1]byte
				if f, err := (webSource{s, ctx}).Open(int(s.rep.Report.files[k])); err == nil {
					f.ReadAt(one[:], s.rep.Report.Files[k].Length-1) // the seed remembers what is wrong
					f.Close()
				}
			}
		})
	}
	for _, k := range files {
		if ctx.Err() != nil {
			break
		}
		work <- k
	}
	close(work)
	wg.Wait()
}

// explainMissing looks for a file in the places where people put it by mistake.
func (s *seed) explainMissing(ctx context.Context, k int) {
	if s.t.Single {
		return
	}
	parent, above := s.base.JoinPath(".."), s.base.JoinPath("../..")
	places := []struct {
		base *url.URL
		what string
	}{
		{parent, "the files lie in the folder that the URL names itself: clients look below it, in a folder with the torrent's name"},
		{below(s.base, s.t.Name), "the files lie one folder deeper: the URL lacks the torrent's name once"},
		{below(above, s.t.Name), "the files lie one folder higher: the URL names a folder too many"},
	}
	for _, p := range places {
		there := &seed{t: s.t, kind: s.kind, base: p.base, layout: s.layout, client: s.client, o: s.o}
		within, err := there.begin(ctx, Selection{})
		if err != nil {
			return
		}
		there.askEach(within, []int{k})
		there.stop(nil)
		if len(there.rep.Faults) == 0 && ctx.Err() == nil {
			s.fault(&WebFault{"base-folder", -1, p.what})
			return
		}
	}
}
