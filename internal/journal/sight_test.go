package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// What was seen of a piece, and when, is known whatever order records are read in; an
// older sight of another digest is no news.
func TestSights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	w, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	at := func(day int) time.Time { return time.Date(2030, 1, day, 0, 0, 0, 0, time.UTC) }
	k, good := record(1)
	_, bad := record(2)
	for _, s := range []struct {
		d   Digest
		day int
	}{{good, 5}, {good, 2}, {good, 9}, {bad, 12}, {bad, 11}, {good, 4}} {
		if err := w.PutSight(k, s.d, at(s.day)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var s Set
	for _, part := range [][]byte{data[:3*recordSize], data[3*recordSize:]} {
		if damaged, err := s.Read(bytes.NewReader(part)); err != nil || damaged > 0 {
			t.Fatalf("%d damaged bytes, %v", damaged, err)
		}
		got, want := s.sights[k], Sight{First: at(2), Last: at(9), digest: sumOf(good)}
		if len(part) < len(data) && got.Of(bad) {
			want = Sight{First: at(11), Last: at(12), digest: sumOf(bad)}
		}
		if !got.First.Equal(want.First) || !got.Last.Equal(want.Last) || got.digest != want.digest {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	if !s.sights[k].Of(bad) || s.Len() > 0 {
		t.Error("the last sight is not the latest, or counts as a digest")
	}
	// A first record that is torn makes no foreign file.
	if err := os.WriteFile(path, data[:20], 0o644); err != nil {
		t.Fatal(err)
	}
	check(t, write(t, path, 0, 3), 3, 3)
}
