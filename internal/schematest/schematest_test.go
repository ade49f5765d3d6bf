package schematest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/torrentkit/torrentkit/internal/longtest"
	"github.com/torrentkit/torrentkit/internal/schematest"
)

type object = map[string]any

// The schemas of the docs are what a whole implementation takes for valid, and both say the same of JSON that keeps them, and of
// each such JSON in which one thing was changed.
func TestAgainstAnotherImplementation(t *testing.T) {
	names, err := filepath.Glob("../../docs/json/*.schema.json")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d schemas, %v", len(names), err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			both := compiled(t, text)
			good, bad := 0, 0
			for _, s := range both.root["anyOf"].([]any) {
				doc := both.example(s.(object), 0)
				if !both.say(t, doc) {
					t.Errorf("what keeps the schema does not: %v", doc)
				}
				tried := 0
				for changed := range mutants(doc) {
					if tried++; tried%longtest.Rounds(7, 1) != 0 {
						continue
					}
					if both.say(t, changed) {
						good++
					} else {
						bad++
					}
				}
			}
			if good+bad < 5 || bad < 3 {
				t.Errorf("%d changes are allowed, %d are not: that tells nothing", good, bad)
			}
		})
	}
}

// pair is one schema for both implementations.
type pair struct {
	root   object
	ours   *schematest.Schema
	theirs *jsonschema.Schema
}

func compiled(t *testing.T, text []byte) pair {
	t.Helper()
	ours, err := schematest.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	ours.Strict = true
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	root := doc.(object)
	strict(root)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	theirs, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return pair{root, ours, theirs}
}

// strict forbids keys that a schema does not name.
func strict(v any) {
	switch v := v.(type) {
	case object:
		if v["properties"] != nil && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for _, inner := range v {
			strict(inner)
		}
	case []any:
		for _, inner := range v {
			strict(inner)
		}
	}
}

// say is what both say of doc, and an error if they differ.
func (p pair) say(t *testing.T, doc any) bool {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := p.ours.Check(text), p.theirs.Validate(v)
	if (ours == nil) != (theirs == nil) {
		t.Errorf("%s\nwe say: %v\nthey say: %v", text, ours, theirs)
	}
	return ours == nil
}

// example is JSON that keeps a schema and has all that it names, down to some depth.
func (p pair) example(s object, depth int) any {
	if ref, ok := s["$ref"].(string); ok {
		return p.example(p.root["$defs"].(object)[strings.TrimPrefix(ref, "#/$defs/")].(object), depth)
	}
	if choices, ok := s["anyOf"].([]any); ok {
		return p.example(choices[0].(object), depth)
	}
	if v, ok := s["const"]; ok {
		return v
	}
	switch s["type"] {
	case "object":
		doc := object{}
		inner, _ := s["properties"].(object)
		for key, v := range inner {
			if depth < 3 || slices.Contains(s["required"].([]any), any(key)) {
				doc[key] = p.example(v.(object), depth+1)
			}
		}
		if others, ok := s["additionalProperties"].(object); ok {
			doc["other"] = p.example(others, depth+1)
		}
		return doc
	case "array":
		n := 2
		if most, ok := s["maxItems"].(json.Number); ok {
			fmt.Sscan(most.String(), &n)
		} else if depth >= 3 {
			n = 0
		}
		list := []any{}
		for range n {
			list = append(list, p.example(s["items"].(object), depth+1))
		}
		return list
	case "boolean":
		return true
	case "integer":
		return json.Number("7")
	case "number":
		return json.Number("0.5")
	case "string":
		if s["format"] == "date-time" {
			return "2026-01-02T03:04:05Z"
		}
		return "text"
	}
	return []any{"anything"}
}

// mutants are v with one thing changed each.
func mutants(v any) func(yield func(any) bool) {
	return func(yield func(any) bool) {
		for _, other := range []any{nil, true, "x", "2026-01-02T03:04:05.678+01:00", json.Number("-1"), json.Number("1.0"), json.Number("1e3"), json.Number("2.5"), object{}, []any{}} {
			if !yield(other) {
				return
			}
		}
		switch v := v.(type) {
		case object:
			for _, key := range append(slices.Sorted(maps.Keys(v)), "a key of nobody's") {
				without := maps.Clone(v)
				delete(without, key)
				if !yield(without) {
					return
				}
				for inner := range mutants(v[key]) {
					with := maps.Clone(v)
					with[key] = inner
					if !yield(with) {
						return
					}
				}
			}
		case []any:
			if !yield(append(slices.Clone(v), v...)) || len(v) > 0 && !yield(v[1:]) {
				return
			}
			for i := range min(len(v), 1) {
				for inner := range mutants(v[i]) {
					with := slices.Clone(v)
					with[i] = inner
					if !yield(with) {
						return
					}
				}
			}
		}
	}
}

// A schema in words that are not known is an error, and is not taken for one that demands nothing.
func TestUnknownWords(t *testing.T) {
	for _, text := range []string{
		``, `{`, `[]`, `true`, `{} {}`, `{"pattern":"x"}`, `{"type":["string","null"]}`, `{"type":"text"}`, `{"properties":{"a":{"enum":[1]}}}`,
		`{"properties":{"a":true}}`, `{"properties":[]}`, `{"items":[{}]}`, `{"anyOf":{}}`, `{"anyOf":[{"not":{}}]}`, `{"additionalProperties":{"oneOf":[]}}`, `{"additionalProperties":false}`,
		`{"$ref":"other.json"}`, `{"$ref":"#/$defs/a"}`, `{"$defs":{"a":{}},"$ref":"#/$defs/b"}`, `{"$defs":{"a":{"if":{}}}}`,
		`{"format":"email"}`, `{"required":"a"}`, `{"required":[1]}`, `{"minimum":"1"}`,
	} {
		if _, err := schematest.Parse([]byte(text)); err == nil {
			t.Errorf("%s is taken for a schema", text)
		}
	}
}

// Each word is held to, and the error tells where.
func TestWords(t *testing.T) {
	for _, test := range []struct{ schema, doc, want string }{
		{`{}`, `1 2`, "follows"},
		{`{"const":1}`, `1.0`, ""},
		{`{"const":1}`, `"1"`, "/: 1 is not 1"},
		{`{"const":1}`, `[1]`, "is not 1"},
		{`{"properties":{"a":{"type":"integer"}}}`, `{"a":1.5}`, "/a/: 1.5 is no integer"},
		{`{"properties":{"a":{"type":"integer"}}}`, `{"a":15e-1}`, "/a/: 15e-1 is no integer"},
		{`{"properties":{"a":{"items":{"minimum":0}}}}`, `{"a":[0,-1]}`, "/a/1/: -1 is less than 0"},
		{`{"required":["b"]}`, `{"a":1}`, "/b: missing"},
		{`{"properties":{"a":{}}}`, `{"b":1}`, "/b: a key that the schema does not name"},
		{`{"additionalProperties":{"type":"null"}}`, `{"b":1}`, "/b/: 1 is no null"},
		{`{"anyOf":[{"type":"null"},{"type":"string"}]}`, `1`, "/: none of 2 choices"},
		{`{"minItems":2,"maxItems":3}`, `[1]`, "less than 2"},
		{`{"minItems":2,"maxItems":3}`, `[1,2,3,4]`, "more than 3"},
		{`{"format":"date-time"}`, `"yesterday"`, "parsing time"},
		{`{"$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}`, `[[],[[1]]]`, "/1/0/0/: 1 is no array"},
	} {
		s, err := schematest.Parse([]byte(test.schema))
		if err != nil {
			t.Error(err)
			continue
		}
		s.Strict = true
		if err := s.Check([]byte(test.doc)); test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %s: %v, want %q", test.schema, test.doc, err, test.want)
		}
	}
}
