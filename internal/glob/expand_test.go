package glob

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestExpand(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.torrent", "B.Torrent", "c.txt", "[x].torrent", "sub/d.torrent", "sub/deep/e.torrent", "café/f.torrent", "Film [2019]/g.torrent", "Film [2019]/{1}/h.torrent"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	for path, want := range map[string][]string{
		"*.torrent":                {"B.Torrent", "[x].torrent", "a.torrent"},
		`.\*.TXT`:                  {"c.txt"},
		"?.torrent":                {"B.Torrent", "a.torrent"},
		`sub\*.torrent`:            {"sub/d.torrent"},
		"**/*.torrent":             {"B.Torrent", "Film [2019]/g.torrent", "Film [2019]/{1}/h.torrent", "[x].torrent", "a.torrent", "café/f.torrent", "sub/d.torrent", "sub/deep/e.torrent"},
		"{a,c}.*":                  {"a.torrent", "c.txt"},
		"[x].torrent":              {"[x].torrent"}, // is there
		"[ab].torrent":             {"B.Torrent", "a.torrent"},
		`Film [2019]\*.torrent`:    {"Film [2019]/g.torrent"}, // a folder that is there
		"Film [2019]/{1}/?.tor*":   {"Film [2019]/{1}/h.torrent"},
		"[f]ilm [[]*/g.torrent":    {"Film [2019]/g.torrent"},
		"Film [2019]/gone.*":       nil,
		`sub\..\*.txt`:             {"sub/../c.txt"},
		"*.none":                   nil,
		"gone.torrent":             {"gone.torrent"},
		"[a.torrent":               {"[a.torrent"},
		"-":                        {"-"},
		"":                         {""},
		"http://t.example/a?key=x": nil,
		"magnet:?xt=urn:btih:0":    nil,
	} {
		for i := range want {
			want[i] = filepath.FromSlash(want[i])
		}
		if got, err := Expand(context.Background(), path); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", path, got, err, want)
		}
	}
	absolute, err := Expand(context.Background(), filepath.Join(dir, "*.txt"))
	if err != nil || !slices.Equal(absolute, []string{filepath.Join(dir, "c.txt")}) {
		t.Errorf("%q, %v", absolute, err)
	}
	for volume, want := range map[string]string{"": "", "C:": "C:", `\\srv\share`: `\\srv\share`, `\\?\C:`: "C:", `\\?\UNC\srv\share`: `\\srv\share`} {
		if got := listable(volume); got != want {
			t.Errorf("%s: %s", volume, got)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Expand(ctx, "*.torrent"); err != context.Canceled {
		t.Errorf("%v", err)
	}
}
