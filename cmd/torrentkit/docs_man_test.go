package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

const manual = docs + "man/"

// TestDocsManual writes the man pages: torrentkit(1), one a command, and torrentkit-presets(5).
func TestDocsManual(t *testing.T) {
	names := []string{manual + "torrentkit-presets.5"}
	generated(t, names[0], []byte(presetsManual(t)))
	for _, cmd := range commands() {
		name := manual + pageOf(cmd) + ".1"
		names = append(names, name)
		generated(t, name, []byte(manualPage(t, cmd)))
	}
	nothingElse(t, manual+"*", names)
}

// roff escapes a text so that it stands in a page as it is: no line of it is a request, and no character means another.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}

func manualPage(t *testing.T, cmd *cobra.Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, `.\" Written by go test ./cmd/torrentkit -run TestDocs -update; do not edit.
.TH "%s" "1" "" "torrentkit" "User Commands"
.nh
.ad l
.SH NAME
%s \- %s
.SH SYNOPSIS
.B %s
`, roff(strings.ToUpper(pageOf(cmd))), roff(pageOf(cmd)), roff(lowerFirst(cmd.Short)), roff(usageLine(cmd)))
	b.WriteString(".SH DESCRIPTION\n" + roff(cmd.Short) + ".\n")
	for paragraph := range strings.SplitSeq(strings.TrimSpace(cmd.Long), "\n\n") {
		if paragraph != "" {
			b.WriteString(".PP\n" + roff(paragraph) + "\n")
		}
	}
	if len(cmd.Aliases) > 0 {
		fmt.Fprintf(&b, ".PP\nAlso called %s.\n", roff(strings.Join(cmd.Aliases, ", ")))
	}
	if subs := command.Subcommands(cmd); len(subs) > 0 {
		b.WriteString(".SH COMMANDS\n")
		for _, c := range subs {
			fmt.Fprintf(&b, ".TP\n.BR %s (1)\n%s\n", roff(pageOf(c)), roff(c.Short))
		}
	}
	fmt.Fprintf(&b, ".SH EXAMPLES\n.nf\n%s\n.fi\n.SH OPTIONS\n", roff(folded(unindent(cmd.Example), 72)))
	flagGroups(cmd, true, func(name string, flags []*pflag.Flag) {
		fmt.Fprintf(&b, ".SS %s\n", name)
		for _, f := range flags {
			syntax, usage := flagText(f)
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(syntax), roff(usage))
		}
	})
	b.WriteString(".SH EXIT STATUS\n")
	for _, row := range exitRows(t, cmd) {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", row[0], roff(row[1]))
	}
	b.WriteString(environmentManual() + ".SH SEE ALSO\n")
	also := ".BR torrentkit (1)"
	switch {
	case !cmd.HasParent():
		also = ".BR torrentkit\\-presets (5)"
	case cmd.Name() == "create":
		also += ",\n.BR torrentkit\\-presets (5)"
	}
	return b.String() + also + "\n"
}

// folded continues lines of a shell that are longer than width in the next line, at blanks that stand in no quotes, and before
// a flag where there is one.
func folded(text string, width int) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		for len(line) > width {
			at, flag, quote := 0, 0, byte(0)
			for i := range width - 1 {
				switch c := line[i]; {
				case quote == 0 && (c == '\'' || c == '"'):
					quote = c
				case c == quote:
					quote = 0
				case c == ' ' && quote == 0 && i > 4:
					if at = i; line[i+1] == '-' || line[i+1] == '|' {
						flag = i
					}
				}
			}
			if flag > 0 {
				at = flag
			}
			if at == 0 {
				break
			}
			b.WriteString(line[:at] + " \\\n")
			line = "    " + line[at+1:]
		}
		b.WriteString(line + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func TestFolded(t *testing.T) {
	got := folded("a 'b c' d e\nf", 9)
	if want := "a 'b c' \\\n    d e\nf"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if quoted := "abc 'd e f g h'"; folded(quoted, 6) != quoted {
		t.Errorf("got %q", folded(quoted, 6))
	}
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

func environmentManual() string {
	var b strings.Builder
	b.WriteString(".SH ENVIRONMENT\n")
	all := variables()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if about := all[name]; about[0] == "program" {
			fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(name), roff(strings.ReplaceAll(linkText.ReplaceAllString(about[1], "$1"), "`", "")))
		}
	}
	return b.String()
}

func presetsManual(t *testing.T) string {
	settings, job := presetKeys(t)
	var b strings.Builder
	b.WriteString(`.\" Written by go test ./cmd/torrentkit -run TestDocs -update; do not edit.
.TH "TORRENTKIT\-PRESETS" "5" "" "torrentkit" "File Formats"
.nh
.ad l
.SH NAME
torrentkit\-presets \- presets and jobs of torrentkit create
.SH DESCRIPTION
Presets and jobs are YAML whose keys are the long names of the flags of
.BR torrentkit\-create (1);
${NAME} is taken from the environment. What is given on the command line wins, then the job, the preset, the default section.
.PP
Presets are read from torrentkit/presets.yaml in $XDG_CONFIG_HOME, or from \-\-presets FILE, and used with \-\-preset NAME. Jobs are made
by \-\-jobs FILE.
.SH EXAMPLES
.nf
default: {private: true}
presets:
  mine:
    tracker: ["https://tracker.example/${PASSKEY}/announce"]
    source: MINE

jobs:
  \- {path: album/, preset: mine, output: out/}
.fi
.SH KEYS
`)
	for _, name := range slices.Sorted(maps.Keys(job)) {
		where := ""
		if _, ok := settings[name]; !ok {
			where = " (in jobs)"
		}
		fmt.Fprintf(&b, ".TP\n.B %s\n%s%s\n", roff(name), roff(job[name]), where)
	}
	return b.String() + ".SH SEE ALSO\n.BR torrentkit\\-create (1)\n"
}

// presetKeys are the keys of presets, and of jobs, with what they do.
func presetKeys(t *testing.T) (settings, job map[string]string) {
	t.Helper()
	text, err := os.ReadFile("jobs.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var schema struct {
		Defs map[string]struct {
			Properties map[string]struct{ Description string }
		} `json:"$defs"`
	}
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	about := func(name string) map[string]string {
		all := map[string]string{}
		for key, p := range schema.Defs[name].Properties {
			all[key] = p.Description
		}
		return all
	}
	settings, job = about("settings"), about("job")
	if len(settings) < 10 || len(job) <= len(settings) {
		t.Fatalf("%d settings, %d keys of a job", len(settings), len(job))
	}
	return settings, job
}

// TestManualIsSound lets groff read the pages, which complains of what it does not know, and demands that they fit 80 columns.
func TestManualIsSound(t *testing.T) {
	if _, err := exec.LookPath("groff"); err != nil {
		if os.Getenv("TORRENTKIT_REQUIRE_PEERS") != "" {
			t.Fatal("groff is not installed")
		}
		t.Skip("groff is not installed")
	}
	names, err := filepath.Glob(manual + "*.[15]")
	if err != nil || len(names) < 15 {
		t.Fatalf("%d pages, %v", len(names), err)
	}
	for _, name := range names {
		groff := exec.Command("groff", "-man", "-Tutf8", "-ww", "-rLL=80n", "-P-c", name)
		var complaints strings.Builder
		groff.Stderr = &complaints
		out, err := groff.Output()
		if err != nil || complaints.Len() > 0 {
			t.Errorf("%s: %v\n%s", name, err, complaints.String())
		}
		for line := range strings.Lines(string(out)) {
			for strings.Contains(line, "\b") { // bold is a letter struck twice
				at := strings.IndexByte(line, '\b')
				line = line[:at-1] + line[at+1:]
			}
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 {
				t.Errorf("%s: a line of %d columns: %s", name, n, line)
			}
		}
	}
}
