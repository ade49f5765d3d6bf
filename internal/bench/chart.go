package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
)

// The chart is a grid of panels, a row a task, a column a workload; in a panel a
// bar a program, scaled to the slowest. Lengths are in pixels. It brings its own
// ground, which changes together with the ink, so that it is readable wherever
// it is shown.
const (
	panelWidth    = 312
	panelGap      = 16
	margin        = 20
	headHeight    = 54 // title and method
	titleHeight   = 24 // of a column
	machineHeight = 10
	nameWidth     = 118
	barLimit      = 96
	barHeight     = 11
	barPitch      = 17
	panelHead     = 22 // task
	panelFoot     = 12
)

const chartStyle = `
  .ground { fill: #ffffff }
  text { font: 11px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #57606a }
  .title { font-size: 15px; font-weight: 600; fill: #1f2328 }
  .head { font-size: 12px; font-weight: 600; fill: #1f2328 }
  .own { fill: #1f2328; font-weight: 600 }
  .name { text-anchor: end }
  rect.peer { fill: #afb8c1 }
  rect.own { fill: #1a7f64 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 }
    text { fill: #9198a1 }
    .title, .head, .own { fill: #e6edf3 }
    rect.peer { fill: #545d68 }
    rect.own { fill: #3fb68b }
  }
`

// chart draws reports as SVG, one below the other: machines, or kernels of one.
func chart(w io.Writer, reports ...*report) error {
	columns := 3 // also for the title's sake
	for _, r := range reports {
		columns = max(columns, len(r.Workloads))
	}
	width := 2*margin + columns*(panelWidth+panelGap) - panelGap
	var body bytes.Buffer
	text(&body, margin, margin+12, "title", "Wall time of making and checking torrents: shorter is better")
	text(&body, margin, margin+30, "", fmt.Sprintf("Seconds, and times as long as torrentkit. %s.", sentence(reports[len(reports)-1].method())))
	y := margin + headHeight
	for _, r := range reports {
		y = r.grid(&body, y)
	}
	var b bytes.Buffer
	height := y + margin - panelFoot
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img">`+"\n",
		width, height, width, height)
	fmt.Fprintf(&b, "<title>Benchmark of torrentkit and other programs</title>\n<style>%s</style>\n", chartStyle)
	fmt.Fprintf(&b, `<rect class="ground" width="%d" height="%d" rx="8"/>`+"\n", width, height)
	body.WriteString("</svg>\n")
	b.Write(body.Bytes())
	_, err := w.Write(b.Bytes())
	return err
}

// grid draws one report from y on, and returns where the next one begins.
func (r *report) grid(body *bytes.Buffer, y int) int {
	grid, rows := r.panels()
	kernels := ""
	if r.Machine.SHA1 != "" {
		kernels = fmt.Sprintf("SHA-1 by %s, SHA-256 by %s: ", r.Machine.SHA1, r.Machine.SHA256)
	}
	text(body, margin, y, "head", kernels+r.Machine.String())
	y += machineHeight
	for i, workload := range r.Workloads {
		text(body, column(i), y+12, "head", sentence(workload.Title))
	}
	y += titleHeight
	for _, task := range rows {
		most := 0
		for i, workload := range r.Workloads {
			if c, ok := grid[[2]string{workload.Name, task}]; ok {
				most = max(most, c.panel(body, column(i), y))
			}
		}
		y += panelHead + most*barPitch + panelFoot
	}
	return y + panelFoot
}

func column(i int) int { return margin + i*(panelWidth+panelGap) }

// panels returns the contests by workload and task, and the tasks in order.
func (r *report) panels() (map[[2]string]contest, []string) {
	grid := map[[2]string]contest{}
	done := map[string]bool{}
	for _, c := range r.contests() {
		grid[[2]string{c.workload, c.task}] = c
		done[c.task] = true
	}
	var order []string
	for _, t := range tasks() {
		if name := t.String(); done[name] {
			order = append(order, name)
		}
	}
	return grid, order
}

// panel draws a contest with its top left corner at x, y, and returns how many
// lines of bars it took. A program that failed or did something else has words
// instead of a bar.
func (c *contest) panel(b *bytes.Buffer, x, y int) int {
	text(b, x, y+12, "head", c.task)
	slowest := 0.0
	for i := range c.rows {
		slowest = max(slowest, c.rows[i].medians().Seconds)
	}
	y += panelHead
	for i := range c.rows {
		row := &c.rows[i]
		class := "peer"
		if i == 0 {
			class = "own"
		}
		base := y + barHeight - 2
		text(b, x+nameWidth-6, base, "name "+class, row.Program)
		seconds := row.medians().Seconds
		length := 0.0
		if slowest > 0 {
			length = max(1, barLimit*seconds/slowest)
		}
		label := fmt.Sprintf("%.2f", seconds)
		switch {
		case row.Failed != "":
			length, label = 0, "failed"
		case row.Differs:
			length, label = 0, "another torrent"
		case i > 0:
			label += fmt.Sprintf("  (%.1f×)", c.ratio(row))
		}
		if length > 0 {
			fmt.Fprintf(b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`+"\n", class, x+nameWidth, y, length, barHeight)
		}
		text(b, x+nameWidth+int(length)+6, base, class, label)
		y += barPitch
	}
	return len(c.rows)
}

// text writes a line of text with its base line at y.
func text(b *bytes.Buffer, x, y int, class, words string) {
	fmt.Fprintf(b, `<text x="%d" y="%d" class="%s">`, x, y, class)
	xml.EscapeText(b, []byte(words)) // what XML cannot have becomes U+FFFD
	b.WriteString("</text>\n")
}
