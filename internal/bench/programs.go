package main

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// program is one that makes or checks torrents.
type program struct {
	name    string
	path    string
	runs    string // what runs path, where that is a script
	version string
	formats string // formats that it makes, separated by spaces
	checks  string // formats that it checks
	// create returns the arguments that make a torrent of root.
	create func(t task, root, output string) []string
	// verify returns the arguments that check root against a torrent.
	verify func(t task, torrent, root string) []string
	// complete, where set, must be in the output of a successful check: for
	// programs whose exit code does not tell.
	complete string
	// silent says that nothing tells whether its checks succeed.
	silent bool
	// fits, where set, tells whether it takes the workload.
	fits func(w *workload) bool
	// yardstick says that it reads and hashes, and makes no torrent.
	yardstick bool
}

// can reports whether the program does such a task.
func (p *program) can(t task) bool {
	formats := p.formats
	if t.verify {
		formats = p.checks
	}
	return slices.Contains(strings.Fields(formats), t.format)
}

// arguments returns the command line that does the task.
func (p *program) arguments(t task, torrent, root string) []string {
	line := []string{p.path}
	if p.runs != "" {
		line = []string{p.runs, p.path}
	}
	if t.verify {
		return append(line, p.verify(t, torrent, root)...)
	}
	return append(line, p.create(t, root, torrent)...)
}

// findPrograms builds torrentkit, which comes first, and finds those peers that
// have something to do.
func (s *session) findPrograms(ctx context.Context) error {
	var err error
	path := s.program
	if path == "" {
		if path, err = build(ctx, s.scratch); err != nil {
			return err
		}
	}
	s.programs = []program{torrentkit(ctx, path)}
	for _, p := range peers() {
		if !s.wanted(&p) {
			continue
		}
		if p.path, err = exec.LookPath(p.name); err != nil {
			fmt.Fprintf(s.log, "%s is not on PATH: left out\n", p.name)
			continue
		}
		p.version = firstLine(ctx, p.path, p.version)
		s.programs = append(s.programs, p)
	}
	for _, p := range s.scripts() {
		if p.version = firstLine(ctx, s.python, p.path, "version"); s.wanted(&p) && strings.HasPrefix(p.version, p.name) {
			s.programs = append(s.programs, p)
		} else if s.wanted(&p) {
			fmt.Fprintf(s.log, "%s has no module for %s: left out\n", s.python, p.name)
		}
	}
	for _, p := range s.yardsticks(describe()) {
		if s.wanted(&p) {
			s.programs = append(s.programs, p)
		}
	}
	return s.addLibtorrent(ctx)
}

// addLibtorrent compiles libtorrent, if it is there.
func (s *session) addLibtorrent(ctx context.Context) error {
	library := libtorrent(s.scratch)
	if !s.wanted(&library) {
		return nil
	}
	if err := library.compile(ctx); err != nil {
		fmt.Fprintf(s.log, "libtorrent cannot be built: left out: %v\n", err)
		return ctx.Err()
	}
	s.programs = append(s.programs, library)
	return nil
}

// torrentkit is the program that this is about.
func torrentkit(ctx context.Context, path string) program {
	return program{
		name: "torrentkit", path: path, version: firstLine(ctx, path, "--version"),
		formats: "v1 v2 hybrid", checks: "v1 v2 hybrid",
		create: func(t task, root, output string) []string {
			return []string{"create", "--quiet", "--no-date", "--no-created-by", "--format", t.format,
				"--piece-length", fmt.Sprint(t.pieceLength), "--output", output, root}
		},
		verify: func(_ task, torrent, root string) []string { return []string{"verify", "--quiet", torrent, root} },
	}
}

// build builds torrentkit in a folder, and returns its path.
func build(ctx context.Context, dir string) (string, error) {
	path := filepath.Join(dir, executable("torrentkit"))
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", "-o", path, "github.com/torrentkit/torrentkit/cmd/torrentkit")
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building torrentkit: %w\n%s", err, text)
	}
	return path, nil
}

// peers lists the programs that may be on PATH. Their version is, at first, the
// argument that asks for it. Where a program has a number of threads to choose,
// it is two, as hashing on two cores wants.
func peers() []program {
	return []program{{
		name: "mkbrr", version: "version", formats: "v1", checks: "v1", complete: "100.00%",
		create: func(t task, root, output string) []string {
			return []string{"create", "--quiet", "--no-date", "--no-creator", "--private=false",
				"--piece-length", t.exponent(), "--output", output, root}
		},
		verify: func(_ task, torrent, root string) []string { return []string{"check", "--quiet", torrent, root} },
	}, {
		name: "mktorrent", version: "-h", formats: "v1",
		create: func(t task, root, output string) []string {
			return []string{"-d", "-a", "http://127.0.0.1/announce", "-t", "2", "-l", t.exponent(), "-o", output, root}
		},
	}, {
		name: "transmission-create", version: "--version", formats: "v1",
		create: func(t task, root, output string) []string {
			return []string{"--piecesize", fmt.Sprint(t.pieceLength >> 10), "--outfile", output, root}
		},
	}, {
		name: "torrenttools", version: "--version", formats: "v1 v2 hybrid", checks: "v1", silent: true,
		create: func(t task, root, output string) []string {
			return []string{"create", "--threads", "2", "--no-creation-date", "--no-created-by",
				"--protocol", strings.TrimPrefix(t.format, "v"), "--piece-size", fmt.Sprint(t.pieceLength),
				"--output", output, root}
		},
		verify: func(_ task, torrent, root string) []string {
			return []string{"verify", "--threads", "2", "--protocol", "1", torrent, root}
		},
	}, {
		name: "aria2c", version: "--version", checks: "v1",
		verify: func(_ task, torrent, root string) []string {
			return []string{"--no-conf", "--quiet", "--check-integrity", "--hash-check-only", "--file-allocation=none",
				"--enable-dht=false", "--enable-dht6=false", "--bt-enable-lpd=false", "--enable-peer-exchange=false",
				"--interface=127.0.0.1", "--dir=" + filepath.Dir(root), torrent}
		},
	}}
}

//go:embed peer/libtorrent.cpp
var libtorrentSource []byte

// libtorrent is the benchmark's libtorrent, still to be compiled.
func libtorrent(scratch string) program {
	return program{
		name: "libtorrent", path: filepath.Join(scratch, executable("libtorrent")),
		formats: "v1 v2 hybrid", checks: "v1 v2 hybrid",
		create: func(t task, root, output string) []string {
			return []string{"create", t.format, fmt.Sprint(t.pieceLength), root, output}
		},
		verify: func(_ task, torrent, root string) []string {
			return []string{"verify", torrent, filepath.Dir(root)}
		},
	}
}

// compile makes the benchmark's libtorrent where it is said to be.
func (p *program) compile(ctx context.Context) error {
	source := p.path + ".cpp"
	if err := os.WriteFile(source, libtorrentSource, 0o644); err != nil {
		return err
	}
	library := []string{"-ltorrent-rasterbar"}
	if text, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", "libtorrent-rasterbar").Output(); err == nil {
		library = strings.Fields(string(text))
	}
	build := exec.CommandContext(ctx, "c++", append([]string{"-std=c++17", "-O2", "-o", p.path, source}, library...)...)
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("compiling: %w: %s", err, bytes.TrimSpace(text[:min(len(text), 400)]))
	}
	p.version = firstLine(ctx, p.path, "version")
	return nil
}

// firstLine returns the first line that a program says of its version.
func firstLine(ctx context.Context, path string, arguments ...string) string {
	text, _ := exec.CommandContext(ctx, path, arguments...).CombinedOutput() // some exit with 1 after -h
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	return strings.TrimSpace(line)
}
