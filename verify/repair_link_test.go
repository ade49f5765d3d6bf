package verify

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

// linkedContent is content in a folder elsewhere, damaged in every way that Repair or Fix mends, with links that lead to it.
type linkedContent struct {
	tree    files
	torrent []byte
	whole   string
	real    string // folder of the content
	link    string // leads to it, under another name
	holder  string // has a link to it under its own
}

func newLinkedContent(t *testing.T, format metainfo.Format) *linkedContent {
	t.Helper()
	rng := rand.New(rand.NewPCG(12, uint64(format)))
	c := &linkedContent{tree: files{"a": noise(rng, 50_000), "b/c": noise(rng, 40_000), "d": noise(rng, 20_000), "e": nil}}
	top := t.TempDir()
	c.whole = c.tree.Write(t, filepath.Join(top, "whole", "tree"))
	c.torrent = makeTorrent(t, c.whole, format, 16384, metainfo.Fields{})
	bad := files{"a": flipAt(c.tree["a"], 5), "was c": c.tree["b/c"], "d": append(c.tree["d"][:len(c.tree["d"]):len(c.tree["d"])], "too much"...)}
	c.real = bad.Write(t, filepath.Join(top, "elsewhere", "tree"))
	c.link, c.holder = filepath.Join(top, "link"), filepath.Join(top, "holder")
	do(t, os.Mkdir(c.holder, 0o777))
	do(t, os.Symlink(c.real, c.link))
	do(t, os.Symlink(c.real, filepath.Join(c.holder, "tree")))
	return c
}

// Content is changed through a link that was named, and through none that is found in its place.
func TestChangingThroughALink(t *testing.T) {
	ctx := context.Background()
	for _, format := range formats() {
		c := newLinkedContent(t, format)
		before := readBack(c.real, namesBelow(t, c.real))
		if r, err := Repair(ctx, c.torrent, c.holder, RepairOptions{From: c.whole}); !errors.Is(err, ErrLinked) || r.Report.OK() {
			t.Errorf("%v: repair: %v", format, err)
		}
		if f, err := Fix(ctx, c.torrent, c.holder, FixOptions{}); !errors.Is(err, ErrLinked) || f.Report.OK() {
			t.Errorf("%v: fix: %v", format, err)
		}
		if now := readBack(c.real, namesBelow(t, c.real)); len(now) != len(before) || !equalFiles(now, before) {
			t.Fatalf("%v: something was changed", format)
		}
		fixed, err := Fix(ctx, c.torrent, c.link, FixOptions{})
		if err != nil || len(fixed.Renamed) != 1 || len(fixed.Truncated) != 1 {
			t.Errorf("%v: fix: %+v, %v", format, fixed, err)
		}
		if r, err := Repair(ctx, c.torrent, c.link, RepairOptions{From: c.whole}); err != nil || !r.Report.OK() {
			t.Errorf("%v: repair: %v", format, err)
		}
		// What is whole needs no change.
		if r, err := Repair(ctx, c.torrent, c.holder, RepairOptions{From: c.whole}); err != nil || !r.Report.OK() {
			t.Errorf("%v: repair of what is whole: %v", format, err)
		}
	}
}

// The same for a torrent of one file.
func TestChangingAFileThroughALink(t *testing.T) {
	ctx, top := context.Background(), t.TempDir()
	data := noise(rand.New(rand.NewPCG(12, 9)), 50_000)
	whole, real := filepath.Join(top, "whole", "film"), filepath.Join(top, "elsewhere", "other")
	put(t, whole, data)
	torrent := makeTorrent(t, whole, metainfo.Hybrid, 16384, metainfo.Fields{})
	link, holder := filepath.Join(top, "link"), filepath.Join(top, "holder")
	do(t, os.Mkdir(holder, 0o777))
	do(t, os.Symlink(filepath.Join("elsewhere", "other"), link))
	do(t, os.Symlink(link, filepath.Join(holder, "film")))
	for _, bad := range [][]byte{flipAt(data, 7), append(data[:len(data):len(data)], "too much"...)} {
		put(t, real, bad)
		if _, err := Repair(ctx, torrent, holder, RepairOptions{From: whole}); !errors.Is(err, ErrLinked) {
			t.Errorf("repair: %v", err)
		}
		if _, err := Fix(ctx, torrent, holder, FixOptions{}); !errors.Is(err, ErrLinked) {
			t.Errorf("fix: %v", err)
		}
		if now, _ := os.ReadFile(real); !bytes.Equal(now, bad) {
			t.Fatal("it was changed")
		}
		if _, err := Fix(ctx, torrent, link, FixOptions{}); err != nil {
			t.Errorf("fix: %v", err)
		}
		if _, err := Repair(ctx, torrent, link, RepairOptions{From: whole}); err != nil {
			t.Errorf("repair: %v", err)
		}
		if now, _ := os.ReadFile(real); !bytes.Equal(now, data) {
			t.Error("it is not whole")
		}
	}
}

// Nothing is written through a link in the content, though it stays inside; what such a link leads to may be read.
func TestRepairThroughInnerLinks(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 3))
	tree := files{"a": noise(rng, 30_000), "b": noise(rng, 30_000), "c/x": noise(rng, 30_000), "d": noise(rng, 30_000), "n": noise(rng, 30_000)}
	for _, format := range formats() {
		top := t.TempDir()
		whole := tree.Write(t, filepath.Join(top, "whole", "tree"))
		torrent := makeTorrent(t, whole, format, 16384, metainfo.Fields{})
		now := files{"a": tree["a"], "store/b": flipAt(tree["b"], 1), "store/c/x": flipAt(tree["c/x"], 1), "store/d": tree["d"]}
		dir := now.Write(t, filepath.Join(top, "copy", "tree"))
		for name, target := range map[string]string{"b": "store/b", "c": "store/c", "d": "store/d", "n": "store/new"} {
			do(t, os.Symlink(target, filepath.Join(dir, name)))
		}
		r, err := Repair(context.Background(), torrent, dir, RepairOptions{From: whole})
		if err != nil || len(r.Failed) == 0 || len(r.Created) > 0 {
			t.Errorf("%v: %v, %+v", format, err, r)
		}
		for name, data := range readBack(dir, namesBelow(t, dir)) {
			if data != nil && !bytes.Equal(data, now[name]) {
				t.Errorf("%v: %s was changed", format, name)
			}
		}
		if s := r.Report.file(t, "d").State; s != OK && format != metainfo.V1 {
			t.Errorf("%v: d is %v", format, s)
		}
	}
}

// A file that came after the content was read is not written into, nor renamed over.
func TestWhatCameIsNotReplaced(t *testing.T) {
	for _, format := range formats() {
		c := newLinkedContent(t, format)
		r, err := verifyAt(context.Background(), disk{}, c.torrent, c.real, Options{})
		do(t, err)
		came := []byte("not ours")
		for _, name := range []string{"b/c", "e"} {
			put(t, filepath.Join(c.real, filepath.FromSlash(name)), came)
		}
		do(t, os.Rename(filepath.Join(c.real, "a"), filepath.Join(c.real, "a moved")))
		put(t, filepath.Join(c.real, "a"), came)
		w := newWriter(r, false)
		for k := range r.Files {
			if _, _, err := w.write(k, c.tree[r.Files[k].Path][:min(1, len(c.tree[r.Files[k].Path]))], 0); err == nil && r.Files[k].Path != "d" {
				t.Errorf("%v: %s was written", format, r.Files[k].Path)
			}
		}
		do(t, w.close())
		for _, name := range []string{"a", "b/c", "e"} {
			if now, _ := os.ReadFile(filepath.Join(c.real, filepath.FromSlash(name))); !bytes.Equal(now, came) {
				t.Errorf("%v: %s was replaced", format, name)
			}
		}
		r.close()
	}
}
