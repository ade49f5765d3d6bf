package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// everything matches all programs and tasks.
var everything = regexp.MustCompile("")

// The whole program, with torrentkit alone and next to no data.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	svg, data := filepath.Join(dir, "chart.svg"), filepath.Join(dir, "samples.json")
	work := filepath.Join(dir, "work")
	var out, log bytes.Buffer
	args := []string{"-scale", "0.0005", "-rounds", "2", "-run", "/torrentkit$", "-svg", svg, "-json", data, "-dir", work, "-program", built(t)}
	if err := run(context.Background(), args, &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, log.Bytes())
	}
	var r report
	text, err := os.ReadFile(data)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if want := 3 * len(tasks()); len(r.Rows) != want || len(r.Programs) != 1 || r.Programs[0].Version == "" {
		t.Fatalf("%d rows of programs %q, want %d of torrentkit", len(r.Rows), r.Programs, want)
	}
	for _, row := range r.Rows {
		if row.Failed != "" || row.Differs || len(row.Samples) != 2 {
			t.Errorf("%s, %s: %d samples, %q, %q", row.Workload, row.Task, len(row.Samples), row.Output, row.Failed)
		}
		for _, s := range row.Samples {
			if s.Seconds <= 0 || runtime.GOOS == "linux" && s.Peak < 1<<20 {
				t.Errorf("%s, %s: %+v", row.Workload, row.Task, s)
			}
		}
	}
	for _, task := range tasks() {
		if n := strings.Count(out.String(), "\n| "+task.String()+" |"); n != 6 {
			t.Errorf("%s has %d lines in the tables, want 6:\n%s", task, n, out.Bytes())
		}
	}
	drawn, err := os.ReadFile(svg)
	if err != nil {
		t.Fatal(err)
	}
	if shapes := parseSVG(t, drawn); len(shapes.bars) != len(r.Rows) {
		t.Errorf("the chart has %d bars, want %d", len(shapes.bars), len(r.Rows))
	}
	if left, err := filepath.Glob(filepath.Join(work, "*")); err != nil || len(left) > 0 {
		t.Errorf("%q stayed, %v", left, err)
	}
}

// What a run keeps is what the next one takes.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-scale", "0.0001", "-rounds", "1", "-run", "big/create v1/torrentkit", "-program", built(t), "-keep", "-dir", dir}
	path := filepath.Join(dir, "workloads-0.0001", "big.bin")
	var before fs.FileInfo
	for range 2 {
		if err := run(context.Background(), args, io.Discard, io.Discard); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if before != nil && !os.SameFile(before, info) {
			t.Error("the workload was made again")
		}
		before = info
		args = args[:8]
		args = append(args, "-dir", dir) // without -keep: what was there before stays
	}
}

// Peers that do something else, or nothing, are named and end in an error.
func TestFindings(t *testing.T) {
	var log bytes.Buffer
	o := options{scale: 0.0005, rounds: 1, match: everything, dir: t.TempDir()}
	s, err := newSession(context.Background(), o, &log)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	own := torrentkit(context.Background(), built(t))
	less, broken := own, own
	less.name, less.checks = "less", ""
	less.create = func(t task, root, output string) []string {
		return append(own.create(t, root, output), "--exclude", "file-0000.bin")
	}
	broken.name, broken.checks = "broken", ""
	broken.create = func(task, string, string) []string { return []string{"no-such-command"} }
	s.programs = []program{own, less, broken}
	s.workloads = s.workloads[2:] // mixed, which has that file
	r, err := s.measure(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	c := r.contests()[0]
	if !c.row("less").Differs || c.row("broken").Failed == "" || c.rows[0].Differs || c.rows[0].Failed != "" {
		t.Errorf("rows are %+v", c.rows)
	}
	if !strings.Contains(log.String(), "*** mixed, create v1: the torrent of less DIFFERS") {
		t.Errorf("the log does not warn:\n%s", log.Bytes())
	}
	var out bytes.Buffer
	if err := publish(r, options{}, &out); !errors.Is(err, errFindings) {
		t.Errorf("publishing ends with %v", err)
	}
	for _, want := range []string{"DIFFERS", "failed"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not say %s:\n%s", want, out.Bytes())
		}
	}
}

func TestArguments(t *testing.T) {
	for _, args := range [][]string{{"-scale", "0"}, {"-scale", "2"}, {"-scale", "NaN"}, {"-rounds", "0"}, {"-run", "("}, {"x"}, {"-bogus"}} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}

// A pattern that asks for nothing is a mistake, and no empty report.
func TestNothingMatches(t *testing.T) {
	var out bytes.Buffer
	args := []string{"-scale", "0.0001", "-run", "no such task", "-dir", t.TempDir(), "-program", built(t)}
	if err := run(context.Background(), args, &out, io.Discard); err == nil || out.Len() > 0 {
		t.Errorf("%v, %q", err, out.Bytes())
	}
}

// tool is torrentkit, built once for all tests.
var tool struct {
	sync.Once
	dir, path string
	err       error
}

func TestMain(m *testing.M) {
	code := m.Run()
	os.RemoveAll(tool.dir)
	os.Exit(code)
}

func built(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("no go command to build torrentkit with")
	}
	tool.Do(func() {
		if tool.dir, tool.err = os.MkdirTemp("", "bench"); tool.err == nil {
			tool.path, tool.err = build(context.Background(), tool.dir)
		}
	})
	if tool.err != nil {
		t.Fatal(tool.err)
	}
	return tool.path
}

// shapes is what a chart draws.
type shapes struct {
	width, height float64
	bars          []struct {
		X     float64 `xml:"x,attr"`
		Y     float64 `xml:"y,attr"`
		Width float64 `xml:"width,attr"`
		Class string  `xml:"class,attr"`
	}
	texts []string
}

// parseSVG reads a chart as XML. The ground is no bar.
func parseSVG(t *testing.T, drawn []byte) shapes {
	t.Helper()
	var doc struct {
		XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
		Width   float64  `xml:"width,attr"`
		Height  float64  `xml:"height,attr"`
		Rects   []struct {
			X     float64 `xml:"x,attr"`
			Y     float64 `xml:"y,attr"`
			Width float64 `xml:"width,attr"`
			Class string  `xml:"class,attr"`
		} `xml:"rect"`
		Texts []string `xml:"text"`
	}
	if err := xml.Unmarshal(drawn, &doc); err != nil {
		t.Fatalf("the chart is no SVG: %v\n%s", err, drawn)
	}
	if len(doc.Rects) == 0 || doc.Rects[0].Class != "ground" {
		t.Fatalf("the chart has no ground:\n%s", drawn)
	}
	return shapes{doc.Width, doc.Height, doc.Rects[1:], doc.Texts}
}
