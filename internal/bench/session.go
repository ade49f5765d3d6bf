package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// session is one run of the benchmark: its places and what it measures.
type session struct {
	options
	log       io.Writer
	scratch   string // for programs
	output    string // for torrents: in memory, where the system has such a place
	workloads []workload
	programs  []program // torrentkit first
	remove    []string  // at the end
	buf       []byte    // to touch data with
}

// newSession makes the places and lists the workloads.
func newSession(ctx context.Context, o options, log io.Writer) (*session, error) {
	s := &session{options: o, log: log, buf: make([]byte, 256<<10)}
	if err := s.places(); err != nil {
		s.close()
		return nil, err
	}
	return s, ctx.Err()
}

func (s *session) places() error {
	var err error
	if s.scratch, err = s.temporary(""); err != nil {
		return err
	}
	memory := "/dev/shm"
	if s.output, err = s.temporary(memory); err != nil {
		s.output = s.scratch
		fmt.Fprintf(s.log, "no place in memory for torrents (%v): they go to %s\n", err, s.scratch)
	}
	if s.dir == "" {
		if s.dir, err = os.MkdirTemp("", "torrentkit-bench-"); err != nil {
			return err
		}
		if !s.keep {
			s.remove = append(s.remove, s.dir)
		}
	}
	if s.dir, err = filepath.Abs(s.dir); err != nil {
		return err
	}
	dir := filepath.Join(s.dir, fmt.Sprintf("workloads-%g", s.scale))
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && !s.keep {
		s.remove = append(s.remove, dir) // those of a run before stay
	}
	if s.keep {
		fmt.Fprintf(s.log, "the workloads stay: -dir %s takes them again\n", s.dir)
	}
	s.workloads = plan(dir, s.scale)
	return nil
}

func (s *session) temporary(parent string) (string, error) {
	dir, err := os.MkdirTemp(parent, "torrentkit-bench-")
	if err == nil {
		s.remove = append(s.remove, dir)
	}
	return dir, err
}

// close removes what the session made.
func (s *session) close() {
	for _, path := range s.remove {
		if err := os.RemoveAll(path); err != nil {
			fmt.Fprintln(s.log, "cleaning up:", err)
		}
	}
}

// measure runs all that was asked for.
func (s *session) measure(ctx context.Context) (*report, error) {
	r := &report{Schema: 1, Machine: describe(), Rounds: s.rounds, Scale: s.scale}
	if r.Machine.Load > 0.5 {
		fmt.Fprintf(s.log, "other programs are running (load average %.2f): the figures will be too\n", r.Machine.Load)
	}
	for _, p := range s.programs {
		r.Programs = append(r.Programs, programInfo{p.name, p.version})
	}
	for i := range s.workloads {
		w := &s.workloads[i]
		filled := false
		for _, t := range tasks() {
			able := s.selected(w, t)
			if len(able) == 0 {
				continue
			}
			if !filled {
				fmt.Fprintf(s.log, "making workload %s\n", w.title)
				if err := w.fill(ctx); err != nil {
					return nil, err
				}
				r.Workloads = append(r.Workloads, workloadInfo{w.name, w.title, w.total, len(w.files)})
				filled = true
			}
			rows, err := s.compete(ctx, w, t, able)
			if err != nil {
				return nil, err
			}
			r.Rows = append(r.Rows, rows...)
		}
	}
	var err error
	if s.cold {
		if r.Cold, err = s.measureCold(ctx); err != nil {
			return nil, err
		}
	}
	if r.Side, err = s.measureSide(ctx); err != nil {
		return nil, err
	}
	if len(r.Rows)+len(r.Cold)+len(r.Side) == 0 {
		return nil, fmt.Errorf("-run %q matches nothing that a program here can do", s.match)
	}
	return r, nil
}

// selected returns the programs that can do the task and were asked for;
// torrentkit is among them if any is.
func (s *session) selected(w *workload, t task) []program {
	var able []program
	for i := range s.programs {
		p := &s.programs[i]
		if s.asked(w, t, p) {
			if i > 0 && len(able) == 0 {
				able = append(able, s.programs[0])
			}
			able = append(able, *p)
		}
	}
	return able
}

// asked reports whether the program can do the task and -run matches it.
func (s *session) asked(w *workload, t task, p *program) bool {
	return p.can(t) && (p.fits == nil || p.fits(w)) && s.match.MatchString(fmt.Sprintf("%s/%s/%s", w.name, t, p.name))
}

// wanted reports whether the program is asked for anything.
func (s *session) wanted(p *program) bool {
	all := tasks()
	if s.cold {
		all = append(all, coldTasks()...)
	}
	for i := range s.workloads {
		for _, t := range all {
			if s.asked(&s.workloads[i], t, p) {
				return true
			}
		}
	}
	return false
}

// compete runs programs in turn on one task. A peer that fails is left out of
// later rounds; a torrentkit that fails ends the benchmark.
func (s *session) compete(ctx context.Context, w *workload, t task, able []program) ([]row, error) {
	fmt.Fprintf(s.log, "%s, %s:", w.name, t)
	defer fmt.Fprintln(s.log)
	torrent := filepath.Join(s.output, "reference.torrent")
	made := task{format: t.format, pieceLength: t.pieceLength}
	if err := os.Remove(torrent); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, _, err := child(ctx, s.output, able[0].arguments(made, torrent, w.root)); err != nil {
		return nil, err
	}
	rows := make([]row, len(able))
	for i, p := range able {
		rows[i] = row{Workload: w.name, Task: t.String(), Program: p.name}
	}
	for round := range s.rounds + 1 {
		for i := range able {
			if rows[i].Failed != "" {
				continue
			}
			if err := s.attempt(ctx, w, t, &able[i], torrent, round, &rows[i]); err != nil {
				return nil, err
			}
			if i == 0 && rows[i].Failed != "" {
				return nil, errors.New(rows[i].Failed)
			}
		}
		fmt.Fprintf(s.log, " %d", round)
	}
	return rows, nil
}

// attempt is one run of one program. Its error is one that ends the benchmark.
func (s *session) attempt(ctx context.Context, w *workload, t task, p *program, reference string, round int, r *row) error {
	torrent := reference
	if !t.verify {
		torrent = filepath.Join(s.output, p.name+".torrent")
		defer os.Remove(torrent) // what a program that failed did not write is no matter
	}
	if err := w.touch(ctx, s.buf); err != nil {
		return err
	}
	base := floor()
	took, said, err := child(ctx, s.output, p.arguments(t, torrent, w.root))
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil && t.verify && !bytes.Contains(said, []byte(p.complete)) {
		err = fmt.Errorf("%s does not say %q: %s", p.name, p.complete, lastLine(said))
	}
	if err != nil {
		r.Failed = err.Error()
		fmt.Fprintf(s.log, " %s FAILED: %v;", p.name, err)
		return nil
	}
	if round > 0 {
		took.Floor = base
		r.Samples = append(r.Samples, took)
		return nil
	}
	r.Output = "complete"
	if p.silent {
		r.Output = "not told"
	}
	switch {
	case p.yardstick:
		r.Output = "no torrent"
	case !t.verify:
		r.Output, r.Differs = s.judge(ctx, w, reference, torrent)
	}
	if r.Differs {
		fmt.Fprintf(s.log, "\n*** %s, %s: the torrent of %s %s ***\n", w.name, t, p.name, r.Output)
	}
	return nil
}
