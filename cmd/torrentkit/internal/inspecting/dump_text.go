package inspecting

import (
	"io"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
)

// dumpText prints the dump alone, which is JSON already.
func dumpText(con *console.Console, r io.Reader, o inspect.DumpOptions) error {
	return inspect.Dump(con.Document(), r, o)
}
