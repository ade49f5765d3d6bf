// Package internal_test holds the architecture: who may import whom, and the
// habits that keep the code readable. Each failure says what to do.
package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/torrentkit/torrentkit/"

const (
	// speaks is what every room of the command line may import: how to speak, and what commands share.
	speaks = "cmd/torrentkit/internal/console cmd/torrentkit/internal/command "
	// rooms are the packages of the commands, which main puts together.
	rooms = "cmd/torrentkit/internal/command cmd/torrentkit/internal/creating cmd/torrentkit/internal/editing cmd/torrentkit/internal/inspecting " +
		"cmd/torrentkit/internal/verifying cmd/torrentkit/internal/magnets cmd/torrentkit/internal/trackers cmd/torrentkit/internal/publishing"
)

// table is "who may import whom" of the architecture: packages of this module,
// then modules of others. A package that is not here yet wants a line.
var table = map[string][2]string{
	"internal/layout":                 {"", ""},
	"internal/lockstep":               {"", "golang.org/x/sys"},
	"internal/sha1simd":               {"internal/lockstep", ""},
	"internal/sha256simd":             {"internal/lockstep", ""},
	"internal/bencode":                {"", "github.com/zeebo/bencode"},
	"internal/diskname":               {"internal/nfc", ""},
	"internal/glob":                   {"", "github.com/bmatcuk/doublestar/v4"},
	"internal/filesum":                {"", ""},
	"internal/journal":                {"internal/content internal/layout", "github.com/cespare/xxhash/v2"},
	"internal/merkle":                 {"internal/sha256simd", ""},
	"internal/content":                {"internal/diskname internal/glob internal/layout internal/procs", "golang.org/x/sys"},
	"metainfo":                        {"internal/bencode internal/diskname internal/layout internal/merkle internal/secret internal/sha256simd", ""},
	"internal/piecehash":              {"internal/layout internal/merkle internal/openfiles internal/procs internal/sha1simd internal/sha256simd", ""},
	"internal/procs":                  {"", ""},
	"internal/secret":                 {"", ""},
	"internal/peerwire":               {"internal/bencode", ""},
	"internal/dht":                    {"internal/bencode internal/dial", ""},
	"internal/dial":                   {"internal/openfiles", ""},
	"internal/openfiles":              {"", ""},
	"internal/websocket":              {"", ""},
	"internal/nfc":                    {"", ""},
	"internal/dialtest":               {"", ""},
	"internal/trackertest":            {"internal/bencode", "github.com/coder/websocket"},
	"internal/indextest":              {"internal/bencode", ""},
	"internal/peertest":               {"", ""},
	"internal/mutant":                 {"", ""},
	"internal/longtest":               {"", ""},
	"internal/listfs":                 {"", ""},
	"internal/tarfs":                  {"internal/listfs", ""},
	"internal/webseed":                {"metainfo internal/dial internal/layout internal/piecehash internal/secret", ""},
	"internal/unpack":                 {"", "github.com/klauspost/compress github.com/ulikunitz/xz"},
	"internal/memnet":                 {"", ""},
	"internal/schematest":             {"", ""},
	"internal/lineartest":             {"", "golang.org/x/sys"},
	"internal/bench":                  {"internal/bencode internal/sha1simd internal/sha256simd", ""},
	"create":                          {"internal/sha1simd internal/sha256simd metainfo internal/content internal/diskname internal/filesum internal/glob internal/layout internal/piecehash internal/journal internal/tarfs internal/unpack internal/dial internal/listfs internal/secret internal/webseed", "golang.org/x/sys"},
	"verify":                          {"metainfo internal/content internal/dial internal/diskname internal/filesum internal/glob internal/layout internal/piecehash internal/journal verify/internal/abreast verify/internal/assemble verify/internal/below verify/internal/find internal/unpack internal/webseed", ""},
	"inspect":                         {"metainfo internal/layout internal/bencode internal/diskname internal/dial internal/nfc internal/secret", ""},
	"magnet":                          {"metainfo internal/bencode internal/glob internal/layout internal/merkle internal/sha256simd internal/dial internal/peerwire internal/dht internal/secret", "rsc.io/qr"},
	"announce":                        {"metainfo internal/bencode internal/dht internal/dial internal/secret internal/websocket", ""},
	"announce/index":                  {"metainfo internal/dial internal/secret", ""},
	"cmd/torrentkit":                  {"create cmd/torrentkit/internal/console " + rooms, "github.com/spf13/cobra github.com/spf13/pflag"},
	"cmd/torrentkit/internal/console": {"metainfo", "github.com/schollz/progressbar/v3 golang.org/x/term golang.org/x/sys github.com/rivo/uniseg"},
	"cmd/torrentkit/internal/console/consoletest": {"cmd/torrentkit/internal/console", ""},
	"cmd/torrentkit/internal/command":             {speaks + "metainfo create inspect magnet", "github.com/spf13/cobra github.com/spf13/pflag golang.org/x/sys"},
	"cmd/torrentkit/internal/creating":            {speaks + "metainfo create inspect magnet cmd/torrentkit/internal/publishing", "github.com/spf13/cobra github.com/spf13/pflag go.yaml.in/yaml/v3"},
	"cmd/torrentkit/internal/editing":             {speaks + "metainfo create cmd/torrentkit/internal/creating", "github.com/spf13/cobra github.com/spf13/pflag"},
	"cmd/torrentkit/internal/inspecting":          {speaks + "metainfo inspect magnet cmd/torrentkit/internal/magnets", "github.com/spf13/cobra github.com/spf13/pflag"},
	"cmd/torrentkit/internal/verifying":           {speaks + "metainfo verify", "github.com/spf13/cobra github.com/spf13/pflag"},
	"cmd/torrentkit/internal/magnets":             {speaks + "metainfo magnet announce", "github.com/spf13/cobra github.com/spf13/pflag"},
	"cmd/torrentkit/internal/trackers":            {speaks + "metainfo announce magnet", "github.com/spf13/cobra github.com/spf13/pflag"},
	"cmd/torrentkit/internal/publishing":          {speaks + "metainfo inspect announce/index", "github.com/spf13/cobra github.com/spf13/pflag"},

	"verify/internal/assemble": {"metainfo internal/content internal/layout internal/piecehash verify/internal/below", ""},
	"verify/internal/below":    {"internal/content", "golang.org/x/sys"},
	"verify/internal/abreast":  {"", ""},
	"verify/internal/find":     {"metainfo internal/content internal/layout internal/piecehash", ""},
	"verify/internal/treetest": {"metainfo internal/content internal/layout internal/piecehash", ""},
}

// shared are the modules that more than one package may import: x/sys knows the CPU for the kernels, and the systems' calls
// for what touches them.
var shared = map[string]bool{"golang.org/x/sys": true}

// source is a Go file that is no test.
type source struct {
	path      string // slash-separated, from the module's root
	fset      *token.FileSet
	file      *ast.File
	text      string
	generated bool
}

func (s *source) dir() string { return path.Dir(s.path) }

func (s *source) line(p token.Pos) int { return s.fset.Position(p).Line }

// sources are all Go files of the module; those of tests too if asked.
func sources(t *testing.T, tests bool) []*source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if !tests {
		all = slices.DeleteFunc(slices.Clone(all), func(s *source) bool { return strings.HasSuffix(s.path, "_test.go") })
	}
	if len(all) < 20 {
		t.Fatalf("only %d files found: is this test still where it belongs?", len(all))
	}
	return all
}

// parsed reads the files once for all tests, which change nothing in them.
var parsed = sync.OnceValues(func() (all []*source, err error) {
	err = filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(filepath.ToSlash(name), "../")
		base := d.Name()
		switch {
		case d.IsDir() && rel != ".." && (strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") || base == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(base, ".go"):
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s := &source{path: rel, fset: token.NewFileSet(), text: string(text)}
		if s.file, err = parser.ParseFile(s.fset, name, text, parser.ParseComments|parser.SkipObjectResolution); err != nil {
			return err
		}
		s.generated = ast.IsGenerated(s.file)
		all = append(all, s)
		return nil
	})
	return all, err
})

// imports are the packages that a file imports.
func (s *source) imports(t *testing.T) []string {
	t.Helper()
	var list []string
	for _, i := range s.file.Imports {
		p, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return list
}

// thirdParty is the module of an imported package, as go.mod names it; "" for the standard library.
func thirdParty(t *testing.T, modules []string, pkg string) string {
	t.Helper()
	if !strings.Contains(strings.SplitN(pkg, "/", 2)[0], ".") {
		return ""
	}
	for _, m := range modules {
		if pkg == m || strings.HasPrefix(pkg, m+"/") {
			return m
		}
	}
	t.Fatalf("%s belongs to no module of go.mod", pkg)
	return ""
}

func inCommandLine(pkg string) bool { return strings.HasPrefix(pkg, "cmd/torrentkit") }

func requiredModules(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, m := range regexp.MustCompile(`(?m)^(?:require)?\s+([a-z0-9.-]+\.[a-z]+/\S+) v`).FindAllStringSubmatch(string(text), -1) {
		list = append(list, m[1])
	}
	if len(list) < 4 {
		t.Fatalf("go.mod requires only %v", list)
	}
	return list
}

func TestImports(t *testing.T) {
	modules := requiredModules(t)
	importers := make(map[string]map[string]bool) // of each module
	for _, s := range sources(t, false) {
		allowed, known := table[s.dir()]
		if !known {
			t.Errorf("%s: package %s is not in the import table: give it a line in internal/arch_test.go, and one in docs/architecture.md", s.path, s.dir())
			continue
		}
		for _, p := range s.imports(t) {
			if own, ok := strings.CutPrefix(p, module); ok {
				if !slices.Contains(strings.Fields(allowed[0]), own) {
					t.Errorf("%s -> %s: not in the import table; a package may import only what the table gives it", s.path, own)
				}
				continue
			}
			m := thirdParty(t, modules, p)
			if m == "" {
				continue
			}
			if !slices.Contains(strings.Fields(allowed[1]), m) {
				t.Errorf("%s -> %s: the table gives that module to another package", s.path, p)
			}
			if importers[m] == nil {
				importers[m] = make(map[string]bool)
			}
			door := s.dir()
			if inCommandLine(door) && strings.HasPrefix(m, "github.com/spf13/") {
				door = "cmd/torrentkit" // the command line is one door for flags and commands
			}
			importers[m][door] = true
		}
	}
	for name := range reviewed {
		if _, ok := table[path.Dir(strings.ReplaceAll(name, ".", "/"))]; !ok {
			t.Errorf("%s is reviewed, but there is no such package", name)
		}
	}
	for m, dirs := range importers {
		if len(dirs) > 1 && !shared[m] {
			t.Errorf("%s is imported by %v: one dependency, one door", m, slices.Sorted(maps.Keys(dirs)))
		}
	}
}

// The table itself keeps the rules that are above it.
func TestTable(t *testing.T) {
	verbs := []string{"create", "inspect", "verify", "magnet", "announce"}
	for pkg, allowed := range table {
		for _, p := range strings.Fields(allowed[0]) {
			if _, ok := table[p]; !ok {
				t.Errorf("%s may import %s, which has no line", pkg, p)
			}
			if slices.Contains(verbs, p) && !inCommandLine(pkg) {
				t.Errorf("%s may import the verb %s: only the command line puts verbs together", pkg, p)
			}
			if inCommandLine(pkg) && strings.HasPrefix(p, "internal/") {
				t.Errorf("the command line may import %s: it has no private doors", p)
			}
		}
	}
	if len(shared) > 1 {
		t.Error("one dependency, one door")
	}
}

// Tests may import what helps them, but a library's tests never need the command line.
func TestTestImports(t *testing.T) {
	for _, s := range sources(t, true) {
		for _, p := range s.imports(t) {
			helps := slices.Contains([]string{"internal/peertest", "internal/dialtest", "internal/longtest", "internal/memnet", "internal/schematest", "internal/lineartest", "internal/indextest"}, strings.TrimPrefix(p, module))
			if p == module+"cmd/torrentkit" || helps && !strings.HasSuffix(s.path, "_test.go") {
				t.Errorf("%s -> %s", s.path, p)
			}
		}
	}
}

const (
	maxFunction = 60
	maxFile     = 400
)

func TestLengths(t *testing.T) {
	for _, s := range sources(t, false) {
		if s.generated {
			continue
		}
		if n := strings.Count(s.text, "\n"); n > maxFile {
			t.Errorf("%s has %d lines, more than %d: split it by topic", s.path, n, maxFile)
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				if n := s.line(f.End()) - s.line(f.Pos()) + 1; n > maxFunction {
					t.Errorf("%s:%d: %s has %d lines, more than %d", s.path, s.line(f.Pos()), f.Name.Name, n, maxFunction)
				}
			}
		}
	}
}

// reviewed are package-level variables that are tables or values which nothing changes after they were made, but which
// the rule cannot see to be so; and one that belongs to state of the process.
var reviewed = map[string]string{
	"announce.be":                    "a short name of binary.BigEndian",
	"internal/trackertest.be":        "a short name of binary.BigEndian",
	"metainfo.ownKeys":               "a table of names, only looked up",
	"metainfo.ownInfoKeys":           "a table of names, only looked up",
	"internal/dial.reserved":         "a table of prefixes, only looked up",
	"internal/dial.unicast":          "a prefix, which would be a constant if Go had them",
	"internal/dial.nat64":            "a prefix, which would be a constant if Go had them",
	"internal/procs.raised":          "GOMAXPROCS, which it tells the reason of, is the process's own",
	"internal/peerwire.verification": "eight zeros, which an array constant would be if Go had them",
}

// State of a package makes tests depend on each other. What is left is errors (by their names), embedded files, assertions
// of interfaces, compiled patterns, what is found out once, and the reviewed list.
func TestNoState(t *testing.T) {
	for _, s := range sources(t, false) {
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					t.Errorf("%s:%d: init(): do it where it is wanted, or in main", s.path, s.line(d.Pos()))
				}
			case *ast.GenDecl:
				if d.Tok != token.VAR {
					continue
				}
				for _, spec := range d.Specs {
					v := spec.(*ast.ValueSpec)
					for i, name := range v.Names {
						if !constant(d, v, i) && reviewed[s.dir()+"."+name.Name] == "" {
							t.Errorf("%s:%d: package-level variable %s: make it a constant, a local, or a field", s.path, s.line(name.Pos()), name.Name)
						}
					}
				}
			}
		}
	}
}

// constant tells whether a variable is one of the kinds that are used like constants.
func constant(d *ast.GenDecl, v *ast.ValueSpec, i int) bool {
	if name := v.Names[i].Name; name == "_" || strings.HasPrefix(strings.ToLower(name), "err") {
		return true
	}
	if d.Doc != nil && strings.Contains(docText(d.Doc)+docText(v.Doc), "//go:embed") {
		return true
	}
	if i >= len(v.Values) {
		return false
	}
	call, ok := v.Values[i].(*ast.CallExpr)
	if !ok {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, _ := f.X.(*ast.Ident)
	if pkg == nil {
		return false
	}
	switch pkg.Name + "." + f.Sel.Name {
	case "regexp.MustCompile", "sync.OnceValue": // of the machine, which stays as it is
		return true
	}
	return false
}

func docText(g *ast.CommentGroup) string {
	if g == nil {
		return ""
	}
	s := ""
	for _, c := range g.List {
		s += c.Text + "\n"
	}
	return s
}

func TestNothingIsLeftToDo(t *testing.T) {
	todo := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
	for _, s := range sources(t, true) {
		for i, line := range strings.Split(s.text, "\n") {
			if todo.MatchString(line) && strings.Contains(line, "//") {
				t.Errorf("%s:%d: do it, or open an issue: %s", s.path, i+1, strings.TrimSpace(line))
			}
		}
	}
}

// A function that returns a pointer to an error's type gives its callers an error that is never nil.
func TestErrorsAreErrors(t *testing.T) {
	all := sources(t, false)
	errorTypes := make(map[string]bool) // folder and name
	for _, s := range all {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == "Error" && f.Recv != nil {
				errorTypes[s.dir()+"."+typeName(f.Recv.List[0].Type)] = true
			}
		}
	}
	if len(errorTypes) < 10 {
		t.Fatalf("only %d types of errors found", len(errorTypes))
	}
	for _, s := range all {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() || f.Type.Results == nil {
				continue
			}
			for _, r := range f.Type.Results.List {
				if _, pointer := r.Type.(*ast.StarExpr); pointer && errorTypes[s.dir()+"."+typeName(r.Type)] {
					t.Errorf("%s:%d: %s returns *%s: return error, or put it into what is returned", s.path, s.line(f.Pos()), f.Name.Name, typeName(r.Type))
				}
			}
		}
	}
}

// typeName is the name of a type of the same package, or of a pointer to one.
func typeName(e ast.Expr) string {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if name, ok := e.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// Who sets a variable of the environment finds it in docs/architecture.md. Those that begin with TORRENTKIT_TEST_ are between
// a test and a process that it starts.
func TestVariables(t *testing.T) {
	readme, err := os.ReadFile("../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	variable := regexp.MustCompile(`"(TORRENTKIT_[A-Z0-9_]+)[="]`)
	found := 0
	for _, s := range sources(t, true) {
		for _, m := range variable.FindAllStringSubmatch(s.text, -1) {
			found++
			if !strings.HasPrefix(m[1], "TORRENTKIT_TEST_") && !strings.Contains(string(readme), "`"+m[1]+"`") {
				t.Errorf("%s reads %s, which stands in no document: give it a line in docs/architecture.md", s.path, m[1])
			}
		}
	}
	if found < 5 {
		t.Fatalf("only %d variables found", found)
	}
}

// Every package says what it is, and what it does not do.
func TestPackageComments(t *testing.T) {
	docs := make(map[string]string)
	for _, s := range sources(t, false) {
		docs[s.dir()] += docText(s.file.Doc)
	}
	for dir, text := range docs {
		if !strings.Contains(text, "// Package ") && !strings.Contains(text, "// Command ") && !strings.HasPrefix(dir, "cmd/") {
			t.Errorf("%s has no package comment", dir)
		}
		if denial := regexp.MustCompile(`\b(not|no|nothing|never|neither)\b`); strings.HasPrefix(text, "// Package") && !denial.MatchString(strings.ToLower(text)) {
			t.Errorf("the package comment of %s does not say what the package does not do", dir)
		}
	}
}

// What os says of an operation and its paths is taken off an error in one place, and in the command line for what it opens
// itself.
func TestBareErrors(t *testing.T) {
	pattern := regexp.MustCompile(`\*(fs\.PathError|os\.PathError|os\.LinkError|os\.SyscallError)\b`)
	for _, s := range sources(t, false) {
		if where := pattern.FindString(s.text); where != "" && s.path != "internal/content/errors.go" && !inCommandLine(s.dir()) {
			t.Errorf("%s looks into %s: use content.Bare", s.path, where)
		}
	}
}

const (
	maxFiles   = 36
	maxMethods = 32
)

// descents are types with many methods on purpose: the parser is one descent through a document, and a test server plays
// many faults.
var descents = map[string]bool{"metainfo.parser": true, "internal/trackertest.Tracker": true}

// A folder that cannot be taken in at a glance, and a type that everything hangs on, are several.
func TestSizes(t *testing.T) {
	files, methods := map[string]int{}, map[string]int{}
	system := regexp.MustCompile(`_(linux|darwin|windows|freebsd|bsd|sysv|unix|other|amd64|arm64|noasm|portable)\.go$`)
	for _, s := range sources(t, false) {
		if !system.MatchString(s.path) {
			files[s.dir()]++
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv != nil {
				methods[s.dir()+"."+receiver(f)]++
			}
		}
	}
	for dir, n := range files {
		if n > maxFiles {
			t.Errorf("%s has %d files, more than %d: it is several rooms; take what belongs together into a package below it", dir, n, maxFiles)
		}
	}
	for name, n := range methods {
		if n > maxMethods && !descents[name] {
			t.Errorf("%s has %d methods, more than %d: give the work that hangs on it types of its own", name, n, maxMethods)
		}
	}
}

// receiver is the name of the type that a method is of.
func receiver(f *ast.FuncDecl) string {
	e := f.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// helpers are the files of rooms that are neither of a command nor one of the five kinds, each with what it holds.
var helpers = map[string]string{
	"creating/settings.go":      "flags layered from presets, jobs and the command line",
	"creating/yaml.go":          "the reader of presets and jobs",
	"inspecting/fields.go":      "the values of --field",
	"magnets/desktop.go":        "the desktop's torrent client",
	"magnets/fetch_link.go":     "one link: trackers, peers and the DHT put together",
	"magnets/fetch_progress.go": "the progress of several links",
	"magnets/fetch_trackers.go": "trackers as sources of peers",
	"publishing/tokens.go":      "where tokens are kept",
	"trackers/tally.go":         "how many trackers answered",
	"trackers/targets.go":       "what trackers are asked about",
	"verifying/tasks.go":        "which data belongs to which torrent",
}

// A reader finds the room for a line by the names of files: each command has its flags, parsed without running, its run,
// tested without parsing, and what it prints.
func TestRooms(t *testing.T) {
	kind := regexp.MustCompile(`^([a-z]+_)?(command|flags|run|text|json)\.go$`)
	kinds := []string{"command", "flags", "run", "text", "json"}
	have := map[string]bool{}
	for _, s := range sources(t, false) {
		name, isRoom := strings.CutPrefix(s.path, "cmd/torrentkit/internal/")
		if !isRoom || strings.HasPrefix(name, "console/") || strings.HasPrefix(name, "command/") {
			continue
		}
		have[name] = true
		if !kind.MatchString(path.Base(name)) && helpers[name] == "" {
			t.Errorf("%s: a room has command.go, flags.go, run.go, text.go and json.go for each command or topic (topic_run.go); put it there, or give it a line in helpers", s.path)
		}
	}
	for name := range have {
		if topic, isCommand := strings.CutSuffix(name, "command.go"); isCommand {
			for _, k := range kinds {
				if !have[topic+k+".go"] {
					t.Errorf("cmd/torrentkit/internal/%s%s.go is missing: every command has %s", topic, k, strings.Join(kinds, ", "))
				}
			}
		}
	}
	for name := range helpers {
		if !have[name] {
			t.Errorf("there is no cmd/torrentkit/internal/%s: take its line out of helpers", name)
		}
	}
}

// What a command prints goes through package console, which escapes it: nothing else of the command line has a stream.
func TestOnlyTheConsolePrints(t *testing.T) {
	stream := regexp.MustCompile(`\bos\.(Stdout|Stderr|Stdin)\b|\bfmt\.Print|\bprintln?\(|\blog\.`)
	for _, s := range sources(t, false) {
		if !inCommandLine(s.dir()) || s.dir() == "cmd/torrentkit/internal/console" {
			continue
		}
		for i, line := range strings.Split(s.text, "\n") {
			if where := stream.FindString(line); where != "" && !strings.HasPrefix(strings.TrimSpace(line), "//") {
				t.Errorf("%s:%d: %s: print through the console, whose doors escape what strangers wrote", s.path, i+1, where)
			}
		}
	}
}
