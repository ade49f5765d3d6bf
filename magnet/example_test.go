package magnet_test

import (
	"fmt"
	"log"

	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Make the link of a torrent, and read it again.
func ExampleFromTorrent() {
	torrent, err := metainfo.Parse([]byte("d8:announce33:udp://tracker.example:80/announce" +
		"4:infod6:lengthi1e4:name5:a.txt12:piece lengthi16384e6:pieces20:01234567890123456789ee"))
	if err != nil {
		log.Fatal(err)
	}
	link, _, err := magnet.FromTorrent(torrent, magnet.LinkOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(link)

	again, issues, err := magnet.Parse(link.String())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(again.Hashes() == torrent.Hashes(), len(issues))
	// Output:
	// magnet:?xt=urn:btih:fcb6dfe2733c526e32afcf222c024329b9b99bc6&dn=a.txt&tr=udp%3A%2F%2Ftracker.example%3A80%2Fannounce
	// true 0
}

// Links in the wild are read in spite of their faults, which are told.
func ExampleParse() {
	link, issues, err := magnet.Parse("magnet:?xt=urn:btih:YEX2TP53CIT7MOUMWM6QFNXPUWRMEK7S&amp;dn=a+b&tr=udp://t.example:80")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(link.V1, link.Name)
	for _, i := range issues {
		fmt.Println(i)
	}
	// Output:
	// c12fa9bfbb1227f63a8cb33d02b6efa5a2c22bf2 a b
	// separator: parameters are separated by an HTML entity instead of &
}
