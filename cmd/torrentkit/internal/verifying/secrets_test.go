package verifying

import (
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/verify"
)

// The reports hide what the table of URLs says, and nothing else.
func TestReportsHideSecrets(t *testing.T) {
	plain := strings.NewReplacer(`\*`, "*", `\_`, "_", `\[`, "[", `\!`, "!")
	for _, u := range consoletest.URLs(t) {
		o := verified{torrent: "x.torrent", err: fmt.Errorf("asking \"%s\": no answer", u.URL), web: &verify.WebReport{URL: u.URL}}
		u.Check(t, "the summary", plain.Replace(githubSummary([]verified{o})))
		u.Check(t, "JUnit", html.UnescapeString(string(junitReport([]verified{o}))))
	}
}
