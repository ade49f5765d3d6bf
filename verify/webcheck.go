package verify

import (
	"cmp"
	"context"
	"io/fs"

	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
)

// maxProbes bounds how many files are asked for their size of which no piece is
// read.
const maxProbes = 200

// checkSeed reads the chosen pieces of a seed, or finds out why that cannot be
// done. Its error is ctx's or the journal's; without a report the selection's.
func checkSeed(ctx context.Context, t *metainfo.Torrent, a seedAddress, o WebOptions) (*WebReport, error) {
	r := blankReport(t, a.url, contentFiles(t))
	if err := r.choose(o.Selection); err != nil {
		return nil, err
	}
	for k := range r.Files {
		if f := &r.Files[k]; f.State == OK {
			f.Size = f.Length
		}
	}
	s := newSeed(ctx, t, a.url, a.kind, o.seed(a))
	defer s.close()
	err := s.ended(r.readSeed(s, o))
	w := &WebReport{URL: a.url, Kind: string(a.kind), Report: r, Requests: s.requests.Load(), Received: s.received.Load()}
	for _, f := range s.noted() {
		w.Faults = append(w.Faults, *r.webFault(&f))
	}
	for k := range r.Files {
		file, f := &r.Files[k], s.served(int(r.files[k]))
		switch {
		case f.lost != nil && file.State != Skipped:
			r.lose(file, f)
		case o.Journal != "" && file.State != Skipped && file.Length > 0 && !f.firm && (f.seen || s.kind == bep17):
			w.Unremembered++
		}
	}
	r.evidence = map[partKey]evidence{}
	r.stop(r.Incomplete || err != nil)
	r.eliminate()
	r.conclude()
	return w, err
}

// lose says what became of a file that the seed does not serve.
func (r *Report) lose(file *FileReport, f served) {
	file.State, file.Size, file.Err = Unreadable, file.Length, nil
	switch {
	case f.lost.Kind == "missing":
		file.State, file.Size, file.Err = Missing, 0, fs.ErrNotExist
	case f.size >= 0 && f.size < file.Length:
		file.State, file.Size = Short, f.size
	case f.size > file.Length:
		file.State, file.Size = Long, f.size
	default:
		file.Err = r.webFault(f.lost)
	}
}

// webFault is a fault of a seed, about a file of the report.
func (r *Report) webFault(f *fault) *WebFault {
	w := &WebFault{f.Kind, f.File, f.Message}
	if f.File >= 0 {
		w.File = int(r.disk[f.File])
	}
	return w
}

// readSeed hashes what a seed serves.
func (r *Report) readSeed(s *seed, o WebOptions) error {
	if s.open() != nil { // it is noted why
		return nil
	}
	j, err := r.openJournal(o.Memory, journal.Identity{Kind: "web seed", Append: s.version})
	if err != nil {
		return err
	}
	if s.kind == bep19 {
		err = s.probe(r.probes(!j.Empty() && !o.Recheck))
	}
	switch r.recall(j, o.Memory); {
	case err != nil:
	case o.FailFast && s.failed():
		r.Incomplete = true
	default:
		job := piecehash.Job{Source: s.source(), Order: piecehash.Streams, Workers: s.o.Connections, Progress: o.Progress}
		err = r.read(s.ctx, job, j, o.FailFast)
	}
	return cmp.Or(err, j.Close())
}

// probes lists the files whose sizes are asked for: the first, to know what kind
// of seed this is, those of which nothing will be read, and all that will be read
// if their versions are wanted.
func (r *Report) probes(versions bool) []int {
	var list []int
	beside := 0
	for k, i := range r.files {
		if r.Files[k].State == Skipped || r.Files[k].Length == 0 || r.torrent.Files[i].IsLink() {
			continue
		}
		switch chosen := r.chosen(int(i)); {
		case len(list) == 0 || chosen && versions:
			list = append(list, int(i))
		case !chosen && beside < maxProbes:
			beside++
			list = append(list, int(i))
		}
	}
	return list
}

// chosen tells whether a piece of a file is read.
func (r *Report) chosen(i int) bool {
	first, end := r.torrent.Layout().FilePieces(i)
	for p := first; p < end; p++ {
		if r.pieces[p] != PieceSkipped {
			return true
		}
	}
	return false
}
