package inspecting

import (
	"bytes"
	"io"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
)

// dumpedJSON is what "dump --json" prints.
type dumpedJSON struct {
	Input string     `json:"input"`
	Style string     `json:"style"`
	Value rawMessage `json:"value"` // what was dumped
}

// dumpJSON puts the dump into an object like those of all commands.
func dumpJSON(con *console.Console, name string, r io.Reader, o inspect.DumpOptions) error {
	v := dumpedJSON{Input: name, Style: string(o.Style), Value: rawMessage(`""`)}
	return con.WriteAround(v, `"value":""`, func(w io.Writer) error { return inspect.Dump(&trimmed{w: w}, r, o) })
}

// trimmed leaves a newline at the end out.
type trimmed struct{ w io.Writer }

func (t *trimmed) Write(p []byte) (int, error) {
	if _, err := t.w.Write(bytes.TrimSuffix(p, []byte("\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// rawMessage is JSON already.
type rawMessage []byte
