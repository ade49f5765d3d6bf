package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

func TestEachGivesTheWorst(t *testing.T) {
	outcomes := map[string]error{"yes": nil, "no": console.No(), "trouble": errors.New("bad")}
	for inputs, want := range map[string]int{
		"yes": 0, "yes yes": 0, "no yes": 1, "yes trouble no": 2, "trouble yes": 2,
	} {
		con, _, stderr := consoletest.New()
		calls := 0
		err := Each(context.Background(), con, strings.Fields(inputs), func(_ context.Context, input string) error {
			calls++
			return outcomes[input]
		})
		if code := con.Report(context.Background(), err); code != want || calls != len(strings.Fields(inputs)) {
			t.Errorf("%s: code %d after %d calls, want %d", inputs, code, calls, want)
		}
		if got := strings.Count(stderr.String(), "\n"); got != strings.Count(inputs, "trouble") {
			t.Errorf("%s: printed %q", inputs, stderr.String())
		}
	}
}

func TestEachStopsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	con, _, stderr := consoletest.New()
	calls := 0
	err := Each(ctx, con, []string{"a", "b", "c"}, func(ctx context.Context, _ string) error {
		calls++
		cancel(console.ErrInterrupted)
		return ctx.Err()
	})
	if code := con.Report(ctx, err); code != 130 || calls != 1 || stderr.String() != "torrentkit: interrupted\n" {
		t.Errorf("code %d, %d calls, printed %q", code, calls, stderr.String())
	}
}

// What a program of Windows gets for a pattern: its shells expand none.
func TestExpand(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.torrent", "a.torrent", "sub/c.torrent"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		mustWrite(t, filepath.Join(dir, name), "", 0o644)
	}
	t.Chdir(dir)
	args := []string{"*.torrent", "http://t.example/a?b=*", "magnet:?xt=*", "-", `sub\?.torrent`, "x?y", "a.torrent"}
	got, err := expand(context.Background(), args)
	want := []string{"a.torrent", "b.torrent", "http://t.example/a?b=*", "magnet:?xt=*", "-", filepath.Join("sub", "c.torrent"), "x?y", "a.torrent"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
	if got, err := expand(context.Background(), []string{"a.torrent", `sub\*.txt`}); err == nil || err.Error() != `no file matches "sub\\*.txt"` {
		t.Errorf("%q, %v", got, err)
	}
	var seen []string
	run := RunE(func(_ context.Context, args []string) error { seen = args; return nil })
	cmd := &cobra.Command{}
	cmd.SetContext(context.Background())
	want = []string{"*.torrent"}
	if !shellExpands {
		want = []string{"a.torrent", "b.torrent"}
	}
	if err := run(cmd, []string{"*.torrent"}); err != nil || !slices.Equal(seen, want) {
		t.Errorf("%q, %v, want %q", seen, err, want)
	}
}
