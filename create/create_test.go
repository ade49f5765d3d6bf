package create_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
)

// tryPlan plans a torrent of paths, without the journals in them.
func tryPlan(paths []string, s create.DiskSelection, o create.Options) (*create.Plan, error) {
	s.LeaveOut = o.Journals
	c, err := create.Scan(context.Background(), paths, s)
	if err != nil {
		return nil, err
	}
	return c.Plan(o)
}

func plan(t *testing.T, path string, o create.Options) *create.Plan {
	t.Helper()
	return selected(t, path, create.DiskSelection{}, o)
}

// selected is plan with a choice of files.
func selected(t *testing.T, path string, s create.DiskSelection, o create.Options) *create.Plan {
	t.Helper()
	p, err := tryPlan([]string{path}, s, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// together plans several torrents of one content.
func together(t *testing.T, path string, options ...create.Options) []*create.Plan {
	t.Helper()
	c, err := create.Scan(context.Background(), []string{path}, create.DiskSelection{LeaveOut: options[0].Journals})
	if err != nil {
		t.Fatal(err)
	}
	var plans []*create.Plan
	for _, o := range options {
		p, err := c.Plan(o)
		if err != nil {
			t.Fatal(err)
		}
		plans = append(plans, p)
	}
	return plans
}

// made is the torrent of a plan.
func made(t *testing.T, p *create.Plan) []byte {
	t.Helper()
	made, err := p.Torrent(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, made)
}

func torrent(t *testing.T, path string, o create.Options) []byte {
	t.Helper()
	made, err := create.Torrent(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return checked(t, made)
}

// checked holds that the infohashes are those of the torrent, and returns that.
func checked(t *testing.T, made *create.Result) []byte {
	t.Helper()
	m, err := metainfo.Parse(made.Raw())
	if err != nil {
		t.Fatal(err)
	}
	if m.Hashes() != made.Hashes {
		t.Errorf("infohashes %v are said of a torrent with %v", made.Hashes, m.Hashes())
	}
	return made.Raw()
}

// file makes a file of n bytes that are not all equal, and its folders.
func file(t *testing.T, path string, n int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i*7 + i>>8 + len(path))
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// The size that a plan foretells is that of the torrent, in every format and
// with every field; where files may be equal it is an upper bound.
func TestSizeIsKnownBefore(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 3))
	exact, rounds := 0, longtest.Rounds(24, 60)
	for round := range rounds {
		o := create.Options{Format: []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}[round%3], PieceLength: 16384 << rng.IntN(3)}
		if round%2 == 0 {
			o.Align, o.Attributes = true, true
			o.Checksums = []metainfo.Checksum{metainfo.MD5, metainfo.SHA256}
			o.Similar = []metainfo.HashV1{{1}, {2}}
			o.Collections, o.UpdateURL, o.Entropy = []string{"c"}, "https://u.example/", "x"
			o.Set, o.SetInfo = []metainfo.Entry{metainfo.TextEntry("zz", "1")}, []metainfo.Entry{metainfo.TextEntry("a", "1")}
			o.Trackers, o.HTTPSeeds = [][]string{{"udp://a:1"}, {"udp://b:1"}}, []string{"http://h/"}
		}
		root := peertest.Tree(t, rng, t.TempDir(), o.PieceLength)
		p := plan(t, root, o)
		choices, err := p.Choices()
		if err != nil {
			t.Fatal(err)
		}
		made, err := p.Torrent(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		raw := checked(t, made)
		intact(t, raw, root)
		if p.SizeIsExact {
			exact++
		}
		if n := int64(len(raw)); n > p.Size || p.SizeIsExact && n != p.Size {
			t.Errorf("%v: %d bytes, foretold were %d (exact: %v)", o.Format, n, p.Size, p.SizeIsExact)
		}
		for _, c := range choices {
			if c.Chosen != (c.PieceLength == o.PieceLength) {
				t.Errorf("chosen is %v for %d", c.Chosen, c.PieceLength)
			}
			if size := map[metainfo.Format]int64{metainfo.V1: c.V1, metainfo.V2: c.V2, metainfo.Hybrid: c.Hybrid}[o.Format]; c.Chosen && size != p.Size {
				t.Errorf("%v: the table says %d, the plan %d", o.Format, size, p.Size)
			}
		}
		if m, err := metainfo.Parse(raw); err != nil || len(m.Problems) > 0 {
			t.Errorf("problems %v, %v", m.Problems, err)
		}
	}
	if exact < rounds/3 {
		t.Errorf("only %d of %d sizes were exact", exact, rounds)
	}
}

func TestPieceLengthFits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	file(t, path, 10<<20) // 640 pieces of 16 KiB: 12800 bytes of hashes
	for name, test := range map[string]struct {
		o    create.Options
		want int64
	}{
		"by itself":              {create.Options{}, 16 << 10},
		"target of 640":          {create.Options{TargetPieces: 640}, 16 << 10},
		"target of 639":          {create.Options{TargetPieces: 639}, 32 << 10},
		"target of 1":            {create.Options{TargetPieces: 1}, 16 << 20},
		"target, bounded":        {create.Options{TargetPieces: 1, MaxPieceLength: 1 << 20}, 1 << 20},
		"torrent of 13000 bytes": {create.Options{MaxTorrentSize: 13000}, 16 << 10},
		"torrent of 12000 bytes": {create.Options{MaxTorrentSize: 12000}, 32 << 10},
		"torrent of 500 bytes":   {create.Options{MaxTorrentSize: 500}, 512 << 10},
		"v2 of 12000 bytes":      {create.Options{MaxTorrentSize: 12000, Format: metainfo.V2}, 32 << 10},
	} {
		p := plan(t, path, test.o)
		if p.PieceLength != test.want || test.o.MaxTorrentSize > 0 && p.Size > test.o.MaxTorrentSize {
			t.Errorf("%s: piece length %d and %d bytes, want %d", name, p.PieceLength, p.Size, test.want)
		}
	}
	var large *create.TooLargeError
	for _, o := range []create.Options{{MaxTorrentSize: 50}, {MaxTorrentSize: 500, PieceLength: 16384}, {MaxTorrentSize: 500, MaxPieceLength: 65536}} {
		if _, err := tryPlan([]string{path}, create.DiskSelection{}, o); !errors.As(err, &large) || large.Size <= o.MaxTorrentSize {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, o := range []create.Options{{PieceLength: 3 << 14}, {MaxPieceLength: 1}, {PieceLength: 32768, MaxPieceLength: 16384}, {TargetPieces: -1},
		{ExpectInfoHash: "00"}, {ExpectInfoHash: "x"}} {
		if _, err := tryPlan([]string{path}, create.DiskSelection{}, o); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}

func TestExpectInfoHash(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	file(t, path, 100000)
	v1, v2 := hashes(t, torrent(t, path, create.Options{Format: metainfo.Hybrid}))
	for _, want := range []string{v1, v2, strings.ToUpper(v2)} {
		torrent(t, path, create.Options{Format: metainfo.Hybrid, ExpectInfoHash: want})
	}
	var other *create.UnexpectedHashError
	made, err := create.Torrent(context.Background(), path, create.Options{ExpectInfoHash: v1})
	if !errors.As(err, &other) || other.Want != v1 || other.Got.V1.IsZero() || other.Got != made.Hashes {
		t.Errorf("another infohash: %v", err)
	}
}

// Aligned v1 torrents are what libtorrent and we read as the same files, each on a boundary.
func TestAlignAndAttributes(t *testing.T) {
	t.Parallel()
	oracle := peertest.Libtorrent(t)
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	file(t, filepath.Join(root, "a"), 20000)
	file(t, filepath.Join(root, "b.sh"), 40000)
	file(t, filepath.Join(root, ".c"), 1)
	if err := os.Chmod(filepath.Join(root, "b.sh"), 0o755); err != nil {
		t.Fatal(err)
	}
	raw := torrent(t, root, create.Options{Align: true, Attributes: true, PieceLength: 16384})
	intact(t, raw, root)
	for _, want := range []string{"d4:attr1:h6:lengthi1e", "d4:attr1:x6:lengthi40000e", "d6:lengthi20000e", "d4:attr1:p6:lengthi16383e"} {
		if !bytes.Contains(raw, []byte(want)) {
			t.Errorf("no %s in %q", want, raw)
		}
	}
	torrentFile := filepath.Join(dir, "x.torrent")
	if err := os.WriteFile(torrentFile, raw, 0o644); err != nil {
		t.Fatal(err)
	}
	a := oracle.Ask(t, peertest.Question{Do: "inspect", Torrent: torrentFile})
	if v1, _ := hashes(t, raw); a.V1 != v1 || len(a.Files) != 5 || !a.Files[1].Pad {
		t.Errorf("libtorrent reads %+v", a)
	}
}

func TestFieldsAreRefused(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	file(t, path, 1)
	for name, o := range map[string]create.Options{
		"update URL":  {InfoFields: create.InfoFields{UpdateURL: "udp://x:1"}},
		"own key":     {Set: []metainfo.Entry{metainfo.TextEntry("announce", "x")}},
		"own in info": {SetInfo: []metainfo.Entry{metainfo.TextEntry("pieces", "x")}},
		"twice":       {InfoFields: create.InfoFields{Entropy: "x"}, SetInfo: []metainfo.Entry{metainfo.TextEntry("entropy", "y")}},
		"http seed":   {Fields: metainfo.Fields{HTTPSeeds: []string{"ftp://x"}}},
	} {
		if _, err := tryPlan([]string{path}, create.DiskSelection{}, o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestLimitWarnings(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "f")
	file(t, path, 100)
	p := plan(t, path, create.Options{PieceLength: 32 << 20, Fields: metainfo.Fields{Trackers: [][]string{{"https://t.hdbits.org/x"}}}})
	if got := strings.Join(p.Warnings, "\n"); got != "pieces of 32 MiB are refused by uTorrent 2 and other old clients\npieces of 32 MiB are refused by hdbits.org" {
		t.Errorf("warnings:\n%s", got)
	}
	if p = plan(t, path, create.Options{Format: metainfo.V2}); len(p.Warnings) > 0 {
		t.Errorf("warnings: %s", p.Warnings)
	}
}

// Checksums are those of the whole files, however the pieces were read.
func TestChecksums(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "root")
	file(t, filepath.Join(root, "a"), 3<<20+7)
	file(t, filepath.Join(root, "b"), 26<<20) // more than may wait in memory
	file(t, filepath.Join(root, "c"), 0)
	file(t, filepath.Join(root, "d"), 1)
	o := create.Options{Checksums: []metainfo.Checksum{metainfo.SHA1, metainfo.CRC32, metainfo.SHA256, metainfo.MD5, metainfo.MD5}}
	var want []string
	for _, name := range []string{"a", "b", "c", "d"} {
		data, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		s1, s256 := sha1.Sum(data), sha256.Sum256(data)
		want = append(want, fmt.Sprintf("5:crc328:%08x6:lengthi%de6:md5sum32:%x", crc32.ChecksumIEEE(data), len(data), md5.Sum(data)), "4:sha120:"+string(s1[:])+"6:sha25632:"+string(s256[:]))
	}
	for f, format := range formats {
		for l, length := range []int64{16384, 8 << 20} {
			if !longtest.Whole() && (f+l)%2 != 0 {
				continue // every format and length, though not all with each other
			}
			o.Format, o.PieceLength = format, length
			p := plan(t, root, o)
			made, err := p.Torrent(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			raw := checked(t, made)
			intact(t, raw, root)
			for _, w := range want {
				if !bytes.Contains(raw, []byte(w)) {
					t.Errorf("%v, pieces of %d: no %q", format, length, w)
				}
			}
			if p.SizeIsExact && p.Size != int64(len(raw)) {
				t.Errorf("%d bytes, foretold were %d", len(raw), p.Size)
			}
			if m, err := metainfo.Parse(raw); err != nil || len(m.Problems) > 0 {
				t.Errorf("problems %v, %v", m.Problems, err)
			}
			plans := together(t, root, o, create.Options{PieceLength: 65536, Checksums: o.Checksums})
			raws, err := create.Torrents(context.Background(), []*create.Plan{p})
			if err != nil || !bytes.Equal(raws[0].Raw(), raw) {
				t.Errorf("made again: %v", err)
			}
			if raws, err = create.Torrents(context.Background(), plans); err != nil || !bytes.Contains(raws[1].Raw(), []byte(want[2])) {
				t.Errorf("made together: %v", err)
			}
		}
	}
}

// A file that changes while it is read gives no torrent, however well that is hidden, and the message names it.
func TestChangesWhileReading(t *testing.T) {
	changes := map[string]func(name string) error{
		"another file takes its name": func(name string) error {
			return errors.Join(os.Rename(name, name+".away"), os.WriteFile(name, []byte("other"), 0o644), os.Chtimes(name, time.Time{}, time.Unix(1e9, 0)))
		},
		"removed": os.Remove,
	}
	for kind, change := range changes {
		for _, single := range []bool{false, true} {
			for _, sums := range [][]metainfo.Checksum{nil, {metainfo.MD5}} {
				dir := filepath.Join(t.TempDir(), "dir")
				name := filepath.Join(dir, "file")
				if err := errors.Join(os.Mkdir(dir, 0o777), os.WriteFile(name, []byte("bytes"), 0o644), os.Chtimes(name, time.Time{}, time.Unix(1e9, 0))); err != nil {
					t.Fatal(err)
				}
				var done, still bool
				o := create.Options{Checksums: sums, Progress: func(n, total int64) {
					if n == total && !done {
						done = true
						if err := change(name); err != nil {
							t.Error(err)
						}
						_, err := os.Lstat(name)
						still = kind == "removed" && err == nil // the name goes when the file is closed
					}
				}}
				path := dir
				if single {
					path = name
				}
				r, err := create.Torrent(context.Background(), path, o)
				if !still && (r != nil || err == nil || !strings.Contains(err.Error(), strconv.Quote(name)+" changed while it was read: ")) {
					t.Errorf("%s, single %v, sums %v: %v", kind, single, sums, err)
				}
			}
		}
	}
}
