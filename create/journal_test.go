package create_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

var formats = []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}

// settle waits until files that were just written are old enough for a journal.
func settle() { time.Sleep(30 * time.Millisecond) }

// make1 makes the torrent of a plan, and the plan tells what was reused.
func make1(t *testing.T, path string, o create.Options) ([]byte, *create.Plan) {
	t.Helper()
	p := plan(t, path, o)
	made, err := p.Torrent(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, made), p
}

// A run that is stopped goes on where it was, as often as it is stopped.
func TestJournalResumes(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		t.Run(format.String(), func(t *testing.T) {
			dir := t.TempDir()
			root := filepath.Join(dir, "root")
			for i := range 20 {
				file(t, filepath.Join(root, fmt.Sprint(i)), 100000+i*9999)
			}
			settle()
			o := create.Options{Format: format, PieceLength: 16384, Workers: 1, Journals: []string{filepath.Join(dir, "j")}}
			want := torrent(t, root, create.Options{Format: format, PieceLength: 16384})
			rng := rand.New(rand.NewPCG(1, uint64(format)))
			var last int
			for range 5 {
				ctx, cancel := context.WithCancel(context.Background())
				p := plan(t, root, o)
				stop := rng.Int64N(p.TotalLength / 4)
				p.Progress = func(done, _ int64) {
					if done > stop {
						cancel()
					}
				}
				_, err := p.Torrent(ctx)
				cancel()
				if p.Reused.Pieces < last {
					t.Errorf("%d pieces were known, then %d", last, p.Reused.Pieces)
				}
				last = p.Reused.Pieces
				if err == nil {
					break
				}
			}
			if got, _ := make1(t, root, o); !bytes.Equal(got, want) {
				t.Error("the torrent is another one")
			}
			got, p := make1(t, root, o)
			if !bytes.Equal(got, want) || p.Reused.Bytes != p.TotalLength || p.Reused.Pieces != p.NumPieces {
				t.Errorf("made again: reused %+v of %d pieces", p.Reused, p.NumPieces)
			}
		})
	}
}

// After a change only what changed is read, and the torrent is that of a fresh run.
func TestJournalIncremental(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		t.Run(format.String(), func(t *testing.T) {
			dir := t.TempDir()
			root := filepath.Join(dir, "root")
			for i := range 100 {
				file(t, filepath.Join(root, fmt.Sprintf("%03d", i)), 40000)
			}
			settle()
			o := create.Options{Format: format, PieceLength: 16384, Journals: []string{filepath.Join(dir, "j")}}
			make1(t, root, o)
			file(t, filepath.Join(root, "050"), 40001)
			settle()
			got, p := make1(t, root, o)
			if want := torrent(t, root, create.Options{Format: format, PieceLength: 16384}); !bytes.Equal(got, want) {
				t.Error("the torrent is not that of a fresh run")
			}
			least := p.TotalLength - 40001 // v1 pieces behind a change of length are others
			if format == metainfo.V1 {
				least = 50*40000 - 16384
			}
			if p.Reused.Bytes < least {
				t.Errorf("%d bytes were reused, want %d", p.Reused.Bytes, least)
			}
			// A change that leaves size and modification time as they were shows in the time of the inode.
			name := filepath.Join(root, "060")
			info, err := os.Stat(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, bytes.Repeat([]byte("x"), 40000), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(name, info.ModTime(), info.ModTime()); err != nil {
				t.Fatal(err)
			}
			settle()
			got, _ = make1(t, root, o)
			if want := torrent(t, root, create.Options{Format: format, PieceLength: 16384}); !bytes.Equal(got, want) {
				t.Error("a change behind an unchanged modification time was missed")
			}
			// Other piece lengths and formats take nothing from the journal that is not theirs.
			for _, other := range formats {
				for _, length := range []int64{16384, 32768} {
					plain := create.Options{Format: other, PieceLength: length}
					with := plain
					with.Journals = o.Journals
					got, _ := make1(t, root, with)
					if !bytes.Equal(got, torrent(t, root, plain)) {
						t.Errorf("%v with pieces of %d: another torrent", other, length)
					}
				}
			}
		})
	}
}

// A file that was written just now could be written again within one tick of
// the clock: it is not remembered.
func TestJournalDoesNotTrustFreshFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "f")
	o := create.Options{PieceLength: 16384, Journals: []string{filepath.Join(dir, "j")}}
	for i := range 20 {
		data := bytes.Repeat([]byte{byte(i)}, 50000)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		got, _ := make1(t, path, o)
		if !bytes.Equal(got, torrent(t, path, create.Options{PieceLength: 16384})) {
			t.Fatalf("round %d: stale", i)
		}
	}
}

// Whatever happens to the bytes of a journal, the torrent stays right.
func TestJournalMutations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for i := range 7 {
		file(t, filepath.Join(root, fmt.Sprint(i)), 10000+i*7001)
	}
	settle()
	rng := rand.New(rand.NewPCG(8, 8))
	for _, format := range formats {
		plain := create.Options{Format: format, PieceLength: 16384, Workers: 1}
		want := torrent(t, root, plain)
		o := plain
		o.Journals = []string{filepath.Join(dir, "j"), filepath.Join(dir, "mutant")}
		_, p := make1(t, root, o)
		good, err := os.ReadFile(o.Journals[0])
		if err != nil {
			t.Fatal(err)
		}
		full, reused, rounds := p.NumPieces, 0, longtest.Rounds(100, 700)
		for round := range rounds {
			b := mutate(rng, good)
			if err := os.WriteFile(o.Journals[1], b, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(o.Journals[0]); err != nil {
				t.Fatal(err)
			}
			got, p := make1(t, root, o)
			if !bytes.Equal(got, want) {
				t.Fatalf("%v, mutation %d: another torrent", format, round)
			}
			reused += p.Reused.Pieces
		}
		if reused < rounds*full/3 {
			t.Errorf("%v: only %d pieces of %d were saved by damaged journals", format, reused, rounds*full)
		}
	}
}

func mutate(rng *rand.Rand, good []byte) []byte {
	b := bytes.Clone(good)
	for range 1 + rng.IntN(3) {
		i := rng.IntN(len(b))
		switch rng.IntN(4) {
		case 0:
			b[i] ^= 1 << rng.IntN(8)
		case 1:
			b = append(b[:i], b[i+1:]...)
		case 2:
			b = b[:max(i, len(b)/2)]
		case 3:
			j := rng.IntN(len(b))
			b = append(b[:i:i], append(bytes.Clone(b[min(i, j):max(i, j)]), b[i:]...)...)
		}
	}
	return b
}

func TestRecheckFindsRot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	file(t, filepath.Join(root, "a"), 50000)
	file(t, filepath.Join(root, "b"), 50000)
	settle()
	o := create.Options{Format: metainfo.V2, PieceLength: 16384, Journals: []string{filepath.Join(dir, "j")}}
	want, _ := make1(t, root, o)
	o.Recheck = true
	got, p := make1(t, root, o)
	if !bytes.Equal(got, want) || p.Reused.Pieces != 0 || len(p.Reused.Contradicted) != 0 {
		t.Errorf("rechecked: %+v", p.Reused)
	}
	// A journal that lies: the record of another state of the file under the key of this one
	// cannot be made from outside, so the records of two journals are crossed by their keys.
	data, err := os.ReadFile(o.Journals[0])
	if err != nil {
		t.Fatal(err)
	}
	forged := forge(data)
	if err := os.WriteFile(o.Journals[0], forged, 0o644); err != nil {
		t.Fatal(err)
	}
	got, p = make1(t, root, o)
	if !bytes.Equal(got, want) || len(p.Reused.Contradicted) == 0 || p.Reused.Contradicted[0] != "a" && p.Reused.Contradicted[0] != "b" {
		t.Errorf("the contradiction is not told: %+v", p.Reused)
	}
}

func TestReuse(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		t.Run(format.String(), func(t *testing.T) {
			dir := t.TempDir()
			root := filepath.Join(dir, "root")
			for i := range 40 {
				file(t, filepath.Join(root, fmt.Sprintf("%02d", i)), 30000+i)
			}
			o := create.Options{Format: format, PieceLength: 16384}
			old := torrent(t, root, o)
			o.Source, o.Reuse = "other", old
			got, p := make1(t, root, o)
			if want := torrent(t, root, create.Options{Format: format, PieceLength: 16384, Fields: o.Fields}); !bytes.Equal(got, want) {
				t.Error("another torrent")
			}
			if p.Reused.FromOld != p.NumPieces || p.Reused.OldRefused != "" {
				t.Errorf("reused %+v of %d pieces", p.Reused, p.NumPieces)
			}
			// Everything has changed, though no size has: the sample shows it.
			for i := range 40 {
				if err := os.WriteFile(filepath.Join(root, fmt.Sprintf("%02d", i)), bytes.Repeat([]byte("x"), 30000+i), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, p = make1(t, root, o)
			if want := torrent(t, root, create.Options{Format: format, PieceLength: 16384, Fields: o.Fields}); !bytes.Equal(got, want) || p.Reused.OldRefused == "" || p.Reused.Pieces > 0 {
				t.Errorf("changed content: reused %+v", p.Reused)
			}
			// Another piece length has no piece in common.
			o.PieceLength = 65536
			if _, p = make1(t, root, o); format == metainfo.V1 && p.Reused.OldRefused == "" {
				t.Errorf("another piece length: reused %+v", p.Reused)
			}
		})
	}
	path := filepath.Join(t.TempDir(), "f")
	file(t, path, 10)
	if _, err := tryPlan([]string{path}, create.DiskSelection{}, create.Options{Reuse: []byte("de")}); err == nil {
		t.Error("no torrent was reused")
	}
}

// Shards on several machines give, merged, the torrent of one run.
func TestShards(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 7))
	for round := range 9 {
		format := formats[round%3]
		dir := t.TempDir()
		root := peertest.Tree(t, rng, dir, 16384)
		settle()
		o := create.Options{Format: format, PieceLength: 16384}
		want := torrent(t, root, o)
		n := 1 + rng.IntN(5)
		merged := o
		for i := 1; i <= n; i++ {
			s := o
			s.Journals = []string{filepath.Join(dir, fmt.Sprint("shard", i))}
			if err := plan(t, root, s).Shard(context.Background(), i, n); err != nil {
				t.Fatal(err)
			}
			merged.Journals = append(merged.Journals, s.Journals...)
		}
		got, p := make1(t, root, merged)
		if !bytes.Equal(got, want) || p.Reused.Bytes != p.TotalLength {
			t.Errorf("%v, %d shards: reused %+v of %d bytes", format, n, p.Reused, p.TotalLength)
		}
		for _, bad := range [][2]int{{0, 1}, {2, 1}, {1, 0}} {
			if err := p.Shard(context.Background(), bad[0], bad[1]); err == nil || !strings.Contains(err.Error(), "does not exist") {
				t.Errorf("shard %v: %v", bad, err)
			}
		}
		if err := plan(t, root, o).Shard(context.Background(), 1, 1); err == nil {
			t.Error("a shard without a journal")
		}
	}
}

// The journal may lie in the very folder.
func TestJournalIsNoContent(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	file(t, filepath.Join(root, "a"), 50000)
	settle()
	want := torrent(t, root, create.Options{})
	for range 2 {
		if got, _ := make1(t, root, create.Options{Journals: []string{filepath.Join(root, "j[1]")}}); !bytes.Equal(got, want) {
			t.Error("the journal became part of the torrent")
		}
	}
}
