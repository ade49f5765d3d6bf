package console_test

import (
	"fmt"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// Errors and values hide what the table of URLs says, and nothing else.
func TestSecretsAreHidden(t *testing.T) {
	for _, u := range consoletest.URLs(t) {
		con, _, stderr := consoletest.New()
		con.Report(t.Context(), fmt.Errorf("asking \"%s\": no answer", u.URL))
		u.Check(t, "an error", stderr.String())
		u.Check(t, "a value", con.URL(u.URL))
	}
}
