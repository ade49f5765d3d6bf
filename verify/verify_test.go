//go:build unix

package verify_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// changed replaces bytes of a torrent that stand there once.
func changed(t *testing.T, torrent, old []byte) []byte {
	t.Helper()
	if len(old) == 0 || bytes.Count(torrent, old) != 1 {
		t.Fatalf("%x stands there %d times", old, bytes.Count(torrent, old))
	}
	other := bytes.Clone(old)
	other[len(other)-1] ^= 1
	return bytes.Replace(torrent, old, other, 1)
}

// A hybrid whose v1 and v2 hashes are of different data is found out, whichever of the two is right.
func TestHybridThatDisagrees(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "tree")
	write(t, root, map[string]int{"a": 100, "b": 16384, "c": 5})
	torrent := torrentOf(t, root, metainfo.Hybrid)
	info, err := metainfo.Parse(torrent)
	do(t, err)
	for _, tt := range []struct {
		what  string
		bytes []byte
		want  verify.PieceState
		text  string
	}{
		{"v1", info.PieceSHA1(1), verify.PieceOnlyRoot, "v2 matches, v1 does not"},
		{"v2", info.PieceRoot(1), verify.PieceOnlySHA1, "v1 matches, v2 does not"},
	} {
		r := check(t, changed(t, torrent, tt.bytes), root)
		if s := states(r); r.PieceState(1) != tt.want || r.BadPieces != 1 || s != "a ok, b damaged, c ok" || r.OK() || tt.want.String() != tt.text {
			t.Errorf("with another hash in %s: piece 1 is %v; %s", tt.what, r.PieceState(1), s)
		}
		do(t, os.WriteFile(filepath.Join(root, "b"), make([]byte, 16384), 0o644))
		if r := check(t, changed(t, torrent, tt.bytes), root); r.PieceState(1) != verify.PieceBad {
			t.Errorf("bad data with another hash in %s: piece 1 is %v", tt.what, r.PieceState(1))
		}
		write(t, root, map[string]int{"b": 16384})
	}
}

// Padding is no file: none is expected on disk, and one that is there is not looked at.
func TestPaddingIsNotOnDisk(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "tree")
	write(t, root, map[string]int{"a": 100, "b": 5})
	torrent := torrentOf(t, root, metainfo.Hybrid)
	write(t, root, map[string]int{".pad/16284": 7})
	r := check(t, torrent, root)
	if !r.OK() || len(r.Files) != 2 || r.Bytes != 105 || r.GoodBytes != 105 {
		t.Errorf("%s; %d of %d bytes", states(r), r.GoodBytes, r.Bytes)
	}
	// Padding that was hashed as something else than zeros is a bad piece, and names no other file than its own.
	info, err := metainfo.Parse(torrent)
	do(t, err)
	bad := check(t, changed(t, torrent, info.PieceSHA1(0)), root)
	for p := range bad.NotOK() {
		if p.Index != 0 || len(p.Parts) != 1 || p.Parts[0] != (verify.Part{File: 0, Length: 100, Verdict: verify.Guilty}) {
			t.Errorf("%+v", p)
		}
	}
}

// A v2 torrent without piece layers, such as a magnet link gives, still has the roots of whole files.
func TestWithoutPieceLayers(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "tree")
	write(t, root, map[string]int{"large": 50000, "small": 100})
	torrent := torrentOf(t, root, metainfo.V2)
	info, err := metainfo.Parse(torrent)
	do(t, err)
	bare := append(append([]byte("d4:info"), info.RawInfo()...), 'e')
	r := check(t, bare, root)
	if !r.OK() || states(r) != "large ok, small ok" || r.GoodPieces != 5 || r.GoodBytes != r.Bytes {
		t.Errorf("intact: %s, %d of %d pieces, %d bytes", states(r), r.GoodPieces, r.Pieces, r.GoodBytes)
	}
	data := readFile(t, filepath.Join(root, "large"))
	data[20000] ^= 1
	do(t, os.WriteFile(filepath.Join(root, "large"), data, 0o644))
	r = check(t, bare, root)
	if f := r.Files[0]; r.OK() || f.State != verify.Damaged || len(f.Damaged) != 1 || f.Damaged[0] != (verify.Range{Length: 50000, LastPiece: 3}) || r.GoodPieces != 1 {
		t.Errorf("damaged: %+v, %d good pieces", f, r.GoodPieces)
	}
	do(t, os.Truncate(filepath.Join(root, "large"), 20000))
	if r = check(t, bare, root); r.OK() || r.Files[0].State != verify.Short || r.GoodPieces != 1 || r.BadPieces != 0 {
		t.Errorf("short: %+v", r.Files[0])
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "tree")
	write(t, root, map[string]int{"a": 1 << 16, "b": 16 << 20})
	torrent := torrentOf(t, root, metainfo.V1)
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		r, err := verify.Data(ctx, torrent, root, verify.Options{Reading: verify.Reading{Workers: 1, LimitRate: 16 << 20, Progress: func(done, total int64) {
			if done > 12<<20 {
				cancel()
			}
		}}})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if r == nil || !r.Incomplete || r.OK() || r.GoodPieces == 0 || r.UncheckedPieces == 0 || r.BadPieces > 0 {
			t.Errorf("%+v", r)
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, err := verify.Data(ctx, torrent, root, verify.Options{}); !errors.Is(err, context.Canceled) || r != nil && r.OK() {
		t.Errorf("cancelled before: %v", err)
	}
}

func TestChangedWhileRead(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "tree")
	file := filepath.Join(root, "b")
	write(t, root, map[string]int{"a": 100, "b": 16 << 20})
	torrent := torrentOf(t, root, metainfo.V1)
	wrote := false
	var r *verify.Report
	synctest.Test(t, func(t *testing.T) {
		var err error
		r, err = verify.Data(context.Background(), torrent, root, verify.Options{Reading: verify.Reading{Workers: 1, LimitRate: 16 << 20, Progress: func(done, total int64) {
			if done > 0 && done < total && !wrote {
				wrote = true
				f, err := os.OpenFile(file, os.O_WRONLY, 0)
				do(t, err)
				_, err = f.WriteAt([]byte("x"), 16<<20-5)
				do(t, err)
				do(t, f.Close())
			}
		}}})
		do(t, err)
	})
	if !wrote {
		t.Fatal("everything was read before anything was said of it")
	}
	if f := r.Files[1]; r.OK() || f.State != verify.Unreadable || f.Err == nil {
		t.Errorf("%v, %v", f.State, f.Err)
	}
	if r.Files[0].State != verify.OK {
		t.Errorf("the file that nobody touched is %v", r.Files[0].State)
	}
}

// Torrents of a few bytes cannot ask for gigabytes or hours.
func TestHostileTorrents(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]int{"n": 100})
	root := sha256.Sum256(nil)
	for what, info := range map[string]string{
		"huge v2 file":      "d9:file treed1:ad0:d6:lengthi17592186044416e11:pieces root32:" + string(root[:]) + "eee12:meta versioni2e4:name1:n12:piece lengthi16384ee",
		"huge v2 piece":     "d9:file treed1:ad0:d6:lengthi4611686018427387000e11:pieces root32:" + string(root[:]) + "eee12:meta versioni2e4:name1:n12:piece lengthi4611686018427387904ee",
		"huge padding":      "d5:filesld4:attr1:p6:lengthi4611686018427387000e4:pathl1:aeee4:name1:n12:piece lengthi4611686018427387904e6:pieces20:01234567890123456789e",
		"huge v1 piece":     "d6:lengthi4611686018427387000e4:name1:n12:piece lengthi4611686018427387904e6:pieces20:01234567890123456789e",
		"longest v2 pieces": "d9:file treed1:ad0:d6:lengthi536870912e11:pieces root32:" + string(root[:]) + "eee12:meta versioni2e4:name1:n12:piece lengthi536870912ee",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		r, err := verify.Data(ctx, []byte("d4:info"+info+"e"), dir, verify.Options{})
		if errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", what, err)
		}
		cancel()
		if runtime.ReadMemStats(&after); after.TotalAlloc-before.TotalAlloc > 64<<20 {
			t.Errorf("%s: %d MiB were allocated", what, (after.TotalAlloc-before.TotalAlloc)>>20)
		}
		if err == nil && r.OK() {
			t.Errorf("%s is ok", what)
		}
	}
}

// The same holds where files are read in order, for checksums, and where the first fault ends the run.
func TestWithoutPieceLayersInOtherWays(t *testing.T) {
	t.Parallel()
	root := filepath.Join(t.TempDir(), "tree")
	write(t, root, map[string]int{"large": 50000, "larger": 90000, "small": 100})
	torrent := torrentOf(t, root, metainfo.V2)
	info, err := metainfo.Parse(torrent)
	do(t, err)
	bare := append(append([]byte("d4:info"), info.RawInfo()...), 'e')
	for what, o := range map[string]verify.Options{
		"checksums":            {Reading: verify.Reading{Sums: []metainfo.Checksum{metainfo.SHA256}}},
		"fail fast":            {Selection: verify.Selection{FailFast: true}},
		"both":                 {Selection: verify.Selection{FailFast: true}, Reading: verify.Reading{Sums: []metainfo.Checksum{metainfo.MD5}}},
		"one file":             {Selection: verify.Selection{Only: []string{"large"}}},
		"with a limit":         {Reading: verify.Reading{LimitRate: 1 << 30}},
		"one worker, limited":  {Reading: verify.Reading{Workers: 1, LimitRate: 1 << 30}},
		"extra":                {Extra: true},
		"compared with itself": {CompareWith: root},
	} {
		r, err := verify.Data(context.Background(), bare, root, o)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if !r.OK() || r.BadPieces > 0 || r.UncheckedPieces > 0 {
			t.Errorf("%s: %s; %d bad, %d unchecked, incomplete: %v", what, states(r), r.BadPieces, r.UncheckedPieces, r.Incomplete)
		}
	}
}
