package verify_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// Check a folder against its torrent, and print what is wrong.
func ExampleData() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "a.txt"), []byte("hello, World"), 0o644); err != nil {
		log.Fatal(err)
	}
	// The torrent of a.txt as it should be: "hello, world".
	torrent := []byte("d4:infod6:lengthi12e4:name5:a.txt12:piece lengthi16384e" +
		"6:pieces20:\xb7\xe2\x3e\xc2\x9a\xf2\x2b\x0b\x4e\x41\xda\x31\xe8\x68\xd5\x72\x26\x12\x1c\x84" + "ee")
	report, err := verify.Data(context.Background(), torrent, dir, verify.Options{})
	if err != nil {
		log.Fatal(err) // not a torrent, or no such folder: data that differs is no error
	}
	fmt.Println("ok:", report.OK())
	for _, f := range report.Files {
		fmt.Println(f.Path, f.State)
		for _, d := range f.Damaged {
			fmt.Printf("bytes %d to %d, piece %d\n", d.Offset, d.Offset+d.Length, d.FirstPiece)
		}
	}
	// Output:
	// ok: false
	// a.txt damaged
	// bytes 0 to 12, piece 0
}

// Check bytes in memory, and take a checksum from the same read.
func ExampleReaderAt() {
	torrent := []byte("d4:infod6:lengthi12e4:name5:a.txt12:piece lengthi16384e" +
		"6:pieces20:\xb7\xe2\x3e\xc2\x9a\xf2\x2b\x0b\x4e\x41\xda\x31\xe8\x68\xd5\x72\x26\x12\x1c\x84" + "ee")
	artifact := "hello, world"
	options := verify.StreamOptions{Reading: verify.Reading{Sums: []metainfo.Checksum{metainfo.CRC32}}}
	report, err := verify.ReaderAt(context.Background(), torrent, strings.NewReader(artifact), int64(len(artifact)), options)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ok:", report.OK())
	fmt.Printf("crc32: %x\n", report.Files[0].Sums[metainfo.CRC32])
	// Output:
	// ok: true
	// crc32: ffab723a
}
