package piecehash

import (
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/longtest"
)

// memory is a Source in memory, with faults.
type memory struct {
	files  [][]byte
	broken map[layout.FileIndex]error // on opening
	slow   time.Duration
}

type memoryFile struct {
	*bytes.Reader
	slow time.Duration
}

func (f memoryFile) ReadAt(p []byte, off int64) (int, error) {
	time.Sleep(f.slow)
	return f.Reader.ReadAt(p, off)
}
func (memoryFile) Close() error { return nil }

func (m *memory) Open(i layout.FileIndex) (File, error) {
	if err := m.broken[i]; err != nil {
		return nil, err
	}
	return memoryFile{bytes.NewReader(m.files[i]), m.slow}, nil
}

// newJob makes files of the given lengths.
func newJob(t testing.TB, rng *rand.Rand, format layout.Format, pieceLength int64, lengths []int64) (Job, *memory) {
	t.Helper()
	files := make([]layout.File, len(lengths))
	for i, n := range lengths {
		files[i].Length = n
	}
	files = layout.Pad(format, pieceLength, files)
	l, err := layout.New(format, pieceLength, files)
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{files: make([][]byte, len(files))}
	for i, f := range files {
		m.files[i] = make([]byte, f.Length)
		if !f.Pad {
			randomize(rng, m.files[i])
		}
	}
	return Job{Layout: l, Source: m}, m
}

func randomize(rng *rand.Rand, data []byte) {
	for k := 0; k < len(data); k += 8 {
		var word [8]byte
		binary.NativeEndian.PutUint64(word[:], rng.Uint64())
		copy(data[k:], word[:])
	}
}

// naive hashes a piece as the BEPs tell it.
func naive(l *layout.Layout, m *memory, i int) Piece {
	p := Piece{Index: i}
	want := l.Piece(i)
	var all, content []byte
	for s := range l.Spans(i) {
		b := m.files[s.File][s.Offset : s.Offset+s.Length]
		all = append(all, b...)
		if !s.Zero {
			content = append(content, b...)
		}
	}
	if want.SHA1 {
		p.SHA1 = sha1.Sum(all)
	}
	if want.Leaves > 0 {
		row := make([][32]byte, want.Leaves)
		for k := 0; len(content) > 0; k++ {
			n := min(len(content), layout.LeafSize)
			row[k] = sha256.Sum256(content[:n])
			content = content[n:]
		}
		for len(row) > 1 {
			for k := range len(row) / 2 {
				row[k] = sha256.Sum256(append(row[2*k][:], row[2*k+1][:]...))
			}
			row = row[:len(row)/2]
		}
		p.Root = row[0]
	}
	return p
}

func TestPiecesMatchTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	sizes := []int64{0, 1, 63, 64, 65, 16383, 16384, 16385, 32768, 50000, 131072, 131073, 300000}
	for round := range longtest.Rounds(30, 150) {
		format := []layout.Format{layout.V1, layout.V2, layout.Hybrid}[round%3]
		pieceLength := int64(16384) << rng.IntN(6)
		if format == layout.V1 && rng.IntN(3) == 0 {
			pieceLength = 1 + rng.Int64N(100000)
		}
		lengths := make([]int64, 1+rng.IntN(40))
		for i := range lengths {
			lengths[i] = sizes[rng.IntN(len(sizes))]
		}
		job, m := newJob(t, rng, format, pieceLength, lengths)
		job.Workers = 1 + rng.IntN(4)
		var last int64
		job.Progress = func(done, total int64) {
			if done < last || done > total || total != job.Layout.TotalLength() {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done
		}
		seen := make([]bool, job.Layout.NumPieces())
		for p, err := range job.Pieces(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			if seen[p.Index] {
				t.Fatalf("piece %d yielded twice", p.Index)
			}
			seen[p.Index] = true
			if p != naive(job.Layout, m, p.Index) {
				t.Fatalf("%v, pieces of %d, files %v: piece %d differs", format, pieceLength, lengths, p.Index)
			}
		}
		for i, ok := range seen {
			if !ok {
				t.Fatalf("piece %d was not yielded", i)
			}
		}
		if last != job.Layout.TotalLength() {
			t.Errorf("progress ended at %d of %d", last, job.Layout.TotalLength())
		}
	}
}

// Padding and zeros in the middle of a piece, as v1 torrents of other programs have them.
func TestPadsInsidePieces(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	for range 100 {
		var files []layout.File
		for range 1 + rng.IntN(20) {
			files = append(files, layout.File{Length: rng.Int64N(400), Pad: rng.IntN(2) == 0})
		}
		l, err := layout.New(layout.V1, 1+rng.Int64N(1000), files)
		if err != nil {
			t.Fatal(err)
		}
		m := &memory{files: make([][]byte, len(files))}
		for i, f := range files {
			m.files[i] = make([]byte, f.Length)
			if !f.Pad {
				for k := range m.files[i] {
					m.files[i][k] = byte(rng.Uint32())
				}
			}
		}
		for p, err := range (Job{Layout: l, Source: m}).Pieces(context.Background()) {
			if err != nil || p != naive(l, m, p.Index) {
				t.Fatalf("files %v: piece %d differs (%v)", files, p.Index, err)
			}
		}
	}
}

func TestUnreadableFiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	for _, format := range []layout.Format{layout.V1, layout.V2, layout.Hybrid} {
		job, m := newJob(t, rng, format, 16384, []int64{100000, 20000, 70000, 5000})
		broken := errors.New("broken")
		short := layout.FileIndex(-1) // the file that is shorter than the layout says
		good := *m
		good.files = append([][]byte(nil), m.files...)
		for i := range job.Layout.NumFiles() {
			switch job.Layout.File(i).Length {
			case 20000:
				m.broken = map[layout.FileIndex]error{i: broken}
			case 70000:
				short = i
				m.files[i] = m.files[i][:40000]
			}
		}
		yielded := map[int]bool{}
		told := map[bool]bool{}
		for p, err := range job.Pieces(context.Background()) {
			if yielded[p.Index] {
				t.Errorf("%v: piece %d is yielded twice", format, p.Index)
			}
			yielded[p.Index] = true
			touches := map[layout.FileIndex]int64{}
			for s := range job.Layout.Spans(p.Index) {
				touches[s.File] = s.Offset + s.Length
			}
			var re *ReadError
			wantBroken, wantShort := false, touches[short] > 40000
			for i := range m.broken {
				wantBroken = touches[i] > 0
			}
			told[wantBroken] = told[wantBroken] || wantBroken || wantShort
			switch {
			case wantBroken || wantShort:
				if !errors.As(err, &re) || wantShort && !wantBroken && !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%v: piece %d: error %v", format, p.Index, err)
				}
			case err != nil:
				t.Errorf("%v: piece %d: error %v", format, p.Index, err)
			case p != naive(job.Layout, &good, p.Index):
				t.Errorf("%v: piece %d differs", format, p.Index)
			}
		}
		if !told[true] || !told[false] {
			t.Errorf("%v: nothing is said of a file", format)
		}
		for p := range job.Layout.NumPieces() {
			lacking := false
			for s := range job.Layout.Spans(p) {
				lacking = lacking || m.broken[s.File] != nil || s.File == short && s.Offset+s.Length > 40000
			}
			if !yielded[p] && !lacking {
				t.Errorf("%v: piece %d is left out", format, p)
			}
		}
	}
}

func TestOnly(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	job, _ := newJob(t, rng, layout.V1, 16384, []int64{1 << 20})
	for i := 0; i < job.Layout.NumPieces(); i += 3 {
		job.Only = append(job.Only, layout.Run{First: i, End: i + 1})
	}
	var last, total int64
	job.Progress = func(d, n int64) { last, total = d, n }
	n := 0
	for p, err := range job.Pieces(context.Background()) {
		if err != nil || p.Index%3 != 0 {
			t.Fatalf("piece %d: %v", p.Index, err)
		}
		n++
	}
	if n != 22 || last != total || total != 22*16384 {
		t.Errorf("%d pieces, progress %d of %d", n, last, total)
	}
}

// The simulation does not end before all workers do.
func TestBreakAndCancelStopWorkers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(15, 16))
		job, m := newJob(t, rng, layout.V1, 16384, []int64{8 << 20})
		m.slow = time.Millisecond
		for range job.Pieces(context.Background()) {
			break
		}
		ctx, cancel := context.WithCancel(context.Background())
		start := time.Now()
		time.AfterFunc(30*time.Millisecond, cancel)
		var last error
		for _, err := range job.Pieces(ctx) {
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("a cancelled job ends with %v", last)
		}
		if d := time.Since(start); d > 40*time.Millisecond { // by the simulated clock: no more than a few reads
			t.Errorf("cancelling at 30 ms ended it after %v", d)
		}
	})
}

// A job that is small takes little memory, in whatever order it is read.
func TestSmallJobs(t *testing.T) {
	rng := rand.New(rand.NewPCG(29, 30))
	for _, order := range []Order{Parallel, Sequential, Streams} {
		job, _ := newJob(t, rng, layout.Hybrid, 16384, []int64{100_000})
		job.Order, job.Workers = order, 2
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for _, err := range job.Pieces(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
		}
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 2<<20 {
			t.Errorf("order %d: %d KiB were allocated to hash 100 KB", order, (after.TotalAlloc-before.TotalAlloc)>>10)
		}
	}
}

func TestNothingIsAllocatedPerChunk(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	allocs := func(size int64) float64 {
		job, _ := newJob(t, rng, layout.Hybrid, 1<<20, []int64{size})
		job.Workers = 1
		return testing.AllocsPerRun(3, func() {
			for _, err := range job.Pieces(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if small, big := allocs(1<<20), allocs(24<<20); big > small+120 {
		t.Errorf("%v allocations for 1 MiB, %v for 24 MiB", small, big)
	}
}

func TestNoPieces(t *testing.T) {
	l, err := layout.New(layout.V1, 16384, []layout.File{{}, {}})
	if err != nil {
		t.Fatal(err)
	}
	for p := range (Job{Layout: l, Source: &memory{}}).Pieces(context.Background()) {
		t.Errorf("piece %+v of nothing", p)
	}
}
