package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/announce"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/inspect"
)

// TestDocsReference writes the pages of tables: rules, checks, exit codes, fields, variables, presets.
func TestDocsReference(t *testing.T) {
	for name, page := range map[string]string{
		"lint-rules":    rulesPage(),
		"doctor-checks": checksPage(),
		"exit-codes":    exitCodesPage(t),
		"fields":        fieldsPage(t),
		"environment":   environmentPage(),
		"presets":       presetsPage(t),
	} {
		generated(t, docs+"reference/"+name+".md", []byte(notice+page))
	}
}

func bep(number int, section string) string {
	if number == 0 {
		return markdown(section)
	}
	return strings.TrimRight(fmt.Sprintf("[BEP %d](https://www.bittorrent.org/beps/bep_%04d.html), %s", number, number, markdown(section)), ", ")
}

func rulesPage() string {
	var b strings.Builder
	b.WriteString("# Rules of lint\n\nWhat `torrentkit lint` finds. `--allow RULE` leaves a rule out, `--deny RULE` makes what it finds an error.\n\n")
	row := func(r inspect.Rule) {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s. %s |\n", r.ID, r.Severity, bep(r.BEP, r.Section), markdown(r.Summary), markdown(r.Advice))
	}
	const head = "| rule | severity | source | what is found, and what to do |\n|---|---|---|---|\n"
	b.WriteString(head)
	for _, r := range inspect.Rules() {
		if r.Scope == inspect.Always {
			row(r)
		}
	}
	b.WriteString("\n## Rules of targets\n\nThese judge with `--for TARGET` only: ")
	for i, target := range inspect.Targets() {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "`%s`", target)
	}
	b.WriteString(".\n\n" + head)
	for _, r := range inspect.Rules() {
		if r.Scope == inspect.ForTarget {
			row(r)
		}
	}
	b.WriteString("\n## Rules that are asked for\n\nThese judge with `--deny RULE` only.\n\n" + head)
	for _, r := range inspect.Rules() {
		if r.Scope == inspect.WhenDenied {
			row(r)
		}
	}
	return b.String()
}

func checksPage() string {
	var b strings.Builder
	b.WriteString("# Checks of doctor\n\nWhat `torrentkit doctor` looks at, in its order. `--only` and `--skip` take these names, and the part before the point.\n\n")
	b.WriteString("| check | severity | source | what is expected | what to do where it fails |\n|---|---|---|---|---|\n")
	for _, c := range announce.Checks() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", c.ID, c.Severity, bep(c.BEP, c.Section), markdown(c.Title), markdown(c.Advice))
	}
	return b.String()
}

func exitCodesPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString(`# Exit codes

Exit codes follow diff and grep.

| code | meaning |
|---:|---|
| 0 | done, or yes |
| 1 | a definite no: data differs, a tracker refused or is dead, lint found an error, torrents differ |
| 2 | trouble: wrong usage, unreadable, not a torrent, no network |
| 130 | interrupted |

Several inputs give the worst of their codes. As a plugin of Nagios (--nagios), announce exits with 0 (OK), 1 (warning),
2 (critical) or 3 (unknown). A tracker that cannot be reached is a no of announce and scrape, also where this machine has no network,
and trouble of doctor, which has no verdict then. What the codes mean for each command:

| command | 0 | 1 | 2 |
|---|---|---|---|
`)
	for _, cmd := range commands()[1:] {
		meaning := map[string]string{}
		for _, row := range exitRows(t, cmd) {
			meaning[row[0]] = markdown(row[1])
		}
		fmt.Fprintf(&b, "| [%s](commands/%s.md) | %s | %s | %s |\n", cmd.CommandPath(), pageOf(cmd), meaning["0"], meaning["1"], meaning["2"])
	}
	return b.String()
}

// jsonLines runs the program and decodes what it prints.
func jsonLines(t *testing.T, args ...string) []map[string]any {
	t.Helper()
	e, stdout, stderr := consoletest.Env()
	if code := run(context.Background(), e, args); code != 0 {
		t.Fatalf("%q: code %d: %s", args, code, stderr)
	}
	var all []map[string]any
	for line := range strings.Lines(stdout.String()) {
		v := map[string]any{}
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func fieldsPage(t *testing.T) string {
	var b strings.Builder
	b.WriteString("# Fields of inspect\n\nWhat `torrentkit inspect --field NAME` prints. A value that is missing is an empty line.\n\n| field | value |\n|---|---|\n")
	for _, v := range jsonLines(t, "inspect", "--json", "--field") {
		fmt.Fprintf(&b, "| `%s` | %s |\n", v["field"], markdown(v["value"].(string)))
	}
	return b.String()
}

// variables are all variables of the environment that the program or its tests read.
func variables() map[string][2]string { // name to who reads it and what it does
	const users, tests, action = "program", "tests", "action"
	return map[string][2]string{
		"NO_COLOR":                    {users, "print no colours unless `--color always` is given ([no-color.org](https://no-color.org))"},
		"PAGER":                       {users, "what shows a result of more than two screens on a terminal; `cat` is nothing, `less` the default"},
		"LESS":                        {users, "options of less, `FRX` by default"},
		"SHELL":                       {users, "the shell for which `completion install` writes a script where none is named"},
		"BASH_COMPLETION_USER_DIR":    {users, "where it writes that of bash; `$XDG_DATA_HOME/bash-completion` by default"},
		"XDG_DATA_HOME":               {users, "where bash and PowerShell get it; `~/.local/share` by default"},
		"ZDOTDIR":                     {users, "where zsh gets it, in `.zfunc`; the home folder by default"},
		"COLUMNS":                     {users, "the width of what `--human` prints where no stream is a terminal"},
		"TERM":                        {users, "`dumb` means a terminal without colours and without a progress bar"},
		"SOURCE_DATE_EPOCH":           {users, "the creation date, in seconds since 1970, where `--date` gives none ([reproducible-builds.org](https://reproducible-builds.org/specs/source-date-epoch/))"},
		"XDG_CONFIG_HOME":             {users, "the folder that has `torrentkit/presets.yaml`, and the tokens of `publish login` in `torrentkit/index`; `~/.config` on Linux by default, the folder for configuration of the user elsewhere"},
		"TORRUST_CHECKER_CONFIG":      {users, "the configuration of Torrust's tracker checker itself, for `announce`"},
		"TORRUST_CHECKER_CONFIG_PATH": {users, "the file that has it; goes before the other"},
		"TORRUST_INDEX_TOKEN":         {users, "the token with which `publish` asks a Torrust index, where neither `--token-file` nor `--user` is given"},
		"GITHUB_STEP_SUMMARY":         {users, "the file to which `verify --report github` and `create --report github` write their summary"},
		"GITHUB_WORKSPACE":            {users, "the folder from which `verify --report github` gives the paths of files; else the working folder"},
		"GITHUB_ACTIONS":              {users, "set by the runner of a workflow: what is printed for it begins no command of its own"},
		"CI":                          {users, "set by runners of pipelines: the link that `create` prints has no passkeys, as on a terminal; `false` is none"},
		"GITLAB_CI":                   {users, "the same, where `CI` is not set; so `GITHUB_ACTIONS`"},
		"TF_BUILD":                    {users, "the same, of Azure"},
		"TEAMCITY_VERSION":            {users, "the same, of TeamCity"},
		"JENKINS_URL":                 {users, "the same, of Jenkins"},
		"TORRENTKIT_SHA1":             {users, "the SHA-1 kernel to use, such as `avx2`, where the CPU has several"},
		"TORRENTKIT_SHA256":           {users, "the same for SHA-256"},
		"TORRENTKIT_RELEASES":         {action, "the URL where releases are, which the input `releases` sets"},
		"GITHUB_OUTPUT":               {users, "the file to which `create --report github` writes what later steps want, and the action its outputs"},
		"GITHUB_PATH":                 {action, "the file to which it writes the folder of `torrentkit`, for later steps"},
		"GITHUB_ACTION_PATH":          {action, "the folder that the action is in"},
		"GITHUB_ACTOR":                {action, "who pushes the image of a release"},
		"GITHUB_TOKEN":                {action, "with what the image of a release is pushed"},
		"GITHUB_REF_NAME":             {action, "the tag of a release"},
		"RUNNER_TEMP":                 {action, "the folder into which it puts `torrentkit`"},
		"TORRENTKIT_LONG_TESTS":       {tests, "tests that take long by their nature run whole: all rounds, large data (2 GiB of disk)"},
		"TORRENTKIT_FAULTS":           {tests, "system calls of the program fail, by strace: `sample` tries each call of each command, and takes some minutes; `all` tries each failure of each, in an hour"},
		"TORRENTKIT_TEST_STORY":       {tests, "how the names of the commands begin that these faults are tried on, separated by commas; all by default"},
		"TORRENTKIT_REQUIRE_PEERS":    {tests, "a test against another program fails where that is not installed, and is not skipped"},
		"TORRENTKIT_NODE_MODULES":     {tests, "the folder that has the npm packages bittorrent-tracker and webtorrent"},
		"TORRENTKIT_LIBTORRENT":       {tests, "a Python that has libtorrent 2.1, to be asked beside Debian's 2.0"},
		"TORRENTKIT_TORRUST":          {tests, "the program torrust-tracker (3.0.0), beside which torrust-index (3.0.0) may lie; tests ask them, and are skipped without"},
		"TORRENTKIT_REQUIRE_KERNEL":   {tests, "kernels that this machine must have, such as `sha1:avx512,sha256:shani`"},
		"TORRENTKIT_BENCH_FILES":      {tests, "how many files the benchmark of scanning makes"},
		"TORRENTKIT_BIG_TESTS":        {tests, "torrents of a million files are made and checked: 4 GiB of disk and some minutes"},
		"TORRENTKIT_TEST_LINK":        {tests, "a magnet link that a test fetches from the real network"},
	}
}

func environmentPage() string {
	var b strings.Builder
	b.WriteString("# Environment variables\n")
	for _, part := range [][2]string{{"program", "The program reads"}, {"tests", "The tests read"}, {"action", "Actions and scripts read"}} {
		fmt.Fprintf(&b, "\n## %s\n\n| variable | what it does |\n|---|---|\n", part[1])
		all := variables()
		for _, name := range slices.Sorted(maps.Keys(all)) {
			if all[name][0] == part[0] {
				fmt.Fprintf(&b, "| `%s` | %s |\n", name, all[name][1])
			}
		}
	}
	b.WriteString("\nNames in `${...}` are read too: in presets and jobs (see [presets](presets.md)), and in URLs that flags, arguments and files of trackers give.\n")
	return b.String()
}

var (
	readInGo     = regexp.MustCompile(`(?:Getenv|LookupEnv)\("([A-Z0-9_]+)"\)|"((?:TORRENTKIT|GITHUB|TORRUST)_[A-Z0-9_]+)"`)
	readInScript = regexp.MustCompile(`\$()\{?((?:TORRENTKIT|GITHUB|RUNNER)_[A-Z0-9_]+)`)
)

// A variable that is read, and stands in no document, is a secret door.
func TestDocsVariables(t *testing.T) {
	own := variables()
	seen := map[string]bool{}
	look := func(name string, read *regexp.Regexp) error {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range read.FindAllStringSubmatch(string(text), -1) {
			seen[m[1]+m[2]] = true
			if own[m[1]+m[2]][0] == "" && !strings.HasPrefix(m[1]+m[2], "TORRENTKIT_TEST_") { // tests speak to themselves, started again
				t.Errorf("%s reads %s, which has no line in variables (docs_reference_test.go)", name, m[1]+m[2])
			}
		}
		return nil
	}
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		folder := filepath.ToSlash(filepath.Dir(name))
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && !slices.Contains([]string{"..", ".ci", ".github"}, d.Name()):
			return filepath.SkipDir
		case d.IsDir() && slices.Contains([]string{"node_modules", "dist", "site"}, d.Name()):
			return filepath.SkipDir
		case strings.HasSuffix(name, ".go") && d.Name() != "docs_reference_test.go":
			return look(name, readInGo)
		case !d.IsDir() && (folder == "../../.ci" || folder == "../../.github/action" || d.Name() == "action.yml"):
			return look(name, readInScript)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range own {
		if !seen[name] {
			t.Errorf("nothing reads %s: take its line out of variables", name)
		}
	}
}

func presetsPage(t *testing.T) string {
	settings, job := presetKeys(t)
	var b strings.Builder
	b.WriteString(`# Presets and jobs

Presets and jobs are YAML whose keys are the long names of create's flags; ` + "`${NAME}`" + ` is taken from the environment. What is
given on the command line wins, then the job, the preset, the default section. Presets are read from
` + "`torrentkit/presets.yaml` in `$XDG_CONFIG_HOME`, or from `--presets FILE`, and used with `--preset NAME`" + `; jobs are made
by ` + "`create --jobs FILE`" + `. [The guide](../guides/private-tracker.md#presets) shows them at work, and
[jobs.schema.json](https://github.com/torrentkit/torrentkit/blob/main/cmd/torrentkit/jobs.schema.json) describes both files to editors.

| key | in | what it does |
|---|---|---|
`)
	for _, name := range slices.Sorted(maps.Keys(job)) {
		in := "jobs"
		if _, ok := settings[name]; ok {
			in = "both"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", name, in, markdown(job[name]))
	}
	return b.String()
}
