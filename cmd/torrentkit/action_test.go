package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.yaml.in/yaml/v3"
)

// What others' pipelines run of this repository, action.yml, templates/torrentkit.yml and .pre-commit-hooks.yaml, runs in stories as
// its files say it, against releases that are made up:
//
//	release VAR [FAULT]          serves a release of this system at the URL $VAR; FAULT is altered or foreign
//	action N NAME=VALUE...       runs the action's steps with these inputs, and demands exit code N; what it writes for the runner is
//	                             in the files outputs, summary and path
//	component N NAME=VALUE...    runs the script of GitLab's component in the same way
//	hook N FILE...               runs the hook for those of the files that it is for

func readYAML(t testing.TB, name string, documents ...any) {
	t.Helper()
	text, err := os.ReadFile("../../" + name)
	if err != nil {
		t.Fatal(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(text))
	for _, v := range documents {
		if err := d.Decode(v); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

type input struct {
	Default     *string
	Required    bool
	Description string
	Options     []string
}

// values are the inputs' values: defaults, and what is given as NAME=VALUE, where \n is a new line.
func values(ts *testscript.TestScript, inputs map[string]input, args []string) map[string]string {
	all := map[string]string{}
	for name, in := range inputs {
		if in.Default != nil {
			all[name] = *in.Default
		}
	}
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		if _, known := inputs[name]; !known {
			ts.Fatalf("there is no input %q", name)
		}
		all[name] = strings.ReplaceAll(value, `\n`, "\n")
	}
	for name := range inputs {
		if _, ok := all[name]; !ok {
			ts.Fatalf("the input %q is needed", name)
		}
	}
	return all
}

// replaced replaces expressions; one that is none of the inputs is an error.
func replaced(ts *testscript.TestScript, expression *regexp.Regexp, text string, values map[string]string) string {
	return expression.ReplaceAllStringFunc(text, func(s string) string {
		name := expression.FindStringSubmatch(s)[1]
		value, ok := values[name]
		if !ok {
			ts.Fatalf("%s has no value", s)
		}
		return value
	})
}

var (
	ofGitHub = regexp.MustCompile(`\$\{\{ *inputs\.([a-z0-9-]+) *\}\}`)
	ofGitLab = regexp.MustCompile(`\$\[\[ *inputs\.([a-z0-9-]+) *\]\]`)
)

func scriptAction(t *testing.T) func(*testscript.TestScript, bool, []string) {
	var action struct {
		Inputs map[string]input
		Runs   struct {
			Steps []struct {
				Shell, Run, Uses string
				Env              map[string]string
			}
		}
	}
	readYAML(t, "action.yml", &action)
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 1, "action N NAME=VALUE...")
		given := values(ts, action.Inputs, args[1:])
		for name, file := range map[string]string{"GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary", "GITHUB_PATH": "path"} {
			ts.Check(os.WriteFile(ts.MkAbs(file), nil, 0o666))
			ts.Setenv(name, ts.MkAbs(file))
		}
		ts.Setenv("GITHUB_ACTIONS", "true")
		ts.Setenv("GITHUB_ACTION_PATH", root)
		ts.Setenv("RUNNER_TEMP", ts.MkAbs("."))
		for _, step := range action.Runs.Steps {
			if step.Uses != "" || step.Shell != "bash" {
				ts.Fatalf("a step that this test cannot run: %+v", step)
			}
			for name, value := range step.Env {
				ts.Setenv(name, replaced(ts, ofGitHub, value, given))
			}
			scriptCode(ts, false, []string{args[0], "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run})
		}
		ts.Setenv("GITHUB_ACTIONS", "")
	}
}

func scriptComponent(t *testing.T) func(*testscript.TestScript, bool, []string) {
	var head struct {
		Spec struct{ Inputs map[string]input }
	}
	var jobs map[string]struct {
		Variables map[string]string
		Script    []string
	}
	readYAML(t, "templates/torrentkit.yml", &head, &jobs)
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 1, "component N NAME=VALUE...")
		given := values(ts, head.Spec.Inputs, args[1:])
		for name, in := range head.Spec.Inputs {
			if in.Options != nil && !slices.Contains(in.Options, given[name]) {
				ts.Fatalf("%s is none of %q", given[name], in.Options)
			}
		}
		job := jobs["$[[ inputs.job ]]"]
		for name, value := range job.Variables {
			ts.Setenv(name, replaced(ts, ofGitLab, value, given))
		}
		scriptCode(ts, false, []string{args[0], "sh", "-ec", replaced(ts, ofGitLab, strings.Join(job.Script, "\n"), given)})
	}
}

func scriptHook(t *testing.T) func(*testscript.TestScript, bool, []string) {
	var hooks []struct {
		ID, Entry, Files string
		Args             []string
	}
	readYAML(t, ".pre-commit-hooks.yaml", &hooks)
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 1, "hook N FILE...")
		files := regexp.MustCompile(hooks[0].Files)
		call := append(strings.Fields(hooks[0].Entry), hooks[0].Args...)
		for _, name := range args[1:] {
			if files.MatchString(name) {
				call = append(call, name)
			}
		}
		scriptCode(ts, false, append([]string{args[0]}, call...))
	}
}

// releaseServer serves one release. paths are what was asked for.
type releaseServer struct {
	*httptest.Server
	mu    sync.Mutex
	paths []string
}

const releaseVersion = "0.9.1"

// serveRelease serves archives, by their names, with their checksums, as a forge does.
func serveRelease(t *testing.T, archives map[string][]byte, sums string) *releaseServer {
	s := &releaseServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.paths = append(s.paths, r.URL.Path)
		s.mu.Unlock()
		name, ok := strings.CutPrefix(r.URL.Path, "/download/v"+releaseVersion+"/")
		if !ok {
			name, ok = strings.CutPrefix(r.URL.Path, "/latest/download/")
		}
		switch {
		case ok && name == "checksums.txt":
			io.WriteString(w, sums)
		case ok && name == "install.sh":
			http.ServeFile(w, r, "../../.github/action/install.sh")
		case ok && archives[name] != nil:
			w.Write(archives[name])
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func scriptRelease(t *testing.T) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		scriptUsage(ts, neg, args, 1, "release VAR [FAULT]")
		program, err := exec.LookPath("torrentkit")
		ts.Check(err)
		folder := fmt.Sprintf("torrentkit_%s_%s_%s", releaseVersion, runtime.GOOS, runtime.GOARCH)
		archive := tarball(t, folder+"/torrentkit", "#!/bin/sh\nexec '"+program+"' \"$@\"\n")
		sums := fmt.Sprintf("%x  %s.tar.gz\n", sha256.Sum256(archive), folder)
		switch {
		case slices.Contains(args, "altered"):
			sums = fmt.Sprintf("%x  %s.tar.gz\n", sha256.Sum256(append(archive, 0)), folder)
		case slices.Contains(args, "foreign"):
			sums = strings.ReplaceAll(sums, runtime.GOOS, "plan9")
		}
		ts.Setenv(args[0], serveRelease(t, map[string][]byte{folder + ".tar.gz": archive}, sums).URL)
	}
}

func tarball(t *testing.T, name, text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The installer asks for the archive of the system that it runs on, for all systems that releases are made for.
func TestInstallerKnowsTargets(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil || runtime.GOOS == "windows" {
		t.Skip("the installer runs in a shell, with curl")
	}
	t.Parallel()
	var config struct{ Builds []struct{ Targets []string } }
	readYAML(t, ".goreleaser.yaml", &config)
	systems := map[string]string{"linux": "Linux", "darwin": "Darwin", "freebsd": "FreeBSD", "windows": "MINGW64_NT-10.0-26100"}
	machines := map[string]string{"amd64": "x86_64", "arm64": "aarch64", "386": "i686", "armv6": "armv6l", "armv7": "armv7l", "loong64": "loongarch64"}
	var sums strings.Builder
	for i, target := range config.Builds[0].Targets {
		target = strings.Replace(target, "_arm_", "_armv", 1) // as archives are named
		config.Builds[0].Targets[i] = target
		kind := "tar.gz"
		if strings.HasPrefix(target, "windows") {
			kind = "zip"
		}
		fmt.Fprintf(&sums, "%064x  torrentkit_%s_%s.%s\n%064x  torrentkit_%s_%s.deb\n", 0, releaseVersion, target, kind, 0, releaseVersion, target)
	}
	for _, target := range config.Builds[0].Targets {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			s := serveRelease(t, nil, sums.String())
			system, arch, _ := strings.Cut(target, "_")
			machine := machines[arch]
			if machine == "" {
				machine = arch
			}
			bin := t.TempDir()
			uname := fmt.Sprintf("#!/bin/sh\n[ $1 = -s ] && echo %s || echo %s\n", systems[system], machine)
			// What another test starts meanwhile would have it open for writing until it runs, and the system would not run it.
			syscall.ForkLock.RLock()
			err := os.WriteFile(filepath.Join(bin, "uname"), []byte(uname), 0o777)
			syscall.ForkLock.RUnlock()
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("sh", "../../.github/action/install.sh", filepath.Join(bin, "out"), releaseVersion)
			cmd.Env = append(os.Environ(), "PATH="+bin+":/usr/bin:/bin:/usr/local/bin", "TORRENTKIT_RELEASES="+s.URL)
			out, _ := cmd.CombinedOutput() // there is no archive: only what is asked for counts
			want := "/download/v" + releaseVersion + "/torrentkit_" + releaseVersion + "_" + target
			if !slices.ContainsFunc(s.paths, func(p string) bool { return strings.HasPrefix(p, want) }) {
				t.Errorf("asked for %q, want %s\n%s", s.paths, want, out)
			}
		})
	}
}

// TestDocsPipelines holds examples of pipelines to what they use: inputs, options, hooks.
func TestDocsPipelines(t *testing.T) {
	seen := 0
	for _, name := range pages(t) {
		all, err := blocks(pageText(t, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range all {
			if b.language != "yaml" {
				continue
			}
			n, err := pipelineUses(t, b.text)
			if seen += n; err != nil {
				t.Errorf("%s:%d: %v", name, b.line, err)
			}
		}
	}
	if seen < 4 {
		t.Errorf("only %d examples of pipelines were found", seen)
	}
	for _, bad := range []string{
		"- uses: torrentkit/torrentkit@v1\n  with: {command: create, pathh: x}", "- uses: torrentkit/torrentkit@v1\n  with: {path: x}",
		"- uses: torrentkit/torrentkit@v1\n  with: {command: create, path: x, args: --no-dates}",
		"- uses: torrentkit/torrentkit@main\n  with: {command: lint}",
		"include:\n- component: x/torrentkit/torrentkit@v0.1.0\n  inputs: {command: publish, arguments: x}",
		"- repo: " + forge + "\n  rev: v0.1.0\n  hooks: [{id: torrentkit-lnt}]",
	} {
		if n, err := pipelineUses(t, bad); n != 1 || err == nil {
			t.Errorf("%s\nis taken for good", bad)
		}
	}
}

// pipelineUses counts what an example uses of this repository, and tells what of it is not there.
func pipelineUses(t *testing.T, text string) (int, error) {
	var document any
	if err := yaml.Unmarshal([]byte(text), &document); err != nil {
		return 0, err
	}
	if top, ok := document.(map[string]any); ok {
		document = top["include"]
	}
	list, _ := document.([]any)
	n := 0
	for _, item := range list {
		used, _ := item.(map[string]any)
		var err error
		switch {
		case strings.HasPrefix(fmt.Sprint(used["uses"]), "torrentkit/"):
			err = actionUse(t, used)
		case used["component"] != nil:
			var head struct {
				Spec struct{ Inputs map[string]input }
			}
			readYAML(t, "templates/torrentkit.yml", &head)
			if !strings.Contains(fmt.Sprint(used["component"]), "/torrentkit/torrentkit@v") {
				err = fmt.Errorf("no component is at %v", used["component"])
			} else if err = unknownInputs(used["inputs"], head.Spec.Inputs); err == nil {
				err = flagsParse(used["inputs"], "arguments")
			}
		case used["repo"] == forge:
			var hooks []struct{ ID string }
			readYAML(t, ".pre-commit-hooks.yaml", &hooks)
			hook, _ := used["hooks"].([]any)[0].(map[string]any)
			if hook["id"] != hooks[0].ID {
				err = fmt.Errorf("no hook is called %v", hook["id"])
			}
		default:
			continue
		}
		if n++; err != nil {
			return n, err
		}
	}
	return n, nil
}

func actionUse(t *testing.T, used map[string]any) error {
	var action struct{ Inputs map[string]input }
	readYAML(t, "action.yml", &action)
	if used["uses"] != "torrentkit/torrentkit@v1" {
		return fmt.Errorf("%v is not torrentkit/torrentkit@v1", used["uses"])
	}
	if err := unknownInputs(used["with"], action.Inputs); err != nil {
		return err
	}
	return flagsParse(used["with"], "args")
}

// unknownInputs tells of inputs that are given and not there, or needed and not given.
func unknownInputs(given any, inputs map[string]input) error {
	values, _ := given.(map[string]any)
	for name, value := range values {
		in, known := inputs[name]
		if !known || in.Options != nil && !slices.Contains(in.Options, fmt.Sprint(value)) {
			return fmt.Errorf("there is no input %s, or it is not to be %v", name, value)
		}
	}
	for name, in := range inputs {
		if values[name] == nil && in.Default == nil {
			return fmt.Errorf("the input %s is needed", name)
		}
	}
	return nil
}

// flagsParse tells of flags that the command does not have.
func flagsParse(given any, arguments string) error {
	values, _ := given.(map[string]any)
	args, _ := values[arguments].(string)
	cmd, rest, err := commands()[0].Find(append([]string{fmt.Sprint(values["command"])}, strings.Fields(args)...))
	if err != nil {
		return err
	}
	return cmd.ParseFlags(rest)
}
