package layout

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/quick"
)

func TestAutoPieceLength(t *testing.T) {
	for _, tt := range []struct{ total, want int64 }{
		{0, 16 << 10}, {1, 16 << 10}, {2000 * 16 << 10, 16 << 10}, {2000*16<<10 + 1, 32 << 10},
		{100 << 20, 64 << 10}, {1 << 30, 1 << 20}, {10 << 30, 8 << 20}, {100 << 30, 16 << 20}, {math.MaxInt64, 16 << 20},
	} {
		if got := AutoPieceLength(tt.total); got != tt.want {
			t.Errorf("AutoPieceLength(%d) = %d, want %d", tt.total, got, tt.want)
		}
	}
	between := func(n uint64) bool {
		total := int64(n % (30 << 30))
		pl := AutoPieceLength(total)
		pieces := (total + pl - 1) / pl
		return pieces <= 2000 && (pieces >= 1000 || pl == MinPieceLength) || pl == MaxAutoPieceLength
	}
	if err := quick.Check(between, nil); err != nil {
		t.Error(err)
	}
}

func TestCheckPieceLength(t *testing.T) {
	for _, tt := range []struct {
		f  Format
		n  int64
		ok bool
	}{
		{V1, 1, true}, {V1, 1000, true}, {V1, math.MaxInt64, true}, {V1, 0, false}, {V1, -1, false},
		{V2, 16384, true}, {V2, 8192, false}, {V2, 3 * 16384, false}, {Hybrid, 512 << 20, true}, {Hybrid, 1 << 30, false}, {V2, 1 << 62, false}, {Hybrid, 0, false},
	} {
		if err := CheckPieceLength(tt.f, tt.n); (err == nil) != tt.ok {
			t.Errorf("CheckPieceLength(%v, %d) = %v", tt.f, tt.n, err)
		}
	}
	for n, ok := range map[int64]bool{16384: true, 256 << 20: true, 512 << 20: false, 8192: false, 20000: false} {
		if err := CheckNewPieceLength(n); (err == nil) != ok {
			t.Errorf("CheckNewPieceLength(%d) = %v", n, err)
		}
	}
	for _, tt := range []struct {
		f  Format
		n  int64
		ok bool
	}{{V1, 20000, true}, {V1, 1 << 10, true}, {V1, 1000, false}, {V1, 256<<20 + 1, false}, {V1, -1, false}, {V2, 20000, false}, {Hybrid, 20000, false}, {Hybrid, 256 << 20, true}} {
		if err := CheckAnyPieceLength(tt.f, tt.n); (err == nil) != tt.ok {
			t.Errorf("CheckAnyPieceLength(%v, %d) = %v", tt.f, tt.n, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tt := range []struct {
		f     Format
		pl    int64
		files []File
		want  error
	}{
		{V1, 0, nil, ErrPieceLength},
		{V2, 1000, nil, ErrPieceLength},
		{V1, 16384, []File{{Length: -1}}, ErrNegative},
		{V1, 1 << 40, []File{{Length: math.MaxInt64}, {Length: 1}}, ErrOverflow},
		{V2, 512 << 20, []File{{Length: math.MaxInt64 - 1}, {Length: 1}}, ErrOverflow},
		{V1, 1, []File{{Length: math.MaxInt64}}, ErrPieceLength},
		{Hybrid, 16384, []File{{Length: 1}, {Length: 1}}, ErrAlignment},
	} {
		if _, err := New(tt.f, tt.pl, tt.files); !errors.Is(err, tt.want) {
			t.Errorf("New(%v, %d, %v) = %v, want %v", tt.f, tt.pl, tt.files, err, tt.want)
		}
	}
}

// The last piece may end where 63 bits do.
func TestLongest(t *testing.T) {
	for _, tt := range []struct {
		pl     int64
		pieces int
		last   int64
	}{
		{math.MaxInt64, 1, math.MaxInt64},
		{math.MaxInt64 - 1, 2, 1},
		{1 << 62, 2, 1<<62 - 1},
	} {
		l, err := New(V1, tt.pl, []File{{Length: math.MaxInt64 - 3}, {Length: 3}})
		if err != nil {
			t.Fatal(err)
		}
		if n := l.NumPieces(); n != tt.pieces || l.Piece(n-1).Length != tt.last {
			t.Errorf("%d pieces of %d, want %d, the last one of %d", n, tt.pl, tt.pieces, tt.last)
			continue
		}
		var sum int64
		for i := range l.NumPieces() {
			for f := range l.NumFiles() {
				_, n := l.InFile(f, i)
				sum += n
			}
		}
		if sum != math.MaxInt64 {
			t.Errorf("pieces of %d hold %d bytes of files", tt.pl, sum)
		}
	}
}

// check holds what must be true of every layout.
func check(t *testing.T, l *Layout) {
	t.Helper()
	covered := make([]int64, l.NumFiles()) // bytes of each file seen so far, in order
	for i := range l.NumPieces() {
		p := l.Piece(i)
		var length, content int64
		contentFiles := 0
		for s := range l.Spans(i) {
			if s.Length <= 0 || s.Offset != covered[s.File] {
				t.Fatalf("piece %d: span %+v follows %d bytes of its file", i, s, covered[s.File])
			}
			covered[s.File] += s.Length
			length += s.Length
			if s.Zero != l.File(s.File).Pad {
				t.Fatalf("piece %d: span %+v of file %+v", i, s, l.File(s.File))
			}
			if off, n := l.InFile(s.File, i); off != s.Offset || n != s.Length {
				t.Fatalf("piece %d: InFile = %d, %d, span %+v", i, off, n, s)
			}
			if first, end := l.FilePieces(s.File); i < first || i >= end {
				t.Fatalf("piece %d is not one of its file's, %d to %d", i, first, end)
			}
			if s.Offset > 0 && l.PieceAt(s.File, s.Offset-1) != i-1 || l.PieceAt(s.File, s.Offset) != i || l.PieceAt(s.File, s.Offset+s.Length-1) != i {
				t.Fatalf("piece %d: PieceAt leads elsewhere around span %+v", i, s)
			}
			if !s.Zero {
				if at := l.InContent(s.File, i); at != content {
					t.Fatalf("piece %d: span %+v is at %d of the content, not at %d", i, s, at, content)
				}
				contentFiles++
				content += s.Length
			}
		}
		if length != p.Length || length > l.PieceLength() || length == 0 {
			t.Fatalf("piece %d: spans cover %d bytes of %d", i, length, p.Length)
		}
		if got := l.ContentLength(i); got != content {
			t.Fatalf("piece %d: ContentLength = %d, want %d", i, got, content)
		}
		if p.Leaves != 0 && (contentFiles != 1 || p.Leaves&(p.Leaves-1) != 0 || int64(p.Leaves)*LeafSize < content) {
			t.Fatalf("piece %d: %d leaves over %d bytes of %d files", i, p.Leaves, content, contentFiles)
		}
		if l.Format().HasV2() && content > 0 && p.Leaves == 0 || p.SHA1 != l.Format().HasV1() {
			t.Fatalf("piece %d of a %v layout: %+v", i, l.Format(), p)
		}
	}
	for i := range l.NumFiles() {
		if n := covered[i]; n != l.File(i).Length {
			t.Fatalf("%d of %d bytes of file %d are in pieces", n, l.File(i).Length, i)
		}
	}
}

func TestSpansCoverEverything(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	edges := []int64{0, 0, 1, 16383, 16384, 16385, 32768, 65536, 65537, 100000}
	for range 3000 {
		pl := int64(16384) << rng.IntN(3)
		format := []Format{V1, V2, Hybrid}[rng.IntN(3)]
		files := make([]File, rng.IntN(12))
		for i := range files {
			files[i].Length = edges[rng.IntN(len(edges))]
		}
		if format == V1 && rng.IntN(2) == 0 {
			pl = 1 + rng.Int64N(50000)
		}
		l, err := New(format, pl, Pad(format, pl, files))
		if err != nil {
			t.Fatal(err)
		}
		check(t, l)
	}
}

// Files that are no padding are counted, and found by their number, wherever padding lies.
func TestContentFiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for round := range 300 {
		files := make([]File, rng.IntN(300))
		for i := range files {
			files[i] = File{Length: 1, Pad: rng.IntN(10) < round%11}
		}
		l, err := New(V1, 16384, files)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for i := range l.NumFiles() {
			if at := l.ContentIndex(i); at != n {
				t.Fatalf("%d files lie before file %d, not %d", at, i, n)
			}
			if l.File(i).Pad {
				continue
			}
			if at := l.ContentFile(n); at != i {
				t.Fatalf("file %d of the content is file %d, not %d", n, at, i)
			}
			n++
		}
		if l.NumContent() != n {
			t.Fatalf("%d files of content, want %d", l.NumContent(), n)
		}
		next := 0
		for k, i := range l.Content() {
			if k != next || l.ContentFile(k) != i {
				t.Fatalf("file %d is the %d. of the content, not the %d.", i, k, next)
			}
			next++
		}
		if next != n {
			t.Fatalf("%d files of content, want %d", next, n)
		}
	}
}

func FuzzLayout(f *testing.F) {
	f.Add(uint8(3), uint8(0), []byte{1, 0, 255, 3})
	f.Fuzz(func(t *testing.T, format, power uint8, lengths []byte) {
		pl := int64(16384) << (power % 5)
		var files []File
		for i := 0; i+1 < len(lengths) && i < 100; i += 2 {
			files = append(files, File{Length: int64(lengths[i])<<8*int64(lengths[i+1]%5) + int64(lengths[i+1])})
		}
		fm := []Format{V1, V2, Hybrid}[format%3]
		l, err := New(fm, pl, Pad(fm, pl, files))
		if err != nil {
			t.Fatal(err)
		}
		check(t, l)
	})
}

func TestHybridPadding(t *testing.T) {
	got := Pad(Hybrid, 16384, []File{{Length: 1}, {Length: 0}, {Length: 16384}, {Length: 5}, {}})
	want := []File{{Length: 1}, {}, {Length: 16383, Pad: true}, {Length: 16384}, {Length: 5}, {}}
	if !slices.Equal(got, want) {
		t.Errorf("padded files = %v, want %v", got, want)
	}
}

func TestLeaves(t *testing.T) {
	l, err := New(V2, 65536, []File{{Length: 1}, {Length: 16385}, {Length: 40000}, {Length: 65536}, {Length: 65537}})
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for i := range l.NumPieces() {
		got = append(got, l.Piece(i).Leaves)
	}
	if want := []int{1, 2, 4, 4, 4, 4}; !slices.Equal(got, want) {
		t.Errorf("leaves = %v, want %v", got, want)
	}
}
