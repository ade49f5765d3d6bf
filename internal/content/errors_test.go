package content

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestBare(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	_, open := os.Open(filepath.Join(dir, "nothing"))
	rename := os.Rename(filepath.Join(dir, "nothing"), filepath.Join(dir, "other"))
	tests := []struct{ err, want error }{
		{nil, nil},
		{open, fs.ErrNotExist},
		{rename, fs.ErrNotExist},
		{fmt.Errorf("reading: %w", open), fs.ErrNotExist},
		{os.NewSyscallError("read", syscall.EIO), syscall.EIO},
		{fs.ErrPermission, fs.ErrPermission},
	}
	for _, tt := range tests {
		if got := Bare(tt.err); !errors.Is(got, tt.want) || got != nil && strings.Contains(got.Error(), dir) {
			t.Errorf("Bare(%v) = %v, want %v", tt.err, got, tt.want)
		}
	}
}
