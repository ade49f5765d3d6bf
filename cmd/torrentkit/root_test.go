package main

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

func walk(cmd *cobra.Command, f func(*cobra.Command)) {
	f(cmd)
	for _, c := range cmd.Commands() {
		walk(c, f)
	}
}

// TestEveryCommandConforms holds what every command owes its users. Nothing is to be added here for a new command.
func TestEveryCommandConforms(t *testing.T) {
	e, _, _ := consoletest.Env()
	con := console.New(e)
	root := newRoot(con)
	walk(root, func(cmd *cobra.Command) {
		t.Run(cmd.CommandPath(), func(t *testing.T) {
			if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
				t.Errorf("Short is %q: say in a few words what it does, without a full stop", cmd.Short)
			}
			if cmd.Parent() == root && cmd.Annotations[command.OrderKey] == "" {
				t.Error("it has no place in the root's help: add it in newRoot")
			}
			if cmd.Args == nil {
				t.Error("Args is not set: use arity")
			}
			var b strings.Builder
			command.WriteHelp(con, &b, cmd)
			checkHelp(t, cmd, b.String())
			checkFlags(t, cmd, b.String())
			for _, columns := range []int{50, 80, 120} {
				helpFits(t, cmd, columns)
			}
		})
	})
}

// TestOneCommandIsEnough: a command that is built alone is what it is among all, under each of its names.
func TestOneCommandIsEnough(t *testing.T) {
	e, _, _ := consoletest.Env()
	con := console.New(e)
	helpOf := func(root *cobra.Command, name string) string {
		cmd, _, err := root.Find([]string{name})
		if err != nil {
			t.Fatal(err)
		}
		var help strings.Builder
		walk(cmd, func(c *cobra.Command) { command.WriteHelp(con, &help, c) })
		return help.String()
	}
	for _, m := range makers(newRoot(con)) {
		cmd := m.make(con)
		names := append([]string{cmd.Name()}, cmd.Aliases...)
		if want := strings.Join(names, " "); m.names != want {
			t.Errorf("makers lists %q, whose names are %q", m.names, want)
		}
		for _, name := range names {
			alone := newRoot(con, name)
			if n := len(alone.Commands()); n != 2 { // help is the other one
				t.Errorf("%q builds %d commands", name, n)
			}
			if helpOf(alone, name) != helpOf(newRoot(con), name) {
				t.Errorf("%s has another help alone", name)
			}
		}
	}
}

// helpFits demands that a terminal breaks no line of a help text but those that people copy.
func helpFits(t *testing.T, cmd *cobra.Command, columns int) {
	e, _, _ := consoletest.Env()
	e.Width = func() int { return columns }
	con := console.New(e)
	var b strings.Builder
	command.WriteHelp(con, &b, cmd)
	command.WriteFlags(con, &b, cmd)
	part := ""
	for line := range strings.Lines(b.String()) {
		if !strings.HasPrefix(line, " ") && strings.TrimSpace(line) != "" {
			part = line
		}
		if n := console.DisplayWidth(strings.TrimSuffix(line, "\n")); n > columns && part != "Examples:\n" && part != "Usage:\n" {
			t.Errorf("a terminal of %d columns breaks a line of %d: %s", columns, n, line)
		}
	}
}

func checkHelp(t *testing.T, cmd *cobra.Command, help string) {
	for _, row := range []string{"\nExit codes:\n  0    ", "\n  2    trouble", "\n  130  interrupted\n"} {
		if !strings.Contains(help, row) {
			t.Errorf("the help has no %q", row)
		}
	}
	examples, flags := strings.Index(help, "\nExamples:\n"), strings.Index(strings.Replace(help, "\nFlags:\n", "\n- flags:\n", 1), " flags:\n")
	if examples < 0 || flags < examples {
		t.Error("examples must come before flags: set Example")
	}
	if !strings.HasSuffix(help, "\n") || strings.Contains(help, "\n\n\n") {
		t.Errorf("the help is badly spaced:\n%s", help)
	}
	if n := strings.Count(help, "\n"); n > 100 {
		t.Errorf("the help has %d lines: name the flags that most people need, see command.Common", n)
	}
	for line := range strings.Lines(help) {
		if console.DisplayWidth(line) > 121 {
			t.Errorf("this line of the help is too long: %s", line)
		}
	}
}

func checkFlags(t *testing.T, cmd *cobra.Command, help string) {
	check := func(f *pflag.Flag) {
		if f.Usage == "" {
			t.Errorf("--%s has no usage text", f.Name)
		}
		if command.FlagGroup(f) == "" {
			t.Errorf("--%s is in no group: define it inside group(cmd, ...)", f.Name)
		}
		if !f.Hidden && strings.Count(help, " --"+f.Name) == 0 {
			t.Errorf("--%s is missing in the help", f.Name)
		}
		if strings.HasPrefix(f.Value.Type(), "stringSlice") {
			t.Errorf("--%s splits its value at commas, which URLs and names may hold: use command.TextsFlag", f.Name)
		}
	}
	cmd.LocalFlags().VisitAll(check)
	cmd.InheritedFlags().VisitAll(check)
}

// TestExamplesParse parses every example's first command of a pipeline, as a shell would split it, without running it.
func TestExamplesParse(t *testing.T) {
	e, _, _ := consoletest.Env()
	root := newRoot(console.New(e))
	walk(root, func(cmd *cobra.Command) {
		for line := range strings.Lines(cmd.Example) {
			line = strings.TrimSpace(line)
			if line == "" || strings.HasPrefix(line, "#") {
				continue
			}
			_, words, found := strings.Cut(line, "torrentkit ")
			if !found {
				t.Errorf("%s: the example %q does not call torrentkit", cmd.Name(), line)
				continue
			}
			parseExample(t, words)
		}
	})
}

func parseExample(t *testing.T, words string) {
	e, _, _ := consoletest.Env()
	e.Getenv = func(name string) string {
		return map[string]string{"PASSKEY": "0123456789abcdef0123456789abcdef"}[name]
	}
	root := newRoot(console.New(e)) // a new one, since flags keep what they were set to
	args := splitShell(words)
	cmd, rest, err := root.Find(args)
	if err == nil && cmd == root && len(rest) > 0 && !strings.HasPrefix(rest[0], "-") {
		err = root.Args(root, rest)
	}
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err == nil {
		err = cmd.ValidateFlagGroups()
	}
	if err != nil {
		t.Errorf("the example %q: %v", "torrentkit "+words, err)
	}
}

// splitShell splits at spaces outside of quotes, and ends at a pipe, a redirection or a closing parenthesis.
func splitShell(s string) []string {
	var words []string
	word, quote, open := "", rune(0), false
	for _, r := range s + " " {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, open = r, true
		case quote == 0 && strings.ContainsRune(" )|>;&", r):
			if open || word != "" {
				words = append(words, word)
			}
			word, open = "", false
			if r != ' ' {
				return words
			}
		default:
			word += string(r)
		}
	}
	return words
}

func TestSplitShell(t *testing.T) {
	got := splitShell(`create 'my dir' -t "http://a/?x=1&y=2" -c '' | cat`)
	if want := []string{"create", "my dir", "-t", "http://a/?x=1&y=2", "-c", ""}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestUsageErrors(t *testing.T) {
	tests := []struct{ args, want string }{
		{"", "torrentkit: error: no command given\nhint: see torrentkit --help\n"},
		{"vresion", "torrentkit: error: unknown command \"vresion\"\nhint: did you mean version?\n"},
		{"xyzzy", "torrentkit: error: unknown command \"xyzzy\"\nhint: see torrentkit --help\n"},
		{"help xyzzy", "torrentkit: error: unknown command \"xyzzy\"\n"},
		{"help vresion", "torrentkit: error: unknown command \"vresion\"\nhint: did you mean version?\n"},
		{"version --jsno", "torrentkit: error: unknown flag: --jsno\nhint: did you mean --json?\n"},
		{"version --xyzzy", "torrentkit: error: unknown flag: --xyzzy\nhint: see torrentkit version --help\n"},
		{"version -z", "torrentkit: error: unknown shorthand flag: 'z' in -z\nhint: see torrentkit version --help\n"},
		{"version x", "torrentkit: error: unexpected argument \"x\"\nhint: see torrentkit version --help\n"},
		{"completion", "torrentkit: error: an argument is missing\nhint: see torrentkit completion --help\n"},
		{"completion bash zsh", "torrentkit: error: unexpected argument \"zsh\" after 1\nhint: see torrentkit completion --help\n"},
		{"completion tcsh", "torrentkit: error: no completion for the shell \"tcsh\"\nhint: bash, zsh, fish or powershell\n"},
		{"version --color pink", "torrentkit: error: invalid argument \"pink\" for \"--color\" flag: must be auto, always or never\nhint: see torrentkit version --help\n"},
		{"--json", "torrentkit: error: no command given\nhint: see torrentkit --help\n"},
		{"\x1b[31m", "torrentkit: error: unknown command \"\\x1b[31m\"\nhint: see torrentkit --help\n"},
		{"version --\x1b", "torrentkit: error: unknown flag: --\\x1b\nhint: see torrentkit version --help\n"},
	}
	for _, tt := range tests {
		e, stdout, stderr := consoletest.Env()
		code := run(context.Background(), e, strings.Fields(tt.args))
		if code != 2 || stdout.String() != "" || stderr.String() != tt.want {
			t.Errorf("%q: code %d, stdout %q, stderr %q; want 2, nothing, and %q", tt.args, code, stdout.String(), stderr.String(), tt.want)
		}
	}
}

func TestGroupsKeepTheirOrder(t *testing.T) {
	e, _, _ := consoletest.Env()
	con := console.New(e)
	root := newRoot(con)
	cmd := &cobra.Command{Use: "x", Short: "X", Run: func(*cobra.Command, []string) {}}
	root.AddCommand(cmd)
	command.Group(cmd, "Zebra", func(f *pflag.FlagSet) { f.StringP("zz", "z", "", "write to `FILE`"); f.Int("aa", 7, "a number") })
	command.Group(cmd, "Ant", func(f *pflag.FlagSet) { f.Bool("bb", false, "a truth") })
	command.Group(cmd, "Zebra", func(f *pflag.FlagSet) { f.Bool("cc", false, "another") })
	var b strings.Builder
	command.WriteHelp(con, &b, cmd)
	const want = `
Zebra flags:
  -z, --zz FILE       write to FILE
      --aa int        a number (default 7)
      --cc            another

Ant flags:
      --bb            a truth

Global flags:
      --json          print`
	if !strings.Contains(b.String(), want) {
		t.Errorf("got %s", b.String())
	}
}
