package inspecting

import (
	"cmp"
	"context"
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
)

func runLint(ctx context.Context, con *console.Console, args []string, f *lintFlags) error {
	defer con.Paged()()
	if con.Options.JSON && f.format != "text" {
		return fmt.Errorf("--json and --format %s are two formats", f.format)
	}
	f.options.Targets = f.targets
	f.options.Now = con.Now()
	if _, err := inspect.Lint(nil, f.options); err != nil {
		return console.WithHint(err, "torrentkit lint --list-rules")
	}
	show, end := func(l linted) error { return showLint(con, l, f.format) }, func() error { return nil }
	if f.format == "sarif" {
		sarif, err := newSARIF(con)
		if err != nil {
			return err
		}
		show, end = sarif.add, sarif.close
	}
	err := command.EachInput(ctx, con, args, func(ctx context.Context, in command.Input) error {
		raw, err := command.ReadInput(ctx, con, in, int64(f.maxSize))
		if err != nil {
			return err
		}
		report, err := inspect.Lint(raw, f.options)
		if err != nil {
			return err
		}
		if err := show(linted{in.Name, report}); err != nil {
			return err
		}
		if errors, _ := report.Count(); errors > 0 {
			return console.No()
		}
		return nil
	})
	return cmp.Or(end(), err)
}

// linted is what was found in one input.
type linted struct {
	input  string
	report *inspect.Report
}
