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

// dumpTorrust prints the bytes of a style of Torrust, which has no line feed at its end.
func dumpTorrust(con *console.Console, r io.Reader, o inspect.DumpOptions, several bool) error {
	w := con.Raw()
	err := inspect.Dump(w, r, o)
	if several || con.OnTerminal() {
		io.WriteString(w, "\n")
	}
	return err
}
