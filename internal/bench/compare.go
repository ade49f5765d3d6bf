package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// judge says how a peer's torrent compares with torrentkit's, and whether they
// say different things of the data.
func (s *session) judge(ctx context.Context, w *workload, ours, theirs string) (string, bool) {
	verdict, err := compareFiles(ours, theirs)
	if err == nil && verdict == otherOrder {
		verdict = sameData
		own := s.programs[0]
		_, _, err = child(ctx, s.output, own.arguments(task{verify: true}, theirs, w.root))
	}
	if err != nil {
		return "DIFFERS: " + err.Error(), true
	}
	return verdict, false
}

// What torrents may have in common. Anything less is an error.
const (
	sameInfohash = "same infohash" // the same info, byte for byte
	samePieces   = "same pieces"   // the same files, piece length and hashes
	otherOrder   = "other order"   // the same files and piece length, in another order
	sameData     = "same data"     // as otherOrder, and torrentkit finds the data as the torrent says
)

func compareFiles(ours, theirs string) (string, error) {
	a, err := os.ReadFile(ours)
	if err != nil {
		return "", err
	}
	b, err := os.ReadFile(theirs)
	if err != nil {
		return "", err
	}
	return compare(a, b)
}

// compare compares two torrents of the same content. All that hashing yields
// must be in both: pieces of v1, roots and layers of v2.
func compare(ours, theirs []byte) (string, error) {
	a, err := read(ours)
	if err != nil {
		return "", err
	}
	b, err := read(theirs)
	if err != nil {
		return "", err
	}
	switch {
	case !bytes.Equal(a.layers, b.layers):
		return "", errors.New("has other piece layers")
	case bytes.Equal(a.info, b.info):
		return sameInfohash, nil
	case !bytes.Equal(a.pieceLength, b.pieceLength):
		return "", fmt.Errorf("has another piece length: %s, not %s", b.pieceLength, a.pieceLength)
	case !bytes.Equal(a.tree, b.tree):
		return "", errors.New("has another file tree")
	case len(a.pieces) != len(b.pieces):
		return "", errors.New("has another number of pieces")
	case !slices.Equal(a.files, b.files):
		slices.Sort(a.files)
		slices.Sort(b.files)
		if !slices.Equal(a.files, b.files) {
			return "", fmt.Errorf("has other files: %d, not %d, or of other sizes", len(b.files), len(a.files))
		}
		return otherOrder, nil
	case !bytes.Equal(a.pieces, b.pieces):
		return "", errors.New("has other pieces")
	}
	return samePieces, nil
}

// metainfo is what of a torrent depends on the data, still in bencode.
type metainfo struct {
	info, pieceLength, pieces, tree, layers []byte

	files []string // length and path of each file that is no padding (BEP 47)
}

// read takes a torrent apart.
func read(torrent []byte) (metainfo, error) {
	top, _, err := bencode.Scan(torrent)
	if err != nil {
		return metainfo{}, err
	}
	raw := func(dict bencode.Value, key string) []byte {
		v, _ := dict.Get(key)
		return v.Raw()
	}
	info, ok := top.Get("info")
	if !ok || info.Kind() != bencode.Dict {
		return metainfo{}, errors.New("has no info")
	}
	m := metainfo{
		info: info.Raw(), layers: raw(top, "piece layers"),
		pieceLength: raw(info, "piece length"), pieces: raw(info, "pieces"), tree: raw(info, "file tree"),
	}
	files, several := info.Get("files")
	if !several {
		m.files = []string{string(raw(info, "length")) + string(raw(info, "name"))}
	}
	for _, f := range files.Items() {
		if !bytes.Contains(raw(f, "attr"), []byte("p")) {
			m.files = append(m.files, string(raw(f, "length"))+string(raw(f, "path")))
		}
	}
	return m, nil
}
