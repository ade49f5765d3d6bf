package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// coldRow is one program reading data that is not in the page cache.
type coldRow struct {
	Workload string   `json:"workload"`
	Storage  string   `json:"storage"` // disk, or FUSE: bindfs over it
	Program  string   `json:"program"`
	Samples  []sample `json:"samples"`

	title string
}

func (r *coldRow) seconds() float64 {
	return median(r.Samples, func(s sample) float64 { return s.Seconds })
}

// measureCold runs torrentkit and cat in turn, each time with dropped caches, on
// the disk and over bindfs.
func (s *session) measureCold(ctx context.Context) ([]coldRow, error) {
	var rows []coldRow
	for i := range s.workloads {
		w := &s.workloads[i]
		if len(w.files) > 5000 {
			continue // too many for the arguments of one cat
		}
		if err := w.fill(ctx); err != nil {
			return nil, err
		}
		some, err := s.coldRounds(ctx, w, "disk")
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
		over, unmount, err := s.bind(ctx, w)
		if err != nil {
			fmt.Fprintf(s.log, "no measurement over FUSE: %v\n", err)
			continue
		}
		some, err = s.coldRounds(ctx, over, "FUSE")
		unmount()
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

// coldRounds measures both programs on one storage.
func (s *session) coldRounds(ctx context.Context, w *workload, storage string) ([]coldRow, error) {
	fmt.Fprintf(s.log, "%s, cold, %s:", w.name, storage)
	defer fmt.Fprintln(s.log)
	torrent := filepath.Join(s.output, "cold.torrent")
	defer os.Remove(torrent)
	cat := []string{"sh", "-c", `cat -- "$@" > /dev/null`, "cat"}
	for _, f := range w.files {
		cat = append(cat, f.path)
	}
	own := s.programs[0]
	rows := []coldRow{
		{Workload: w.name, Storage: storage, Program: own.name, title: w.title},
		{Workload: w.name, Storage: storage, Program: "cat", title: w.title},
	}
	create := own.arguments(task{format: "v1", pieceLength: 1 << 20}, torrent, w.root)
	for round := range s.rounds {
		for i, args := range [][]string{create, cat} {
			if err := drop(ctx); err != nil {
				return nil, err
			}
			took, _, err := child(ctx, s.output, args)
			if err != nil {
				return nil, err
			}
			rows[i].Samples = append(rows[i].Samples, took)
		}
		if err := os.Remove(torrent); err != nil {
			return nil, err
		}
		fmt.Fprintf(s.log, " %d", round+1)
	}
	return rows, nil
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

// markdownCold writes the cold rows.
func (r *report) markdownCold(b *bytes.Buffer) {
	if len(r.Cold) == 0 {
		return
	}
	b.WriteString("\n| Caches dropped, create v1: seconds | torrentkit | cat > /dev/null |\n|---|---:|---:|\n")
	for i := 0; i+1 < len(r.Cold); i += 2 {
		own, cat := &r.Cold[i], &r.Cold[i+1]
		fmt.Fprintf(b, "| %s, %s | %.2f | %.2f |\n", escape(sentence(own.title)), own.Storage, own.seconds(), cat.seconds())
	}
}
