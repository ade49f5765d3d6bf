package inspect_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// torrent is a .torrent of one file with a comment.
func torrent(comment string) []byte {
	return fmt.Appendf(nil, "d7:comment%d:%s4:infod6:lengthi9e4:name5:a.txt12:piece lengthi1000e6:pieces20:01234567890123456789ee", len(comment), comment)
}

// Judge a torrent by named rules.
func ExampleLint() {
	report, err := inspect.Lint(torrent("hello"), inspect.LintOptions{Deny: []string{"odd-piece-length"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range report.Findings {
		fmt.Printf("%v %s at byte %d: %s\n", f.Severity, f.Rule.ID, f.Offset, f.Key)
	}
	// Output:
	// error odd-piece-length at byte 63: info.piece length
}

// Compare what two torrents say.
func ExampleDiff() {
	a, err := metainfo.Parse(torrent("old"))
	if err != nil {
		log.Fatal(err)
	}
	b, err := metainfo.Parse(torrent("new"))
	if err != nil {
		log.Fatal(err)
	}
	d := inspect.Diff(a, b)
	fmt.Println("same infohash:", d.SameInfoHash)
	for _, f := range d.Fields {
		fmt.Printf("%s: %s -> %s\n", f.Field, f.A, f.B)
	}
	// Output:
	// same infohash: true
	// comment: old -> new
}

// Write any bencode as JSON, without loss.
func ExampleDump() {
	if err := inspect.Dump(os.Stdout, bytes.NewReader([]byte("d4:name4:\xff\xfe\xfd\xfc4:sizei7ee")), inspect.DumpOptions{}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// {"name":{"$hex":"fffefdfc"},"size":7}
}
