package main

import (
	"context"
	"crypto/sha1"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
)

// measureMany verifies thousands of small torrents of one tree in one run.
func (s *session) measureMany(ctx context.Context) ([]sideRow, error) {
	var rows []sideRow
	for _, n := range []int{5_000, 20_000} {
		n = scaled(n, s.scale)
		w, torrents, err := s.collection(ctx, n)
		if err != nil {
			return nil, err
		}
		own := &s.programs[0]
		all := []entrant{
			s.command(own.name, own.path, "verify", "--quiet", "--content", w.root, torrents),
			s.command("cat, sha1sum", "sh", "-c", `find "$1" -type f -print0 | xargs -0 -n 64 cat | sha1sum`, "sh", w.root),
		}
		if script, ok := s.libtorrentScript(ctx); ok {
			all = append(all, s.command("libtorrent-py, one process", s.python, script, "verify-many", torrents, w.root))
		}
		if path, err := exec.LookPath("mkbrr"); err == nil && n <= 5_000 { // a process for each takes long enough
			each := `find "$1" -type f -print0 | xargs -0 -P 2 -I {} sh -c '"$0" check --quiet "$1" "$2/$(basename "$1" .torrent)" > /dev/null' "$2" {} "$3"`
			all = append(all, s.command("mkbrr, a process each", "sh", "-c", each, "sh", torrents, path, w.root))
		}
		some, err := s.sideRounds(ctx, "many", fmt.Sprintf("%d torrents, %s", n, size(w.total)), w, all)
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	return rows, nil
}

// collection is files of 1 to 64 KiB in one folder, and a torrent of each, of one piece, in another.
func (s *session) collection(ctx context.Context, n int) (w *workload, torrents string, err error) {
	dir := filepath.Join(s.output, fmt.Sprintf("many-%d", n))
	w = &workload{name: "many", root: filepath.Join(dir, "content")}
	torrents = filepath.Join(dir, "torrents")
	rng := rand.New(rand.NewPCG(3, 0))
	for i := range n {
		f := file{filepath.Join(w.root, fmt.Sprintf("file-%05d.bin", i)), 1<<10 + rng.Int64N(63<<10+1)}
		w.files = append(w.files, f)
		w.total += f.size
	}
	if err := w.fill(ctx); err != nil {
		return nil, "", err
	}
	if err := os.MkdirAll(torrents, 0o755); err != nil {
		return nil, "", err
	}
	for _, f := range w.files {
		data, err := os.ReadFile(f.path)
		if err != nil {
			return nil, "", err
		}
		name := filepath.Base(f.path)
		text := fmt.Sprintf("d4:infod6:lengthi%de4:name%d:%s12:piece lengthi65536e6:pieces20:%see", f.size, len(name), name, sha1.Sum(data))
		if err := os.WriteFile(filepath.Join(torrents, name+".torrent"), []byte(text), 0o644); err != nil {
			return nil, "", err
		}
	}
	return w, torrents, nil
}

// libtorrentScript is the script for libtorrent's module for Python, if that is there.
func (s *session) libtorrentScript(ctx context.Context) (string, bool) {
	path := filepath.Join(s.scratch, "with_libtorrent.py")
	if err := os.WriteFile(path, libtorrentScript, 0o644); err != nil {
		return "", false
	}
	return path, exec.CommandContext(ctx, s.python, path, "version").Run() == nil
}
