package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// coldRow is one program reading data that is not in the page cache.
type coldRow struct {
	Workload string   `json:"workload"`
	Storage  string   `json:"storage"` // disk, or FUSE: bindfs over it
	Task     string   `json:"task"`
	Program  string   `json:"program"`
	Failed   string   `json:"failed,omitempty"`
	Samples  []sample `json:"samples"`

	title string
}

func (r *coldRow) seconds() float64 {
	return median(r.Samples, func(s sample) float64 { return s.Seconds })
}

// measureCold runs programs in turn, and readers that do nothing else, each time
// with dropped caches, on the disk, and over bindfs where FUSE is asked for too.
func (s *session) measureCold(ctx context.Context) ([]coldRow, error) {
	var rows []coldRow
	for i := range s.workloads {
		w := &s.workloads[i]
		if !slices.ContainsFunc(coldTasks(), func(t task) bool { return len(s.selected(w, t)) > 0 }) {
			continue
		}
		if err := w.fill(ctx); err != nil {
			return nil, err
		}
		some, err := s.coldStorage(ctx, w, "disk")
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
		if !s.fuse {
			continue
		}
		over, unmount, err := s.bind(ctx, w)
		if err != nil {
			fmt.Fprintf(s.log, "no measurement over FUSE: %v\n", err)
			continue
		}
		some, err = s.coldStorage(ctx, over, "FUSE")
		unmount()
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

// coldStorage measures all tasks on one storage.
func (s *session) coldStorage(ctx context.Context, w *workload, storage string) ([]coldRow, error) {
	var rows []coldRow
	for _, t := range coldTasks() {
		able := s.selected(w, t)
		if len(able) == 0 {
			continue
		}
		fmt.Fprintf(s.log, "%s, %s, %s:", w.name, t, storage)
		some, err := s.coldRounds(ctx, w, t, append(able, readers(w)...))
		if err != nil {
			return nil, err
		}
		for i := range some {
			some[i].Storage = storage
		}
		rows = append(rows, some...)
		fmt.Fprintln(s.log)
	}
	return rows, nil
}

const (
	oneReader   = "one reader"
	manyReaders = "many readers"
)

// readers are the yardsticks of cold storage: one that reads file after file, and
// many side by side.
func readers(w *workload) []program {
	one := `find "$1" -type f -print0 | xargs -0 -n 64 cat > /dev/null`
	many := `find "$1" -type f -print0 | xargs -0 -n 16 -P 16 cat > /dev/null`
	if len(w.files) == 1 { // eight readers of an eighth each
		part := (w.total>>20 + 8) / 8
		many = fmt.Sprintf(`for i in 0 1 2 3 4 5 6 7; do dd if="$1" of=/dev/null bs=1M status=none skip=$((i * %d)) count=%[1]d & done; wait`, part)
	}
	var all []program
	for _, reader := range [...]struct{ name, script string }{{oneReader, one}, {manyReaders, many}} {
		arguments := func(root string) []string { return []string{"-c", reader.script, "sh", root} }
		all = append(all, program{
			name: reader.name, path: "sh",
			create: func(_ task, root, _ string) []string { return arguments(root) },
			verify: func(_ task, _, root string) []string { return arguments(root) },
		})
	}
	return all
}

// coldRounds runs programs in turn on one task. A program that fails is left out
// of later rounds.
func (s *session) coldRounds(ctx context.Context, w *workload, t task, programs []program) ([]coldRow, error) {
	reference := filepath.Join(s.output, "reference.torrent")
	made := task{format: t.format, pieceLength: t.pieceLength}
	defer os.Remove(reference)
	if err := os.Remove(reference); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, _, err := child(ctx, s.output, programs[0].arguments(made, reference, w.root)); err != nil {
		return nil, err
	}
	rows := make([]coldRow, len(programs))
	for i, p := range programs {
		rows[i] = coldRow{Workload: w.name, Task: t.String(), Program: p.name, title: w.title}
	}
	for round := range s.rounds {
		for i := range programs {
			if rows[i].Failed != "" {
				continue
			}
			took, err := s.coldRun(ctx, w, t, &programs[i], reference)
			if ctx.Err() != nil || err != nil && i == 0 {
				return nil, errors.Join(ctx.Err(), err)
			}
			if err != nil {
				rows[i].Failed = err.Error()
				fmt.Fprintf(s.log, " %s FAILED: %v;", programs[i].name, err)
				continue
			}
			rows[i].Samples = append(rows[i].Samples, took)
		}
		fmt.Fprintf(s.log, " %d", round+1)
	}
	return rows, nil
}

// coldRun is one run of one program.
func (s *session) coldRun(ctx context.Context, w *workload, t task, p *program, torrent string) (sample, error) {
	if !t.verify {
		torrent = filepath.Join(s.output, "cold.torrent")
		defer os.Remove(torrent)
	}
	if err := drop(ctx); err != nil {
		return sample{}, err
	}
	settle(w.total)
	took, _, err := child(ctx, s.output, p.arguments(t, torrent, w.root))
	return took, err
}

// settle takes as much memory as will be read, and gives it back: a virtual
// machine may have lent free memory to its host, and getting it again would take
// longer than the disk does.
func settle(bytes int64) {
	memory := make([]byte, bytes)
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	runtime.KeepAlive(memory)
	memory = nil
	debug.FreeOSMemory()
}

// drop makes the system forget what it has in its caches.
func drop(ctx context.Context) error {
	if err := exec.CommandContext(ctx, "sync").Run(); err != nil {
		return fmt.Errorf("writing back caches: %w", err)
	}
	if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0); err != nil {
		return fmt.Errorf("dropping caches, which Linux lets root do: %w", err)
	}
	return nil
}

// bind mounts the workload's folder elsewhere with bindfs, read-only, and returns the
// workload as it is there.
func (s *session) bind(ctx context.Context, w *workload) (*workload, func(), error) {
	parent := filepath.Dir(w.root)
	mount := filepath.Join(s.scratch, "fuse")
	if err := os.MkdirAll(mount, 0o755); err != nil {
		return nil, nil, err
	}
	if text, err := exec.CommandContext(ctx, "bindfs", "-r", "--no-allow-other", parent, mount).CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("mounting with bindfs: %w %s", err, bytes.TrimSpace(text))
	}
	unmount := func() {
		if text, err := exec.Command("umount", mount).CombinedOutput(); err != nil {
			fmt.Fprintf(s.log, "unmounting %s: %v %s\n", mount, err, bytes.TrimSpace(text))
		}
	}
	over := *w
	over.root = mount + strings.TrimPrefix(w.root, parent)
	over.files = nil
	for _, f := range w.files {
		over.files = append(over.files, file{mount + strings.TrimPrefix(f.path, parent), f.size})
	}
	return &over, unmount, nil
}

// markdownCold writes the cold rows: a table of programs. The readers' times are
// what the storage gives: beside others stands how they compare to the faster one.
func (r *report) markdownCold(b *bytes.Buffer) {
	if len(r.Cold) == 0 {
		return
	}
	var lines, programs []string
	best := map[string]float64{} // of readers
	for i := range r.Cold {
		row := &r.Cold[i]
		if !slices.Contains(lines, row.line()) {
			lines = append(lines, row.line())
		}
		if !slices.Contains(programs, row.Program) {
			programs = append(programs, row.Program)
		}
		if t := row.seconds(); row.reads() && row.Failed == "" && (best[row.line()] == 0 || t < best[row.line()]) {
			best[row.line()] = t
		}
	}
	cells := map[[2]string]string{}
	for i := range r.Cold {
		row := &r.Cold[i]
		text := "failed"
		if row.Failed == "" {
			text = fmt.Sprintf("%.2f, %.2f to %.2f", row.seconds(), slices.MinFunc(row.Samples, bySeconds).Seconds, slices.MaxFunc(row.Samples, bySeconds).Seconds)
		}
		if t := best[row.line()]; row.Failed == "" && !row.reads() && t > 0 {
			text += fmt.Sprintf(" (%.2f ×)", row.seconds()/t)
		}
		cells[[2]string{row.line(), row.Program}] = text
	}
	fmt.Fprintf(b, "\n| Caches dropped before each run: seconds, least to most (× the faster reader) | %s |\n|---|%s\n", strings.Join(programs, " | "), strings.Repeat("---:|", len(programs)))
	for _, line := range lines {
		fmt.Fprintf(b, "| %s |", escape(line))
		for _, p := range programs {
			fmt.Fprintf(b, " %s |", cmp.Or(cells[[2]string{line, p}], "–"))
		}
		b.WriteByte('\n')
	}
}

func (r *coldRow) line() string {
	return fmt.Sprintf("%s, %s, %s", sentence(r.title), r.Task, r.Storage)
}
func (r *coldRow) reads() bool { return r.Program == oneReader || r.Program == manyReaders }

func bySeconds(a, b sample) int { return cmp.Compare(a.Seconds, b.Seconds) }
