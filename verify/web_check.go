package verify

import (
	"cmp"
	"context"
	"io/fs"

	"github.com/torrentkit/torrentkit/internal/journal"
	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/internal/webseed"
	"github.com/torrentkit/torrentkit/metainfo"
)

// WebReport is what checking one web seed found.
type WebReport struct {
	URL  string // as the torrent, or the options, have it
	Kind string // BEP 19 or BEP 17
	// Report is about the files that the seed serves. Its Root is URL.
	Report *Report
	Faults []WebFault // what is about the seed first, then in the order of files, each once
	// Requests counts the answers of the server, and Received the bytes of
	// content in them.
	Requests, Received int64
	// Unremembered counts the files whose good pieces the journal could not
	// take: the server sends no strong ETag and no Last-Modified that is old
	// enough to tell another version, or several servers take turns.
	Unremembered int
}

// OK tells whether everything that was asked for was served, by the rules.
func (w *WebReport) OK() bool { return len(w.Faults) == 0 && w.Report.OK() }

// maxProbes bounds how many files are asked for their size of which no piece is
// read.
const maxProbes = 200

// checkSeed reads the chosen pieces of a seed, or finds out why that cannot be
// done. Its error is ctx's or the journal's; without a report the selection's.
func checkSeed(ctx context.Context, t *metainfo.Torrent, a seedAddress, o WebOptions) (*WebReport, error) {
	r := blankRun(t, a.url)
	if err := r.choose(o.Selection); err != nil {
		return nil, err
	}
	how := o.seed(a)
	how.Whole = o.Sample == 0 && len(o.Pieces) == 0 && !o.FailFast
	s := webseed.New(ctx, t, a.url, a.kind, how)
	defer s.Close()
	c := seedCheck{r, s}
	err := s.Ended(c.read(o))
	w := &WebReport{URL: a.url, Kind: string(a.kind), Report: r.Report}
	w.Requests, w.Received = s.Counts()
	w.Faults = r.faultsOf(s)
	w.Unremembered = c.conclude(len(o.Journals) > 0)
	r.endReading(r.Incomplete || err != nil)
	localiser{r}.eliminate()
	r.conclude()
	return w, err
}

// seedCheck is the check of one seed.
type seedCheck struct {
	*run
	seed *webseed.Seed
}

// conclude says what became of the files that the seed does not serve, and counts
// those that a journal cannot remember, if there is one.
func (c seedCheck) conclude(journal bool) (unremembered int) {
	for k := range c.Files {
		file, f := &c.Files[k], c.seed.File(c.indexOf(k))
		switch {
		case file.State == Skipped:
			continue
		case f.Lost != nil:
			c.lose(file, f)
		case f.Seen || c.seed.Kind == webseed.BEP17:
			file.Size = file.Length
			if journal && file.Length > 0 && !f.Firm {
				unremembered++
			}
		}
	}
	return unremembered
}

// lose says what became of a file that the seed does not serve.
func (c seedCheck) lose(file *FileReport, f webseed.File) {
	state, why := Unreadable, error(nil)
	file.Size = file.Length
	switch {
	case f.Lost.Kind == "missing":
		state, file.Size, why = Missing, 0, fs.ErrNotExist
	case f.Size >= 0 && f.Size < file.Length:
		state, file.Size = Short, f.Size
	case f.Size > file.Length:
		state, file.Size = Long, f.Size
	default:
		why = c.webFault(f.Lost)
	}
	c.say(file, state, why)
}

// read hashes what the seed serves.
func (c seedCheck) read(o WebOptions) error {
	s := c.seed
	if s.Open() != nil { // it is noted why
		return nil
	}
	j, err := c.openJournals(o.Memory, journal.Identity{Kind: "web seed", Append: s.Version})
	if err != nil {
		return err
	}
	if s.Kind == webseed.BEP19 {
		err = s.Probe(c.probes(!j.Empty() && !o.Recheck))
	}
	switch c.recall(j, o.Memory); {
	case err != nil:
	case o.FailFast && s.Failed():
		c.Incomplete = true
	default:
		job := piecehash.Job{Source: s.Source(), Order: piecehash.Streams, Progress: o.Progress}
		job.First, job.Workers = s.Connections()
		if s.Unranged() {
			job.Workers = 1 // that reads each file once, from its start to its end
		}
		err = c.run.read(s.Context(), job, c.noter(j), o.FailFast)
	}
	if err == nil && !c.Incomplete && s.Kind == webseed.BEP19 {
		err = s.Probe(c.unasked())
	}
	return cmp.Or(err, j.Close())
}

// noter writes good pieces down; nil where there is no journal.
func (c seedCheck) noter(j *journal.Log) func(piecehash.Piece) error {
	if j == nil {
		return nil
	}
	return func(p piecehash.Piece) error {
		if c.pieces.get(p.Index) != PieceOK {
			return nil
		}
		return j.Note(p.Index, journal.Digest{SHA1: p.SHA1, Root: p.Root})
	}
}

// unasked lists files that nothing was asked of, because pieces that they share with
// others failed before it came to them.
func (c seedCheck) unasked() (list []layout.FileIndex) {
	for k, i := range c.layout.Content() {
		file := c.seed.File(i)
		if len(list) < maxProbes && !file.Seen && file.Lost == nil && c.probed(k) && c.chosen(i) {
			list = append(list, i)
		}
	}
	return list
}

// probed tells whether a seed can be asked for a file.
func (c seedCheck) probed(k int) bool {
	return c.Files[k].State != Skipped && c.Files[k].Length > 0 && !c.Files[k].IsLink()
}

// probes lists the files whose sizes are asked for: the first, to know what kind
// of seed this is, those of which nothing will be read, and all that will be read
// if their versions are wanted.
func (c seedCheck) probes(versions bool) []layout.FileIndex {
	var list []layout.FileIndex
	beside := 0
	for k, i := range c.layout.Content() {
		if !c.probed(k) {
			continue
		}
		switch chosen := c.chosen(i); {
		case len(list) == 0 || chosen && versions:
			list = append(list, i)
		case !chosen && beside < maxProbes:
			beside++
			list = append(list, i)
		}
	}
	return list
}
