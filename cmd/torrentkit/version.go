package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// versionJSON is what "version --json" prints.
type versionJSON struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"` // the commit, where the build knows it
	Modified bool   `json:"modified,omitempty"` // the working tree had changes
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// buildVersion reads what the linker recorded. Version is "devel" for a build that is no release.
func buildVersion() versionJSON {
	v := versionJSON{Version: "devel", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if tag := info.Main.Version; tag != "" && tag != "(devel)" {
		v.Version = strings.TrimPrefix(tag, "v")
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Revision = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func newVersion(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Print the version, and what it was built with and for",
		Example: `  torrentkit version
  torrentkit version --json`,
		Args: arity(0, 0),
		RunE: runE(func(context.Context, []string) error {
			v := buildVersion()
			if a.options.JSON {
				return a.json(v)
			}
			var f fields
			f.text("version", v.Version)
			if v.Revision != "" {
				f.text("revision", v.Revision)
			}
			f.text("go", v.Go)
			f.text("platform", v.OS+"/"+v.Arch)
			a.show(&f)
			return nil
		}),
	}
	exits(cmd, "done", "")
	return cmd
}

// newCompletion prints the scripts that cobra generates.
func newCompletion(a *app, root *cobra.Command) *cobra.Command {
	scripts := map[string]func(io.Writer) error{
		"bash":       func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"zsh":        root.GenZshCompletion,
		"fish":       func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"powershell": root.GenPowerShellCompletionWithDesc,
	}
	cmd := &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell",
		Short: "Print a script that completes commands and flags in your shell",
		Long:  "The script goes to standard output. Load it from the shell's start-up file, or save it where the shell looks for completions.",
		Example: `  source <(torrentkit completion bash)
  torrentkit completion zsh > "${fpath[1]}/_torrentkit"
  torrentkit completion fish > ~/.config/fish/completions/torrentkit.fish
  torrentkit completion powershell | Out-String | Invoke-Expression`,
		Args:      arity(1, 1),
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: runE(func(_ context.Context, args []string) error {
			script, ok := scripts[args[0]]
			if !ok {
				return withHint(fmt.Errorf("no completion for the shell %q", args[0]), "bash, zsh, fish or powershell")
			}
			return script(a.document())
		}),
	}
	exits(cmd, "done", "")
	return cmd
}

// newHelp replaces cobra's own help command, which exits 0 for a command that does not exist.
func newHelp(a *app, root *cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Print the help text of a command",
		Example: `  torrentkit help
  torrentkit help version`,
		Args: arity(0, 1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			if len(args) == 0 {
				for _, c := range subcommands(root) {
					names = append(names, c.Name()+"\t"+c.Short)
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: runE(func(_ context.Context, args []string) error {
			topic, _, err := root.Find(args)
			if err != nil || len(args) == 1 && topic == root {
				return noSuchCommand(root, args)
			}
			a.writeHelp(a.document(), topic)
			return nil
		}),
	}
	exits(cmd, "done", "")
	return cmd
}
