package verify

import (
	"cmp"
	"context"
	"io/fs"

	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify/internal/webseed"
)

// maxProbes bounds how many files are asked for their size of which no piece is
// read.
const maxProbes = 200

// checkSeed reads the chosen pieces of a seed, or finds out why that cannot be
// done. Its error is ctx's or the journal's; without a report the selection's.
func checkSeed(ctx context.Context, t *metainfo.Torrent, a seedAddress, o WebOptions) (*WebReport, error) {
	r := blankRun(t, a.url, contentFiles(t))
	if err := r.choose(o.Selection); err != nil {
		return nil, err
	}
	for k := range r.Files {
		if f := &r.Files[k]; f.State == OK {
			f.Size = f.Length
		}
	}
	s := webseed.New(ctx, t, a.url, a.kind, o.seed(a))
	defer s.Close()
	err := s.Ended(r.readSeed(s, o))
	w := &WebReport{URL: a.url, Kind: string(a.kind), Report: r.Report}
	w.Requests, w.Received = s.Counts()
	for _, f := range s.Faults() {
		w.Faults = append(w.Faults, *r.webFault(&f))
	}
	for k := range r.Files {
		file, f := &r.Files[k], s.File(int(r.files[k]))
		switch {
		case f.Lost != nil && file.State != Skipped:
			r.lose(file, f)
		case o.Journal != "" && file.State != Skipped && file.Length > 0 && !f.Firm && (f.Seen || s.Kind == webseed.BEP17):
			w.Unremembered++
		}
	}
	r.evidence = map[partKey]evidence{}
	r.endReading(r.Incomplete || err != nil)
	r.eliminate()
	r.conclude()
	return w, err
}

// lose says what became of a file that the seed does not serve.
func (r *run) lose(file *FileReport, f webseed.File) {
	file.State, file.Size, file.Err = Unreadable, file.Length, nil
	switch {
	case f.Lost.Kind == "missing":
		file.State, file.Size, file.Err = Missing, 0, fs.ErrNotExist
	case f.Size >= 0 && f.Size < file.Length:
		file.State, file.Size = Short, f.Size
	case f.Size > file.Length:
		file.State, file.Size = Long, f.Size
	default:
		file.Err = r.webFault(f.Lost)
	}
}

// readSeed hashes what a seed serves.
func (r *run) readSeed(s *webseed.Seed, o WebOptions) error {
	if s.Open() != nil { // it is noted why
		return nil
	}
	j, err := r.openJournal(o.Memory, journal.Identity{Kind: "web seed", Append: s.Version})
	if err != nil {
		return err
	}
	if s.Kind == webseed.BEP19 {
		err = s.Probe(r.probes(!j.Empty() && !o.Recheck))
	}
	switch r.recall(j, o.Memory); {
	case err != nil:
	case o.FailFast && s.Failed():
		r.Incomplete = true
	default:
		job := piecehash.Job{Source: s.Source(), Order: piecehash.Streams, Workers: s.Connections(), Progress: o.Progress}
		err = r.read(s.Context(), job, j, o.FailFast)
	}
	return cmp.Or(err, j.Close())
}

// probes lists the files whose sizes are asked for: the first, to know what kind
// of seed this is, those of which nothing will be read, and all that will be read
// if their versions are wanted.
func (r *run) probes(versions bool) []int {
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
func (r *run) chosen(i int) bool {
	first, end := r.layout.FilePieces(i)
	for p := first; p < end; p++ {
		if r.pieces[p] != PieceSkipped {
			return true
		}
	}
	return false
}
