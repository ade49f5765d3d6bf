package verify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// maxProbes bounds how many files are asked for their size when only a sample
// of the pieces is read.
const maxProbes = 200

// check reads the chosen pieces of the seed, or finds out why that cannot be
// done. Its error is ctx's.
func (s *seed) check(ctx context.Context, o WebOptions) error {
	r := s.rep.Report
	for k := range r.Files {
		if f := &r.Files[k]; f.State == OK {
			f.Size = f.Length
		}
	}
	for i, state := range r.pieces {
		if state != PieceSkipped {
			s.total += s.plane.content(i)
		}
	}
	err := s.parse()
	if err == nil && s.kind == bep19 {
		err = s.probe(ctx)
	}
	if err == nil {
		err = s.readRuns(ctx, o)
	}
	s.blame(err)
	if ctx.Err() != nil {
		err = ctx.Err()
	} else {
		err = nil
	}
	r.evidence = map[partKey]evidence{}
	r.stop(err != nil)
	r.eliminate()
	r.conclude()
	return err
}

// blame remembers a fault, and what it says about its file.
func (s *seed) blame(err error) {
	var p *passing
	var f *WebFault
	switch {
	case errors.As(err, &p):
		f = p.WebFault
	case !errors.As(err, &f):
		return
	}
	s.fault(f)
	if f.File < 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch file := &s.rep.Report.Files[f.File]; {
	case f.Kind == "missing":
		file.State, file.Size, file.Err = Missing, 0, fs.ErrNotExist
	case file.State == OK:
		file.State, file.Err = Unreadable, f
	}
}

// whole tells whether a fault concerns all files.
func whole(err error) bool {
	var f *WebFault
	var p *passing
	switch {
	case errors.As(err, &p):
		f = p.WebFault
	case !errors.As(err, &f):
		return err != nil // ctx's
	}
	return f.File < 0
}

// probe asks for the last byte of the files, which tells their sizes.
func (s *seed) probe(ctx context.Context) error {
	r := s.rep.Report
	probed := 0
	for k, i := range r.files {
		if r.Files[k].State == Skipped || r.Files[k].Length == 0 || probed == maxProbes || s.t.Files[i].IsLink() {
			continue
		}
		probed++
		var one [1]byte
		err := s.get(ctx, int(i), r.Files[k].Length-1, one[:])
		if whole(err) {
			return err
		}
		s.blame(err)
		if probed == 1 && r.Files[k].State == Missing {
			s.explainMissing(ctx, int(i), r.Files[k].Length)
		}
	}
	return nil
}

// explainMissing looks for a file in the places where people put it by mistake.
func (s *seed) explainMissing(ctx context.Context, file int, length int64) {
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
		probe := &seed{t: s.t, base: p.base, plane: s.plane, client: s.client, o: s.o, rep: &WebReport{Report: blankReport(s.t, "", s.rep.Report.files)}}
		var one [1]byte
		if probe.get(ctx, file, length-1, one[:]) == nil {
			s.fault(&WebFault{"base-folder", -1, p.what})
			return
		}
	}
}

// run is neighbouring pieces that are fetched together.
type run struct{ first, end int }

// runs divides the chosen pieces.
func (s *seed) runs() []run {
	var list []run
	for i, state := range s.rep.Report.pieces {
		if state == PieceSkipped {
			continue
		}
		if n := len(list); n > 0 && list[n-1].end == i && s.plane.start(i+1)-s.plane.start(list[n-1].first) <= batchSize && s.kind == bep19 {
			list[n-1].end++
			continue
		}
		list = append(list, run{i, i + 1})
	}
	return list
}

// readRuns fetches all runs over several connections and judges their pieces.
func (s *seed) readRuns(ctx context.Context, o WebOptions) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	workers := s.o.Connections
	if n := s.t.PieceLength; n > batchSize { // one run is a piece then
		workers = max(1, min(workers, int(4*batchSize/n)))
	}
	work := make(chan run)
	go func() {
		defer close(work)
		for _, r := range s.runs() {
			select {
			case work <- r:
			case <-ctx.Done():
				return
			}
		}
	}()
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			var buf []byte
			for r := range work {
				if err := s.readRun(ctx, r, &buf); err != nil {
					s.blame(err)
					if s.giveUp(err) || o.FailFast {
						cancel(err)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return nil
}

// giveUp tells whether there is no use in asking for more.
func (s *seed) giveUp(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bad++
	return whole(err) || s.bad >= maxBadRuns
}

// readRun fetches the pieces of a run and judges them. Files whose size is
// wrong or that are missing are not asked for again. The memory at scratch
// serves one run after the other.
func (s *seed) readRun(ctx context.Context, r run, scratch *[]byte) error {
	n := s.plane.start(r.end) - s.plane.start(r.first)
	if n > maxRepair {
		return &WebFault{"size", -1, fmt.Sprintf("pieces of %d bytes are not checked over the network", n)}
	}
	if int64(cap(*scratch)) < n {
		*scratch = make([]byte, n)
	}
	buf := (*scratch)[:n]
	missing := map[int]bool{} // pieces of which a file did not come
	var first error
	if s.kind == bep17 {
		first = s.getPiece(ctx, r.first, buf)
		missing[r.first] = first != nil
	} else {
		first = s.getFiles(ctx, r, buf, missing)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	pieces := map[int][]byte{}
	for p := r.first; p < r.end; p++ {
		if !missing[p] {
			pieces[p] = buf[s.plane.start(p)-s.plane.start(r.first) : s.plane.start(p+1)-s.plane.start(r.first)]
		}
	}
	err := s.rep.Report.judge(ctx, memory{s.plane, pieces}, s.o.Workers, s.rep.Report.weigh)
	s.progress(n)
	if first != nil {
		return first
	}
	return err
}

func (s *seed) progress(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done += n; s.o.Progress != nil {
		s.o.Progress(s.done, s.total)
	}
}

// getFiles fetches the bytes of a run, one request for each file in it.
func (s *seed) getFiles(ctx context.Context, r run, buf []byte, missing map[int]bool) (first error) {
	start := s.plane.start(r.first)
	for i := s.plane.FirstFile(r.first); i < s.plane.NumFiles(); i++ {
		at := max(s.plane.starts[i], start)
		end := min(s.plane.starts[i+1], start+int64(len(buf)))
		if at >= start+int64(len(buf)) {
			break
		}
		if at >= end || s.plane.File(i).Pad {
			continue
		}
		err := s.known(int(s.rep.Report.disk[i]))
		if err == nil {
			if err = s.get(ctx, i, at-s.plane.starts[i], buf[at-start:end-start]); err != nil && first == nil {
				first = err
			}
		}
		if err == nil {
			continue
		}
		if ctx.Err() != nil || whole(err) {
			return err
		}
		for p := r.first; p < r.end; p++ {
			_, n := s.plane.InFile(i, p)
			missing[p] = missing[p] || n > 0
		}
	}
	return first
}

var errKnown = &WebFault{"known", 0, "known not to be served"}

// known tells whether a file is known not to be what is wanted.
func (s *seed) known(k int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.rep.Report.Files[k].State {
	case OK, Skipped, Damaged:
		return nil
	}
	return errKnown
}

// getPiece fetches a piece from a BEP 17 seed, and takes the padding out.
func (s *seed) getPiece(ctx context.Context, piece int, buf []byte) error {
	hash, _ := s.t.InfoHash()
	u := *s.base
	q := "info_hash=" + url.QueryEscape(string(hash[:])) + fmt.Sprintf("&piece=%d", piece)
	u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+q, "&")
	length := s.plane.Piece(piece).Length
	for try := 0; ; try++ {
		data, err := s.pieceOnce(ctx, u.String(), length)
		if err == nil {
			s.takeContent(piece, data, buf)
			return nil
		}
		if err := s.again(ctx, err, try); err != nil {
			return err
		}
	}
}

func (s *seed) takeContent(piece int, data, buf []byte) {
	for span := range s.plane.Spans(piece) {
		if !span.Zero {
			buf = buf[copy(buf, data[:span.Length]):]
		}
		data = data[span.Length:]
	}
}

func (s *seed) pieceOnce(ctx context.Context, url string, length int64) ([]byte, error) {
	resp, a, err := s.request(ctx, url, nil)
	if err != nil {
		return nil, err
	}
	defer a.close()
	switch {
	case resp.StatusCode == http.StatusServiceUnavailable: // BEP 17: the body is the number of seconds to wait
		text, _ := io.ReadAll(io.LimitReader(a.body, 16))
		var seconds int
		fmt.Sscanf(strings.TrimSpace(string(text)), "%d", &seconds)
		pause := time.Duration(min(max(seconds, 0), 60)) * time.Second
		return nil, &passing{&WebFault{"busy", -1, "the server refuses for now (503)"}, pause}
	case resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusPartialContent:
		return nil, &WebFault{"status", -1, fmt.Sprintf("the server answers %d %s", resp.StatusCode, http.StatusText(resp.StatusCode))}
	case resp.ContentLength >= 0 && resp.ContentLength != length:
		return nil, &WebFault{"size", -1, fmt.Sprintf("a piece of %d bytes was asked for, and the answer has %d", length, resp.ContentLength)}
	}
	data := make([]byte, length)
	n, err := s.readBody(ctx, a, data, -1)
	if err == nil && int64(n) == length {
		return data, nil
	}
	return nil, err
}
