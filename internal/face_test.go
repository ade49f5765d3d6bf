package internal_test

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// public are the packages that people import.
func public() []string {
	return []string{"metainfo", "create", "inspect", "verify", "magnet", "announce", "announce/index"}
}

// faceExceptions are exported names whose signature may need a type of internal/.
var faceExceptions = map[string]bool{
	"metainfo.Torrent.Layout": true, // what create and verify share, and nobody else needs
	"metainfo.Draft.Layout":   true,
}

// Who imports a public package can name every type that its exported names need.
func TestPublicNamesNeedNothingInternal(t *testing.T) {
	for _, s := range sources(t, false) {
		if !slices.Contains(public(), s.dir()) {
			continue
		}
		inner := map[string]bool{}
		for _, i := range s.file.Imports {
			if p := strings.Trim(i.Path.Value, `"`); strings.Contains(p, "/internal/") {
				name := path.Base(p)
				if i.Name != nil {
					name = i.Name.Name
				}
				inner[name] = true
			}
		}
		for name, needs := range exported(s) {
			if faceExceptions[s.dir()+"."+name] {
				continue
			}
			for _, n := range needs {
				ast.Inspect(n, func(n ast.Node) bool {
					sel, ok := n.(*ast.SelectorExpr)
					if !ok {
						return true
					}
					if x, ok := sel.X.(*ast.Ident); ok && inner[x.Name] {
						t.Errorf("%s:%d: %s.%s needs %s.%s, which its callers cannot name: give the package a type of its own", s.path, s.line(sel.Pos()), s.dir(), name, x.Name, sel.Sel.Name)
					}
					return true
				})
			}
		}
	}
}

// exported lists the exported names of a file with the types that they show.
func exported(s *source) map[string][]ast.Node {
	all := map[string][]ast.Node{}
	for _, d := range s.file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			name := d.Name.Name
			if d.Recv != nil {
				if !token.IsExported(receiver(d)) {
					continue
				}
				name = receiver(d) + "." + name
			}
			if d.Name.IsExported() {
				all[name] = append(all[name], d.Type)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					if spec.Name.IsExported() {
						all[spec.Name.Name] = append(all[spec.Name.Name], shown(spec.Type)...)
					}
				case *ast.ValueSpec:
					for _, n := range spec.Names {
						if n.IsExported() && spec.Type != nil {
							all[n.Name] = append(all[n.Name], spec.Type)
						}
					}
				}
			}
		}
	}
	return all
}

// shown are the parts of a type that its users see: of a struct the exported fields, and what it embeds.
func shown(e ast.Expr) []ast.Node {
	st, ok := e.(*ast.StructType)
	if !ok {
		return []ast.Node{e}
	}
	var parts []ast.Node
	for _, f := range st.Fields.List {
		if len(f.Names) == 0 || slices.ContainsFunc(f.Names, func(n *ast.Ident) bool { return n.IsExported() }) {
			parts = append(parts, f.Type)
		}
	}
	return parts
}

// Every public package shows how it is used, in examples that run.
func TestPublicPackagesHaveExamples(t *testing.T) {
	examples := map[string]int{}
	for _, s := range sources(t, true) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && strings.HasSuffix(s.path, "_test.go") && strings.HasPrefix(f.Name.Name, "Example") {
				if strings.Contains(s.text[s.fset.Position(f.Pos()).Offset:s.fset.Position(f.End()).Offset], "// Output:") {
					examples[s.dir()]++
				}
			}
		}
	}
	for _, dir := range public() {
		if examples[dir] == 0 {
			t.Errorf("%s has no Example with an Output: write what people come for into example_test.go", dir)
		}
	}
}

// The package comment of a public package names every door: its functions, but for those that only make one of its types
// from text or from nothing (ParseState, NewStats), where the type is enough.
func TestPackageCommentsNameTheDoors(t *testing.T) {
	docs, doors := map[string]string{}, map[string][]string{}
	for _, s := range sources(t, false) {
		docs[s.dir()] += docText(s.file.Doc)
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
				doors[s.dir()] = append(doors[s.dir()], f.Name.Name)
			}
		}
	}
	maker := regexp.MustCompile(`^(Parse|New)([A-Z]\w*)$`)
	for _, dir := range public() {
		for _, door := range doors[dir] {
			named := strings.Contains(docs[dir], "["+door+"]")
			if m := maker.FindStringSubmatch(door); m != nil {
				named = named || strings.Contains(docs[dir], "["+m[2]+"]")
			}
			if !named {
				t.Errorf("the package comment of %s does not name [%s]: say there what it is for", dir, door)
			}
		}
	}
}

// Every exported name of a public package says what it is.
func TestExportedNamesAreDocumented(t *testing.T) {
	for _, s := range sources(t, false) {
		if !slices.Contains(public(), s.dir()) {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				own := d.Recv == nil || token.IsExported(receiver(d))
				plain := d.Name.Name == "String" || d.Name.Name == "Error" || d.Name.Name == "Unwrap"
				if own && d.Name.IsExported() && !plain && d.Doc == nil {
					t.Errorf("%s:%d: %s has no doc comment: shapes, units, errors, source", s.path, s.line(d.Pos()), d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if ts, ok := spec.(*ast.TypeSpec); ok && ts.Name.IsExported() && d.Doc == nil && ts.Doc == nil {
						t.Errorf("%s:%d: %s has no doc comment: shapes, units, errors, source", s.path, s.line(ts.Pos()), ts.Name.Name)
					}
				}
			}
		}
	}
}

// The noun knows none of the verbs.
func TestMetainfoImportsNoVerb(t *testing.T) {
	for _, s := range sources(t, false) {
		for _, p := range s.imports(t) {
			if own, ok := strings.CutPrefix(p, module); ok && s.dir() == "metainfo" && slices.Contains(public(), own) {
				t.Errorf("%s imports %s: verbs speak of metainfo, and not the other way round", s.path, own)
			}
		}
	}
}
