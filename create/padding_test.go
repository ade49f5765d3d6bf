package create

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/torrentkit/torrentkit/metainfo"
)

// A hybrid of many small files tells what its padding is, and what helps.
func TestPaddingWarning(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{}
	for i := range 300 {
		tree[fmt.Sprintf("n/%03d", i)] = &fstest.MapFile{Data: make([]byte, 60000)}
	}
	c, err := ScanFS(context.Background(), tree, "n", Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []struct {
		Options
		want string
	}{
		{Options{Format: metainfo.Hybrid, PieceLength: 1 << 20}, "has 282 MiB of padding for 17.2 MiB of content with pieces of 1 MiB; pieces of 64 KiB have 1.58 MiB"},
		{Options{Format: metainfo.Hybrid, PieceLength: 64 << 10}, ""},
		{Options{Format: metainfo.V1, PieceLength: 1 << 20}, ""},
		{Options{Format: metainfo.V2, PieceLength: 1 << 20}, ""},
	} {
		p, err := c.Plan(o.Options)
		if err != nil {
			t.Fatal(err)
		}
		var told string
		for _, w := range p.Warnings {
			if strings.Contains(w, "padding") {
				told = w
			}
		}
		if strings.TrimPrefix(told, "a hybrid of these files ") != o.want {
			t.Errorf("%v of %d: %q, want %q", o.Format, o.PieceLength, told, o.want)
		}
		l := p.draft.Layout()
		if has := l.PaddedLength() - l.TotalLength(); o.Format == metainfo.Hybrid && has != p.padding(p.PieceLength) {
			t.Errorf("padding %d, counted as %d", has, p.padding(p.PieceLength))
		}
	}
}
