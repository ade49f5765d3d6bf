//go:build unix

package verify_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/torrentkit/torrentkit/create"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// model knows what a torrent was made of, and from that and the disk what
// verify must find. It has its own idea of where pieces lie.
type model struct {
	root    string
	torrent []byte
	files   []original
	pieces  [][]part
	total   int64
}

type original struct {
	path string // on disk
	name string // as the report must name it
	data []byte
}

type part struct {
	file           int
	offset, length int64
}

func newModel(t *testing.T, root string, o create.Options) *model {
	t.Helper()
	made, err := create.Torrent(context.Background(), root, o)
	if err != nil {
		t.Fatal(err)
	}
	info, err := metainfo.Parse(made.Raw())
	if err != nil {
		t.Fatal(err)
	}
	m := &model{root: root, torrent: made.Raw()}
	for i := range info.Files {
		if info.Files[i].Pad() {
			continue
		}
		f := original{path: filepath.Join(root, filepath.FromSlash(info.Files[i].Path)), name: info.Files[i].Path}
		if f.name == "" {
			f.name = info.Name
		}
		if f.data, err = os.ReadFile(f.path); err != nil {
			t.Fatal(err)
		}
		m.files = append(m.files, f)
		m.total += int64(len(f.data))
	}
	m.cut(o.PieceLength, o.Format != metainfo.V1)
	return m
}

// cut divides the files into pieces; aligned files begin with a piece each.
func (m *model) cut(pieceLength int64, aligned bool) {
	room := int64(0)
	for i := range m.files {
		if aligned {
			room = 0
		}
		size := int64(len(m.files[i].data))
		for offset := int64(0); offset < size; {
			if room == 0 {
				m.pieces = append(m.pieces, nil)
				room = pieceLength
			}
			n := min(room, size-offset)
			last := len(m.pieces) - 1
			m.pieces[last] = append(m.pieces[last], part{file: i, offset: offset, length: n})
			offset += n
			room -= n
		}
	}
}

// found is what the disk holds for a file.
type found struct {
	state verify.State
	data  []byte
}

func (m *model) look(t *testing.T, i int) found {
	t.Helper()
	path := m.files[i].path
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return found{state: verify.Missing}
	}
	root, err := filepath.EvalSymlinks(m.root)
	if err != nil {
		t.Fatal(err)
	}
	if rel, err := filepath.Rel(root, real); err != nil || !filepath.IsLocal(rel) {
		return found{state: verify.Unreadable}
	}
	info, err := os.Stat(real)
	if err != nil {
		t.Fatal(err)
	}
	if !info.Mode().IsRegular() {
		return found{state: verify.WrongType}
	}
	data, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(data) < len(m.files[i].data):
		return found{verify.Short, data}
	case len(data) > len(m.files[i].data):
		return found{verify.Long, data}
	}
	return found{verify.OK, data}
}

// check holds a report against what the disk holds now.
func (m *model) check(t *testing.T, r *verify.Report) {
	t.Helper()
	disk := make([]found, len(m.files))
	intact := true
	for i := range m.files {
		disk[i] = m.look(t, i)
	}
	var good, bad, unread int
	var goodBytes int64
	damaged, unverified := make([][]part, len(m.files)), make([][]part, len(m.files))
	for i, parts := range m.pieces {
		want := verify.PieceOK
		bytesHere := int64(0)
		for _, p := range parts {
			here := disk[p.file].data
			switch bytesHere += p.length; {
			case int64(len(here)) < p.offset+p.length:
				want = verify.PieceUnread
			case want == verify.PieceOK && !bytes.Equal(here[p.offset:p.offset+p.length], m.files[p.file].data[p.offset:p.offset+p.length]):
				want = verify.PieceBad
			}
		}
		if got := r.PieceState(i); got != want {
			t.Errorf("piece %d is %v, want %v", i, got, want)
		}
		for _, p := range parts {
			switch whole := int64(len(disk[p.file].data)) >= p.offset+p.length; {
			case want == verify.PieceBad:
				damaged[p.file] = append(damaged[p.file], p)
			case want == verify.PieceUnread && whole:
				unverified[p.file] = append(unverified[p.file], p)
			}
		}
		switch want {
		case verify.PieceOK:
			good++
			goodBytes += bytesHere
		case verify.PieceBad:
			bad++
		default:
			unread++
		}
	}
	if r.Pieces != len(m.pieces) || r.GoodPieces != good || r.BadPieces != bad || r.UncheckedPieces != unread || r.GoodBytes != goodBytes || r.Bytes != m.total {
		t.Errorf("%d pieces, %d good, %d bad, %d unchecked, %d of %d bytes\nwant %d, %d, %d, %d, %d of %d",
			r.Pieces, r.GoodPieces, r.BadPieces, r.UncheckedPieces, r.GoodBytes, r.Bytes, len(m.pieces), good, bad, unread, goodBytes, m.total)
	}
	if len(r.Files) != len(m.files) {
		t.Fatalf("%d files in the report, want %d", len(r.Files), len(m.files))
	}
	for i := range r.Files {
		f := &r.Files[i]
		want := disk[i].state
		switch {
		case want != verify.OK:
		case len(damaged[i]) > 0:
			want = verify.Damaged
		case len(unverified[i]) > 0:
			want = verify.Unchecked
		}
		intact = intact && want == verify.OK
		if f.State != want || f.Path != m.files[i].name || f.Length != int64(len(m.files[i].data)) || f.Size != int64(len(disk[i].data)) {
			t.Errorf("%s: %v, %d of %d bytes (%v); want %v, %d of %d", f.Path, f.State, f.Size, f.Length, f.Err, want, len(disk[i].data), len(m.files[i].data))
		}
		if bad := want == verify.Missing || want == verify.WrongType || want == verify.Unreadable; bad != (f.Err != nil) {
			t.Errorf("%s is %v: %v", f.Path, want, f.Err)
		}
		sameBytes(t, f.Path+" damaged", f.Damaged, damaged[i])
		sameBytes(t, f.Path+" unverified", f.Unverified, unverified[i])
	}
	if r.OK() != (intact && good == len(m.pieces)) || r.Incomplete {
		t.Errorf("ok is %v", r.OK())
	}
}

// sameBytes compares ranges with parts that lie in order.
func sameBytes(t *testing.T, what string, got []verify.Range, want []part) {
	t.Helper()
	var merged [][2]int64
	for _, p := range want {
		if n := len(merged); n > 0 && merged[n-1][1] == p.offset {
			merged[n-1][1] += p.length
			continue
		}
		merged = append(merged, [2]int64{p.offset, p.offset + p.length})
	}
	var have [][2]int64
	for _, r := range got {
		if r.Length <= 0 || r.LastPiece < r.FirstPiece {
			t.Errorf("%s: range %+v", what, r)
		}
		if n := len(have); n > 0 && have[n-1][1] == r.Offset {
			have[n-1][1] += r.Length
			continue
		}
		have = append(have, [2]int64{r.Offset, r.Offset + r.Length})
	}
	if !slices.Equal(have, merged) {
		t.Errorf("%s: %v, want %v", what, have, merged)
	}
}

// damage does one thing to the files, and says what.
func (m *model) damage(t *testing.T, rng *rand.Rand) string {
	t.Helper()
	i := rng.IntN(len(m.files))
	path := m.files[i].path
	data, ok := regular(path)
	if !ok {
		return "nothing" // something was done to it before
	}
	what := rng.IntN(13)
	switch what {
	case 0, 1: // flip a bit; pieces and blocks like to be wrong at their ends
		if len(data) == 0 {
			return "nothing"
		}
		at := []int{0, len(data) - 1, rng.IntN(len(data))}[rng.IntN(3)]
		data[at] ^= 1 << rng.IntN(8)
		m.put(t, path, data)
		return fmt.Sprintf("flip %s at %d", path, at)
	case 2:
		if len(data) == 0 {
			return "nothing"
		}
		n := []int{0, len(data) - 1, rng.IntN(len(data))}[rng.IntN(3)]
		m.put(t, path, data[:n])
		return fmt.Sprintf("cut %s to %d", path, n)
	case 3:
		m.put(t, path, append(data, byte(rng.Uint32())))
		return "lengthen " + path
	case 4:
		m.remove(t, path)
		return "remove " + path
	case 5:
		other := m.files[rng.IntN(len(m.files))].path
		if b, ok := regular(other); ok {
			m.put(t, path, b)
			m.put(t, other, data)
		}
		return "swap " + path + " and " + other
	case 6:
		m.remove(t, path)
		if err := os.MkdirAll(filepath.Join(path, "x"), 0o755); err != nil {
			t.Fatal(err)
		}
		return "folder for " + path
	case 7:
		m.remove(t, path)
		if err := syscall.Mkfifo(path, 0o644); err != nil {
			t.Fatal(err)
		}
		return "FIFO for " + path
	}
	return m.relink(t, what, path, data, rng)
}

// relink puts a link in the place of a file, or of the folder that holds it.
func (m *model) relink(t *testing.T, what int, path string, data []byte, rng *rand.Rand) string {
	t.Helper()
	if path == m.root {
		return "nothing"
	}
	outside := filepath.Join(filepath.Dir(m.root), "outside")
	m.put(t, outside, data)
	switch what {
	case 8: // to a file of the same content outside
		m.remove(t, path)
		m.link(t, outside, path)
		return "link outside for " + path
	case 9: // to a file of the same content inside, absolute or not
		moved := filepath.Join(m.root, "moved-"+filepath.Base(path))
		m.put(t, moved, data)
		m.remove(t, path)
		if rng.IntN(2) == 0 {
			if rel, err := filepath.Rel(filepath.Dir(path), moved); err == nil {
				moved = rel
			}
		}
		m.link(t, moved, path)
		return "link inside for " + path
	case 10:
		m.remove(t, path)
		m.link(t, "nowhere", path)
		return "dangling link for " + path
	case 11:
		folder := filepath.Dir(path)
		if folder == m.root {
			return "nothing"
		}
		m.remove(t, folder)
		m.put(t, folder, []byte("no folder"))
		return "file for folder " + folder
	default:
		folder := filepath.Dir(path)
		if folder == m.root {
			return "nothing"
		}
		moved := filepath.Join(m.root, "moved")
		if _, err := os.Lstat(moved); err == nil {
			return "nothing"
		}
		if err := os.Rename(folder, moved); err != nil {
			t.Fatal(err)
		}
		m.link(t, moved, folder)
		return "link for folder " + folder
	}
}

// regular reads a file, and nothing that would block.
func regular(path string) ([]byte, bool) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	data, err := os.ReadFile(path)
	return data, err == nil
}

func (m *model) put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func (m *model) remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func (m *model) link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

// restore brings the files back.
func (m *model) restore(t *testing.T) {
	t.Helper()
	m.remove(t, m.root)
	for _, f := range m.files {
		if err := os.MkdirAll(filepath.Dir(f.path), 0o755); err != nil {
			t.Fatal(err)
		}
		m.put(t, f.path, f.data)
	}
}

func check(t *testing.T, torrent []byte, path string) *verify.Report {
	t.Helper()
	r, err := verify.Data(context.Background(), torrent, path, verify.Options{Reading: verify.Reading{Workers: 2}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var formats = []metainfo.Format{metainfo.V1, metainfo.V2, metainfo.Hybrid}

// Whatever happens to the files is found, where it is, and nothing else is.
func TestDamage(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(7, 11))
	for round := range longtest.Rounds(6, 24) {
		format, pieceLength := formats[round%3], int64(16384)<<rng.IntN(4)
		t.Run(fmt.Sprintf("%d %v %d", round, format, pieceLength), func(t *testing.T) {
			dir := t.TempDir()
			m := newModel(t, peertest.Tree(t, rng, dir, pieceLength), create.Options{Format: format, PieceLength: pieceLength})
			m.check(t, check(t, m.torrent, m.root))
			for range 15 {
				var did []string
				for range 1 + rng.IntN(3) {
					did = append(did, m.damage(t, rng))
				}
				path := m.root
				if _, err := os.Lstat(m.root); err == nil && rng.IntN(2) == 0 && len(m.files) > 1 {
					path = dir
				}
				m.check(t, check(t, m.torrent, path))
				if t.Failed() {
					t.Fatalf("at %s, after: %s", path, strings.Join(did, ", "))
				}
				m.restore(t)
			}
		})
	}
}

// Every flip of a single bit of a small tree is found in its file and piece.
func TestEveryFlip(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		t.Run(format.String(), func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "tree")
			for name, n := range map[string]int{"a": 5, "b/c": 16384 + 3, "d": 1, "e": 0, "f": 40} {
				path := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, bytes.Repeat([]byte(name), n)[:n], 0o644); err != nil {
					t.Fatal(err)
				}
			}
			m := newModel(t, root, create.Options{Format: format, PieceLength: 16384})
			for _, f := range m.files {
				step := max(1, len(f.data)/40)
				for at := 0; at < len(f.data); at += step {
					data := slices.Clone(f.data)
					data[at] ^= 0x10
					m.put(t, f.path, data)
					r := check(t, m.torrent, root)
					m.check(t, r)
					if r.OK() || r.BadPieces != 1 {
						t.Fatalf("%s with byte %d changed: %d bad pieces", f.name, at, r.BadPieces)
					}
				}
				m.put(t, f.path, f.data)
			}
		})
	}
}

// libtorrent finds the same pieces good.
func TestDamageAgreesWithLibtorrent(t *testing.T) {
	t.Parallel()
	oracle := peertest.Libtorrent(t)
	rng := rand.New(rand.NewPCG(3, 52))
	for round := range longtest.Rounds(6, 18) {
		format, pieceLength := formats[round%3], int64(16384)<<rng.IntN(3)
		t.Run(fmt.Sprintf("%d %v %d", round, format, pieceLength), func(t *testing.T) {
			dir := t.TempDir()
			root := peertest.Tree(t, rng, dir, pieceLength)
			if _, err := os.Lstat(filepath.Join(root, "z")); err == nil {
				os.Remove(filepath.Join(root, "Z")) // libtorrent looks for it under another name, for systems that ignore case
			}
			m := newModel(t, root, create.Options{Format: format, PieceLength: pieceLength})
			file := filepath.Join(dir, "x.torrent")
			m.put(t, file, m.torrent)
			for step := range 3 {
				var did []string
				for range step * 2 {
					i := rng.IntN(len(m.files))
					data, err := os.ReadFile(m.files[i].path)
					if err != nil || len(data) == 0 {
						continue
					}
					switch rng.IntN(4) {
					case 0:
						m.remove(t, m.files[i].path)
						did = append(did, "remove "+m.files[i].name)
					case 1:
						m.put(t, m.files[i].path, data[:rng.IntN(len(data))])
						did = append(did, "cut "+m.files[i].name)
					default:
						data[rng.IntN(len(data))] ^= 1
						m.put(t, m.files[i].path, data)
						did = append(did, "flip "+m.files[i].name)
					}
				}
				var want []bool
				if _, err := os.Lstat(m.root); err == nil {
					r := check(t, m.torrent, m.root)
					m.check(t, r)
					for i := range r.Pieces {
						want = append(want, r.PieceState(i) == verify.PieceOK)
					}
					a := oracle.Ask(t, peertest.Question{Do: "check", Torrent: file, Root: dir})
					if !slices.Equal(a.Have, want) {
						t.Errorf("after %s:\nlibtorrent %v\nours       %v", strings.Join(did, ", "), a.Have, want)
					}
				}
				m.restore(t)
			}
		})
	}
}
