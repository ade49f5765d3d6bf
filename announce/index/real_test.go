package index_test

import (
	"bytes"
	"crypto/sha1"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/internal/bencode"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// What inspect predicts of uploads is what a real index does: whether it takes them, the infohash that it stores, what it gives out, and
// whether anybody can download that.
func TestTorrustPredictions(t *testing.T) {
	t.Parallel()
	x := peertest.NewTorrustIndex(t, peertest.TorrustMode{Listed: true})
	client, err := index.New(x.URL, index.Options{Token: x.Token, Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	taken, refused, differ := 0, 0, 0
	for i := range 300 {
		raw := upload(rand.New(rand.NewPCG(23, uint64(i))), i)
		up, refusal := inspect.PredictIndex(raw)
		done, err := client.Upload(t.Context(), index.Upload{Torrent: raw, Title: fmt.Sprintf("torrent %d", i), Category: "software"})
		switch {
		case (err == nil) != (refusal == nil):
			t.Errorf("%d: %q: predicted %v, and it is %v", i, raw, refusal, err)
		case err != nil:
			refused++
		case done.Canonical != up.InfoHash:
			t.Errorf("%d: %q: stored as %v, predicted %v", i, raw, done.Canonical, up.InfoHash)
		default:
			taken++
			if up.Downloaded != up.InfoHash {
				differ++
			}
			downloaded(t, client, raw, up)
		}
	}
	if taken < 150 || refused < 50 || differ < 50 {
		t.Errorf("%d are taken, %d refused, and %d downloaded under another infohash", taken, refused, differ)
	}
}

// downloaded holds what the index gives out to what was predicted.
func downloaded(t *testing.T, client *index.Client, raw []byte, up *inspect.IndexUpload) {
	t.Helper()
	got, err := client.Download(t.Context(), up.InfoHash)
	var broken *index.Failure
	switch {
	case up.Undownloadable != "":
		if !errors.As(err, &broken) {
			t.Errorf("%q: downloaded, which was predicted not to be: %v", raw, err)
		}
	case err != nil:
		t.Errorf("%q: %v", raw, err)
	default:
		info, _ := bencode.View(got).Get("info")
		if hash := metainfo.HashV1(sha1.Sum(info.Raw())); hash != up.Downloaded {
			t.Errorf("%q: downloaded as %v, predicted %v: %q", raw, hash, up.Downloaded, info.Raw())
		}
		for _, k := range up.Lost {
			if key, _, _ := strings.Cut(k.Path, "."); !strings.Contains(k.Path, "info") && key != "announce-list" {
				if _, there := bencode.View(got).Get(key); there {
					t.Errorf("%q: %s is there still", raw, k.Path)
				}
			}
		}
	}
}

// upload makes a torrent of which some are odd, and some refused. The number keeps them apart.
func upload(r *rand.Rand, i int) []byte {
	u := uploader{r, map[string][]byte{}, map[string][]byte{}}
	u.info["name"] = bencode.AppendString(nil, fmt.Sprintf("name %d", i))
	u.info["piece length"] = bencode.AppendInt(nil, 16<<10)
	u.info["pieces"] = bencode.AppendString(nil, bytes.Repeat([]byte{byte(i)}, 20*(1+r.IntN(3))))
	if r.IntN(2) == 0 {
		u.info["length"] = bencode.AppendInt(nil, 1+r.Int64N(1<<40))
	} else {
		u.info["files"] = u.files()
	}
	u.root["announce"] = bencode.AppendString(nil, "https://tracker.example/announce")
	for range r.IntN(4) {
		u.odd()
	}
	if r.IntN(4) == 0 {
		u.wrong(i)
	}
	u.root["info"] = u.dict(u.info)
	doc := u.dict(u.root)
	switch r.IntN(20) {
	case 0:
		return append(doc, "what follows"...)
	case 1:
		return doc[:len(doc)-1-r.IntN(30)]
	}
	return doc
}

type uploader struct {
	*rand.Rand
	root, info map[string][]byte
}

// dict writes a dictionary.
func (u *uploader) dict(m map[string][]byte) []byte {
	var entries []bencode.Entry
	for k, v := range m {
		entries = append(entries, bencode.Entry{Key: k, Value: v})
	}
	return bencode.AppendDict(nil, entries)
}

func (u *uploader) files() []byte {
	out := []byte{'l'}
	for i := range 1 + u.IntN(3) {
		path := [][]string{{"a"}, {"a", "b"}, {"a/b"}, {"", "b"}, {"é", "日"}, {}, {""}, {"x", "y/z", "w"}}[u.IntN(8)]
		text := []byte{'l'}
		for _, p := range path {
			text = bencode.AppendString(text, p)
		}
		m := map[string][]byte{"length": bencode.AppendInt(nil, int64(i)), "path": append(text, 'e')}
		if u.IntN(4) == 0 {
			m["md5sum"] = bencode.AppendString(nil, strings.Repeat("0", 32))
		}
		if u.IntN(4) == 0 {
			m["attr"] = bencode.AppendString(nil, "x")
		}
		out = append(out, u.dict(m)...)
	}
	return append(out, 'e')
}

// odd sets a key to something that the index takes.
func (u *uploader) odd() {
	text := func(s string) []byte { return bencode.AppendString(nil, s) }
	root := map[string][]byte{
		"comment": text("c"), "created by": text(""), "creation date": []byte("i+1700000000e"), "encoding": text("UTF-8"), "url-list": text("https://x/"), "x": []byte("d1:ai1ei5e2:xxe"),
		"announce-list": []byte("ll8:http://aee"), "nodes": []byte("ll3:a.bi1eee"), "httpseeds": []byte("l8:http://ae"), "deep": []byte(strings.Repeat("l", 100) + strings.Repeat("e", 100)),
	}
	info := map[string][]byte{
		"source": text("X"), "path": []byte("l1:ae"), "root hash": text("abc"), "private": []byte(fmt.Sprintf("i%de", u.IntN(3))), "md5sum": text("m"), "unknown": []byte("d1:xle1:yi1ee"),
		"name.utf-8": text("n"), "pieces": text(strings.Repeat("p", 20*u.IntN(2))), "length": []byte("i0005e"), "files": u.files(), "meta version": []byte("i2e"), "file tree": []byte("de"),
	}
	m, to := root, u.root
	if u.IntN(3) > 0 {
		m, to = info, u.info
	}
	key := pick(u.Rand, m)
	to[key] = m[key]
	if u.IntN(30) == 0 {
		delete(u.info, "pieces")
	}
	if u.IntN(30) == 0 {
		u.info["name"] = text("line\nfeed " + fmt.Sprint(u.Int()))
	}
}

// wrong sets or takes away a key so that the index does not take the torrent.
func (u *uploader) wrong(i int) {
	text := func(s string) []byte { return bencode.AppendString(nil, s) }
	bad := map[string][]byte{
		"comment": []byte("i5e"), "announce": []byte("le"), "created by": text("\xff"), "creation date": text("today"), "encoding": []byte("i8e"), "nodes": []byte("ll1:a1:bee"),
		"httpseeds": text("http://a"), "announce-list": []byte("l8:http://ae"), "\xff": []byte("i1e"), "huge": []byte("i99999999999999999999e"), "odd": []byte("d1:ae"),
	}
	badInfo := map[string][]byte{
		"pieces": text("xyz"), "name": text("\xff"), "private": []byte("i256e"), "source": []byte("i1e"), "piece length": text("a"), "length": text("1"), "files": []byte("ld6:lengthi1eee"),
		"path": []byte("li1ee"), "root hash": text("\xff"), "\xff": []byte("i1e"), "x": []byte("di1ei1ee"), "md5sum": []byte("i1e"),
	}
	switch u.IntN(4) {
	case 0:
		key := pick(u.Rand, bad)
		u.root[key] = bad[key]
	case 1:
		for _, key := range [][]string{{"name"}, {"piece length"}, {"length", "files"}}[i%3] {
			delete(u.info, key)
		}
	default:
		key := pick(u.Rand, badInfo)
		u.info[key] = badInfo[key]
	}
}

// pick chooses a key, the same for the same numbers.
func pick(r *rand.Rand, m map[string][]byte) string {
	keys := slices.Sorted(maps.Keys(m))
	return keys[r.IntN(len(keys))]
}
