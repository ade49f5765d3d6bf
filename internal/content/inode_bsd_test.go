//go:build (darwin || freebsd) && !portable

package content

import "testing"

// A folder for temporary files is on a disk of this machine, and no FUSE daemon's.
func TestRemote(t *testing.T) {
	f, err := openPath(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	if kind, local := fileSystem(f.fd); kind == "" || !local || f.remote() || f.seekingIsSlow() {
		t.Errorf("a temporary folder is on %q, local %v", kind, local)
	}
}
