package create_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

// folder makes a folder with a file to make a torrent of.
func folder() (path string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	path = filepath.Join(dir, "app-2.4.0")
	if err := os.Mkdir(path, 0o755); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "app.bin"), make([]byte, 40000), 0o644); err != nil {
		log.Fatal(err)
	}
	return path, func() { os.RemoveAll(dir) }
}

// Make a hybrid torrent of a folder and watch its progress. The context ends the work at any time.
func ExampleTorrent() {
	path, remove := folder()
	defer remove()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	torrent, err := create.Torrent(ctx, path, create.Options{
		Fields:      metainfo.Fields{Trackers: [][]string{{"udp://tracker.example:6969/announce"}}},
		Format:      metainfo.Hybrid,
		PieceLength: 16384, // in bytes
		Progress: func(done, total int64) {
			if done == total {
				fmt.Println("hashed", total, "bytes")
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(torrent.Hashes.V1)
	fmt.Println(torrent.Hashes.V2)
	// Output:
	// hashed 40000 bytes
	// e0ad7782bd4016441f33c92844568408d4ed0ed9
	// 8c0bb946969b11322326bef6fbcd675ba9186596ffd77a03ebd8265102079045
}

// A plan tells what a torrent will be like before anything is hashed.
func ExampleScan() {
	path, remove := folder()
	defer remove()
	content, err := create.Scan(context.Background(), []string{path}, create.DiskSelection{})
	if err != nil {
		log.Fatal(err)
	}
	plan, err := content.Plan(create.Options{PieceLength: 16384})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range plan.Files {
		fmt.Println(f.Length, f.Path)
	}
	fmt.Println(plan.NumPieces, "pieces, a .torrent of", plan.Size, "bytes")
	// Output:
	// 40000 app.bin
	// 3 pieces, a .torrent of 163 bytes
}

// Change trackers, and leave every other byte of the torrent as it is.
func ExampleEdit() {
	torrent := []byte("d8:announce29:udp://old.example:80/announce4:infod6:lengthi1e4:name1:a12:piece lengthi16384e6:pieces20:01234567890123456789ee")
	edited, err := create.Edit(torrent, metainfo.Edit{Trackers: metainfo.TierEdit{Set: [][]string{{"udp://new.example:80/announce"}}}})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range edited.Changes {
		fmt.Println(c.Key, c.Old, "->", c.New)
	}
	fmt.Println("same infohash:", edited.Old == edited.New)

	// What is part of info makes another torrent, and has to be asked for.
	_, err = create.Edit(torrent, metainfo.Edit{Name: new("b")})
	var refused *create.InfoHashError
	fmt.Println(errors.As(err, &refused), refused.Keys)
	// Output:
	// announce [udp://old.example:80/announce] -> [udp://new.example:80/announce]
	// same infohash: true
	// true [info.name]
}

// Make a torrent of what an archive holds, without unpacking it.
func ExampleScanFS() {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	file, err := w.Create("app-2.4.0/app.bin")
	if err != nil {
		log.Fatal(err)
	}
	file.Write(make([]byte, 40000))
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}

	files, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	content, err := create.ScanFS(ctx, files, "app-2.4.0", create.Selection{})
	if err != nil {
		log.Fatal(err)
	}
	plan, err := content.Plan(create.Options{Format: metainfo.V2, PieceLength: 16384})
	if err != nil {
		log.Fatal(err)
	}
	torrent, err := plan.Torrent(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(plan.Name, len(plan.Files), torrent.Hashes.V2)
	// Output:
	// app-2.4.0 1 aa23a19e396e3b103d8c37af88c52233e9f1b2984835cac90691bd63af333a88
}
