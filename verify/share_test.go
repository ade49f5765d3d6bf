package verify

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/torrentkit/torrentkit/internal/layout"
	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/piecehash"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify/internal/treetest"
)

// sharer is a torrent that has files in common with others, and where its content is.
type sharer struct {
	name    string
	torrent []byte
	path    string
}

// season makes a folder of files and torrents of it in all formats, of each of its files, of all with other trackers and in
// pieces of other lengths, and of the folder under links to its files.
func season(t *testing.T, rng *rand.Rand, dir string, most int) (list []sharer, tree files) {
	tree = files{}
	for i := range 2 + rng.IntN(4) {
		tree[fmt.Sprintf("e%02d", i)] = noise(rng, rng.IntN(most))
	}
	show, links := tree.Write(t, filepath.Join(dir, "show")), filepath.Join(dir, "linked")
	add := func(name, path string, format metainfo.Format, fields metainfo.Fields) {
		pieceLength := int64(16<<10) << rng.IntN(4)
		list = append(list, sharer{fmt.Sprint(name, " ", format, " ", pieceLength), makeTorrent(t, path, format, pieceLength, fields), path})
	}
	if err := os.Mkdir(links, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range tree.Paths() {
		if err := os.Link(filepath.Join(show, name), filepath.Join(links, name)); err != nil {
			t.Skip(err)
		}
	}
	for _, f := range formats() {
		add("pack", show, f, metainfo.Fields{})
	}
	for _, name := range tree.Paths() {
		add("episode "+name, filepath.Join(show, name), formats()[rng.IntN(3)], metainfo.Fields{})
	}
	add("linked", links, formats()[rng.IntN(3)], metainfo.Fields{})
	list = append(list, sharer{"again", list[0].torrent, show})
	return list, tree
}

// editions adds torrents that have the files of a season in other orders: under other names, which pieces that begin with a file
// allow, and in v1 lists, whose pieces have ends of several files.
func editions(t *testing.T, rng *rand.Rand, dir string, list []sharer, tree files) (aligned, others []sharer) {
	names := tree.Paths()
	for n := range 3 {
		renamed := filepath.Join(dir, fmt.Sprint("edition", n))
		if err := os.Mkdir(renamed, 0o755); err != nil {
			t.Fatal(err)
		}
		for k, i := range rng.Perm(len(names)) {
			if err := os.Link(filepath.Join(dir, "show", names[i]), filepath.Join(renamed, fmt.Sprintf("f%02d", k))); err != nil {
				t.Fatal(err)
			}
		}
		format := formats()[1+rng.IntN(2)]
		aligned = append(aligned, sharer{fmt.Sprint("renamed ", format), makeTorrent(t, renamed, format, 16<<10<<rng.IntN(4), metainfo.Fields{}), renamed})
		some := names[:1+rng.IntN(len(names))]
		rng.Shuffle(len(some), func(i, k int) { some[i], some[k] = some[k], some[i] })
		show := filepath.Join(dir, "show")
		others = append(others, sharer{fmt.Sprint("in order ", some), treetest.InOrder(t, show, some, otherOrderPiece), show})
	}
	return append(aligned, list...), others
}

const otherOrderPiece = 64 << 10 // bytes of a piece in torrents of other orders

// hurt damages some files.
func hurt(t *testing.T, rng *rand.Rand, dir string, tree files) {
	for _, name := range tree.Paths() {
		path, data := filepath.Join(dir, "show", name), tree[name]
		if len(data) == 0 {
			continue
		}
		var err error
		switch rng.IntN(6) {
		case 0:
			err = os.WriteFile(path, flipAt(data, rng.IntN(len(data))), 0o644)
		case 1:
			err = os.Truncate(path, rng.Int64N(int64(len(data))))
		case 2:
			err = os.Remove(path)
		case 3:
			err = os.WriteFile(path, append(data, "more"...), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// atOnce verifies all at once.
func atOnce(list []sharer, do func(k int, s *Share)) {
	shares := Together(len(list))
	var wg sync.WaitGroup
	for k := range list {
		wg.Go(func() { do(k, shares[k]) })
	}
	wg.Wait()
}

// The reports of torrents that are verified together are those that each gets by itself, whatever is damaged, and whatever
// of each is read.
func TestTogether(t *testing.T) {
	t.Parallel()
	for seed := range uint64(longtest.Rounds(6, 300)) {
		rng := rand.New(rand.NewPCG(21, seed))
		dir := t.TempDir()
		list, tree := season(t, rng, dir, 200<<10)
		list, others := editions(t, rng, dir, list, tree)
		list = append(list, others...)
		hurt(t, rng, dir, tree)
		options, want, got := make([]Options, len(list)), make([]*Report, len(list)), make([]*Report, len(list))
		var errs, wrong [40]error
		for k, l := range list {
			o := &options[k]
			switch rng.IntN(4) {
			case 0:
				o.Only = []string{"e00", "e03"}
			case 1:
				o.Sample, o.Seed = 1+rng.IntN(5), seed
			}
			o.Workers = rng.IntN(4)
			want[k], errs[k] = Data(t.Context(), l.torrent, l.path, *o)
		}
		atOnce(list, func(k int, s *Share) {
			o := options[k]
			o.Share = s
			got[k], wrong[k] = Data(t.Context(), list[k].torrent, list[k].path, o)
		})
		for k, l := range list {
			if !reflect.DeepEqual(got[k], want[k]) || fmt.Sprint(wrong[k]) != fmt.Sprint(errs[k]) {
				t.Errorf("seed %d, %s, %+v: %+v, %v\nwant %+v, %v", seed, l.name, options[k].Selection, got[k], wrong[k], want[k], errs[k])
			}
		}
	}
}

// counting is a source that counts what is read from it.
type counting struct {
	piecehash.Source
	bytes *atomic.Int64
}

func (s counting) Open(i layout.FileIndex) (piecehash.File, error) {
	f, err := s.Source.Open(i)
	return countingFile{f, s.bytes}, err
}

type countingFile struct {
	piecehash.File
	bytes *atomic.Int64
}

func (f countingFile) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.File.ReadAt(p, off)
	f.bytes.Add(int64(n))
	return n, err
}

// What several torrents have in common is read from the disk once, however they cut it into pieces, in whatever order and under
// whatever names. Only v1 pieces with ends of files that others do not have one after the other are read again.
func TestTogetherReadsOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(longtest.Rounds(3, 30)) {
		dir, rng := t.TempDir(), rand.New(rand.NewPCG(22, seed))
		list, tree := season(t, rng, dir, 3<<20)
		list, others := editions(t, rng, dir, list, tree)
		all := int64(0)
		for _, b := range tree {
			all += int64(len(b))
		}
		if read := readTogether(t, list); read != all {
			t.Errorf("seed %d: %d torrents read %d bytes of %d files of %d", seed, len(list), read, len(tree), all)
		}
		if read, most := readTogether(t, append(list, others...)), all+int64(len(others)*len(tree)*otherOrderPiece); read > most {
			t.Errorf("seed %d: %d torrents read %d bytes of %d files of %d, want no more than %d", seed, len(list)+len(others), read, len(tree), all, most)
		}
	}
}

// readTogether verifies torrents, all of them good, and returns how many bytes were read.
func readTogether(t *testing.T, list []sharer) int64 {
	var read atomic.Int64
	atOnce(list, func(k int, s *Share) {
		defer s.End()
		if r := readCounted(t, list[k], s, &read); !r.OK() {
			t.Errorf("%s: %+v", list[k].name, r.Files)
		}
	})
	return read.Load()
}

// readCounted is Data with a share, and counts what is read from the disk.
func readCounted(t *testing.T, l sharer, s *Share, read *atomic.Int64) *Report {
	ctx, at := context.WithoutCancel(t.Context()), disk{}
	parsed, err := parse(l.torrent, nil)
	if err != nil {
		t.Error(err)
	}
	located, err := locate(ctx, at, l.path, parsed, nil)
	if err != nil {
		t.Error(err)
	}
	r := newRun(parsed, l.path, located)
	defer r.close()
	job := (&Reading{}).job(counting{r.source(nil), read}, piecehash.Auto)
	if err := s.join(ctx, r, &job); err != nil {
		t.Error(err)
	}
	if err := r.finish(ctx, r.read(ctx, job, nil, false), "", 0); err != nil {
		t.Error(err)
	}
	return r.Report
}

// One that stops at the first fault, or cannot begin, keeps no other waiting.
func TestTogetherEnds(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(23, 1))
	dir := t.TempDir()
	list, tree := season(t, rng, dir, 200<<10)
	put(t, filepath.Join(dir, "show", "e00"), flipAt(tree["e00"], 0))
	atOnce(list, func(k int, s *Share) {
		o := Options{Share: s, Selection: Selection{FailFast: k%2 == 0}}
		torrent := list[k].torrent
		if k == 1 {
			torrent = []byte("no torrent")
		}
		r, err := Data(t.Context(), torrent, list[k].path, o)
		if (k == 1) != (err != nil) || err == nil && k%2 == 1 && r.Incomplete {
			t.Errorf("%s: %v, %v", list[k].name, r, err)
		}
	})
}
