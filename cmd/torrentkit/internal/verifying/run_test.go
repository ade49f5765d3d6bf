package verifying

import (
	"errors"
	"io/fs"
	"syscall"
	"testing"

	"github.com/torrentkit/torrentkit/verify"
)

// What the system does not let us read is trouble; what is wrong with the data is an answer.
func TestRefusedBySystemIsTrouble(t *testing.T) {
	file := func(state verify.State, err error) verify.FileReport {
		return verify.FileReport{Path: "a", State: state, Err: err}
	}
	for _, tt := range []struct {
		files []verify.FileReport
		want  string
	}{
		{[]verify.FileReport{file(verify.OK, nil), file(verify.Damaged, nil), file(verify.Missing, fs.ErrNotExist)}, ""},
		{[]verify.FileReport{file(verify.Unreadable, errors.New("symbolic link leads outside the folder"))}, ""},
		{[]verify.FileReport{file(verify.Unreadable, &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES})}, `reading "a": permission denied`},
		{[]verify.FileReport{file(verify.Damaged, nil), file(verify.Unreadable, syscall.EIO), file(verify.Unreadable, syscall.EMFILE)}, `reading "a": input/output error (and 1 more files)`},
	} {
		got := ""
		if err := refusedBySystem(&verify.Report{Files: tt.files}); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
