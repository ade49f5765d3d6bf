package metainfo

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// FuzzParse starts from testdata/fuzz and from testdata/seeds: torrents that
// libtorrent, mktorrent and transmission made.
func FuzzParse(f *testing.F) {
	seeds, err := filepath.Glob("testdata/seeds/*.torrent")
	if err != nil || len(seeds) < 8 {
		f.Fatalf("%d seeds, %v", len(seeds), err)
	}
	for _, name := range seeds {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	for _, group := range [][]odd{structure(), names(), v1Files(), sizes(), v2Trees(), layers(), hybrids(), outside()} {
		for _, tt := range group {
			doc, _ := build(tt.doc)
			f.Add(doc)
		}
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		kept := string(raw)
		m, problems := Read(raw)
		errorCount := 0
		for _, p := range problems {
			if p.Offset < 0 || p.Offset > len(raw) || p.ID == "" || p.Message == "" {
				t.Fatalf("problem %+v", p)
			}
			if p.Severity == Error && !renamed(p) && !agreed(p) {
				errorCount++
			}
		}
		if m != nil {
			readable(t, m, raw)
		}
		parsed, err := Parse(raw)
		compactly(t, raw, parsed, err)
		if err == nil && errorCount > 0 || err != nil && errorCount == 0 && m.StoredPaths(Libtorrent) != nil {
			t.Fatalf("Parse says %v, Read has %d errors", err, errorCount)
		}
		if string(raw) != kept {
			t.Fatal("the input was changed")
		}
		if err != nil {
			var p Problem
			if !errors.As(err, &p) {
				t.Fatalf("%T is no Problem", err)
			}
			if m == nil && errorCount == 0 {
				t.Fatal("neither a torrent nor an error")
			}
			return
		}
		for _, k := range parsed.Unknown {
			if string(raw[k.Offset:k.Offset+len(k.Raw)]) != string(k.Raw) {
				t.Fatalf("%s is not at byte %d", k.Path, k.Offset)
			}
		}
		consistent(t, parsed)
	})
}

// What other programs write has no problems, but for what is known of them.
func TestSeeds(t *testing.T) {
	seeds, err := filepath.Glob("testdata/seeds/*.torrent")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range seeds {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(raw)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, p := range m.Problems {
			t.Errorf("%s: %v", name, p)
		}
		consistent(t, m)
	}
}
