package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// completionScript writes the script of a shell: cobra's, and for bash what it needs where bash-completion is not installed.
func completionScript(root *cobra.Command, shell string, w io.Writer) error {
	switch shell {
	case "bash":
		if err := root.GenBashCompletionV2(w, true); err != nil {
			return err
		}
		_, err := io.WriteString(w, withoutBashCompletion)
		return err
	case "zsh":
		return root.GenZshCompletion(w)
	case "fish":
		return root.GenFishCompletion(w, true)
	case "powershell":
		return root.GenPowerShellCompletionWithDesc(w)
	}
	return fmt.Errorf("no completion for the shell %q", shell)
}

// withoutBashCompletion puts words together again that bash breaks at = and :, which is all that cobra's script takes from the
// package bash-completion.
const withoutBashCompletion = `
if ! declare -F _get_comp_words_by_ref >/dev/null 2>&1; then
__torrentkit_init_completion()
{
    COMPREPLY=()
    words=() cword=0
    local i last
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        last=$((${#words[@]} - 1))
        if ((i > 1)) && [[ ${COMP_WORDS[i]} == [=:]* || ${words[last]} == *[=:] ]]; then
            words[last]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
        if ((i == COMP_CWORD)); then
            cword=$((${#words[@]} - 1))
        fi
    done
    cur=${words[cword]} prev=${words[cword - 1]}
}
fi
`

// completionFile is where a shell looks for its script, and what is to be done besides, if it does not look there by itself.
func completionFile(con *console.Console, shell string) (file, then string, err error) {
	home, err := os.UserHomeDir()
	folder := func(named string, names ...string) string {
		if named != "" {
			return named
		}
		return filepath.Join(append([]string{home}, names...)...)
	}
	switch shell {
	case "bash":
		dir := con.Getenv("BASH_COMPLETION_USER_DIR")
		if dir == "" {
			dir = filepath.Join(folder(con.Getenv("XDG_DATA_HOME"), ".local", "share"), "bash-completion")
		}
		file = filepath.Join(dir, "completions", "torrentkit")
		then = "where the package bash-completion is not installed, add to ~/.bashrc: source " + file
	case "zsh":
		file = filepath.Join(folder(con.Getenv("ZDOTDIR")), ".zfunc", "_torrentkit")
		then = "if it is not there yet, add to .zshrc: fpath=(" + filepath.Dir(file) + " $fpath); autoload -Uz compinit; compinit"
	case "fish":
		file = filepath.Join(folder(con.Getenv("XDG_CONFIG_HOME"), ".config"), "fish", "completions", "torrentkit.fish")
	case "powershell":
		file = filepath.Join(folder(con.Getenv("XDG_DATA_HOME"), ".local", "share"), "torrentkit", "completion.ps1")
		then = "add to $PROFILE: . " + file
	default:
		return "", "", console.WithHint(fmt.Errorf("no completion for the shell %q", shell), "bash, zsh, fish or powershell")
	}
	return file, then, err
}

// installCompletion writes the script where the shell looks.
func installCompletion(ctx context.Context, con *console.Console, root *cobra.Command, shell string) error {
	if shell == "" {
		shell = strings.TrimSuffix(filepath.Base(con.Getenv("SHELL")), ".exe")
	}
	if shell == "" || shell == "." {
		return console.WithHint(errors.New("SHELL does not tell which shell this is"), "torrentkit completion install bash")
	}
	file, then, err := completionFile(con, shell)
	if err != nil {
		return err
	}
	var script bytes.Buffer
	if err := completionScript(root, shell, &script); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("writing %q: %w", file, console.RootCause(err))
	}
	out, err := command.NewOutput(con, file, command.OutputOptions{Force: true})
	if err == nil && out.Kind != command.ToFile {
		err = fmt.Errorf("writing %q: it is no regular file", file)
	}
	if err == nil {
		err = out.Write(ctx, script.Bytes())
	}
	if err != nil {
		return err
	}
	con.Print(console.Whole(file))
	if then != "" {
		con.Note(then)
	}
	return nil
}

// newCompletion prints or installs the scripts that cobra generates.
func newCompletion(con *console.Console, root *cobra.Command) *cobra.Command {
	shells := []string{"bash", "zsh", "fish", "powershell"}
	cmd := &cobra.Command{
		Use:   "completion bash|zsh|fish|powershell|install [SHELL]",
		Short: "Complete commands, flags, their values and torrents in your shell",
		Long: `The script goes to standard output. Load it from the shell's start-up file, or save it where the shell looks for completions:
install does that, for the shell of SHELL where none is named, and says what is to be done besides.`,
		Example: `  torrentkit completion install
  source <(torrentkit completion bash)
  torrentkit completion zsh > "${fpath[1]}/_torrentkit"
  torrentkit completion fish > ~/.config/fish/completions/torrentkit.fish
  torrentkit completion powershell | Out-String | Invoke-Expression`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && args[0] == "install" {
				return command.Arity(1, 2)(cmd, args)
			}
			return command.Arity(1, 1)(cmd, args)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			switch {
			case len(args) == 0:
				return append([]string{"install"}, shells...), cobra.ShellCompDirectiveNoFileComp
			case len(args) == 1 && args[0] == "install":
				return shells, cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: command.RunE(func(ctx context.Context, args []string) error {
			if args[0] == "install" {
				return installCompletion(ctx, con, root, strings.Join(args[1:], ""))
			}
			if _, _, err := completionFile(con, args[0]); err != nil {
				return err
			}
			return completionScript(root, args[0], con.Document())
		}),
	}
	command.Exits(cmd, "done", "")
	return cmd
}
