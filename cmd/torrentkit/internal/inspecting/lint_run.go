package inspecting

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

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
	total, start := lintTotals{}, con.Now()
	err := command.EachInput(ctx, con, args, func(ctx context.Context, in command.Input) error {
		_, report, err := lintOne(ctx, con, in, int64(f.maxSize), f.options)
		total.add(report)
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
	if total.torrents() > 1 && f.format == "text" && con.Human() && !con.Options.JSON && ctx.Err() == nil {
		showLintTotals(con, &total, con.Now().Sub(start))
	}
	return cmp.Or(end(), err)
}

// lintTotals count torrents by the worst that was found in them.
type lintTotals struct{ clean, warned, wrong, unread int }

// add counts a torrent; nil is one that could not be read.
func (t *lintTotals) add(r *inspect.Report) {
	if r == nil {
		t.unread++
		return
	}
	switch errors, warnings := r.Count(); {
	case errors > 0:
		t.wrong++
	case warnings > 0:
		t.warned++
	default:
		t.clean++
	}
}

func (t *lintTotals) torrents() int { return t.clean + t.warned + t.wrong + t.unread }

// lintOne judges one input.
func lintOne(ctx context.Context, con *console.Console, in command.Input, limit int64, o inspect.LintOptions) ([]byte, *inspect.Report, error) {
	p := con.StartProgress("judging " + filepath.Base(in.Name))
	defer p.Finish()
	raw, err := command.ReadInput(ctx, con, in, limit)
	if err != nil {
		return nil, nil, err
	}
	report, err := inspect.Lint(raw, o)
	return raw, report, err
}

// linted is what was found in one input.
type linted struct {
	input  string
	report *inspect.Report
}
