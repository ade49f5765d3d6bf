package metainfo

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/lineartest"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/mutant"
)

// No document takes more than 40 times its size of memory, 200 MB for one of
// 5 MB, or time that grows faster than it, whatever is in it.
func TestLimits(t *testing.T) {
	size := longtest.Rounds(800_000, 5_000_000)
	small := mutant.Hostile(size / 8)
	for name, doc := range mutant.Hostile(size) {
		t.Run(name, func(t *testing.T) {
			if len(doc) > size || len(doc) < size-5000 {
				t.Fatalf("a document of %d bytes", len(doc))
			}
			if spent := allocated(func() { Read(doc) }); spent > uint64(40*size) {
				t.Errorf("%d MB are allocated", spent>>20)
			}
			lineartest.Check(t, func() { Read(small[name]) }, func() { Read(doc) })
		})
	}
}

// allocated is how many bytes f allocates, garbage included.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Many files are no reason for gigabytes, or for time that grows faster than they do.
func TestManyFiles(t *testing.T) {
	n := longtest.Rounds(50_000, 200_000)
	few := manyFiles(n / 8)
	for name, doc := range manyFiles(n) {
		t.Run(name, func(t *testing.T) {
			var m *Torrent
			var err error
			spent := allocated(func() { m, err = Parse(doc) })
			if err != nil || len(m.Files) != n {
				t.Fatal(err)
			}
			if spent > uint64(n)<<10 {
				t.Errorf("%d MB are allocated", spent>>20)
			}
			lineartest.Check(t, func() { Parse(few[name]) }, func() { Parse(doc) })
		})
	}
}

// manyFiles are torrents of n files.
func manyFiles(n int) map[string][]byte {
	v1, v2, root := []byte("d4:infod5:filesl"), []byte("d4:infod9:file treed"), strings.Repeat("r", 32)
	same := slices.Clone(v1)
	for i := range n {
		same = fmt.Appendf(same, "d6:lengthi1000e4:pathl10:folder/%03d8:file.exeee", i%1000)
		v1 = fmt.Appendf(v1, "d6:lengthi1000e4:pathl%d:folder-%03d14:file-%09dee", 10, i/1000, i)
		if i%1000 == 0 {
			v2 = fmt.Appendf(v2, "10:folder-%03dd", i/1000)
		}
		v2 = fmt.Appendf(v2, "14:file-%09dd0:d6:lengthi1000e11:pieces root32:%see", i, root)
		if i%1000 == 999 {
			v2 = append(v2, 'e')
		}
	}
	pieces := (n*1000 + leaf - 1) / leaf
	tail := fmt.Sprintf("e4:name1:n12:piece lengthi16384e6:pieces%d:%see", 20*pieces, sums(pieces))
	return map[string][]byte{"v1": append(v1, tail...), "v1 with other names": append(same, tail...), "v2": append(v2, "e12:meta versioni2e4:name1:n12:piece lengthi16384eee"...)}
}
