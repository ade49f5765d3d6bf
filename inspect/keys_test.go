package inspect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
)

func TestKeyCounts(t *testing.T) {
	var c KeyCounts
	for i, doc := range []dict{
		torrent(single()).with("comment", "hello"),
		torrent(multi(file(10, "a", "b"), file(5, "c"))).with("comment", "hello"),
		torrent(v2(dict{"a", dict{"b", leafFile(10, hashOf("a"))}})).with("comment", fmt.Sprint("at last ", strings.Repeat("x", 100))),
	} {
		parsed, problems := metainfo.Read(encode(doc))
		if parsed == nil {
			t.Fatal(i, problems)
		}
		c.Add(parsed)
	}
	want := map[string]string{
		"comment":                      `3 3 ["hello"]`,
		"info.files[].path":            `1 2 ["a" "b" "c"]`,
		"info.files[].length":          `1 2 ["10" "5"]`,
		"info.file tree.*":             `1 1 []`,
		"info.file tree.*.*":           `1 1 []`,
		`info.file tree.*.*."".length`: `1 1 ["10"]`,
	}
	for _, u := range c.Uses() {
		if w, ok := want[u.Key]; ok {
			delete(want, u.Key)
			if got := fmt.Sprintf("%d %d %q", u.Torrents, u.Values, u.Examples); got != w {
				t.Errorf("%s: %s, want %s", u.Key, got, w)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("not counted: %q of %+v", want, c.Uses())
	}
}

// Whatever strangers have as keys, few are told apart, and none is long.
func TestKeyCountsAreBounded(t *testing.T) {
	var keys dict
	for i := range maxKeys + 1000 {
		keys = append(keys, fmt.Sprintf("key%09d", i), i)
	}
	keys = append(keys, strings.Repeat("k", 10*maxKeyBytes), 1)
	parsed, problems := metainfo.Read(encode(torrent(single()).with("a", keys)))
	if parsed == nil {
		t.Fatal(problems)
	}
	var c KeyCounts
	c.Add(parsed)
	uses := c.Uses()
	if len(uses) != maxKeys || c.Omitted == 0 || slices.ContainsFunc(uses, func(u KeyUse) bool { return len(u.Key) > maxKeyBytes+10 }) {
		t.Errorf("%d keys, %d omitted", len(uses), c.Omitted)
	}
}
