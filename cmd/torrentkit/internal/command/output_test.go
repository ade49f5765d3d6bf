package command

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

func mustWrite(t *testing.T, path, content string, perm fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), perm); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, perm); err != nil {
		t.Fatal(err)
	}
}

// checkFolder fails unless the folder holds exactly these files with these contents: nothing was left behind.
func checkFolder(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if content, ok := want[e.Name()]; !ok || err != nil || string(got) != content {
			t.Errorf("%s holds %q (%v), want %q", e.Name(), got, err, content)
		}
	}
	if len(entries) != len(want) {
		t.Errorf("the folder holds %v, want %d files", entries, len(want))
	}
}

// hintOf returns the hint of an error.
func hintOf(err error) string {
	var h *console.HintError
	if errors.As(err, &h) {
		return h.Hint
	}
	return ""
}

func TestOutputNewFile(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	path := filepath.Join(dir, "x.torrent")
	out, err := NewOutput(con, path, OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, nil)
	if err := out.Write(context.Background(), []byte("data")); err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, map[string]string{"x.torrent": "data"})
	if out.String() != path {
		t.Errorf("it is called %q", out)
	}
	mustWrite(t, filepath.Join(dir, "plain"), "", 0o600)
	plain, err := os.Create(filepath.Join(dir, "created"))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	want, _ := plain.Stat()
	if got, _ := os.Stat(path); got.Mode() != want.Mode() {
		t.Errorf("mode %v, want %v as any new file here", got.Mode(), want.Mode())
	}
}

func TestOutputInAFolder(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	out, err := NewOutput(con, dir, OutputOptions{DefaultName: "n.torrent"})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(context.Background(), []byte("data")); err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, map[string]string{"n.torrent": "data"})
	for _, name := range []string{"", ".", "..", "../x", "a/b", "/x"} {
		if _, err := NewOutput(con, dir, OutputOptions{DefaultName: name}); err == nil {
			t.Errorf("the default name %q is accepted", name)
		}
	}
}

func TestOutputRefusals(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	old := filepath.Join(dir, "old")
	mustWrite(t, old, "old", 0o644)
	for _, tt := range []struct{ target, want, hint string }{
		{old, "the file exists already", "--force replaces it"},
		{filepath.Join(dir, "none", "x"), "there is no folder", ""},
		{filepath.Join(dir, "none") + string(filepath.Separator), "there is no such folder", ""},
		{filepath.Join(old, "x"), "writing", ""},
		{"", "is empty", ""},
		{filepath.Join(dir, strings.Repeat("x", 300)), "writing", ""},
		{filepath.Join(dir, "a\x00b"), "writing", ""},
	} {
		_, err := NewOutput(con, tt.target, OutputOptions{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || hintOf(err) != tt.hint {
			t.Errorf("%.60q: %v (hint %q), want %q (hint %q)", tt.target, err, hintOf(err), tt.want, tt.hint)
		}
	}
	checkFolder(t, dir, map[string]string{"old": "old"})
}

func TestOutputForce(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	mustWrite(t, path, "old", 0o640)
	out, err := NewOutput(con, path, OutputOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, map[string]string{"x": "old"})
	if err := out.Write(context.Background(), []byte("new")); err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, map[string]string{"x": "new"})
	if info, _ := os.Stat(path); runtime.GOOS != "windows" && info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, want that of the old file", info.Mode())
	}
}

func TestOutputThatAppearedMeanwhile(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	path := filepath.Join(dir, "x")
	out, err := NewOutput(con, path, OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, path, "somebody's", 0o644)
	if err := out.Write(context.Background(), []byte("ours")); err == nil || hintOf(err) != "--force replaces it" {
		t.Errorf("got %v", err)
	}
	checkFolder(t, dir, map[string]string{"x": "somebody's"})
}

func TestOutputWithoutHardLinks(t *testing.T) {
	dir := t.TempDir()
	temp := filepath.Join(dir, "temp")
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	mustWrite(t, temp, "data", 0o644)
	if err := reserveAndRename(root, "temp", "x"); err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, map[string]string{"x": "data"})
	mustWrite(t, temp, "more", 0o644)
	if err := reserveAndRename(root, "temp", "x"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	checkFolder(t, dir, map[string]string{"x": "data", "temp": "more"})
	if err := reserveAndRename(root, "none", "y"); err == nil {
		t.Error("a file that does not exist was renamed")
	}
	checkFolder(t, dir, map[string]string{"x": "data", "temp": "more"})
}

func TestOutputInterrupted(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	out, err := NewOutput(con, filepath.Join(dir, "x"), OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(consoletest.InterruptedContext(), []byte("data")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	checkFolder(t, dir, nil)
}

func TestOutputFolderThatVanished(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := filepath.Join(t.TempDir(), "sub")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := NewOutput(con, filepath.Join(dir, "x"), OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	os.Remove(dir)
	err = out.Write(context.Background(), []byte("data"))
	if err == nil || strings.Contains(err.Error(), ".tmp") || !strings.Contains(err.Error(), "writing ") {
		t.Errorf("got %v", err)
	}
}

func TestOutputStdout(t *testing.T) {
	e, stdout, _ := consoletest.Env()
	con := console.New(e)
	out, err := NewOutput(con, "-", OutputOptions{Binary: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(context.Background(), []byte("data")); err != nil || con.Finish(0) != 0 || stdout.String() != "data" {
		t.Errorf("wrote %q, %v", stdout.String(), err)
	}
	e.OutTTY = true
	con = console.New(e)
	if _, err := NewOutput(con, "-", OutputOptions{Binary: true}); err == nil || hintOf(err) == "" {
		t.Errorf("binary data on a terminal: %v", err)
	}
	if _, err := NewOutput(con, "-", OutputOptions{}); err != nil {
		t.Errorf("text on a terminal: %v", err)
	}
}

func TestOutputThroughLinks(t *testing.T) {
	con, _, _ := consoletest.New()
	dir, elsewhere := t.TempDir(), t.TempDir()
	target := filepath.Join(elsewhere, "target")
	mustWrite(t, target, "old", 0o644)
	first, second, dangling := filepath.Join(dir, "first"), filepath.Join(dir, "second"), filepath.Join(dir, "dangling")
	for link, to := range map[string]string{first: target, second: "first", dangling: filepath.Join(elsewhere, "fresh")} {
		if err := os.Symlink(to, link); err != nil {
			t.Skipf("symbolic links: %v", err)
		}
	}
	if _, err := NewOutput(con, second, OutputOptions{}); err == nil {
		t.Error("the target of a link is replaced without force")
	}
	for _, link := range []string{second, dangling} {
		out, err := NewOutput(con, link, OutputOptions{Force: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := out.Write(context.Background(), []byte("new")); err != nil {
			t.Fatal(err)
		}
	}
	checkFolder(t, elsewhere, map[string]string{"target": "new", "fresh": "new"})
	for _, link := range []string{first, second, dangling} {
		if info, err := os.Lstat(link); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s is no link any more", link)
		}
	}
	loop := filepath.Join(dir, "loop")
	os.Symlink("loop", loop)
	if _, err := NewOutput(con, loop, OutputOptions{Force: true}); err == nil {
		t.Error("a loop of links is accepted")
	}
}

func TestOutputLongName(t *testing.T) {
	con, _, _ := consoletest.New()
	dir := t.TempDir()
	name := strings.Repeat("é", 127) // 254 bytes: a temporary name that adds to it would be too long
	out, err := NewOutput(con, filepath.Join(dir, name), OutputOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Write(context.Background(), []byte("data")); err != nil {
		t.Fatal(err)
	}
	checkFolder(t, dir, map[string]string{name: "data"})
}

// A folder that was checked and is another by the time of writing, and a link below a folder that was named, lead nowhere.
func TestOutputStaysInItsFolder(t *testing.T) {
	con, _, _ := consoletest.New()
	top := t.TempDir()
	in, away := filepath.Join(top, "in"), filepath.Join(top, "away")
	for _, dir := range []string{filepath.Join(in, "sub"), filepath.Join(away, "sub")} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, filepath.Join(dir, "x.torrent"), "old", 0o644)
	}
	folder, err := OpenFolder(in)
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	name := filepath.Join(in, "sub", "x.torrent")
	named, err := NewOutput(con, name, OutputOptions{Force: true})
	if err != nil {
		t.Fatal(err)
	}
	found, err := NewOutput(con, name, OutputOptions{Force: true, In: folder})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(in, "sub"), filepath.Join(in, "was")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(away, "sub"), filepath.Join(in, "sub")); err != nil {
		t.Skip(err)
	}
	for _, out := range []*Output{named, found} {
		if err := out.Write(context.Background(), []byte("new")); err == nil {
			t.Errorf("%+v: written", out.in)
		}
	}
	if _, err := NewOutput(con, name, OutputOptions{Force: true, In: folder}); err == nil {
		t.Error("a link was followed out of the folder")
	}
	if _, err := folder.ReadTorrent(context.Background(), name, MaxTorrent); err == nil {
		t.Error("a file outside was read")
	}
	checkFolder(t, filepath.Join(away, "sub"), map[string]string{"x.torrent": "old"})
}

// Programs that look into every new file have it open for moments, and clients have it for longer.
func TestInsist(t *testing.T) {
	held := errors.New("it is open elsewhere")
	isHeld := func(err error) bool { return errors.Is(err, held) }
	for _, tt := range []struct {
		fails int // times that it is held
		then  error
		tries int
	}{{0, nil, 1}, {3, nil, 4}, {3, fs.ErrExist, 4}, {1000, nil, 15}} {
		synctest.Test(t, func(t *testing.T) {
			start, tries := time.Now(), 0
			err := insist(context.Background(), isHeld, func() error {
				if tries++; tries <= tt.fails {
					return &os.LinkError{Op: "rename", Old: "a", New: "b", Err: held}
				}
				return tt.then
			})
			if tries != tt.tries || time.Since(start) > 2*time.Second {
				t.Errorf("%+v: %d tries in %v", tt, tries, time.Since(start))
			}
			if gaveUp := tt.fails > tries; gaveUp != errors.Is(err, held) || gaveUp != (hintOf(err) != "") || !gaveUp && err != tt.then {
				t.Errorf("%+v: %v, hint %q", tt, err, hintOf(err))
			}
		})
	}
	err := insist(consoletest.InterruptedContext(), isHeld, func() error { return held })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
