package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Torrents that are verified side by side are told as if one had come after the other, on both streams and in JSON, whatever is
// wrong with some of them and however large some are.
func TestVerifyAhead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put := func(name string, data []byte) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var torrents []string
	for i := range uint64(40) {
		name, size := fmt.Sprintf("set%02d", i), 1+int64(i*7919%60000)
		if i == 20 {
			size = 17 << 20 // more than one worker takes
		}
		put("srv/"+name+"/a", seededBytes(size, i))
		put("srv/"+name+"/b", seededBytes(100, i+99))
		torrent := filepath.Join(dir, "torrents", name+".torrent")
		if err := os.MkdirAll(filepath.Dir(torrent), 0o755); err != nil {
			t.Fatal(err)
		}
		if code, _, stderr := runIn(t, "create", "-q", "--no-date", "-o", torrent, filepath.Join(dir, "srv", name)); code != 0 {
			t.Fatal(stderr)
		}
		torrents = append(torrents, torrent)
		switch i % 8 {
		case 1:
			put("srv/"+name+"/b", seededBytes(100, i))
		case 5:
			if err := os.RemoveAll(filepath.Join(dir, "srv", name)); err != nil {
				t.Fatal(err)
			}
		case 6:
			put("torrents/"+name+".torrent", []byte("no torrent"))
		}
	}
	// Some have files in common with others, and other pieces of them.
	for i, from := range []string{"set00", "set01", "set05", "set06", "set20", "set20/a", "set02", "set02", "set02/a"} {
		torrent := filepath.Join(dir, "torrents", fmt.Sprintf("more%d.torrent", i))
		format := []string{"v1", "v2", "hybrid"}[i%3]
		if code, _, _ := runIn(t, "create", "-q", "--no-date", "--format", format, "--piece-length", "32K", "-o", torrent, filepath.Join(dir, "srv", filepath.FromSlash(from))); code != 0 {
			continue // its content is gone
		}
		torrents = slices.Insert(torrents, i*5, torrent)
	}
	// Many have the same files, and one is in gzip.
	for i := range 16 {
		torrent := filepath.Join(dir, "torrents", fmt.Sprintf("edition%02d.torrent", i))
		length, format := []string{"16K", "64K", "256K", "1M"}[i%4], []string{"v1", "v2", "hybrid"}[i%3]
		if code, _, stderr := runIn(t, "create", "-q", "--no-date", "--format", format, "--piece-length", length, "-s", fmt.Sprint(i), "-o", torrent, filepath.Join(dir, "srv", "set03")); code != 0 {
			t.Fatal(stderr)
		}
		if i == 7 {
			raw, err := os.ReadFile(torrent)
			if err != nil {
				t.Fatal(err)
			}
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			z.Write(raw)
			z.Close()
			put(fmt.Sprintf("torrents/edition%02d.torrent", i), packed.Bytes())
		}
		torrents = slices.Insert(torrents, i*3, torrent)
	}
	for _, form := range [][]string{{}, {"--json"}, {"--extra"}, {"--only", "b", "--fail-fast"}, {"--report", "sfv=-"}} {
		call := append([]string{"verify", "--content", filepath.Join(dir, "srv")}, form...)
		// A rate that is never reached is kept over all torrents, one after the other.
		wantCode, wantOut, wantErr := runIn(t, append(append(call, "--limit-rate", "1T"), torrents...)...)
		for _, workers := range []string{"1", "2", "7"} {
			code, out, stderr := runIn(t, append(append(call, "--workers", workers), torrents...)...)
			if code != wantCode || out != wantOut || stderr != wantErr {
				t.Errorf("%v, %s workers: %d %s\n%s\nwant %d %s\n%s", form, workers, code, out, stderr, wantCode, wantOut, wantErr)
			}
		}
		if len(form) == 1 && form[0] == "--json" {
			for line := range strings.Lines(wantOut) {
				if !json.Valid([]byte(line)) {
					t.Errorf("%s", line)
				}
			}
		}
	}
}
