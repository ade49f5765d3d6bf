package metainfo

import (
	"fmt"
	"slices"
	"testing"
)

func TestStoredPaths(t *testing.T) {
	many := func(paths ...string) []byte {
		files := ""
		for _, p := range paths {
			files += fmt.Sprintf("d6:lengthi1e4:pathl1:d%d:%see", len(p), p)
		}
		return []byte("d4:infod5:filesl" + files + "e4:name1:n12:piece lengthi16384e6:pieces20:hhhhhhhhhhhhhhhhhhhhee")
	}
	for _, c := range []struct {
		doc  []byte
		want []string
	}{
		{many("a", "A", "b\x01", "c"), []string{"d/a", "d/A.1", "d/b_", "d/c"}},
		{many("..", "a"), nil},
		{[]byte("d4:infod6:lengthi1e4:name3:a\\b12:piece lengthi16384e6:pieces20:hhhhhhhhhhhhhhhhhhhhee"), []string{"ab"}},
	} {
		m, _ := Read(c.doc)
		if got := m.StoredPaths(); !slices.Equal(got, c.want) {
			t.Errorf("%q are stored as %q, want %q", c.doc, got, c.want)
		}
	}
}
