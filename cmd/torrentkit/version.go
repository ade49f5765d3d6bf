package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

func newVersion(con *console.Console) *cobra.Command {
	var benchmark bool
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built with and for",
		Long: `--benchmark measures for two seconds how fast one core hashes, by each kernel
that the CPU has, and how fast it copies memory. With --json that is one line,
which people who work on torrentkit are glad to get from CPUs that they lack.`,
		Example: `  torrentkit version
  torrentkit version --json
  torrentkit version --benchmark`,
		Args: command.Arity(0, 0),
		RunE: command.RunE(func(ctx context.Context, _ []string) error {
			v := command.BuildVersion()
			if benchmark {
				var err error
				if v.Benchmark, err = benchmarked(ctx); err != nil {
					return err
				}
			}
			if con.Options.JSON {
				return con.JSON(v)
			}
			var f console.Fields
			f.Text("version", v.Version)
			if v.Revision != "" {
				f.Text("revision", v.Revision)
			}
			if v.Date != "" {
				f.Text("date", v.Date)
			}
			f.Text("go", v.Go)
			f.Text("platform", v.OS+"/"+v.Arch)
			if v.Benchmark != nil {
				showBenchmark(&f, v.Benchmark)
			}
			con.Show(&f)
			return nil
		}),
	}
	command.Group(cmd, "What to print", func(f *pflag.FlagSet) {
		f.BoolVar(&benchmark, "benchmark", false, "measure how fast one core hashes and copies: takes two seconds")
	})
	command.Exits(cmd, "done", "")
	return cmd
}

// benchmarked takes all rates, each for an eighth of a second.
func benchmarked(ctx context.Context) (*command.BenchmarkJSON, error) {
	rates, err := create.MeasureHashing(ctx, time.Second/8)
	if err != nil {
		return nil, err
	}
	kernels := func(all []create.HashKernel) []command.KernelJSON {
		var out []command.KernelJSON
		for _, k := range all {
			out = append(out, command.KernelJSON(k))
		}
		return out
	}
	return &command.BenchmarkJSON{CPU: rates.CPU, SHA1: kernels(rates.SHA1), SHA256: kernels(rates.SHA256), Copy: rates.Copy}, nil
}

func showBenchmark(f *console.Fields, b *command.BenchmarkJSON) {
	if b.CPU != "" {
		f.Text("cpu", b.CPU)
	}
	for _, hash := range []struct {
		name    string
		kernels []command.KernelJSON
	}{{"SHA-1", b.SHA1}, {"SHA-256", b.SHA256}} {
		for _, k := range hash.kernels {
			text := console.FormatRate(k.Rate)
			if k.Zeros > 0 {
				text += ", zeros " + console.FormatRate(k.Zeros)
			}
			f.Text(hash.name+" "+k.Name, text)
		}
	}
	f.Text("copy", console.FormatRate(b.Copy))
}

// topics are what help has a text of, below a command.
func topics(cmd *cobra.Command) (names []string) {
	for _, c := range command.Subcommands(cmd) {
		names = append(names, c.Name()+"\t"+c.Short)
	}
	if cmd == cmd.Root() {
		return names
	}
	names = append(names, "flags\tall flags of "+cmd.CommandPath())
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name+"\t"+f.Usage)
		}
	})
	return names
}

// flagNamed is the flag of a command that stands in the place of a command below it.
func flagNamed(cmd *cobra.Command, rest []string) *pflag.Flag {
	if len(rest) != 1 || cmd == cmd.Root() {
		return nil
	}
	if f := cmd.Flags().Lookup(rest[0]); f != nil {
		return f
	}
	return cmd.InheritedFlags().Lookup(rest[0])
}

// newHelp replaces cobra's own help command, which exits 0 for a command that does not exist.
func newHelp(con *console.Console, root *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "help [COMMAND...]",
		Short: "Print the help text of a command, or of one of its flags",
		Example: `  torrentkit help
  torrentkit help magnet fetch
  torrentkit help create flags
  torrentkit help create journal`,
		Args: command.Arity(0, 3),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			topic, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return topics(topic), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: command.RunE(func(_ context.Context, args []string) error {
			whole := len(args) > 1 && args[len(args)-1] == "flags"
			if whole {
				args = args[:len(args)-1]
			}
			topic, rest, err := root.Find(args)
			if flag := flagNamed(topic, rest); err == nil && flag != nil {
				command.WriteFlag(con, con.Document(), topic, flag)
				return nil
			}
			if err != nil || len(rest) > 0 || len(args) > 0 && topic == root {
				return unknownCommand(root, args)
			}
			defer con.Paged()()
			if whole {
				command.WriteFlags(con, con.Document(), topic)
				return nil
			}
			command.WriteHelp(con, con.Document(), topic)
			return nil
		}),
	}
	command.Exits(cmd, "done", "")
	return cmd
}
