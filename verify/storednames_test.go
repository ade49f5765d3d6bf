package verify_test

import (
	"bytes"
	"context"
	"crypto/sha1"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/internal/peertest"
	"github.com/torrentkit/torrentkit/verify"
)

// oddTorrent is a v1 torrent of files that hold their number, in pieces of two of them.
func oddTorrent(name string, paths ...[]string) []byte {
	const size = 10000
	var files, content strings.Builder
	for i, path := range paths {
		fmt.Fprintf(&files, "d6:lengthi%de4:pathl", size)
		for _, n := range path {
			fmt.Fprintf(&files, "%d:%s", len(n), n)
		}
		files.WriteString("ee")
		content.Write(oddFile(i))
	}
	var pieces []byte
	for piece := range slices.Chunk([]byte(content.String()), 2*size) {
		sum := sha1.Sum(piece)
		pieces = append(pieces, sum[:]...)
	}
	return fmt.Appendf(nil, "d4:infod5:filesl%se4:name%d:%s12:piece lengthi%de6:pieces%d:%see", files.String(), len(name), name, 2*size, len(pieces), pieces)
}

func oddFile(i int) []byte { return bytes.Repeat([]byte{byte(i)}, 10000) }

// Content whose torrent gives it names that are none is where libtorrent stores it,
// and nothing of it outside of its folder.
func TestNamesThatAreNone(t *testing.T) {
	t.Parallel()
	torrent := oddTorrent("../n", []string{"readme.txt"}, []string{"readme.txt"}, []string{"..", "..", "x"}, []string{"/etc/passwd"}, []string{"d", "", "f"}, []string{".", "g"}, []string{"readme.txt", "h"})
	stored := []string{"readme.1.txt", "readme.2.txt", "x", "etcpasswd", "d/_/f", "g", "readme.txt/h"}
	dir := t.TempDir()
	root := filepath.Join(dir, "in", "..n")
	for i, path := range stored {
		at := filepath.Join(root, filepath.FromSlash(path))
		do(t, os.MkdirAll(filepath.Dir(at), 0o777))
		do(t, os.WriteFile(at, oddFile(i), 0o666))
	}
	do(t, os.WriteFile(filepath.Join(dir, "x"), oddFile(2), 0o666)) // where ../../x leads
	for _, path := range []string{root, filepath.Dir(root)} {
		r, err := verify.Data(context.Background(), torrent, path, verify.Options{Extra: true})
		if err != nil || !r.OK() || r.Root != root {
			t.Fatalf("%v, %+v", err, r)
		}
		for k, f := range r.Files {
			if f.Path != stored[k] {
				t.Errorf("file %d is looked for at %q, not at %q", k, f.Path, stored[k])
			}
		}
	}
	do(t, os.Rename(filepath.Join(root, "x"), filepath.Join(root, "y")))
	if r, err := verify.Data(context.Background(), torrent, root, verify.Options{}); err != nil || r.Files[2].State != verify.Missing {
		t.Errorf("%v, %+v", err, r.Files[2])
	}
	fixed, err := verify.Fix(context.Background(), torrent, root, verify.FixOptions{})
	if err != nil || !fixed.Report.OK() || !slices.Equal(fixed.Renamed, []verify.Renaming{{From: "y", To: "x"}}) {
		t.Errorf("%v, %+v", err, fixed)
	}

	oracle := peertest.Libtorrent(t)
	file := filepath.Join(dir, "x.torrent")
	do(t, os.WriteFile(file, torrent, 0o666))
	if a := oracle.Ask(t, peertest.Question{Do: "check", Torrent: file, Root: filepath.Dir(root)}); len(a.Have) != 4 || slices.Contains(a.Have, false) {
		t.Errorf("libtorrent has the pieces %v", a.Have)
	}
}
