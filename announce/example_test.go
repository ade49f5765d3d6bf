package announce_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/metainfo"
)

// Announce to a tracker once. It is told that we started and then that we stopped, so that no peer stays behind.
func ExampleProbe() {
	tracker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "d8:completei3e10:incompletei1e8:intervali1800e5:peers0:e")
	}))
	defer tracker.Close()
	hash, err := metainfo.ParseHash("c12fe1c06bba254a9dc9f519b335aa7c1367a88a")
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range announce.Probe(context.Background(), announce.Query{Tracker: tracker.URL + "/announce", Hash: hash.V1}, announce.Options{}) {
		if r.Failure != nil {
			log.Fatal(r.Failure.Code, r.Failure)
		}
		fmt.Println(r.Reply.Seeds, "seeds,", r.Reply.Leeches, "leeches, again in", r.Reply.Interval)
	}
	// Output:
	// 3 seeds, 1 leeches, again in 30m0s
}

// Take apart an answer that was captured.
func ExampleDecode() {
	d := announce.Decode([]byte("d14:failure reason20:unregistered torrente"), false)
	fmt.Println(d.Kind, d.Failure.Code, d.Failure)
	// Output:
	// http announce unregistered the tracker refused: unregistered torrent
}
