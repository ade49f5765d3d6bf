package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// sideRow is one program in a table beside those of whole tasks: web seeds, FUSE, many
// torrents.
type sideRow struct {
	Table   string   `json:"table"` // web, fuse or many
	Line    string   `json:"line"`
	Program string   `json:"program"`
	Failed  string   `json:"failed,omitempty"`
	Samples []sample `json:"samples"`
}

func (r *sideRow) median(of func(sample) float64) float64 { return median(r.Samples, of) }

func seconds(s sample) float64 { return s.Seconds }
func cpu(s sample) float64     { return s.CPU }

// entrant is one who runs in a side table: it does the same at each call.
type entrant struct {
	name string
	run  func(ctx context.Context) (sample, error)
}

// command is an entrant that is a command line.
func (s *session) command(name string, line ...string) entrant {
	return entrant{name, func(ctx context.Context) (sample, error) {
		base := floor()
		took, _, err := child(ctx, s.output, line)
		took.Floor = base
		return took, err
	}}
}

// selectedSide returns the entrants that -run matches. The first, which is torrentkit, is among them if any is.
func (s *session) selectedSide(table, line string, all []entrant) []entrant {
	var able []entrant
	for i, e := range all {
		if !s.match.MatchString(table + "/" + line + "/" + e.name) {
			continue
		}
		if i > 0 && len(able) == 0 {
			able = append(able, all[0])
		}
		able = append(able, e)
	}
	return able
}

// sideRounds runs entrants in turn, after one round that is not counted. One that fails
// is left out of later rounds; a torrentkit that fails ends the benchmark.
func (s *session) sideRounds(ctx context.Context, table, line string, w *workload, all []entrant) ([]sideRow, error) {
	able := s.selectedSide(table, line, all)
	if len(able) == 0 {
		return nil, nil
	}
	fmt.Fprintf(s.log, "%s, %s:", table, line)
	defer fmt.Fprintln(s.log)
	rows := make([]sideRow, len(able))
	for i, e := range able {
		rows[i] = sideRow{Table: table, Line: line, Program: e.name}
	}
	for round := range s.rounds + 1 {
		for i, e := range able {
			if rows[i].Failed != "" {
				continue
			}
			if err := w.touch(ctx, s.buf); err != nil {
				return nil, err
			}
			took, err := e.run(ctx)
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case err != nil && i == 0:
				return nil, err
			case err != nil:
				rows[i].Failed = err.Error()
				fmt.Fprintf(s.log, " %s FAILED: %v;", e.name, err)
			case round > 0:
				rows[i].Samples = append(rows[i].Samples, took)
			}
		}
		fmt.Fprintf(s.log, " %d", round)
	}
	return rows, nil
}

// measureSide measures the side tables that were asked for. One whose server or mount is not to
// be had is left out.
func (s *session) measureSide(ctx context.Context) ([]sideRow, error) {
	var rows []sideRow
	for _, table := range []struct {
		asked   bool
		measure func(context.Context) ([]sideRow, error)
	}{{s.web, s.measureWeb}, {s.fuse, s.measureFUSE}, {s.many, s.measureMany}} {
		if !table.asked {
			continue
		}
		some, err := table.measure(ctx)
		var missing *missingError
		if errors.As(err, &missing) {
			fmt.Fprintf(s.log, "%v: left out\n", err)
			err = nil
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

// missingError is that something which a table needs is not on this machine.
type missingError struct{ error }

// oneFile is content of a size, in memory where the system has a place there.
func (s *session) oneFile(ctx context.Context, name string, bytes int64) (*workload, error) {
	path := filepath.Join(s.output, name, name+".bin")
	w := &workload{name: name, root: path, total: bytes, files: []file{{path, bytes}}}
	return w, w.fill(ctx)
}

// measureFUSE reads a file that a daemon serves which shares the processors.
func (s *session) measureFUSE(ctx context.Context) ([]sideRow, error) {
	w, err := s.oneFile(ctx, "fuse", max(16<<20, int64(s.scale*(1<<30))>>24<<24))
	if err != nil {
		return nil, err
	}
	over, unmount, err := s.bind(ctx, w)
	if err != nil {
		return nil, &missingError{err}
	}
	defer unmount()
	t := task{format: "v1", pieceLength: 1 << 20}
	own, torrent := &s.programs[0], filepath.Join(s.output, "fuse.torrent")
	var rows []sideRow
	for _, verify := range []bool{false, true} {
		t.verify = verify
		line := own.arguments(t, torrent, over.root)
		if !verify {
			line = append(line, "--force")
		}
		all := []entrant{s.command(own.name, line...), s.command(oneWorker, append(slices.Clone(line), "--workers", "1")...)}
		for _, p := range s.yardsticks(describe()) {
			if p.can(task{format: "v1"}) && p.fits(w) {
				one, two := p.arguments(task{format: "v1", pieceLength: t.pieceLength}, "", over.root), []string(nil)
				two = slices.Clone(one)
				one[3] = "1" // thread
				all = append(all, s.command("yardstick, 1 thread", one...), s.command("yardstick, 2 threads", two...))
			}
		}
		all = append(all, s.command("cat", "sh", "-c", `cat "$1" > /dev/null`, "sh", over.root))
		some, err := s.sideRounds(ctx, "fuse", t.String(), w, all)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

const oneWorker = "torrentkit --workers 1"

// markdownSide writes the side tables.
func (r *report) markdownSide(b *bytes.Buffer) {
	r.markdownWeb(b)
	r.markdownPrograms(b, "fuse", "Over FUSE (bindfs, data in memory): seconds, CPU seconds (ratio)", func(own, row *sideRow) string {
		return fmt.Sprintf("%.2f, %.2f%s", row.median(seconds), row.median(cpu), times(own, row))
	})
	r.markdownPrograms(b, "many", "Many torrents: seconds, CPU seconds, peak MiB (ratio)", func(own, row *sideRow) string {
		m := sample{
			Peak:  int64(row.median(func(s sample) float64 { return float64(s.Peak) })),
			Floor: int64(row.median(func(s sample) float64 { return float64(s.Floor) })),
		}
		return fmt.Sprintf("%.2f, %.2f, %s%s", row.median(seconds), row.median(cpu), m.mebibytes(), times(own, row))
	})
}

// times is how many times as long as torrentkit a program takes, or nothing.
func times(own, row *sideRow) string {
	if base := own.median(seconds); own != row && base > 0 {
		return fmt.Sprintf(" (%.2f ×)", row.median(seconds)/base)
	}
	return ""
}

// markdownPrograms writes one side table, a line a task, a column a program.
func (r *report) markdownPrograms(b *bytes.Buffer, table, title string, cell func(own, row *sideRow) string) {
	var lines, programs []string
	cells := map[[2]string]string{}
	own := map[string]*sideRow{}
	for i := range r.Side {
		row := &r.Side[i]
		if row.Table != table {
			continue
		}
		if !slices.Contains(lines, row.Line) {
			lines = append(lines, row.Line)
			own[row.Line] = row
		}
		if !slices.Contains(programs, row.Program) {
			programs = append(programs, row.Program)
		}
		text := "failed"
		if row.Failed == "" {
			text = cell(own[row.Line], row)
		}
		cells[[2]string{row.Line, row.Program}] = text
	}
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| %s | %s |\n|---|%s\n", title, strings.Join(programs, " | "), strings.Repeat("---:|", len(programs)))
	for _, line := range lines {
		fmt.Fprintf(b, "| %s |", escape(line))
		for _, p := range programs {
			fmt.Fprintf(b, " %s |", cmp.Or(cells[[2]string{line, p}], "–"))
		}
		b.WriteByte('\n')
	}
}
