package inspecting

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

type diffFlags struct {
	common  bool
	maxSize command.SizeValue
}
