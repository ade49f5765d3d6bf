package main

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/inspect"
)

type lintFlags struct {
	listRules bool
	format    string
	targets   targetsValue
	options   inspect.LintOptions
	maxSize   sizeValue
}

func newLint(a *app) *cobra.Command {
	f := lintFlags{format: "text", maxSize: maxTorrent}
	cmd := &cobra.Command{
		Use:   "lint TORRENT...",
		Short: "Judge a torrent against the BEPs and what clients load",
		Long: `A TORRENT is a file, a folder of .torrent files, an http or https URL, or - for standard input. Every finding names
its rule, the key and the byte. --list-rules explains all rules.`,
		Example: `  torrentkit lint album.torrent
  torrentkit lint --for qbittorrent --for transmission album.torrent
  torrentkit lint --deny not-nfc --allow passkey releases/
  torrentkit lint --format sarif releases/ > lint.sarif
  torrentkit lint --list-rules`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.listRules {
				return arity(0, 0)(cmd, args)
			}
			return arity(1, -1)(cmd, args)
		},
		RunE: runE(func(ctx context.Context, args []string) error {
			if f.listRules {
				return a.listRules()
			}
			return a.lint(ctx, args, &f)
		}),
	}
	group(cmd, "Rules", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.listRules, "list-rules", false, "explain the rules")
		fs.StringArrayVar(&f.options.Allow, "allow", nil, "do not apply the rule `ID` (repeatable)")
		fs.StringArrayVar(&f.options.Deny, "deny", nil, "count what the rule `ID` finds as an error (repeatable)")
		fs.Var(&f.targets, "for", "apply the limits of a `TARGET` too: "+strings.Join(targetNames(), ", ")+" (repeatable)")
	})
	group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.Var(oneOf(&f.format, "text", "sarif", "github"), "format", "`FORMAT` is text, sarif (for code scanning), or github (annotations of a workflow)")
	})
	group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
	})
	exits(cmd, "nothing was found, or warnings only", "an error was found")
	return cmd
}

func targetNames() []string {
	var names []string
	for _, t := range inspect.Targets() {
		names = append(names, string(t))
	}
	return names
}

// targetsValue is --for.
type targetsValue []inspect.Target

func (v *targetsValue) String() string { return "" }

// Type implements pflag.Value.
func (v *targetsValue) Type() string { return "TARGET" }

// Set implements pflag.Value.
func (v *targetsValue) Set(s string) error {
	t, err := inspect.ParseTarget(s)
	if err == nil {
		*v = append(*v, t)
	}
	return err
}

func (a *app) lint(ctx context.Context, args []string, f *lintFlags) error {
	if a.options.JSON && f.format != "text" {
		return fmt.Errorf("--json and --format %s are two formats", f.format)
	}
	f.options.Targets = f.targets
	f.options.Now = a.now()
	if _, err := inspect.Lint(nil, f.options); err != nil {
		return withHint(err, "torrentkit lint --list-rules")
	}
	var all []linted
	err := a.eachInput(ctx, args, func(ctx context.Context, name string) error {
		raw, err := a.readInput(ctx, name, int64(f.maxSize))
		if err != nil {
			return err
		}
		report, err := inspect.Lint(raw, f.options)
		if err != nil {
			return err
		}
		l := linted{name, report}
		if f.format == "sarif" {
			l.report.Torrent = nil // the document is not needed any more
			all = append(all, l)
		} else if err := a.showLint(l, f.format); err != nil {
			return err
		}
		if errors, _ := report.Count(); errors > 0 {
			return no()
		}
		return nil
	})
	if f.format == "sarif" && ctx.Err() == nil {
		return cmp.Or(a.writeSARIF(all), err)
	}
	return err
}

// linted is what was found in one input.
type linted struct {
	input  string
	report *inspect.Report
}
