package main

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed peer/torf.py
var torfScript []byte

//go:embed peer/libtorrent.py
var libtorrentScript []byte

// scripts lists peers that are modules of Python, whose path is that of a script, with another name, for
// it. The module of libtorrent makes torrents with one thread and offers no other.
func (s *session) scripts() []program {
	all := []program{
		{name: "torf", path: "with_torf.py", formats: "v1", checks: "v1"},
		{name: "libtorrent-py", path: "with_libtorrent.py", formats: "v1 v2 hybrid", checks: "v1 v2 hybrid"},
	}
	for i, text := range [][]byte{torfScript, libtorrentScript} {
		p := &all[i]
		script := filepath.Join(s.scratch, p.path)
		if err := os.WriteFile(script, text, 0o644); err != nil {
			return nil // nor could anything else be measured
		}
		p.path, p.runs = script, s.python
		p.create = func(t task, root, output string) []string {
			return []string{"create", t.format, fmt.Sprint(t.pieceLength), root, output}
		}
		p.verify = func(_ task, torrent, root string) []string {
			return []string{"verify", torrent, root}
		}
	}
	return all
}

// yardsticks lists programs that read and hash and do nothing else: what the hardware
// allows. Those for one file want whole pieces.
func (s *session) yardsticks(m machine) []program {
	if s.limit == "" {
		return nil
	}
	sha1, sha256 := "ni4", "ni3"
	if m.SHA1 == "avx512" {
		sha1 = "x16"
	}
	if m.SHA256 == "avx512" {
		sha256 = "x16"
	}
	const threads, chunk = "2", "128" // KiB
	kib := func(t task) string { return fmt.Sprint(t.pieceLength >> 10) }
	alone := func(w *workload) bool { return len(w.files) == 1 && w.total%(16<<20) == 0 }
	all := []program{{
		name: "limit-file", formats: "v1", fits: alone,
		create: func(t task, root, _ string) []string {
			return []string{root, kib(t), threads, "pread", chunk, sha1}
		},
	}, {
		name: "limit-file2", formats: "v2 hybrid", fits: alone,
		create: func(t task, root, _ string) []string {
			return []string{root, kib(t), threads, "pread", chunk, t.format, sha256}
		},
	}, {
		name: "limit-tree", formats: "v1", fits: func(w *workload) bool { return len(w.files) > 1 && sha1 == "x16" },
		create: func(t task, root, _ string) []string { return []string{root, kib(t), threads, chunk, "x16"} },
	}}
	for i := range all {
		p := &all[i]
		p.yardstick, p.version, p.path = true, "what the hardware allows", filepath.Join(s.limit, p.name)
	}
	return slices.DeleteFunc(all, func(p program) bool {
		_, err := os.Stat(p.path)
		if err != nil {
			fmt.Fprintf(s.log, "%s: left out\n", strings.TrimSpace(err.Error()))
		}
		return err != nil
	})
}
