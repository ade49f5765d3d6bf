package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Thousands of torrents, or some here, are good in one run.
func TestMany(t *testing.T) {
	data := filepath.Join(t.TempDir(), "samples.json")
	var out, log bytes.Buffer
	args := []string{"-scale", "0.001", "-rounds", "2", "-many", "-run", "^many/.*/torrentkit$", "-json", data, "-dir", t.TempDir(), "-program", built(t)}
	if err := run(context.Background(), args, &out, &log); err != nil {
		t.Fatalf("%v\n%s", err, log.Bytes())
	}
	var r report
	if text, err := os.ReadFile(data); err != nil {
		t.Fatal(err)
	} else if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Side) != 2 || len(r.Rows) > 0 {
		t.Fatalf("%d rows beside, want two numbers of torrents: %+v", len(r.Side), r)
	}
	for _, row := range r.Side {
		if row.Failed != "" || len(row.Samples) != 2 || !strings.Contains(out.String(), "| "+row.Line+" |") {
			t.Errorf("%+v\n%s", row, out.Bytes())
		}
	}
}

// A web seed is read from a real nginx, beside who receives and hashes.
func TestWeb(t *testing.T) {
	for _, name := range []string{"nginx", "cc"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Skip(err)
		}
	}
	var out, log bytes.Buffer
	args := []string{"-scale", "0.001", "-rounds", "1", "-web", "-run", "^web/HTTP.*, 1 MiB", "-dir", t.TempDir(), "-program", built(t)}
	err := run(context.Background(), args, &out, &log)
	if strings.Contains(log.String(), "left out") {
		t.Skip(log.String())
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, log.Bytes())
	}
	for _, p := range protocols() {
		if n := strings.Count(out.String(), "| "+p.title+", 1 MiB |"); n != 1 {
			t.Errorf("%d lines of %s:\n%s", n, p.title, out.Bytes())
		}
	}
}

// One who fails is left out, and torrentkit's failure ends all.
func TestSideRounds(t *testing.T) {
	s := session{options: options{rounds: 3, match: regexp.MustCompile("one|bad")}, log: io.Discard}
	calls := map[string]int{}
	who := func(name string, fault error) entrant {
		return entrant{name, func(context.Context) (sample, error) {
			calls[name]++
			return sample{Seconds: 1}, fault
		}}
	}
	fault := errors.New("exit status 1")
	all := []entrant{who("torrentkit", nil), who("one", nil), who("bad", fault), who("other", nil)}
	rows, err := s.sideRounds(t.Context(), "fuse", "create", &workload{}, all)
	if err != nil || len(rows) != 3 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if calls["torrentkit"] != 4 || calls["one"] != 4 || calls["bad"] != 1 || calls["other"] != 0 {
		t.Errorf("calls are %v: all run in each round and one before, but who fails or is not asked for", calls)
	}
	if len(rows[0].Samples) != 3 || rows[2].Failed == "" || len(rows[2].Samples) > 0 {
		t.Errorf("%+v", rows)
	}
	if r := (report{Side: rows}); !r.findings() {
		t.Error("a failure is no finding")
	}
	if _, err := s.sideRounds(t.Context(), "fuse", "create", &workload{}, []entrant{who("torrentkit", fault), who("one", nil)}); !errors.Is(err, fault) {
		t.Errorf("torrentkit fails, and the error is %v", err)
	}
}

func TestSideTables(t *testing.T) {
	r := report{Machine: machine{Cores: 2}, Side: []sideRow{
		{Table: "web", Line: "HTTP/1.1, 1 MiB", Program: "torrentkit", Samples: []sample{{Seconds: 1.2, CPU: 1.5, Server: 0.5}}},
		{Table: "web", Line: "HTTP/1.1, 1 MiB", Program: receiving, Samples: []sample{{Seconds: 9, CPU: 0.8, Server: 0.7}}},
		{Table: "web", Line: "HTTP/1.1, 1 MiB", Program: hashing, Samples: []sample{{Seconds: 9, CPU: 9, User: 0.5}}},
		{Table: "fuse", Line: "create v1", Program: "torrentkit", Samples: []sample{{Seconds: 0.5, CPU: 0.6}}},
		{Table: "fuse", Line: "create v1", Program: "cat", Samples: []sample{{Seconds: 0.25, CPU: 0.2}}},
		{Table: "fuse", Line: "verify v1", Program: "torrentkit", Samples: []sample{{Seconds: 0.5, CPU: 0.6}}},
		{Table: "many", Line: "5 torrents", Program: "torrentkit", Samples: []sample{{Seconds: 1, CPU: 2, Peak: 40 << 20}}},
		{Table: "many", Line: "5 torrents", Program: "broken", Failed: "exit status 1"},
	}}
	var b bytes.Buffer
	r.markdownSide(&b)
	for _, want := range []string{
		"| HTTP/1.1, 1 MiB | **1.20** | 1.00 | 1.20 × | 1.50 + 0.50 | 0.80 + 0.70 + 0.50 | 1.00 × |\n",
		"| create v1 | 0.50, 0.60 | 0.25, 0.20 (0.50 ×) |\n",
		"| verify v1 | 0.50, 0.60 | – |\n",
		"| 5 torrents | 1.00, 2.00, 40 | failed |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no line %q in\n%s", want, b.Bytes())
		}
	}
}

// A report goes between its two lines, and nowhere else.
func TestReplaceSection(t *testing.T) {
	const document = "# a\n<!-- bench x -->\nold\n<!-- bench end -->\nb\n<!-- bench y -->\n<!-- bench end -->\n"
	for _, c := range []struct{ name, want string }{
		{"x", "# a\n<!-- bench x -->\n\nnew\n\n<!-- bench end -->\nb\n<!-- bench y -->\n<!-- bench end -->\n"},
		{"y", "# a\n<!-- bench x -->\nold\n<!-- bench end -->\nb\n<!-- bench y -->\n\nnew\n\n<!-- bench end -->\n"},
	} {
		got, err := replaceSection([]byte(document), c.name, []byte("\nnew\n"))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
		again, err := replaceSection(got, c.name, []byte("new"))
		if err != nil || string(again) != c.want {
			t.Errorf("%s, again: %q, %v", c.name, again, err)
		}
	}
	if _, err := replaceSection([]byte(document), "z", nil); err == nil {
		t.Error("a section that is not there is replaced")
	}
}

// Two reports are drawn one below the other, the earlier one first.
func TestChartOfTwo(t *testing.T) {
	one := func(kernel string) *report {
		return &report{
			Machine: machine{SHA1: kernel, SHA256: kernel}, Rounds: 1, Scale: 1,
			Workloads: []workloadInfo{{Name: "big", Title: "one file"}},
			Rows:      []row{{Workload: "big", Task: "create v1", Program: "torrentkit", Samples: []sample{{Seconds: 1}}}},
		}
	}
	before, path := filepath.Join(t.TempDir(), "before.json"), filepath.Join(t.TempDir(), "chart.svg")
	if err := writeFile(before, one("avx512").encode); err != nil {
		t.Fatal(err)
	}
	if err := one("shani").draw(path, before); err != nil {
		t.Fatal(err)
	}
	drawn, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got := parseSVG(t, drawn)
	if len(got.bars) != 2 || got.bars[0].Y >= got.bars[1].Y || got.bars[1].Y+barHeight > got.height {
		t.Errorf("bars are %+v in a height of %v", got.bars, got.height)
	}
	all := strings.Join(got.texts, "\n")
	if a, b := strings.Index(all, "SHA-1 by avx512"), strings.Index(all, "SHA-1 by shani"); a < 0 || b < a {
		t.Errorf("the texts are %q", got.texts)
	}
}

func TestColdTable(t *testing.T) {
	times := func(all ...float64) (samples []sample) {
		for _, t := range all {
			samples = append(samples, sample{Seconds: t})
		}
		return samples
	}
	row := func(program string, samples []sample) coldRow {
		return coldRow{Storage: "disk", Task: "cold create v1", Program: program, Samples: samples, title: "one file"}
	}
	broken := row("broken", nil)
	broken.Failed = "exit status 1"
	r := report{Rounds: 3, Cold: []coldRow{row("torrentkit", times(3, 2, 1)), broken, row(manyReaders, times(2, 1.6, 5)), row(oneReader, times(8, 8, 8))}}
	var b bytes.Buffer
	if err := r.markdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| One file, cold create v1, disk | 2.00, 1.00 to 3.00 (1.00 ×) | failed | 2.00, 1.60 to 5.00 | 8.00, 8.00 to 8.00 |\n",
		"broken failed: exit status 1\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no line %q in\n%s", want, b.Bytes())
		}
	}
	if strings.Contains(b.String(), "page cache") {
		t.Errorf("cold data is said to be in the page cache:\n%s", b.Bytes())
	}
	if !r.findings() {
		t.Error("a program that failed is no finding")
	}
}
