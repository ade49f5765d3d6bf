package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
)

// TAB after flags and commands gives what is right, in the shells themselves.
func TestCompletionInShells(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range []string{"bin", "work/season"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(exe, filepath.Join(dir, "bin", "torrentkit")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"album.torrent", "other.txt"} {
		if err := os.WriteFile(filepath.Join(dir, "work", name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	home := filepath.Join(dir, "home")
	if err := os.MkdirAll(filepath.Join(home, ".config", "torrentkit"), 0o755); err != nil {
		t.Fatal(err)
	}
	presets := []byte("presets:\n  music:\n    format: v1\n  movies:\n    piece-length: 4M\n")
	for _, name := range []string{filepath.Join(home, ".config", "torrentkit", "presets.yaml"), filepath.Join(dir, "work", "mine.yaml")} {
		if err := os.WriteFile(name, presets, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	lines := map[string][]string{
		"torrentkit create --preset ":                     {"music", "movies"},
		"torrentkit create --presets mine.yaml --preset ": {"music", "movies"},
		"torrentkit create --preset=m":                    {"music", "movies"},
		"torrentkit create --preset mu":                   {"sic"},
		"torrentkit create -f ":                           {"v1", "v2", "hybrid"},
		"torrentkit inspect --field ":                     {"infohash", "piece-length"},
		"torrentkit lint --for ":                          {"qbittorrent", "transmission"},
		"torrentkit verify ":                              {"album.torrent", "season/"},
		"torrentkit create --checksum=sh":                 {"sha1", "sha256"},
	}
	for _, shell := range []struct {
		name, load string
		args       []string
	}{
		{"bash", "PATH=$BIN:$PATH; source <(torrentkit completion bash)", []string{"--norc", "--noprofile", "-i"}},
		{"zsh", "PATH=$BIN:$PATH; autoload -Uz compinit; compinit -D -u; source <(torrentkit completion zsh); compdef _torrentkit torrentkit", []string{"-f", "-i"}},
		{"fish", "set -x PATH $BIN $PATH; torrentkit completion fish | source", []string{"--no-config", "-i"}},
	} {
		for line, want := range lines {
			if !longtest.Whole() && line != "torrentkit create -f " && line != "torrentkit verify " {
				continue
			}
			t.Run(shell.name+" "+line, func(t *testing.T) {
				t.Parallel()
				path := peertest.Need(t, shell.name)
				cmd := exec.CommandContext(t.Context(), path, shell.args...)
				cmd.Dir = filepath.Join(dir, "work")
				cmd.Env = append(os.Environ(), "BIN="+filepath.Join(dir, "bin"), "TERM=xterm", "PS1=$ ", "HOME="+home, "XDG_CONFIG_HOME=", "LC_ALL=C.UTF-8")
				x := onTerminal(t, cmd, 120, 40)
				x.typed(shell.load + "; echo rea'd'y\r")
				x.wait(0, "ready")
				before := len(x.screen())
				x.typed(line + "\t\t\t")
				x.wait(before+len(line), want...)
			})
		}
	}
}
