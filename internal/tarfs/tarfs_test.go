package tarfs

import (
	"archive/tar"
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/torrentkit/torrentkit/internal/listfs"
)

func archive(t testing.TB, headers ...tar.Header) *bytes.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := h.PAXRecords["x.content"]
		h.PAXRecords = nil
		h.Size, h.Mode = int64(len(content)), 0o644
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes())
}

func reg(name, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, PAXRecords: map[string]string{"x.content": content}}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	for _, r := range []*bytes.Reader{bytes.NewReader(nil), archive(t)} {
		if _, err := New(r, r.Size()); err == nil || err.Error() != "it is an archive of nothing" {
			t.Errorf("%d bytes: %v", r.Size(), err)
		}
	}
}

func TestFS(t *testing.T) {
	t.Parallel()
	r := archive(t, reg("./t/a", "one"), tar.Header{Typeflag: tar.TypeDir, Name: "t/empty/"}, reg("/t/d/b", strings.Repeat("two", 1000)),
		tar.Header{Typeflag: tar.TypeLink, Name: "t/hard", Linkname: "./t/a"}, reg("t/a", "newer"),
		tar.Header{Typeflag: tar.TypeSymlink, Name: "t/link", Linkname: "a"}, tar.Header{Typeflag: tar.TypeFifo, Name: "t/pipe"})
	f, err := New(r, r.Size())
	if err != nil {
		t.Fatal(err)
	}
	if f.Root() != "t" {
		t.Errorf("root %q", f.Root())
	}
	for name, want := range map[string]string{"t/a": "newer", "t/d/b": strings.Repeat("two", 1000), "t/hard": "one"} {
		if got, err := fs.ReadFile(f, name); string(got) != want || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	var seen []string
	_ = fs.WalkDir(f, ".", func(name string, d fs.DirEntry, err error) error {
		seen = append(seen, name+" "+d.Type().String())
		return err
	})
	if got, want := strings.Join(seen, ", "), ". d---------, t d---------, t/a ----------, t/d d---------, t/d/b ----------, t/empty d---------, t/hard ----------, t/link L---------, t/pipe p---------"; got != want {
		t.Errorf("tree %s\nwant %s", got, want)
	}
	latin := archive(t, reg("caf\xe9/cr\xe8me", "1"))
	if f, err = New(latin, latin.Size()); err != nil {
		t.Fatal(err)
	}
	if got, err := fs.ReadFile(f, f.Root()+"/cr\xe8me"); string(got) != "1" || err != nil {
		t.Errorf("a name that is not UTF-8: %q, %v", got, err)
	}
	plain := archive(t, reg("a", "1"), reg("d/b", ""))
	f, err = New(plain, plain.Size())
	if err != nil {
		t.Fatal(err)
	}
	if f.Root() != "." {
		t.Errorf("root %q", f.Root())
	}
	if err := fstest.TestFS(readable{f}, "a", "d/b"); err != nil {
		t.Error(err)
	}
}

// readable makes folders open as fstest wants it.
type readable struct{ *listfs.FS }

func (r readable) Open(name string) (fs.File, error) {
	file, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	if info, _ := file.Stat(); !info.IsDir() {
		return file, nil
	}
	list, err := r.ReadDir(name)
	return &folder{file, list}, err
}

type folder struct {
	fs.File
	list []fs.DirEntry
}

func (f *folder) ReadDir(n int) ([]fs.DirEntry, error) {
	k := len(f.list)
	if n > 0 {
		if k == 0 {
			return nil, io.EOF
		}
		k = min(n, k)
	}
	out := f.list[:k]
	f.list = f.list[k:]
	return out, nil
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for want, headers := range map[string][]tar.Header{
		"leads out":              {reg("a/../../b", "x")},
		"both a file and a fold": {reg("a", "x"), reg("a/b", "x")},
		"both a file":            {reg("a/b", "x"), reg("a", "x")},
		"no file in front":       {{Typeflag: tar.TypeLink, Name: "h", Linkname: "a"}},
		"of the type":            {{Typeflag: 'V', Name: "label"}},
		"in 1500 folders":        {reg(strings.Repeat("a/", 1500)+"b", "x")},
	} {
		r := archive(t, headers...)
		if _, err := New(r, r.Size()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	r := archive(t, reg("a", strings.Repeat("x", 5000)))
	if _, err := New(r, 3000); err == nil {
		t.Error("an archive that was cut off is read")
	}
}

// Holes are left out of what GNU tar writes with --sparse, in each of its forms.
func TestSparse(t *testing.T) {
	t.Parallel()
	gnu, err := exec.LookPath("tar")
	if err != nil {
		t.Skip("no tar")
	}
	folder := t.TempDir()
	file, err := os.Create(filepath.Join(folder, "holes"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte("x"), 10<<20); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	for _, form := range []string{"gnu", "posix"} {
		out, err := exec.Command(gnu, "-C", folder, "--sparse", "--format="+form, "-cf", "-", "holes").Output()
		if err != nil {
			t.Skip(err)
		}
		if _, err := New(bytes.NewReader(out), int64(len(out))); err == nil || !strings.Contains(err.Error(), "holes") {
			t.Errorf("%s: %v", form, err)
		}
	}
}

func FuzzNew(f *testing.F) {
	r := archive(f, reg("t/a", "one"), tar.Header{Typeflag: tar.TypeLink, Name: "t/hard", Linkname: "t/a"})
	seed, _ := io.ReadAll(r)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, data []byte) {
		f, err := New(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		_ = fs.WalkDir(f, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil {
				t.Fatal(name, err)
			}
			if d.Type().IsRegular() {
				content, err := fs.ReadFile(f, name)
				if info, _ := d.Info(); err != nil || int64(len(content)) != info.Size() {
					t.Fatalf("%q: %d bytes, %v", name, len(content), err)
				}
			}
			return nil
		})
	})
}
