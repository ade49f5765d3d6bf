package below

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/torrentkit/torrentkit/internal/content"
)

func do(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	do(t, os.MkdirAll(filepath.Dir(path), 0o777))
	do(t, os.WriteFile(path, []byte(text), 0o666))
}

// tree is all that is below a folder, and what files hold.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	do(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		line := filepath.ToSlash(path[len(dir)+1:])
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			line += "@"
		case d.IsDir():
			line += "/"
		default:
			text, _ := os.ReadFile(path)
			line += "=" + string(text)
		}
		all = append(all, line)
		return nil
	}))
	slices.Sort(all)
	return strings.Join(all, " ")
}

func open(t *testing.T, dir string) *Folder {
	t.Helper()
	d, err := Open(dir)
	do(t, err)
	t.Cleanup(func() { d.Close() })
	return d
}

// ways are all operations that make or change something of a name.
func ways(d *Folder, file *os.File, path string) map[string]func(name string) error {
	return map[string]func(name string) error{
		"create": func(name string) error {
			f, err := d.Create(name)
			if err == nil {
				f.Close()
			}
			return err
		},
		"rename":  func(name string) error { return d.Rename("from", name) },
		"link":    func(name string) error { return d.Link(file, path, name) },
		"symlink": func(name string) error { return d.Symlink("anywhere", name) },
	}
}

// Whatever has a name keeps it: a file, a folder, a link that leads somewhere or nowhere.
func TestNothingIsReplaced(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "from"), "new")
	put(t, filepath.Join(dir, "file"), "old")
	do(t, os.Mkdir(filepath.Join(dir, "folder"), 0o777))
	do(t, os.Symlink("file", filepath.Join(dir, "link")))
	do(t, os.Symlink("nothing", filepath.Join(dir, "dangling")))
	before := tree(t, dir)
	file, err := os.Open(filepath.Join(dir, "from"))
	do(t, err)
	defer file.Close()
	for way, make := range ways(open(t, dir), file, file.Name()) {
		for _, name := range []string{"file", "folder", "link", "dangling"} {
			if err := make(name); !errors.Is(err, fs.ErrExist) {
				t.Errorf("%s %s: %v", way, name, err)
			}
			if now := tree(t, dir); now != before {
				t.Fatalf("%s %s: %s, was %s", way, name, now, before)
			}
		}
	}
}

// The same holds for the ways of systems that cannot do it in one step.
func TestNothingIsReplacedInSteps(t *testing.T) {
	dir := t.TempDir()
	d := open(t, dir)
	steps := map[string]func(was, at *place) error{"link": d.renameByLink, "reserve": d.renameReserved}
	for way, step := range steps {
		put(t, filepath.Join(dir, "from"), "new")
		put(t, filepath.Join(dir, "file"), "old")
		rename := func(to string) error {
			return d.at("from", false, func(was *place) error {
				return d.at(to, true, func(at *place) error { return step(was, at) })
			})
		}
		if err := rename("file"); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: %v", way, err)
		}
		do(t, rename("a/b"))
		if now := tree(t, dir); now != "a/ a/b=new file=old" {
			t.Errorf("%s: %s", way, now)
		}
		do(t, os.RemoveAll(filepath.Join(dir, "a")))
	}
}

// No link below the folder is followed, in or out, for a file or a folder above it; one to the folder itself is.
func TestLinksAreNotFollowed(t *testing.T) {
	top := t.TempDir()
	put(t, filepath.Join(top, "in/from"), "new")
	put(t, filepath.Join(top, "in/sub/x"), "old")
	put(t, filepath.Join(top, "out/x"), "not ours")
	for link, target := range map[string]string{"in/away": "../out", "in/aside": "sub", "in/file": "../out/x", "in/near": "sub/x", "named": "in"} {
		do(t, os.Symlink(target, filepath.Join(top, link)))
	}
	before := tree(t, top)
	d := open(t, filepath.Join(top, "named"))
	file, err := d.Open("from", os.O_RDONLY)
	do(t, err)
	defer file.Close()
	all := ways(d, file, filepath.Join(top, "in/from"))
	all["open"] = func(name string) error {
		f, err := d.Open(name, os.O_RDWR)
		if err == nil {
			f.Close()
		}
		return err
	}
	all["remove"] = d.Remove
	all["mkdir"] = d.Mkdir
	for way, f := range all {
		for _, folder := range []string{"away", "aside"} {
			for _, name := range []string{folder + "/x", folder + "/new"} {
				if err := f(name); !errors.Is(err, ErrLink) {
					t.Errorf("%s %s: %v", way, name, err)
				}
			}
		}
	}
	for _, name := range []string{"file", "near"} {
		if err := all["open"](name); !errors.Is(err, ErrLink) {
			t.Errorf("open %s: %v", name, err)
		}
	}
	if _, err := d.Sub("aside"); !errors.Is(err, ErrLink) {
		t.Error(err)
	}
	if now := tree(t, top); now != before {
		t.Errorf("%s, was %s", now, before)
	}
	// What stays inside may be read.
	if f, err := d.Follow("near"); err != nil {
		t.Error(err)
	} else {
		f.Close()
	}
	if _, err := d.Follow("file"); err == nil {
		t.Error("a link was followed out")
	}
}

// Names that lead out, or are none, are refused.
func TestNames(t *testing.T) {
	d := open(t, t.TempDir())
	file, err := os.Open(os.DevNull)
	do(t, err)
	defer file.Close()
	for way, f := range ways(d, file, os.DevNull) {
		for _, name := range []string{"", ".", "..", "../x", "a/../x", "/x", "a//x", "a/", "a\x00"} {
			if err := f(name); !errors.Is(err, content.ErrUnsafe) {
				t.Errorf("%s %q: %v", way, name, err)
			}
		}
	}
}

// toLink makes a folder with an open file that is to be linked.
func toLink(t *testing.T) (d *Folder, path string, file *os.File) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "from")
	put(t, path, "right")
	file, err := os.Open(path)
	do(t, err)
	t.Cleanup(func() { file.Close() })
	return open(t, filepath.Dir(path)), path, file
}

// A file that was opened is linked, whatever has its path by then.
func TestLinkIsOfTheOpenFile(t *testing.T) {
	d, path, file := toLink(t)
	do(t, os.Rename(path, path+" moved"))
	put(t, path, "wrong")
	err := d.Link(file, path, "a/to")
	text, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "a/to"))
	if runtime.GOOS == "linux" && d.Is(file, "from moved") == nil && err == nil && string(text) == "right" {
		return
	}
	if !errors.Is(err, ErrReplaced) || text != nil {
		t.Errorf("%q, %v", text, err)
	}
}

// Where the system goes by the path, another file gets no name either.
func TestLinkByPath(t *testing.T) {
	d, path, file := toLink(t)
	do(t, d.linkByPath(file, path, "a/to"))
	do(t, d.Is(file, "a/to"))
	do(t, os.Remove(path))
	put(t, path, "wrong")
	if err := d.linkByPath(file, path, "a/again"); err != ErrReplaced {
		t.Error(err)
	}
	if now := tree(t, filepath.Dir(path)); now != "a/ a/to=right from=wrong" {
		t.Error(now)
	}
}

// A stage removes what was left on it, keeps others away, and goes with what is on it.
func TestStage(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, ".stage/7"), "of a run that was killed")
	d := open(t, dir)
	var own content.Own
	s, err := d.NewStage(".stage", &own)
	do(t, err)
	if now := tree(t, dir); now != ".stage/" {
		t.Error(now)
	}
	f, err := d.Create(s.Path(3))
	do(t, err)
	do(t, f.Close())
	held, err := lock(d.root)
	do(t, err)
	defer held.Close()
	if again, err := lock(d.root); err == nil {
		again.Close() // a system without locks
	} else if _, err := d.NewStage(".stage", &own); err != ErrBusy {
		t.Errorf("a second one: %v", err)
	}
	do(t, d.Rename(s.Path(3), "three"))
	f, err = d.Create(s.Path(4))
	do(t, err)
	do(t, f.Close())
	do(t, s.Close())
	if now := tree(t, dir); now != "three=" {
		t.Error(now)
	}
}

// That another file has taken a place is said when it is seen, and not when nothing could be seen.
func TestNotSeenIsNotReplaced(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a"), "a")
	put(t, filepath.Join(dir, "b"), "b")
	a, err := os.Stat(filepath.Join(dir, "a"))
	do(t, err)
	for _, tt := range []struct {
		name string
		fail []error // before the look succeeds
		want error
	}{
		{"a", nil, nil},
		{"a", []error{syscall.EINTR, &fs.PathError{Op: "statat", Path: "a", Err: syscall.EINTR}}, nil},
		{"a", []error{&fs.PathError{Op: "statat", Path: "a", Err: syscall.EIO}}, syscall.EIO},
		{"b", nil, ErrReplaced},
	} {
		fail := tt.fail
		err := same(a, func() (fs.FileInfo, error) {
			if len(fail) == 0 {
				return os.Stat(filepath.Join(dir, tt.name))
			}
			err := fail[0]
			fail = fail[1:]
			return nil, err
		})
		if err != tt.want {
			t.Errorf("%s after %v: %v, want %v", tt.name, tt.fail, err, tt.want)
		}
	}
}

// On 32 bits, too, files are larger than 2 GiB.
func TestLargeFiles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere files may have no holes")
	}
	folder, err := Open(t.TempDir())
	do(t, err)
	defer folder.Close()
	const end = 5 << 30
	made, err := folder.Create("d/large")
	do(t, err)
	_, err = made.WriteAt([]byte("made"), end)
	do(t, err)
	do(t, made.Close())

	opened, err := folder.Open("d/large", os.O_RDWR)
	do(t, err)
	_, err = opened.WriteAt([]byte("open"), end)
	do(t, err)
	do(t, opened.Close())

	followed, err := folder.Follow("d/large")
	do(t, err)
	defer followed.Close()
	got := make([]byte, 4)
	if _, err := followed.ReadAt(got, end); err != nil || string(got) != "open" {
		t.Errorf("read %q, %v", got, err)
	}
}
