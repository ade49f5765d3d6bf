package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console/consoletest"
	"github.com/torrentkit/torrentkit/internal/schematest"
)

const schemas = docs + "json/"

// object is a JSON Schema, or any part of one.
type object = map[string]any

// TestDocsSchemas writes a JSON Schema for each command, out of the types that it prints and their comments. A type is one of a
// command's if its comment says: is what "COMMAND --json" prints, or: a line of "COMMAND --json".
func TestDocsSchemas(t *testing.T) {
	types := jsonTypes(t)
	byCommand := map[string][]jsonType{}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		for _, call := range types[name].calls {
			typ := types[name]
			typ.calls = []string{call}
			byCommand[commandOf(t, call)] = append(byCommand[commandOf(t, call)], typ)
		}
	}
	index := notice + "# JSON Schemas\n\nWhat `--json` prints on each line. Every object begins with its `schema` number, which is the same for all commands: a key that is added\n" +
		"keeps it, one that is removed or means something else changes it. Every line of JSON in every test is held to these files.\n\n| command | schema | objects |\n|---|---|---|\n"
	names := []string{schemas + "README.md"}
	for _, cmd := range slices.Sorted(maps.Keys(byCommand)) {
		file := strings.ReplaceAll(cmd, " ", "-") + ".schema.json"
		names = append(names, schemas+file)
		s := schemaOf(t, cmd, byCommand[cmd], types)
		text, err := json.MarshalIndent(s, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if have, err := os.ReadFile(schemas + file); err == nil {
			if why := breaks(t, have, text); why != "" {
				t.Errorf("%s breaks its readers: %s; give console.JsonSchema a new number", file, why)
				continue
			}
		}
		generated(t, schemas+file, append(text, '\n'))
		var calls []string
		for _, typ := range byCommand[cmd] {
			calls = append(calls, cell(typ.calls[0]+" --json"))
		}
		index += fmt.Sprintf("| `%s` | [%s](%s) | %s |\n", cmd, file, file, strings.Join(calls, ", "))
	}
	generated(t, names[0], []byte(index))
	nothingElse(t, schemas+"*", names)
	for _, cmd := range commands()[1:] {
		if name := strings.TrimPrefix(cmd.CommandPath(), "torrentkit "); byCommand[name] == nil && name != "completion" && name != "help" {
			t.Errorf("no type says that it is what %q prints", name+" --json")
		}
	}
}

// commandOf are the words of a call that name the command.
func commandOf(t *testing.T, call string) string {
	t.Helper()
	cmd, _, err := commands()[0].Find(strings.Fields(call))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(cmd.CommandPath(), "torrentkit ")
}

// jsonType is a struct that becomes a JSON object.
type jsonType struct {
	name, about string
	calls       []string // after which it is printed
	fields      *ast.StructType
}

var (
	printed = regexp.MustCompile(`(?:is what|a line of) ".+? --json"`)
	calls   = regexp.MustCompile(`"([^"]+?) --json"`)
)

// jsonTypes reads the structs of the rooms whose names end in JSON.
func jsonTypes(t *testing.T) map[string]jsonType {
	t.Helper()
	files, err := filepath.Glob("internal/*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	types := map[string]jsonType{}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, spec := range g.Specs {
				s := spec.(*ast.TypeSpec)
				fields, ok := s.Type.(*ast.StructType)
				if !ok || !strings.HasSuffix(s.Name.Name, "JSON") {
					continue
				}
				if _, twice := types[s.Name.Name]; twice {
					t.Errorf("two rooms have a type %s", s.Name.Name)
				}
				typ := jsonType{name: s.Name.Name, fields: fields, about: oneLine(g.Doc.Text())}
				if printed.MatchString(typ.about) {
					for _, m := range calls.FindAllStringSubmatch(typ.about, -1) {
						typ.calls = append(typ.calls, m[1])
					}
				}
				types[typ.name] = typ
			}
		}
	}
	return types
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func schemaOf(t *testing.T, cmd string, roots []jsonType, types map[string]jsonType) object {
	defs := object{}
	var choices []any
	for _, root := range roots {
		s := structSchema(t, root, types, defs)
		s["properties"].(object)["schema"] = object{"const": console.JsonSchema}
		s["required"] = append([]string{"schema"}, s["required"].([]string)...)
		s["title"] = root.calls[0] + " --json"
		choices = append(choices, s)
	}
	s := object{"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "torrentkit " + cmd + " --json", "anyOf": choices}
	if len(defs) > 0 {
		s["$defs"] = defs
	}
	return s
}

// structSchema describes a struct; the structs that it refers to go into defs.
func structSchema(t *testing.T, typ jsonType, types map[string]jsonType, defs object) object {
	properties, required := object{}, []string{}
	for _, f := range typ.fields.Fields.List {
		if len(f.Names) == 0 { // embedded: its keys are ours
			inner := structSchema(t, types[f.Type.(*ast.Ident).Name], types, defs)
			maps.Copy(properties, inner["properties"].(object))
			required = append(required, inner["required"].([]string)...)
			continue
		}
		if f.Tag == nil {
			t.Errorf("%s.%s has no key", typ.name, f.Names[0])
			continue
		}
		key, options, _ := strings.Cut(reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("json"), ",")
		s := typeSchema(t, f.Type, types, defs)
		if _, pointer := f.Type.(*ast.StarExpr); pointer && options == "" {
			s = object{"anyOf": []any{s, object{"type": "null"}}}
		}
		if about := oneLine(f.Doc.Text() + " " + f.Comment.Text()); about != "" {
			s["description"] = about
		}
		properties[key] = s
		if options == "" {
			required = append(required, key)
		}
	}
	slices.Sort(required)
	s := object{"type": "object", "properties": properties, "required": required}
	if typ.about != "" {
		s["description"] = typ.about
	}
	return s
}

func typeSchema(t *testing.T, e ast.Expr, types map[string]jsonType, defs object) object {
	switch e := e.(type) {
	case *ast.StarExpr:
		return typeSchema(t, e.X, types, defs)
	case *ast.ArrayType:
		s := object{"type": "array", "items": typeSchema(t, e.Elt, types, defs)}
		if n, ok := e.Len.(*ast.BasicLit); ok {
			s["minItems"], s["maxItems"] = json.Number(n.Value), json.Number(n.Value)
		}
		return s
	case *ast.MapType:
		return object{"type": "object", "additionalProperties": typeSchema(t, e.Value, types, defs)}
	case *ast.SelectorExpr:
		if e.Sel.Name == "Time" {
			return object{"type": "string", "format": "date-time"}
		}
		return typeSchema(t, e.Sel, types, defs)
	case *ast.Ident:
		switch name := e.Name; {
		case name == "string":
			return object{"type": "string"}
		case name == "bool":
			return object{"type": "boolean"}
		case strings.HasPrefix(name, "uint"):
			return object{"type": "integer", "minimum": 0}
		case strings.HasPrefix(name, "int"):
			return object{"type": "integer"}
		case name == "float64":
			return object{"type": "number"}
		case name == "rawMessage", name == "any":
			return object{}
		case types[name].fields != nil:
			if defs[name] == nil {
				defs[name] = object{} // for a type that refers to itself
				defs[name] = structSchema(t, types[name], types, defs)
			}
			return object{"$ref": "#/$defs/" + name}
		}
	}
	t.Errorf("a type that JSON Schemas have no word for: %v", e)
	return object{}
}

// breaks tells why a reader of the old schema cannot read what follows the new one, or "": a key is gone, is of another type, or may
// be missing now. A new schema number allows all of that.
func breaks(t *testing.T, before, after []byte) string {
	t.Helper()
	var a, b object
	if json.Unmarshal(before, &a) != nil || json.Unmarshal(after, &b) != nil {
		t.Fatal("a schema is no JSON")
	}
	if number(a) != number(b) {
		return ""
	}
	return broken("", a, b)
}

func number(schema object) any {
	first, _ := schema["anyOf"].([]any)[0].(object)
	return first["properties"].(object)["schema"].(object)["const"]
}

func broken(at string, a, b any) string {
	switch a := a.(type) {
	case object:
		b, _ := b.(object)
		named := strings.HasSuffix(at, "/properties") || strings.HasSuffix(at, "/$defs") // keys of readers, not words of JSON Schema
		for key, value := range a {
			switch {
			case named && b[key] != nil:
				if why := broken(at+"/"+key, value, b[key]); why != "" {
					return why
				}
			case key == "description" && !named:
			case key == "title" && b["title"] != value:
				return at + " is another object"
			case b[key] == nil:
				return at + "/" + key + " is gone"
			case key == "required":
				for _, name := range value.([]any) {
					if !slices.Contains(b[key].([]any), name) {
						return fmt.Sprintf("%s/%s may be missing", at, name)
					}
				}
			case key == "anyOf" && at == "":
				if why := brokenChoices(value.([]any), b[key].([]any)); why != "" {
					return why
				}
			default:
				if why := broken(at+"/"+key, value, b[key]); why != "" {
					return why
				}
			}
		}
		return ""
	case []any:
		for i := range a {
			if list, _ := b.([]any); i < len(list) {
				if why := broken(at, a[i], list[i]); why != "" {
					return why
				}
				continue
			}
			return at + " is shorter"
		}
		return ""
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Sprintf("%s is %v, and was %v", at, b, a)
	}
	return ""
}

// brokenChoices compares the objects of a command by their titles.
func brokenChoices(a, b []any) string {
	for _, old := range a {
		title := old.(object)["title"]
		i := slices.IndexFunc(b, func(s any) bool { return s.(object)["title"] == title })
		if i < 0 {
			return fmt.Sprintf("%v is gone", title)
		}
		if why := broken(fmt.Sprint(title), old, b[i]); why != "" {
			return why
		}
	}
	return ""
}

// A change that breaks readers is seen as one, and one that does not is not.
func TestSchemaNumber(t *testing.T) {
	schema := func(number int, properties, required string) []byte {
		return fmt.Appendf(nil, `{"anyOf":[{"title":"x --json","properties":{"schema":{"const":%d},%s},"required":[%s]}]}`, number, properties, required)
	}
	old := schema(1, `"a":{"type":"string"},"title":{"type":"string"},"b":{"type":"integer"}`, `"schema","a"`)
	for _, same := range [][]byte{
		old,
		schema(1, `"a":{"type":"string","description":"x"},"title":{"type":"string"},"b":{"type":"integer"},"c":{"type":"string"}`, `"schema","a","b","c"`),
		schema(2, `"a":{"type":"integer"}`, `"schema"`),
	} {
		if why := breaks(t, old, same); why != "" {
			t.Errorf("%s: %s", same, why)
		}
	}
	for _, bad := range [][]byte{
		schema(1, `"a":{"type":"string"}`, `"schema","a"`),
		schema(1, `"a":{"type":"integer"},"title":{"type":"string"},"b":{"type":"integer"}`, `"schema","a"`),
		schema(1, `"a":{"type":"string"},"title":{"type":"string"},"b":{"type":"integer"}`, `"schema"`),
		[]byte(`{"anyOf":[{"title":"y --json","properties":{"schema":{"const":1}},"required":[]}]}`),
	} {
		if breaks(t, old, bad) == "" {
			t.Errorf("%s breaks nobody", bad)
		}
	}
}

// parsedSchemas are the schemas of a folder by their commands. Keys that a schema does not name are errors here, though readers are
// to expect new ones.
type parsedSchemas struct {
	folder string
	byName map[string]*schematest.Schema
}

// of is the schema of the command that args call.
func (p *parsedSchemas) of(args []string) (*schematest.Schema, error) {
	e, _, _ := consoletest.Env()
	cmd, _, err := newRoot(console.New(e)).Find(args)
	if err != nil {
		return nil, err
	}
	name := strings.ReplaceAll(strings.TrimPrefix(cmd.CommandPath(), "torrentkit "), " ", "-")
	if s := p.byName[name]; s != nil {
		return s, nil
	}
	text, err := os.ReadFile(filepath.Join(p.folder, name+".schema.json"))
	if err != nil {
		return nil, err
	}
	s, err := schematest.Parse(text)
	if err == nil {
		s.Strict, p.byName[name] = true, s
	}
	return s, err
}

// keptForSchemas runs the program, and keeps what JSON it prints in a folder, for breaches: a story may not look at it.
func keptForSchemas(folder string, e console.Env, args []string) int {
	var out bytes.Buffer
	stdout := e.Out
	e.Out = tee{stdout, &out}
	code := run(context.Background(), e, args)
	if !bytes.HasPrefix(out.Bytes(), []byte(`{"schema":`)) {
		return code
	}
	text, err := json.Marshal(keptOutput{args, out.Bytes()})
	if err != nil {
		panic(err)
	}
	f, err := os.CreateTemp(folder, "printed-*")
	if err != nil {
		panic(err)
	}
	if _, err := f.Write(text); err != nil {
		panic(err)
	}
	if err := f.Close(); err != nil {
		panic(err)
	}
	return code
}

// keptOutput is what a run of the program printed, byte for byte.
type keptOutput struct {
	Args []string
	Out  []byte
}

// breaches holds every line of JSON that was kept in a folder to the schemas in it.
func breaches(t *testing.T, folder string) (found []error) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "printed-*"))
	if err != nil {
		t.Fatal(err)
	}
	schemas := parsedSchemas{folder, map[string]*schematest.Schema{}}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var kept keptOutput
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		s, err := schemas.of(kept.Args)
		if err != nil {
			found = append(found, fmt.Errorf("torrentkit %q: %w", kept.Args, err))
			continue
		}
		for line := range bytes.Lines(kept.Out) {
			if err := s.Check(line); err != nil {
				found = append(found, fmt.Errorf("torrentkit %q: %w\n%.2000s", kept.Args, err, line))
			}
		}
	}
	return found
}

// tee writes to both, and reports the first's errors.
type tee struct {
	first  interface{ Write([]byte) (int, error) }
	second *bytes.Buffer
}

func (w tee) Write(p []byte) (int, error) {
	n, err := w.first.Write(p)
	w.second.Write(p[:n])
	return n, err
}

// schemaFolder copies the schemas for stories, and demands in the end that none was broken.
func schemaFolder(t *testing.T) string {
	dir := t.TempDir()
	names, err := filepath.Glob(schemas + "*.schema.json")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d schemas, %v", len(names), err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		for _, err := range breaches(t, dir) {
			t.Errorf("JSON that its schema (docs/json) does not describe: %v", err)
		}
	})
	return dir
}

// A line that its schema does not describe is found.
func TestKeptForSchemas(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "version.schema.json"), []byte(`{"properties":{"schema":{"const":1},"version":{"type":"string"}}}`), 0o666); err != nil {
		t.Fatal(err)
	}
	e, _, _ := consoletest.Env()
	if code := keptForSchemas(dir, e, []string{"version", "--json"}); code != 0 {
		t.Fatal(code)
	}
	if found := breaches(t, dir); len(found) != 1 || !strings.Contains(found[0].Error(), "a key that the schema does not name") {
		t.Errorf("keys that no schema names are not found: %v", found)
	}
}
