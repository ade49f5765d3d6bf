package inspect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// millionFiles is a torrent of so many files, in folders of a thousand.
func millionFiles(n int, format metainfo.Format) []byte {
	var b strings.Builder
	info := func(key string) {
		b.WriteString("d8:announce" + string(encode(goodTracker)) + "4:infod" + string(encode(key)))
	}
	if format == metainfo.V1 {
		info("files")
		b.WriteByte('l')
		for i := range n {
			fmt.Fprintf(&b, "d6:lengthi1000e4:pathl9:folder%03d22:file number %06d.binee", i/1000, i)
		}
		b.WriteString("e4:name5:album12:piece lengthi1048576e6:pieces")
		b.Write(encode(strings.Repeat("x", 20*((1000*n+1<<20-1)>>20))))
		b.WriteString("ee")
		return []byte(b.String())
	}
	info("file tree")
	b.WriteByte('d')
	for i := range n {
		if i%1000 == 0 {
			if i > 0 {
				b.WriteByte('e')
			}
			fmt.Fprintf(&b, "9:folder%03dd", i/1000)
		}
		fmt.Fprintf(&b, "22:file number %06d.bind0:d6:lengthi1000e11:pieces root32:%032dee", i, i)
	}
	b.WriteString("ee12:meta versioni2e4:name5:album12:piece lengthi1048576ee12:piece layersdee")
	return []byte(b.String())
}

func BenchmarkMillionFiles(b *testing.B) {
	for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2} {
		doc := millionFiles(1_000_000, format)
		b.Run(format.String()+"/Parse", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := metainfo.Parse(doc); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(format.String()+"/Lint", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if r, err := Lint(doc, LintOptions{}); err != nil || len(r.Findings) > 0 {
					b.Fatal(err, r.Findings)
				}
			}
		})
	}
}
