package journal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
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

// A journal that says the same over and over is written anew, unless somebody else has it
// open; what it says stays, contradictions and times too.
func TestCompact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	at := func(day int) time.Time { return time.Date(2030, 1, day, 0, 0, 0, 0, time.UTC) }
	const keys, days = 60, 300
	w, err := Append(path)
	if err != nil {
		t.Fatal(err)
	}
	for day := range days {
		for i := range keys {
			k, d := record(i)
			if day == 100 && i == 7 {
				_, d = record(1000)
			}
			if err := errors.Join(w.Put(k, d), w.PutSight(k, d, at(day))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	var before Set
	if _, err := before.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	size := func() int64 {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	full := size()
	if err := compact(path, &before); err != nil || size() != full {
		t.Errorf("while it is open: %v, %d bytes of %d", err, size(), full)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	link := path + " link"
	if err := os.Symlink(path, link); err != nil {
		t.Skip(err)
	}
	if err := compact(link, &before); err != nil {
		t.Fatal(err)
	}
	if !lockAloneWorks(t) {
		t.Skip("no locks here")
	}
	if info, err := os.Stat(path); err != nil || info.Size() > before.size() || info.Mode().Perm() != 0o640 {
		t.Errorf("%v, %v bytes, want %d", err, info.Size(), before.size())
	}
	var after Set
	if damaged, err := after.ReadFile(link); err != nil || damaged > 0 || !reflect.DeepEqual(after, before) {
		t.Errorf("%v, %d bytes are damaged, or something else is said", err, damaged)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func lockAloneWorks(t *testing.T) bool {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	return lockAlone(f)
}
