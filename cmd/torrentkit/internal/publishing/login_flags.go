package publishing

import (
	"github.com/spf13/cobra"
)

// loginFlags are the flags of publish login.
type loginFlags struct{ indexFlags }

func (f *loginFlags) bind(cmd *cobra.Command) {
	f.indexFlags.bind(cmd, false)
	f.bindNetwork(cmd)
}
