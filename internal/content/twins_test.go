package content

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Of names that the file system takes for one, the one that is listed is there. Hard links are there all.
func TestTwins(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	put(t, root, "d/README.TXT", "1234")
	put(t, root, "other", "1234")
	names := []string{"d/readme.txt", "d/README.TXT", "d/Readme.txt", "other", "missing"}
	want := make([]Want, len(names))
	for i, n := range names {
		want[i].Path = n
		if i == 0 || i == 2 { // as a file system would find them that makes no difference
			if err := os.Link(filepath.Join(root, "d/README.TXT"), filepath.Join(root, n)); err != nil {
				t.Skip(err)
			}
		}
	}
	l := locate(t, root, want...)
	told := func() (there []string) {
		for i, n := range names {
			if l.Presence(FileIndex(i)).Kind == Present {
				there = append(there, n)
			}
		}
		return there
	}
	if got := strings.Join(told(), " "); got != "d/readme.txt d/README.TXT d/Readme.txt other" {
		t.Errorf("of hard links there are %s", got)
	}
	for _, n := range []string{names[0], names[2]} {
		if err := os.Remove(filepath.Join(root, n)); err != nil {
			t.Fatal(err)
		}
	}
	l.open.(*locatedFiles).tellTwins()
	if got := strings.Join(told(), " "); got != "d/README.TXT other" {
		t.Errorf("of one file there are %s", got)
	}
	p := l.Presence(2)
	if p.Kind != Missing || !strings.Contains(p.Detail, `"d/README.TXT" is in its place`) || l.Size(2) != 0 {
		t.Errorf("%+v", p)
	}
}
