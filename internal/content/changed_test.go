package content

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// put back is what somebody does who hides a change: same size, same time of modification.
func putBack(name string) error {
	before, err := statPath(name)
	if err != nil {
		return err
	}
	for {
		if err := rewrite(name, "9876"); err != nil {
			return err
		}
		// Where the clock of the file system ticks slowly, two changes may bear one time.
		if now, err := statPath(name); err != nil || now.ctime != before.ctime || now.ctime == 0 {
			return err
		}
	}
}

// swap puts another file or folder in the place of one, which keeps its old times.
func swap(name string) error {
	return errors.Join(os.Rename(name, name+".away"), os.Rename(name+".other", name))
}

// later are changes of the file d/b, in a tree that has d.other and d/b.other too, which nothing that is open may show.
var later = map[string]func(root string) error{
	"written, and its time put back": func(root string) error { return putBack(filepath.Join(root, "d/b")) },
	"another file in its place":      func(root string) error { return swap(filepath.Join(root, "d/b")) },
	"another folder in its place":    func(root string) error { return swap(filepath.Join(root, "d")) },
	"another root in its place":      func(root string) error { return swap(root) },
	"removed":                        func(root string) error { return os.Remove(filepath.Join(root, "d/b")) },
	"a folder in its place": func(root string) error {
		name := filepath.Join(root, "d/b")
		return errors.Join(os.Remove(name), os.Mkdir(name, 0o777))
	},
}

// Whatever becomes of a file that is read, or was read, is seen at the end: also where its folder's times would tell that
// no name has changed, were it so.
func TestChangesOfPaths(t *testing.T) {
	if st, err := statPath(t.TempDir()); err != nil || st.ctime == 0 {
		t.Skip("no times of change here: ", err)
	}
	for name, change := range later {
		for _, when := range []string{"while it is open", "after it was closed"} {
			for _, kind := range []string{"scanned", "settled", "located", "single"} {
				t.Run(name+" "+when+" "+kind, func(t *testing.T) {
					t.Parallel()
					whole := t.TempDir()
					for _, root := range []string{"root", "root.other"} {
						for _, file := range []string{"a", "d/b", "d/b.other", "d.other/b"} {
							put(t, filepath.Join(whole, root), file, "1234")
						}
					}
					root := filepath.Join(whole, "root")
					tree, i := seen(t, root, kind)
					f, err := tree.Open(i)
					if err != nil {
						t.Fatal(err)
					}
					if when == "after it was closed" {
						if _, err := f.ReadAt(make([]byte, 4), 0); err != nil {
							t.Fatal(err)
						}
						if err := f.Close(); err != nil {
							t.Fatal(err)
						}
						if kind == "settled" && name == "written, and its time put back" {
							t.Skip("a small file is not looked at again where its folder is as it was")
						}
					}
					if err := change(root); err != nil {
						t.Skip(err)
					}
					f.Close()
					got := tree.Changed(t.Context())
					var changed *ChangedError
					if len(got) != 1 || got[0].File != i || !errors.As(got[0].Err, &changed) || changed.Path == "" {
						t.Errorf("Changed() = %v, want file %d", got, i)
					}
					tree.Close()
				})
			}
		}
	}
}

// seen finds the tree in a way, and the index of d/b in it.
func seen(t *testing.T, root, kind string) (*Tree, FileIndex) {
	t.Helper()
	switch kind {
	case "located":
		return locate(t, root, Want{Path: "a"}, Want{Path: "d/b"}).Tree, 1
	case "single":
		tree, _ := scan(t, filepath.Join(root, "d/b"), ScanOptions{})
		return tree, 0
	}
	tree, _ := scan(t, root, ScanOptions{})
	// As if it had been scanned long after its folders last changed, or at the same time.
	tree.open.(*scannedFiles).seen = time.Unix(1, 0)
	if kind == "settled" {
		tree.open.(*scannedFiles).seen = time.Now().Add(time.Hour)
	}
	return tree, FileIndex(slices.IndexFunc(tree.Files(), func(f File) bool { return f.Path == "d/b" }))
}

// What does not touch the files is no change of them.
func TestNoChanges(t *testing.T) {
	for _, kind := range []string{"scanned", "settled", "located", "single"} {
		root := filepath.Join(t.TempDir(), "root")
		put(t, root, "a", "1")
		put(t, root, "d/b", "1234")
		tree, i := seen(t, root, kind)
		if err := openAndClose(tree, int(i)); err != nil {
			t.Fatal(err)
		}
		put(t, root, "d/c", "new")
		put(t, root, "a", "not opened")
		if got := tree.Changed(t.Context()); len(got) != 0 {
			t.Errorf("%s: Changed() = %v", kind, got)
		}
	}
}

// A file that the system does not let us look at any more is not known to have changed.
func TestChangedUnknown(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may look everywhere")
	}
	root := filepath.Join(t.TempDir(), "root")
	put(t, root, "d/b", "1234")
	tree, _ := scan(t, root, ScanOptions{})
	if err := openAndClose(tree, 0); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(root, "d"), 0); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(filepath.Join(root, "d"), 0o700)
	got := tree.Changed(t.Context())
	var changed *ChangedError
	if len(got) != 1 || errors.As(got[0].Err, &changed) || !errors.Is(got[0].Err, os.ErrPermission) {
		t.Errorf("Changed() = %v", got)
	}
}
