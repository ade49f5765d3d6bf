package command

import (
	"context"
	"errors"
	"strings"
	"testing"

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
