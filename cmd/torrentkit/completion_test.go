package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
)

// completed asks the program as shells do: the words that it offers, and what else shells may do.
func completed(t *testing.T, args ...string) (words []string, directive string) {
	t.Helper()
	e, out, stderr := consoletest.Env()
	if code := run(t.Context(), e, append([]string{cobra.ShellCompNoDescRequestCmd}, args...)); code != 0 {
		t.Fatalf("%q: code %d, %s", args, code, stderr)
	}
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	return lines[:len(lines)-1], lines[len(lines)-1]
}

// listed are the words of which a flag's usage says that its value is one.
func listed(f *pflag.Flag) (words []string) {
	value, usage := pflag.UnquoteUsage(f)
	list := regexp.MustCompile(`\b` + regexp.QuoteMeta(value) + `(?: is|:) ((?:[a-z0-9-]+(?: \([^)]*\))?, )*[a-z0-9-]+(?: \([^)]*\))?(?: or [a-z0-9-]+|, [a-z0-9-]+\)))`)
	m := list.FindStringSubmatch(usage)
	if value == "" || value == "URL" || m == nil {
		return nil
	}
	plain := regexp.MustCompile(`\([^)]*\)`).ReplaceAllString(m[1], "")
	return strings.FieldsFunc(strings.ReplaceAll(plain, " or ", ","), func(r rune) bool { return strings.ContainsRune(" ,()", r) })
}

// allowed are the words that a value's own error names when it gets another.
func allowed(f *pflag.Flag) []string {
	err := f.Value.Set("no\x01word")
	if err == nil {
		return nil
	}
	_, list, found := strings.Cut(err.Error(), "must be ")
	if !found {
		return nil
	}
	list, _, _ = strings.Cut(strings.TrimPrefix(list, "one of "), " and ")
	return strings.FieldsFunc(strings.ReplaceAll(list, " or ", ","), func(r rune) bool { return strings.ContainsRune(" ,", r) })
}

// Every flag completes by what its value is: one of some words by all of these, a torrent, file or folder by those that are
// there, and what no shell can know by nothing, and not by files.
func TestEveryFlagCompletes(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	e, _, _ := consoletest.Env()
	root := newRoot(console.New(e))
	wordy := 0
	walk(root, func(cmd *cobra.Command) {
		check := func(f *pflag.Flag) {
			if value, _ := pflag.UnquoteUsage(f); f.Hidden || value == "" || f.NoOptDefVal != "" && f.Value.Type() == "bool" {
				return
			}
			value, _ := pflag.UnquoteUsage(f)
			path := append(strings.Fields(cmd.CommandPath())[1:], "--"+f.Name)
			words, directive := completed(t, append(path, "")...)
			want := ":4"
			switch value {
			case "FILE":
				want = ":0"
			case "FOLDER":
				if want = ":16"; len(words) > 0 {
					want = ":0"
				}
			}
			if f.NoOptDefVal == "" && directive != want && !(len(words) > 0 && directive == ":6") {
				t.Errorf("%q: shells get %q with %q, want %s", path, directive, words, want)
			}
			offered := make(map[string]bool, len(words))
			for _, w := range words {
				offered[strings.TrimSuffix(w, "=")] = true
			}
			list := append(listed(f), allowed(f)...)
			for _, w := range list {
				if !offered[w] {
					t.Errorf("%q takes %q, and does not complete it: see command.CompleteWith", path, w)
				}
			}
			if len(list) > 0 {
				wordy++
			}
		}
		cmd.LocalFlags().VisitAll(check)
	})
	if wordy < 20 {
		t.Errorf("only %d flags take one of some words: the usages are not understood", wordy)
	}
}

// Arguments complete by what the usage line calls them.
func TestArgumentsComplete(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"a.torrent", "b.txt"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for args, want := range map[string]string{
		"verify": "a.torrent :4", "lint": "a.torrent :4", "inspect": "a.torrent :4", "edit": "a.torrent :4", "magnet": "a.torrent fetch :4", "announce": "a.torrent :4",
		"scrape": "a.torrent :4", "publish": "a.torrent login :4", "diff": "a.torrent :4", "diff a.torrent": "a.torrent :4", "verify a.torrent": ":0",
		"create": ":0", "dump": ":0", "doctor": ":4", "version": ":4", "magnet fetch": ":4", "publish login": ":4", "create --reuse": "a.torrent :4", "help magnet": "",
		"edit --preset x": "a.torrent :4",
	} {
		words, directive := completed(t, append(strings.Fields(args), "")...)
		slices.Sort(words)
		if got := strings.TrimSpace(strings.Join(words, " ") + " " + directive); want != "" && got != want {
			t.Errorf("%s gives %q, want %q", args, got, want)
		}
		if args == "help magnet" && !(slices.Contains(words, "fetch") && slices.Contains(words, "flags") && slices.Contains(words, "peer")) {
			t.Errorf("%s gives %q", args, words)
		}
	}
}
