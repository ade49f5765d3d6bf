package consoletest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// URL is a line of the table of URLs that every door has to judge alike.
type URL struct {
	URL     string
	Shown   string   // with *** for every secret
	Secrets []string // of it
}

// Marks are what secrets are shown by.
var Marks = regexp.MustCompile(`\*\*\*[0-9a-f]{2}`)

// URLs reads the table, which is testdata of package secret.
func URLs(t testing.TB) (list []URL) {
	t.Helper()
	folder := "."
	for range 6 {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			break
		}
		folder = filepath.Join(folder, "..")
	}
	raw, err := os.ReadFile(filepath.Join(folder, "internal/secret/testdata/urls.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		u, shown, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if !ok || u == "" {
			continue
		}
		if shown == "=" {
			list = append(list, URL{u, Marks.ReplaceAllString(u, "***"), nil})
			continue
		}
		between := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(shown), `\*\*\*`, "(.+)") + "$")
		found := between.FindStringSubmatch(u)
		if len(found) < 2 {
			t.Fatalf("%s is not made of %s", shown, u)
		}
		list = append(list, URL{u, shown, found[1:]})
	}
	if len(list) < 120 {
		t.Fatalf("only %d URLs", len(list))
	}
	return list
}

// Check fails where what a door printed does not show the URL as it should.
func (u URL) Check(t testing.TB, door, printed string) {
	t.Helper()
	if !strings.Contains(Marks.ReplaceAllString(printed, "***"), console.Escape(u.Shown)) {
		t.Errorf("%s shows %s as\n%s, want %s", door, u.URL, printed, u.Shown)
	}
	for _, s := range u.Secrets {
		if len(s) > 8 && strings.Contains(printed, s) {
			t.Errorf("%s shows %s of %s:\n%s", door, s, u.URL, printed)
		}
	}
}
