package content

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// small makes n files of size bytes in folders of 100.
func small(b *testing.B, n, size int) string {
	b.Helper()
	root := b.TempDir()
	data := make([]byte, size)
	for i := range n {
		dir := filepath.Join(root, fmt.Sprintf("folder-%05d", i/100))
		if i%100 == 0 {
			if err := os.Mkdir(dir, 0o755); err != nil {
				b.Fatal(err)
			}
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file-%08d.data", i)), data, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return root
}

func openAll(b *testing.B, t *Tree, p []byte) {
	for i := range t.count() {
		f, err := t.Open(FileIndex(i))
		if err != nil {
			b.Fatal(err)
		}
		if p != nil {
			if _, err := f.ReadAt(p, 0); err != nil {
				b.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func perFile(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/file")
}

func BenchmarkSmallFiles(b *testing.B) {
	const n, size = 20_000, 1 << 10
	root := small(b, n, size)
	tree, _ := scan(b, root, ScanOptions{})
	want := make([]Want, n)
	for i, f := range tree.Files() {
		want[i] = Want{Path: f.Path}
	}
	found := locate(b, root, want...)
	b.Run("scan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			scan(b, root, ScanOptions{})
		}
		perFile(b, n)
	})
	b.Run("locate", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			l, err := Locate(b.Context(), root, n, func(i FileIndex) Want { return want[i] }, nil)
			if err != nil {
				b.Fatal(err)
			}
			l.Close()
		}
		perFile(b, n)
	})
	for name, t := range map[string]*Tree{"scanned": tree, "located": found.Tree} {
		b.Run("open-close/"+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				openAll(b, t, nil)
			}
			perFile(b, n)
		})
		b.Run("open-read-close/"+name, func(b *testing.B) {
			p := make([]byte, size)
			b.ReportAllocs()
			for b.Loop() {
				openAll(b, t, p)
			}
			perFile(b, n)
		})
	}
	b.Run("os-open-close", func(b *testing.B) { // what it would cost with os.File, unchecked
		for b.Loop() {
			for _, f := range tree.Files() {
				o, err := os.Open(join(root, f.Path))
				if err != nil {
					b.Fatal(err)
				}
				o.Close()
			}
		}
		perFile(b, n)
	})
}

// BenchmarkManyFiles measures memory as well; TORRENTKIT_BENCH_FILES sets how many, 100 000 by default.
func BenchmarkManyFiles(b *testing.B) {
	n := 100_000
	if s, err := strconv.Atoi(os.Getenv("TORRENTKIT_BENCH_FILES")); err == nil {
		n = s
	}
	root := small(b, n, 0)
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		tree, _ := scan(b, root, ScanOptions{})
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "live-B/file")
		b.ReportMetric(float64(after.Sys)/float64(n), "sys-B/file")
		runtime.KeepAlive(tree)
	}
	perFile(b, n)
}
