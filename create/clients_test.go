package create_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// shape is content of some kind, and how torrents of it are made.
type shape struct {
	files   map[string]int // sizes; "" is a single file
	links   map[string]string
	options create.Options
	aligned bool // to be tried in v1 with pad files, too
}

// shapes are of all kinds that clients may stumble over.
func shapes() map[string]shape {
	many := map[string]int{}
	for i := range 200 {
		many[fmt.Sprintf("%03d", i)] = i * 37
	}
	tiers := metainfo.Fields{
		Trackers: [][]string{{"http://127.0.0.1:9/announce", "udp://127.0.0.1:9/announce"}, {"http://127.0.0.1:9/b/announce"}},
		WebSeeds: []string{"http://127.0.0.1:9/"},
	}
	return map[string]shape{
		"single":  {files: map[string]int{"": 300_001}},
		"byte":    {files: map[string]int{"": 1}},
		"tree":    {files: map[string]int{"a/x": 70_000, "a-b/x": 16384, "a.b": 1, "b": 16383, "z": 40_000}, aligned: true},
		"empty":   {files: map[string]int{"0": 0, "a": 5, "b": 0, "c/0": 0, "d": 99_999, "e": 0}, aligned: true},
		"unicode": {files: map[string]int{"é/ü": 20_000, "日本/本": 16385, "𝒳 x": 3, "a b/c d": 1}, aligned: true},
		"deep":    {files: map[string]int{strings.Repeat("d/", 24) + "x": 50_000, "y": 60_000}, options: create.Options{PieceLength: 32 << 10}, aligned: true},
		"large":   {files: map[string]int{"a": 17 << 20, "b": 100}, options: create.Options{PieceLength: 16 << 20}},
		"links":   {files: map[string]int{"a": 20_000, "sub/b": 30_000}, links: map[string]string{"l": "a"}},
		"tiers":   {files: map[string]int{"a": 20_000, "b": 30_000}, options: create.Options{Fields: tiers}},
		"many":    {files: many},
	}
}

// lay makes the content below a folder.
func (s *shape) lay(t *testing.T, dir, name string) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(34, 1))
	root := filepath.Join(dir, name)
	for _, path := range slices.Sorted(maps.Keys(s.files)) {
		data := make([]byte, s.files[path])
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		file := filepath.Join(root, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range s.links {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// Clients read the content of torrents of ours, and find all of it: 34 torrents of all shapes and formats, v1 with pad files too.
// What a client does not load is known (inspect.Lint tells); those with pad files are complete in qBittorrent only.
func TestCompleteInClients(t *testing.T) {
	if !longtest.Whole() {
		t.Skip("TORRENTKIT_LONG_TESTS shows torrents to clients")
	}
	transmission := peertest.Transmission(t)
	newer := !strings.HasPrefix(transmission.Version, "3.") // it loads hybrids
	clients := []*peertest.Client{peertest.QBittorrent(t), transmission, peertest.RTorrent(t)}
	dirs := []string{t.TempDir(), t.TempDir(), t.TempDir()} // a client may make what it misses
	total := 0
	for name, s := range shapes() {
		for _, format := range []string{"v1", "v2", "hybrid", "aligned"} {
			o := s.options
			o.Format, o.Align = map[string]metainfo.Format{"v1": metainfo.V1, "v2": metainfo.V2, "hybrid": metainfo.Hybrid, "aligned": metainfo.V1}[format], format == "aligned"
			if o.Align && !s.aligned {
				continue
			}
			total++
			full := name + "-" + format
			links := create.FollowLinks
			if s.links != nil {
				links = create.StoreLinks
			}
			padded := o.Align || o.Format == metainfo.Hybrid && len(s.files) > 1
			for i, c := range clients {
				loads := i == 0 || o.Format == metainfo.V1 || o.Format == metainfo.Hybrid && (i == 2 || newer)
				if i > 0 && loads && padded { // they miss the pad files
					continue
				}
				root := s.lay(t, dirs[i], full)
				r, err := selected(t, root, create.DiskSelection{Links: links}, o).Torrent(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				says := c.Add(r.Raw(), dirs[i])
				if (says == "") != loads {
					t.Errorf("%s, %s: it says %q", c.Name, full, says)
				}
			}
		}
	}
	if total != 34 {
		t.Errorf("%d torrents", total)
	}
	for _, c := range clients {
		have := c.Check()
		for name, part := range have {
			if part < 1 {
				t.Errorf("%s: %s is there to %v", c.Name, name, part)
			}
		}
		t.Logf("%s: %d complete", c, len(have))
	}
}

// What the limits say of clients is what they do, of each format with all piece lengths that torrents are made with. (A .torrent of
// 100 MiB cannot be sent to qBittorrent.)
func TestLimitsOfClients(t *testing.T) {
	if !longtest.Whole() {
		t.Skip("TORRENTKIT_LONG_TESTS shows torrents to clients")
	}
	transmission := peertest.Transmission(t)
	clients := map[string][]*peertest.Client{
		"Transmission " + transmission.Version[:1]:         {transmission},
		"rTorrent, KTorrent and aria2":                     {peertest.RTorrent(t), peertest.Aria2(t)},
		"qBittorrent, and other clients with libtorrent 2": append(peertest.Libtorrents(t), peertest.QBittorrent(t)),
	}
	for _, l := range create.Limits() {
		for _, c := range clients[l.Name] {
			for _, format := range []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid} {
				for n := int64(16 << 20); n <= 256<<20; n *= 2 {
					name := fmt.Sprintf("limit-%v-%d", format, n)
					root := filepath.Join(t.TempDir(), name)
					if err := os.WriteFile(root, []byte(name), 0o666); err != nil {
						t.Fatal(err)
					}
					r, err := selected(t, root, create.DiskSelection{}, create.Options{Format: format, PieceLength: n}).Torrent(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					loads := slices.Contains(l.Formats, format.String()) && (l.MaxPieceLength == 0 || n <= l.MaxPieceLength)
					if says := c.Add(r.Raw(), t.TempDir()); (says == "") != loads {
						t.Errorf("%s, %v, pieces of %d bytes: it says %q", c, format, n, says)
					}
				}
			}
		}
		delete(clients, l.Name)
	}
	for name := range clients {
		t.Errorf("nothing is said of %s", name)
	}
}
