package publishing

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

func newLogin(con *console.Console) *cobra.Command {
	var f loginFlags
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Log in to a Torrust index, and keep the token",
		Long: `The token goes into a file that only its owner can read, in $XDG_CONFIG_HOME/torrentkit/index (or where the system has
settings). It is good for two weeks; "publish" renews it in its last. The password is kept nowhere.`,
		Example: `  torrentkit publish login --to https://index.example --user ann
  torrentkit publish login --to https://index.example --user ann --password-file password.txt`,
		Args: command.Arity(0, 0),
		RunE: command.RunE(func(ctx context.Context, _ []string) error { return runLogin(ctx, con, &f) }),
	}
	f.bind(cmd)
	command.Exits(cmd, "the token is kept", "the index refused: the password is wrong, or the account is not verified")
	return cmd
}
