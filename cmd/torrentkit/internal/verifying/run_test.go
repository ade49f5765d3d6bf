package verifying

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
	"testing"

	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// What the system does not let us read is trouble; what is wrong with the data is an answer.
func TestRefusedBySystemIsTrouble(t *testing.T) {
	file := func(state verify.State, err error) verify.FileReport {
		return verify.FileReport{File: &metainfo.File{Path: "a"}, State: state, Details: &verify.Details{Err: err}}
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

// Who interrupts a run is told what is kept of it, and nothing else.
func TestStopped(t *testing.T) {
	t.Parallel()
	with := func(change func(f *verifyFlags)) *verifyFlags {
		f := &verifyFlags{}
		change(f)
		return f
	}
	for _, tt := range []struct {
		total int64
		flags *verifyFlags
		want  string
	}{
		{0, with(func(f *verifyFlags) { f.options.Journals = []string{"j"} }), "stopped before anything was read"},
		{4096, with(func(*verifyFlags) {}), "stopped after 1 KiB of 4 KiB; with --journal FILE the same command would go on from there"},
		{4096, with(func(f *verifyFlags) { f.options.Journals = []string{"j"} }), `1 KiB of 4 KiB are kept in "j", as far as they are good: the same command goes on from there`},
		{4096, with(func(f *verifyFlags) { f.repair.from = "copy" }), "stopped after 1 KiB of 4 KiB; pieces that were repaired stay, and the same command repairs the others"},
		{4096, with(func(f *verifyFlags) { f.search.dirs = []string{"d"} }), "stopped after 1 KiB of 4 KiB; nothing of a search is kept"},
		{4096, with(func(f *verifyFlags) { f.search.fix = true }), "stopped after 1 KiB of 4 KiB; files that were renamed or cut stay so, and the same command mends the others"},
		{4096, with(func(f *verifyFlags) { f.search.dirs, f.search.link = []string{"d"}, "hard" }), "stopped after 1 KiB of 4 KiB; files that got their names keep them, and the same command goes on from there"},
	} {
		if got := stopped(1024, tt.total, tt.flags, false); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if got, want := stopped(1024, 4096, &verifyFlags{}, true), "stopped after 1 KiB of 4 KiB; what comes in one stream is read from its beginning again"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
