package main

import (
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// forge is where the repository's files are on the web.
const forge = "https://github.com/torrentkit/torrentkit"

var (
	link     = regexp.MustCompile(`\]\(([^()\s]+)\)|<(https?://[^>\s]+)>|(?:src|srcset|href)="([^"]+)"|(?m)^\[[^\]]+\]: (\S+)$`)
	heading  = regexp.MustCompile(`(?m)^#+ (.+)$`)
	fenced   = regexp.MustCompile("(?ms)^```.*?^```$")
	linkText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// TestDocsLinks follows every link of every page: files and headings are there, and other sites are ones that are known to last.
func TestDocsLinks(t *testing.T) {
	names := append(pages(t), "../../CHANGELOG.md", "../../internal/README.md")
	followed := 0
	for _, name := range names {
		text := fenced.ReplaceAllString(pageText(t, name), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			followed++
			if why := deadLink(t, name, m[1]+m[2]+m[3]+m[4]); why != "" {
				t.Errorf("%s: %s: %s", name, m[1]+m[2]+m[3]+m[4], why)
			}
		}
	}
	if followed < 150 {
		t.Errorf("only %d links were found", followed)
	}
}

// hosts are sites that pages may send readers to. A BEP's number is checked, nothing else of them can be without a network.
func hosts() []string {
	return []string{"www.bittorrent.org", "keepachangelog.com", "semver.org", "no-color.org", "reproducible-builds.org", "json-schema.org", "pre-commit.com"}
}

// deadLink tells why a link leads nowhere, or "".
func deadLink(t *testing.T, page, target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return err.Error()
	}
	if rest, ok := strings.CutPrefix(target, forge); ok {
		file, ok := strings.CutPrefix(rest, "/blob/main/")
		if !ok {
			known := regexp.MustCompile(`^(|#install|/releases(/tag/v[0-9.]+)?|/compare/v[0-9.]+\.\.\.main|/issues|/security/.*)$`)
			if !known.MatchString(rest) {
				return "no page of the forge that is known to be there"
			}
			return ""
		}
		u, page = &url.URL{Path: file}, "../../README.md"
	}
	if u.Host != "" {
		switch {
		case u.Scheme != "https":
			return "not https"
		case !slices.Contains(hosts(), u.Host):
			return "a site that is not in hosts (docs_links_test.go)"
		case u.Host == "www.bittorrent.org" && !regexp.MustCompile(`^/beps/bep_00(0[0-9]|[1-5][0-9])\.html$`).MatchString(u.Path):
			return "no BEP"
		}
		return ""
	}
	file := page
	if u.Path != "" {
		file = path.Join(path.Dir(page), u.Path)
	}
	if _, err := os.Stat(file); err != nil {
		return "no such file"
	}
	if strings.HasPrefix(page, "../../docs/") && !strings.HasPrefix(file, "../../docs/") {
		return "leads out of docs, which the site does not have: use " + forge + "/blob/main/"
	}
	if u.Fragment != "" && strings.HasSuffix(file, ".md") && !slices.Contains(anchors(pageText(t, file)), u.Fragment) {
		return "no such heading"
	}
	return ""
}

// anchors are the headings of a page as forges and mkdocs make anchors of them.
func anchors(text string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		title := strings.ToLower(linkText.ReplaceAllString(m[1], "$1"))
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return r
			}
			return -1
		}, title))
	}
	return all
}

// TestDeadLinks breaks links, each of which must be found.
func TestDeadLinks(t *testing.T) {
	for _, target := range []string{
		"nowhere.md", "library.md#nothing", "#nothing", "../README.md", "http://www.bittorrent.org/beps/bep_0003.html",
		"https://www.bittorrent.org/beps/bep_0.html", "https://example.org/", forge + "/blob/main/nowhere", forge + "/wiki",
	} {
		if deadLink(t, docs+"speed.md", target) == "" {
			t.Errorf("%s is taken for a good link", target)
		}
	}
	for _, target := range []string{"library.md#the-library", "#how-to-measure", forge + "/blob/main/README.md", forge} {
		if why := deadLink(t, docs+"speed.md", target); why != "" {
			t.Errorf("%s: %s", target, why)
		}
	}
}

// README is for three readers and three minutes; the two commands of a fresh clone stand in it as they are run.
func TestReadme(t *testing.T) {
	text := pageText(t, "../../README.md")
	if n := strings.Count(text, "\n"); n > 220 {
		t.Errorf("README has %d lines, more than 220: the rest belongs to docs", n)
	}
	var indented []string
	for line := range strings.Lines(fenced.ReplaceAllString(text, "")) {
		if strings.HasPrefix(line, "    ") {
			indented = append(indented, strings.TrimSpace(line))
		}
	}
	if want := []string{"go run ./cmd/torrentkit create internal", "go test ./..."}; !slices.Equal(indented, want) {
		t.Errorf("README's commands of a fresh clone are %q, want %q", indented, want)
	}
}

// TestDocsTests demands that the tests which pages name are there: a promise that names none is only words.
func TestDocsTests(t *testing.T) {
	declared := make(map[string]bool)
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`).FindAllSubmatch(text, -1) {
			declared[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range pages(t) {
		for _, m := range regexp.MustCompile("`((?:Test|Fuzz)[A-Z]\\w+)`").FindAllStringSubmatch(pageText(t, name), -1) {
			if found++; !declared[m[1]] {
				t.Errorf("%s names %s, which is no test", name, m[1])
			}
		}
	}
	if found < 50 {
		t.Errorf("only %d names of tests were found", found)
	}
}
