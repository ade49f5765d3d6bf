package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The chart's bars are as long as the medians say, within their panels.
func TestChart(t *testing.T) {
	r := report{
		Rounds: 3, Scale: 1,
		Programs:  []programInfo{{"torrentkit", "1"}, {"a<b>&\"c\"\x01", "2"}},
		Workloads: []workloadInfo{{Name: "big", Title: "one file of 4 GiB"}, {Name: "small", Title: "small: files"}},
	}
	add := func(workload, program string, seconds ...float64) *row {
		w := row{Workload: workload, Task: "create v1", Program: program}
		for _, s := range seconds {
			w.Samples = append(w.Samples, sample{Seconds: s})
		}
		r.Rows = append(r.Rows, w)
		return &r.Rows[len(r.Rows)-1]
	}
	add("big", "torrentkit", 0.5, 0.4, 9)
	add("big", "a<b>&\"c\"\x01", 2, 2, 2)
	add("big", "other", 2).Differs = true
	add("small", "torrentkit", 0.001)
	add("small", "gone").Failed = "exit status 1"
	var out bytes.Buffer
	if err := chart(&out, &r); err != nil {
		t.Fatal(err)
	}
	got := parseSVG(t, out.Bytes())
	if len(got.bars) != 3 {
		t.Fatalf("%d bars, want 3:\n%s", len(got.bars), out.Bytes())
	}
	if own, peer := got.bars[0], got.bars[1]; own.Class != "own" || peer.Class != "peer" || math.Abs(peer.Width-4*own.Width) > 0.5 {
		t.Errorf("bars of 0.5 and 2 seconds are %+v and %+v", own, peer)
	}
	for _, bar := range got.bars {
		if bar.X < 0 || bar.Y < 0 || bar.X+bar.Width > got.width || bar.Y+barHeight > got.height {
			t.Errorf("%+v is not within %v x %v", bar, got.width, got.height)
		}
	}
	for _, want := range []string{"a<b>&\"c\"\uFFFD", "2.00  (4.0×)", "another torrent", "failed"} {
		if !slices.Contains(got.texts, want) {
			t.Errorf("the chart does not say %q: %q", want, got.texts)
		}
	}
}

func TestChartOfNothing(t *testing.T) {
	var out bytes.Buffer
	if err := chart(&out, new(report)); err != nil {
		t.Fatal(err)
	}
	if got := parseSVG(t, out.Bytes()); len(got.bars) != 0 || got.height <= 0 {
		t.Errorf("%d bars, height %v", len(got.bars), got.height)
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		samples []float64
		want    float64
	}{{nil, 0}, {[]float64{7}, 7}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 3, 100}, 3.5}} {
		r := row{}
		for _, s := range c.samples {
			r.Samples = append(r.Samples, sample{Seconds: s})
		}
		if got := r.medians().Seconds; got != c.want {
			t.Errorf("median of %v is %v, want %v", c.samples, got, c.want)
		}
	}
}

// Below the memory that a process starts with, only a bound is known.
func TestPeak(t *testing.T) {
	for want, s := range map[string]sample{
		"-":   {},
		"40":  {Peak: 40 << 20, Floor: 5 << 20},
		"<6":  {Peak: 5 << 20, Floor: 5 << 20},
		"200": {Peak: 200 << 20},
	} {
		if got := s.mebibytes(); got != want {
			t.Errorf("%+v: %s, want %s", s, got, want)
		}
	}
}

func TestPlan(t *testing.T) {
	all := plan("/x", 1)
	if w := all[0]; w.total != 4<<30 || len(w.files) != 1 || w.files[0].path != w.root {
		t.Errorf("big is %d bytes in %d files", w.total, len(w.files))
	}
	folders := map[string]int{}
	for _, f := range all[1].files {
		folders[filepath.Dir(f.path)]++
		if f.size < 1<<10 || f.size > 64<<10 {
			t.Fatalf("small has a file of %d bytes", f.size)
		}
	}
	if len(all[1].files) != 20_000 || len(folders) != 100 {
		t.Errorf("small has %d files in %d folders", len(all[1].files), len(folders))
	}
	if w := all[2]; len(w.files) != 2000 || w.total < 2<<30 || w.total > 2<<30+2000 {
		t.Errorf("mixed is %d bytes in %d files", w.total, len(w.files))
	}
	for _, w := range all {
		if !slices.IsSortedFunc(w.files, func(a, b file) int { return strings.Compare(a.path, b.path) }) {
			t.Errorf("%s is not in the order of its paths", w.name)
		}
	}
}

// Content is the same at every run, and no block comes twice.
func TestFill(t *testing.T) {
	var sums [2]string
	for i := range sums {
		blocks := map[[32]byte]bool{}
		var all strings.Builder
		for _, w := range plan(t.TempDir(), 0.0005) {
			if err := w.fill(context.Background()); err != nil {
				t.Fatal(err)
			}
			for _, f := range w.files {
				data, err := os.ReadFile(f.path)
				if err != nil {
					t.Fatal(err)
				}
				if int64(len(data)) != f.size {
					t.Fatalf("%s has %d bytes, want %d", f.path, len(data), f.size)
				}
				fmt.Fprintf(&all, "%x", sha256.Sum256(data))
				for block := range slices.Chunk(data, 1024) {
					sum := sha256.Sum256(block)
					if blocks[sum] && len(block) > 8 {
						t.Fatalf("a block of %s comes twice", f.path)
					}
					blocks[sum] = true
				}
			}
		}
		sums[i] = all.String()
	}
	if sums[0] != sums[1] {
		t.Error("two runs make different content")
	}
}

func TestCompare(t *testing.T) {
	const (
		two   = "5:filesld6:lengthi1e4:pathl1:aeed6:lengthi2e4:pathl1:beee"
		other = "5:filesld6:lengthi2e4:pathl1:beed6:lengthi1e4:pathl1:aeee"
		fewer = "5:filesld6:lengthi1e4:pathl1:aeee"
		pad   = "5:filesld6:lengthi1e4:pathl1:aeed4:attr1:p6:lengthi9e4:path1:.ed6:lengthi2e4:pathl1:beee"
	)
	v1 := func(files, extra string, length int, pieces string) string {
		return fmt.Sprintf("d4:infod%s4:name1:n12:piece lengthi%de6:pieces%d:%s%see", files, length, len(pieces), pieces, extra)
	}
	v2 := func(tree, layers string) string {
		return fmt.Sprintf("d4:infod9:file treed1:a%se4:name1:n12:piece lengthi4ee12:piece layersd2:rr%see", tree, layers)
	}
	base := v1(two, "", 4, "xxxx")
	for name, c := range map[string]struct{ ours, theirs, want, err string }{
		"equal":        {base, base, sameInfohash, ""},
		"private":      {base, v1(two, "7:privatei0e", 4, "xxxx"), samePieces, ""},
		"single":       {v1("6:lengthi3e", "", 4, "xxxx"), v1("6:lengthi3e", "7:privatei0e", 4, "xxxx"), samePieces, ""},
		"pad files":    {base, v1(pad, "", 4, "xxxx"), samePieces, ""},
		"order":        {base, v1(other, "", 4, "yyyy"), otherOrder, ""},
		"pieces":       {base, v1(two, "", 4, "yyyy"), "", "other pieces"},
		"fewer pieces": {base, v1(two, "", 4, ""), "", "another number of pieces"},
		"files":        {base, v1(fewer, "", 4, "xxxx"), "", "other files"},
		"length":       {base, v1(two, "", 8, "xxxx"), "", "another piece length"},
		"v2":           {v2("1:t", "2:ll"), v2("1:t", "2:ll"), sameInfohash, ""},
		"v2 tree":      {v2("1:t", "2:ll"), v2("1:u", "2:ll"), "", "another file tree"},
		"v2 layers":    {v2("1:t", "2:ll"), v2("1:t", "2:mm"), "", "other piece layers"},
		"no torrent":   {base, "<html>", "", "not the start of a value"},
	} {
		got, err := compare([]byte(c.ours), []byte(c.theirs))
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %q, %v, want %q, %q", name, got, err, c.want, c.err)
		}
	}
	for n := range base { // no prefix of a torrent is one
		if _, err := read([]byte(base[:n])); err == nil {
			t.Errorf("%q is read as a torrent", base[:n])
		}
	}
	if _, err := read([]byte(strings.Repeat("l", 1<<20))); err == nil {
		t.Error("endless nesting is read as a torrent")
	}
	if _, err := read([]byte("d1:a" + strings.Repeat("l", 1<<16) + strings.Repeat("e", 1<<16) + "e")); err == nil {
		t.Error("deep nesting is accepted")
	}
}

// The yardstick takes the kernels that torrentkit does, and what is missing of it is
// left out.
func TestYardsticks(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"limit-file", "limit-file2"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	s := session{options: options{limit: dir, match: everything}, log: io.Discard}
	all := s.yardsticks(machine{SHA1: "shani", SHA256: "avx512"})
	var lines []string
	for i := range all {
		lines = append(lines, strings.Join(all[i].arguments(task{format: strings.Fields(all[i].formats)[0], pieceLength: 1 << 20}, "", "x")[1:], " "))
	}
	if want := []string{"x 1024 2 pread 128 ni4", "x 1024 2 pread 128 v2 x16"}; !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
	one, odd := &workload{files: make([]file, 1), total: 32 << 20}, &workload{files: make([]file, 1), total: 17 << 20}
	v1 := task{format: "v1", pieceLength: 1 << 20}
	if !s.asked(one, v1, &all[0]) || s.asked(odd, v1, &all[0]) || s.asked(one, task{format: "v1", verify: true}, &all[0]) {
		t.Error("the yardstick wants whole pieces, and verifies nothing")
	}
	s.limit = ""
	if none := s.yardsticks(machine{}); len(none) > 0 {
		t.Errorf("%d yardsticks of no folder", len(none))
	}
}

func TestKernelsAreNamed(t *testing.T) {
	t.Setenv("TORRENTKIT_TEST_KERNEL", "b")
	if got := kernel("TORRENTKIT_TEST_KERNEL", []string{"a", "b"}); got != "b" {
		t.Errorf("got %q, and the environment names b", got)
	}
	if got := kernel("TORRENTKIT_TEST_KERNEL", []string{"a"}); got != "a" {
		t.Errorf("got %q, and there is a only", got)
	}
}

// A Python without modules is no peer, and one that there is not is none either.
func TestScriptsAreLeftOut(t *testing.T) {
	var log strings.Builder
	s := session{options: options{python: filepath.Join(t.TempDir(), "none"), program: "x", match: regexp.MustCompile("torf|libtorrent-py")}, log: &log, scratch: t.TempDir()}
	s.workloads = plan(t.TempDir(), .001)
	if err := s.findPrograms(t.Context()); err != nil || len(s.programs) != 1 {
		t.Errorf("%d programs, %v", len(s.programs), err)
	}
	for _, name := range []string{"torf", "libtorrent-py"} {
		if !strings.Contains(log.String(), "no module for "+name) {
			t.Errorf("nothing says that %s is left out:\n%s", name, log.String())
		}
	}
}
