package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// report is all that was measured, as -json writes it.
type report struct {
	Schema    int            `json:"schema"`
	Machine   machine        `json:"machine"`
	Rounds    int            `json:"rounds"`
	Scale     float64        `json:"scale"`
	Programs  []programInfo  `json:"programs"`
	Workloads []workloadInfo `json:"workloads"`
	Rows      []row          `json:"results"`
	Cold      []coldRow      `json:"cold,omitempty"`
	Side      []sideRow      `json:"side,omitempty"`
}

type programInfo struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type workloadInfo struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	Bytes int64  `json:"bytes"`
	Files int    `json:"files"`
}

// row is one program at one task.
type row struct {
	Workload string   `json:"workload"`
	Task     string   `json:"task"`
	Program  string   `json:"program"`
	Output   string   `json:"output"`            // how it compares with torrentkit's; of verify, complete
	Differs  bool     `json:"differs,omitempty"` // the torrent is another one: times do not compare
	Failed   string   `json:"failed,omitempty"`  // why there are no samples, or fewer
	Samples  []sample `json:"samples"`
}

// medians returns the middle of each figure, zero without samples.
func (r *row) medians() sample {
	return sample{
		Seconds: median(r.Samples, func(s sample) float64 { return s.Seconds }),
		CPU:     median(r.Samples, func(s sample) float64 { return s.CPU }),
		Peak:    int64(median(r.Samples, func(s sample) float64 { return float64(s.Peak) })),
		Floor:   int64(median(r.Samples, func(s sample) float64 { return float64(s.Floor) })),
	}
}

func median(samples []sample, of func(sample) float64) float64 {
	var all []float64
	for _, s := range samples {
		all = append(all, of(s))
	}
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2
}

// findings reports whether something in the report must not be overlooked.
func (r *report) findings() bool {
	return slices.ContainsFunc(r.Rows, func(r row) bool { return r.Differs || r.Failed != "" }) ||
		slices.ContainsFunc(r.Side, func(r sideRow) bool { return r.Failed != "" }) ||
		slices.ContainsFunc(r.Cold, func(r coldRow) bool { return r.Failed != "" })
}

// contest is the rows of one task on one workload, torrentkit's first.
type contest struct {
	workload string
	task     string
	rows     []row
}

// contests groups the rows, in their order.
func (r *report) contests() []contest {
	var all []contest
	for _, row := range r.Rows {
		last := len(all) - 1
		if last < 0 || all[last].workload != row.Workload || all[last].task != row.Task {
			all = append(all, contest{workload: row.Workload, task: row.Task})
			last++
		}
		all[last].rows = append(all[last].rows, row)
	}
	return all
}

// ratio is how many times as long as torrentkit a program takes, 0 where one of
// both was not measured.
func (c *contest) ratio(r *row) float64 {
	if own := c.rows[0].medians().Seconds; own > 0 {
		return r.medians().Seconds / own
	}
	return 0
}

// encode writes the report as JSON.
func (r *report) encode(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// method is one line on how figures came about.
func (r *report) method() string {
	line := fmt.Sprintf("medians of %d rounds, programs in turn", r.Rounds)
	if r.Rounds == 1 {
		line = "one round"
	}
	if len(r.Rows)+len(r.Side) > 0 {
		line += ", data in the page cache; the ratio says how many times as long as torrentkit a program takes"
	}
	if r.Scale != 1 {
		line += fmt.Sprintf("; workloads scaled by %g", r.Scale)
	}
	return line
}

// mebibytes is the peak memory; below the floor only a bound is known.
func (s sample) mebibytes() string {
	switch {
	case s.Peak == 0:
		return "-"
	case s.Peak < s.Floor+s.Floor/16:
		return fmt.Sprintf("<%.0f", float64(s.Peak)/(1<<20)+1)
	}
	return fmt.Sprintf("%.0f", float64(s.Peak)/(1<<20))
}

// escape keeps Markdown from reading text as a table's end.
func escape(text string) string {
	return strings.NewReplacer("|", `\|`, "\n", " ").Replace(text)
}
