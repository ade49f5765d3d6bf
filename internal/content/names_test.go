package content

import (
	"slices"
	"strings"
	"testing"
)

func TestPortability(t *testing.T) {
	t.Parallel()
	good := []string{"a", "a/b", "Z/é.txt", "com", "com0", "console", ".hidden", "a b", "日本/本", "aux1"}
	if notes := Portability(slices.Values(good)); len(notes) > 0 {
		t.Errorf("notes on portable names: %v", notes)
	}
	for _, test := range []struct{ why, first, second string }{
		{"differs in case only", "a/X", "a/x"},
		{"differs in case only", "Folder/a", "folder/b"},
		{"another Unicode form", "\u00fc", "u\u0308"},
		{"device", "a/NUL", ""},
		{"device", "aux.txt", ""},
		{"device", "com1", ""},
		{"dot or space", "a.", ""},
		{"dot or space", "folder /x", ""},
		{"allows none of", "a:b", ""},
		{"control", "a\nb", ""},
		{"255 bytes", strings.Repeat("x", 256), ""},
		{"characters long", strings.Repeat("abcdefghi/", 30), ""},
		{"not valid UTF-8", "\xff", ""},
	} {
		paths := []string{test.first}
		if test.second != "" {
			paths = append(paths, test.second)
		}
		notes := Portability(slices.Values(paths))
		if len(notes) != 1 || !strings.Contains(notes[0].Detail, test.why) || notes[0].Path != paths[len(paths)-1] {
			t.Errorf("%q: notes %v, want one on %q", paths, notes, test.why)
		}
	}
}
