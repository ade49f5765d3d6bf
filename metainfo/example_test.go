package metainfo_test

import (
	"fmt"
	"log"

	"github.com/torrentkit/torrentkit/metainfo"
)

// album is a .torrent of two files.
var album = []byte("d8:announce30:udp://tracker.example:6969/ann" +
	"4:infod5:filesld6:lengthi5e4:pathl2:cd7:one.mp3eed6:lengthi3e4:pathl9:cover.jpgeee" +
	"4:name5:album12:piece lengthi16384e6:pieces20:01234567890123456789ee")

// Parse a torrent and list what is in it.
func ExampleParse() {
	t, err := metainfo.Parse(album)
	if err != nil {
		log.Fatal(err) // the key and the byte that are wrong
	}
	fmt.Println(t.Name, t.Format, t.Hashes().V1)
	for _, tier := range t.Trackers {
		fmt.Println("tracker", tier)
	}
	for _, f := range t.Content() {
		fmt.Println(f.Length, f.Path)
	}
	// Output:
	// album v1 90b7d8c0afe930b632b3aa8808b6fbe93282bedf
	// tracker [udp://tracker.example:6969/ann]
	// 5 cd/one.mp3
	// 3 cover.jpg
}

// Read goes on after faults and tells all of them.
func ExampleRead() {
	_, problems := metainfo.Read([]byte("d4:infod6:lengthi-1e4:name1:x12:piece lengthi0e6:pieces0:ee"))
	for _, p := range problems {
		fmt.Println(p.Severity, p.ID, p)
	}
	// Output:
	// error piece-length info.piece length: not a valid piece length: 0 is not positive (byte 44)
	// error length info.length: -1 is negative (byte 16)
}

// An infohash is read in every form in which one is written.
func ExampleParseHash() {
	for _, s := range []string{"YEX2TP53CIT7MOUMWM6QFNXPUWRMEK7S", "1220" + "4eb8a1b0e6b4f9a07b5c1d3a5be9f9d9a0f5c4f3e2d1c0b9a8f7e6d5c4b3a291"} {
		h, err := metainfo.ParseHash(s)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(h, h.Swarms())
	}
	// Output:
	// c12fa9bfbb1227f63a8cb33d02b6efa5a2c22bf2 [c12fa9bfbb1227f63a8cb33d02b6efa5a2c22bf2]
	// 4eb8a1b0e6b4f9a07b5c1d3a5be9f9d9a0f5c4f3e2d1c0b9a8f7e6d5c4b3a291 [4eb8a1b0e6b4f9a07b5c1d3a5be9f9d9a0f5c4f3]
}

// Secrets of URLs show as fingerprints, by which two keys can be told apart.
func ExampleRedact() {
	const tracker = "https://tracker.example/0123456789abcdef0123456789abcdef/announce"
	fmt.Println(metainfo.Redact(tracker))
	fmt.Println(metainfo.RedactText("there is no 0123456789abcdef0123456789abcdef, says the tracker", tracker))
	// Output:
	// https://tracker.example/***4a/announce
	// there is no ***4a, says the tracker
}
