package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
)

// Every page of Markdown is a story: its fenced blocks of sh run one after another, by sh -e, in a folder of their own. What a
// reader need not see stands in comments of HTML before the block that it is about:
//
//	<!-- story
//	mkfile album/01.flac 1M 1
//	tracker T
//	stand-in https://tracker.example/announce $T_HTTP
//	-->                      lines of testscript; stand-in replaces a text in all later blocks
//	<!-- exit 1 -->          the next block ends with exit code 1
//	<!-- shows -->           the next block, of text, is what the block before prints on a terminal of 100 columns
//	<!-- file NAME -->       the next block, of any language, is that file
//	<!-- needs jq -->        the next block runs where that program is installed
//	<!-- parse -->           the next block calls what is not to be called in a test: commands and flags are checked only
//	<!-- elsewhere: FILE --> the next block is run by FILE, and not here
//	<!-- bench NAME -->      internal/bench writes what follows, to <!-- bench end -->

// pages are all pages that people read.
func pages(t *testing.T) []string {
	t.Helper()
	names := []string{"../../README.md", "../../CONTRIBUTING.md", "../../SECURITY.md"}
	err := filepath.WalkDir("../../docs", func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".md") {
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(name string) bool {
		_, err := os.Stat(name)
		return err != nil
	})
}

func pageText(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// block is a fenced block of a page, with the comments that stand before it.
type block struct {
	line             int
	language, text   string
	setup            string // lines of testscript
	exit             int
	shows, parse     bool
	needs, elsewhere string
	file             string
}

var (
	fence   = regexp.MustCompile("^```(\\w*)$")
	comment = regexp.MustCompile(`(?s)^<!--\s*(.*?)\s*-->$`)
)

// blocks takes a page apart. What it does not understand is an error: a block that is not run should not be there unseen.
func blocks(page string) (all []block, err error) {
	lines := strings.Split(page, "\n")
	next := block{}
	for i := 0; i < len(lines); i++ {
		at, line := i, lines[i]
		if strings.HasPrefix(line, "<!--") {
			for !strings.HasSuffix(line, "-->") && i+1 < len(lines) {
				i++
				line += "\n" + lines[i]
			}
			m := comment.FindStringSubmatch(line)
			if m == nil {
				return nil, fmt.Errorf("line %d: a comment that does not end a line", at+1)
			}
			if err := next.directive(m[1]); err != nil {
				return nil, fmt.Errorf("line %d: %w", at+1, err)
			}
			continue
		}
		m := fence.FindStringSubmatch(line)
		if m == nil {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				return nil, fmt.Errorf("line %d: fences stand at the margin, with a language", at+1)
			}
			continue
		}
		for i++; i < len(lines) && lines[i] != "```"; i++ {
			next.text += lines[i] + "\n"
		}
		if m[1] == "" {
			return nil, fmt.Errorf("line %d: the block has no language: sh is run, text is not", at+1)
		}
		next.line, next.language = at+1, m[1]
		all = append(all, next)
		next = block{}
	}
	return all, nil
}

func (b *block) directive(text string) (err error) {
	word, rest, _ := strings.Cut(text, "\n")
	word, argument, _ := strings.Cut(word, " ")
	switch word {
	case "story":
		b.setup += rest + "\n"
	case "exit":
		b.exit, err = strconv.Atoi(argument)
	case "shows":
		b.shows = true
	case "file":
		b.file = argument
	case "needs":
		b.needs = argument
	case "parse":
		b.parse = true
	case "elsewhere:":
		b.elsewhere = argument
	case "Written", "bench": // the notice of generated pages, and the tables that internal/bench writes
	default:
		err = fmt.Errorf("the comment %q is no directive (see docs_story_test.go)", word)
	}
	return err
}

// script makes a script for testscript of a page.
func script(t *testing.T, page string) string {
	all, err := blocks(page)
	if err != nil {
		t.Fatal(err)
	}
	var b, files strings.Builder
	for i, bl := range all {
		b.WriteString(bl.setup)
		name := fmt.Sprintf(".block%d", bl.line)
		switch {
		case bl.file != "":
			name = bl.file
		case bl.language == "text" && bl.shows:
			fmt.Fprintf(&b, "cmp stdout %s\n", name)
		case bl.language == "sh" && bl.parse:
			for _, args := range callsOf(bl.text) {
				parseExample(t, args)
			}
			continue
		case bl.language == "sh" && bl.elsewhere != "":
			if _, err := os.Stat("../../" + bl.elsewhere); err != nil {
				t.Errorf("line %d: %v", bl.line, err)
			}
			continue
		case bl.language == "sh":
			fmt.Fprintf(&b, "# line %d\n", bl.line)
			terminal := ""
			if i+1 < len(all) && all[i+1].shows {
				terminal = "terminal"
			}
			condition := ""
			if bl.needs != "" && os.Getenv("TORRENTKIT_REQUIRE_PEERS") == "" {
				condition = "[exec:" + bl.needs + "] "
			}
			fmt.Fprintf(&b, "%sblock %s %d %s\n", condition, name, bl.exit, terminal)
		default:
			continue
		}
		fmt.Fprintf(&files, "-- %s --\n%s", name, bl.text)
	}
	if b.Len() == 0 {
		return ""
	}
	return b.String() + files.String()
}

// callsOf are the arguments of every call of torrentkit in a text of sh.
func callsOf(text string) []string {
	var all []string
	text = strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(text) {
		for {
			at := strings.Index(line, "torrentkit ")
			if at < 0 || strings.HasPrefix(strings.TrimSpace(line), "#") {
				break
			}
			call := line[at+len("torrentkit "):]
			if at == 0 || strings.ContainsRune(" (|;$", rune(line[at-1])) {
				all = append(all, strings.TrimSpace(call))
			}
			line = call
		}
	}
	return all
}

// TestDocsStories runs what the pages say.
func TestDocsStories(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh, which the blocks of the pages are written for")
	}
	dir := t.TempDir()
	var files []string
	for _, name := range pages(t) {
		s := script(t, pageText(t, name))
		if s == "" {
			continue
		}
		title := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(name, "../../"), ".md"), "/", "-")
		file := filepath.Join(dir, title+".txtar")
		if err := os.WriteFile(file, []byte(s), 0o666); err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	p := scriptParams(t)
	p.Dir, p.Files, p.UpdateScripts = "", files, false
	p.Cmds["block"], p.Cmds["stand-in"] = scriptBlock, scriptStandIn
	testscript.Run(t, p)
}

// scriptStandIn replaces a text in all blocks that follow, such as a tracker's URL by one on loopback.
func scriptStandIn(ts *testscript.TestScript, neg bool, args []string) {
	scriptUsage(ts, neg, args, 2, "stand-in FROM TO")
	ts.Setenv("stand_ins", ts.Getenv("stand_ins")+args[0]+"\t"+args[1]+"\n")
}

// scriptBlock runs a block.
func scriptBlock(ts *testscript.TestScript, neg bool, args []string) {
	scriptUsage(ts, neg, args, 2, "block FILE N [terminal]")
	text := ts.ReadFile(args[0])
	for pair := range strings.Lines(ts.Getenv("stand_ins")) {
		from, to, _ := strings.Cut(strings.TrimSuffix(pair, "\n"), "\t")
		text = strings.ReplaceAll(text, from, to)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
	if len(args) > 2 {
		ts.Setenv("TORRENTKIT_TEST_TERMINAL", "1")
		defer ts.Setenv("TORRENTKIT_TEST_TERMINAL", "")
	}
	scriptCode(ts, false, []string{args[1], "sh", "-e", args[0]})
}

var (
	codeSpan = regexp.MustCompile("`([^`\n]+)`")
	longFlag = regexp.MustCompile(`^--([a-z][a-z0-9-]+)`)
)

// TestDocsInline holds calls and flags in running text to the program: in `code`.
func TestDocsInline(t *testing.T) {
	known := map[string]bool{}
	for _, cmd := range commands() {
		for _, f := range flagsOf(cmd) {
			known[f] = true
		}
	}
	for _, name := range pages(t) {
		if strings.HasSuffix(name, "/coming-from.md") {
			continue // TestComingFromIsTrue reads it
		}
		text := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(pageText(t, name), "")
		for _, m := range codeSpan.FindAllStringSubmatch(text, -1) {
			if call, ok := strings.CutPrefix(m[1], "torrentkit "); ok && !strings.ContainsAny(call, "…|") {
				parseFlags(t, name, call)
			}
			if f := longFlag.FindStringSubmatch(m[1]); f != nil && !known[f[1]] && !foreign[f[1]] {
				t.Errorf("%s: no command has --%s", name, f[1])
			}
		}
	}
}

// foreign are flags of other programs that pages speak of.
var foreign = map[string]bool{"strict": true}

// parseFlags checks a call that may name its arguments only.
func parseFlags(t *testing.T, name, call string) {
	root := commands()[0]
	cmd, rest, err := root.Find(splitShell(call))
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err != nil {
		t.Errorf("%s: torrentkit %s: %v", name, call, err)
	}
}

func flagsOf(cmd *cobra.Command) []string {
	var names []string
	for flag := range strings.FieldsSeq(cmd.LocalFlags().FlagUsages() + cmd.InheritedFlags().FlagUsages()) {
		if f := longFlag.FindStringSubmatch(flag); f != nil {
			names = append(names, f[1])
		}
	}
	return names
}

// TestDocsBlocks holds what blocks knows of Markdown.
func TestDocsBlocks(t *testing.T) {
	all, err := blocks("a\n<!-- story\nx 1\n-->\n<!-- exit 1 -->\n```sh\nls\n```\n<!-- shows -->\n```text\nt\n```\n")
	if err != nil || len(all) != 2 || all[0].setup != "x 1\n" || all[0].exit != 1 || all[0].text != "ls\n" || !all[1].shows {
		t.Errorf("%+v, %v", all, err)
	}
	for _, bad := range []string{"```\nls\n```\n", "<!-- stroy -->\n", "- x\n\n  ```sh\n  ls\n  ```\n", "<!-- exit one -->\n"} {
		if _, err := blocks(bad); err == nil {
			t.Errorf("%q is understood", bad)
		}
	}
	calls := callsOf("x | torrentkit inspect - | torrentkit dump -\n# torrentkit no\ncd torrentkit && ls \\\n  $(torrentkit version)\n/torrentkit x\n")
	if want := []string{"inspect - | torrentkit dump -", "dump -", "&& ls    $(torrentkit version)", "version)"}; !slices.Equal(calls, want) {
		t.Errorf("got %q", calls)
	}
}
