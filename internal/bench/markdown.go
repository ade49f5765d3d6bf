package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// markdown writes the report: for every workload a table of times
// and one of what they cost, a row a task, a column a program.
func (r *report) markdown(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s.\n\ntorrentkit hashed SHA-1 by `%s` and SHA-256 by `%s`. %s.\n",
		escape(r.Machine.String()), r.Machine.SHA1, r.Machine.SHA256, sentence(r.method()))
	if r.Machine.Load > 0.5 {
		fmt.Fprintf(&b, "\nOther programs were running (load average %.1f): compare CPU seconds rather than times.\n", r.Machine.Load)
	}
	contests := r.contests()
	for _, workload := range r.Workloads {
		var mine []contest
		for _, c := range contests {
			if c.workload == workload.Name {
				mine = append(mine, c)
			}
		}
		columns := r.columns(mine)
		table(&b, sentence(workload.Title)+": seconds (ratio)", columns, mine, func(c *contest, r *row) string {
			text := fmt.Sprintf("%.2f", r.medians().Seconds)
			if r.Program == c.rows[0].Program {
				return "**" + text + "**"
			}
			return fmt.Sprintf("%s (%.1f ×)", text, c.ratio(r))
		})
		table(&b, "CPU seconds, peak MiB", columns, mine, func(_ *contest, r *row) string {
			m := r.medians()
			return fmt.Sprintf("%.2f, %s", m.CPU, m.mebibytes())
		})
	}
	r.markdownCold(&b)
	r.markdownSide(&b)
	r.markdownNotes(&b)
	_, err := w.Write(b.Bytes())
	return err
}

// columns lists the programs that have a row in one of the contests.
func (r *report) columns(contests []contest) []string {
	var names []string
	for _, p := range r.Programs {
		if slices.ContainsFunc(contests, func(c contest) bool { return c.row(p.Name) != nil }) {
			names = append(names, p.Name)
		}
	}
	return names
}

func (c *contest) row(program string) *row {
	for i := range c.rows {
		if c.rows[i].Program == program {
			return &c.rows[i]
		}
	}
	return nil
}

func table(b *bytes.Buffer, title string, columns []string, contests []contest, cell func(*contest, *row) string) {
	fmt.Fprintf(b, "\n| %s | %s |\n|---|%s\n", escape(title), strings.Join(columns, " | "), strings.Repeat("---:|", len(columns)))
	for _, c := range contests {
		fmt.Fprintf(b, "| %s |", escape(c.task))
		for _, name := range columns {
			text := "–"
			if r := c.row(name); r != nil {
				switch {
				case r.Failed != "":
					text = "failed"
				case r.Differs:
					text = "differs"
				default:
					text = cell(&c, r)
				}
			}
			fmt.Fprintf(b, " %s |", text)
		}
		b.WriteByte('\n')
	}
}

// markdownNotes names programs, how outputs compare, and what went wrong.
func (r *report) markdownNotes(b *bytes.Buffer) {
	var names []string
	for _, p := range r.Programs {
		name := p.Name
		if version := strings.TrimSpace(strings.TrimPrefix(p.Version, p.Name)); version != "" {
			name += " (" + version + ")"
		}
		names = append(names, escape(name))
	}
	fmt.Fprintf(b, "\nPrograms: %s.\n", strings.Join(names, ", "))
	verdicts := map[string]int{}
	for _, row := range r.Rows {
		if row.Failed == "" && !row.Differs && row.Program != r.Programs[0].Name && !strings.HasPrefix(row.Task, "verify") {
			verdicts[row.Output]++
		}
	}
	for _, verdict := range []string{sameInfohash, samePieces, sameData} {
		if n := verdicts[verdict]; n > 0 {
			fmt.Fprintf(b, "Torrents of peers with the %s as torrentkit's: %d. ", verdict, n)
		}
	}
	b.WriteByte('\n')
	for _, row := range r.Side {
		if row.Failed != "" {
			fmt.Fprintf(b, "\n- %s, %s: %s failed: %s\n", row.Table, row.Line, row.Program, escape(row.Failed))
		}
	}
	for i := range r.Cold {
		if row := &r.Cold[i]; row.Failed != "" {
			fmt.Fprintf(b, "\n- %s: %s failed: %s\n", escape(row.line()), row.Program, escape(row.Failed))
		}
	}
	for _, row := range r.Rows {
		if row.Failed != "" {
			fmt.Fprintf(b, "\n- %s, %s: %s failed: %s\n", row.Workload, row.Task, row.Program, escape(row.Failed))
		}
		if row.Differs {
			fmt.Fprintf(b, "\n- **%s, %s: the torrent of %s %s**\n", row.Workload, row.Task, row.Program, escape(row.Output))
		}
	}
}

// sentence begins with a capital.
func sentence(text string) string {
	if text == "" {
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}
