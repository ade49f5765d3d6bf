package content

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// A million files are in memory at once: what is said of each decides how much that is.
func TestFilesAreSmall(t *testing.T) {
	if size := reflect.TypeFor[File]().Size(); size > 56 {
		t.Errorf("a file takes %d bytes", size)
	}
}

// What is seen of a file is the same after it was packed.
func TestFilePacksItsStamp(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, ".x")
	if err := os.WriteFile(name, []byte("12345"), 0o700); err != nil {
		t.Fatal(err)
	}
	st, err := statPath(name)
	if err != nil {
		t.Fatal(err)
	}
	for _, more := range []traits{{}, {removed: true}, {sparse: true}} {
		st.traits = more
		f := File{Path: "d/.x"}
		f.take(&st)
		f.number(uint32(maxNumber))
		if f.stamp() != st.stamp || f.traits() != more || f.Size != 5 || f.Executable() != st.exec || !f.Hidden() || f.IsLink() || int64(f.numbered()) != maxNumber {
			t.Errorf("%+v becomes %+v", st, f)
		}
	}
	if a, b := foldDevice(uint64(7)<<32|1), foldDevice(uint64(1)); a == b {
		t.Errorf("devices %d and %d are one", a, b)
	}
}
