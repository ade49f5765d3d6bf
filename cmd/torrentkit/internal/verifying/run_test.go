package verifying

import (
	"errors"
	"fmt"
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
	failed := func(err error) *verify.Repaired {
		return &verify.Repaired{Failed: []verify.FailedPiece{{Index: 7, Err: err}}}
	}
	full := fmt.Errorf("writing %q: %w", "a", syscall.ENOSPC)
	for _, tt := range []struct {
		files []verify.FileReport
		want  string
		verified
	}{
		{[]verify.FileReport{file(verify.OK, nil), file(verify.Damaged, nil), file(verify.Missing, fs.ErrNotExist)}, "", verified{}},
		{[]verify.FileReport{file(verify.Unreadable, errors.New("symbolic link leads outside the folder"))}, "", verified{}},
		{[]verify.FileReport{file(verify.Unreadable, &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES})}, `reading "a": permission denied`, verified{}},
		{[]verify.FileReport{file(verify.Damaged, nil), file(verify.Unreadable, syscall.EIO), file(verify.Unreadable, syscall.EMFILE)}, `reading "a": input/output error (and 1 more)`, verified{}},
		{nil, "", verified{repair: failed(verify.ErrNotWhole)}},
		{nil, "", verified{repair: failed(fs.ErrNotExist)}},
		{nil, `repairing piece 7: writing "a": no space left on device`, verified{repair: failed(full)}},
		{nil, `reading "sub": input/output error`, verified{report: &verify.Report{Extra: []verify.Extra{{Path: "x", Kind: "file"}, {Path: "sub", Kind: "unreadable", Err: syscall.EIO}}}}},
	} {
		got := ""
		if tt.report == nil {
			tt.report = &verify.Report{Files: tt.files}
		}
		if err := tt.refusal(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
