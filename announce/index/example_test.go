package index_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/torrentkit/torrentkit/announce/index"
)

// Ask an index for what it has.
func ExampleClient_List() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"data": {"total": 1, "results": [{"title": "App 2.4.0", "seeders": 3, "info_hash": "c12fe1c06bba254a9dc9f519b335aa7c1367a88a"}]}}`)
	}))
	defer server.Close()
	client, err := index.New(server.URL, index.Options{})
	if err != nil {
		log.Fatal(err)
	}
	page, err := client.List(context.Background(), index.Query{Search: "app", Sort: index.UploadedDesc})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range page.Torrents {
		fmt.Println(t.InfoHash, t.Title, t.Seeders)
	}
	// Output:
	// c12fe1c06bba254a9dc9f519b335aa7c1367a88a App 2.4.0 3
}
