// Package schematest holds JSON to a JSON Schema of draft 2020-12, of which it
// knows the words that this project's schemas have, and no others: a schema with
// another one is an error. Stories of the command line start the test's own binary
// hundreds of times, and what a whole implementation prepares in each of them costs
// more than the commands.
//
// It is for tests only.
package schematest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"
)

// Schema says what JSON has to look like.
type Schema struct {
	root object

	// Strict forbids keys that the schema does not name, though its readers are to expect new ones.
	Strict bool
}

type object = map[string]any

// Parse reads a schema.
func Parse(text []byte) (*Schema, error) {
	v, err := decode(text)
	if err != nil {
		return nil, err
	}
	root, _ := v.(object)
	return &Schema{root: root}, parser{root, words()}.known("", v)
}

// decode reads one value, and keeps numbers as they are written.
func decode(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the JSON")
	}
	return v, nil
}

// word is how a schema uses one of its words: what the value must be, and where it has schemas of its own.
type word struct {
	ok                   func(v any) bool
	schema, list, byName bool
}

func is[T any](v any) bool { _, ok := v.(T); return ok }

// words are all that this package knows.
func words() map[string]word {
	return map[string]word{
		"$schema": {ok: is[string]}, "title": {ok: is[string]}, "description": {ok: is[string]}, "const": {ok: is[any]},
		"$ref": {ok: func(v any) bool { s, _ := v.(string); return strings.HasPrefix(s, refs) }},
		"type": {ok: func(v any) bool { s, _ := v.(string); return slices.Contains(typeNames(), s) }}, "format": {ok: func(v any) bool { return v == "date-time" }},
		"required": {ok: func(v any) bool {
			list, ok := v.([]any)
			return ok && !slices.ContainsFunc(list, func(v any) bool { return !is[string](v) })
		}},
		"minimum": {ok: is[json.Number]}, "minItems": {ok: is[json.Number]}, "maxItems": {ok: is[json.Number]},
		"$defs": {ok: is[object], byName: true}, "properties": {ok: is[object], byName: true}, "anyOf": {ok: is[[]any], list: true},
		"items": {schema: true}, "additionalProperties": {schema: true},
	}
}

const refs = "#/$defs/"

func typeNames() []string {
	return []string{"null", "boolean", "object", "array", "string", "number", "integer"}
}

type parser struct {
	root  object
	words map[string]word
}

// known returns an error for what a schema says in words that this package does not know.
func (p parser) known(at string, schema any) error {
	s, ok := schema.(object)
	if !ok {
		return fmt.Errorf("%s/: a schema that is no object", at)
	}
	for name, value := range s {
		w, here := p.words[name], at+"/"+name
		if w.ok == nil && !w.schema || w.ok != nil && !w.ok(value) {
			return fmt.Errorf("%s: unknown here: %v", here, value)
		}
		inner := object{}
		switch {
		case w.schema:
			inner[""] = value
		case w.byName:
			inner = value.(object)
		case w.list:
			for i, v := range value.([]any) {
				inner[fmt.Sprint(i)] = v
			}
		}
		for key, v := range inner {
			if err := p.known(here+"/"+key, v); err != nil {
				return err
			}
		}
		if name == "$ref" && defined(p.root, value.(string)) == nil {
			return fmt.Errorf("%s: nothing is %v", here, value)
		}
	}
	return nil
}

func defined(root object, ref string) object {
	defs, _ := root["$defs"].(object)
	def, _ := defs[strings.TrimPrefix(ref, refs)].(object)
	return def
}

// Check returns an error for JSON that is not as the schema says, which tells where.
func (s *Schema) Check(text []byte) error {
	v, err := decode(text)
	if err != nil {
		return err
	}
	return s.check("", s.root, v)
}

func (s *Schema) check(at string, schema object, v any) error {
	if ref, ok := schema["$ref"].(string); ok {
		if err := s.check(at, defined(s.root, ref), v); err != nil {
			return err
		}
	}
	if choices, ok := schema["anyOf"].([]any); ok {
		if err := s.checkAny(at, choices, v); err != nil {
			return err
		}
	}
	if name, ok := schema["type"].(string); ok && !isType(v, name) {
		return fmt.Errorf("%s/: %v is no %s", at, v, name)
	}
	if want, ok := schema["const"]; ok && !equal(v, want) {
		return fmt.Errorf("%s/: %v is not %v", at, v, want)
	}
	switch v := v.(type) {
	case object:
		return s.checkObject(at, schema, v)
	case []any:
		return s.checkArray(at, schema, v)
	case json.Number:
		if least, ok := schema["minimum"].(json.Number); ok && number(v).Cmp(number(least)) < 0 {
			return fmt.Errorf("%s/: %v is less than %v", at, v, least)
		}
	case string:
		if schema["format"] != nil {
			if _, err := time.Parse(time.RFC3339, v); err != nil {
				return fmt.Errorf("%s/: %w", at, err)
			}
		}
	}
	return nil
}

func (s *Schema) checkAny(at string, choices []any, v any) error {
	var all []error
	for _, choice := range choices {
		err := s.check(at, choice.(object), v)
		if err == nil {
			return nil
		}
		all = append(all, err)
	}
	return fmt.Errorf("%s/: none of %d choices: %w", at, len(choices), errors.Join(all...))
}

func (s *Schema) checkObject(at string, schema, v object) error {
	required, _ := schema["required"].([]any)
	for _, key := range required {
		if _, ok := v[key.(string)]; !ok {
			return fmt.Errorf("%s/%s: missing", at, key)
		}
	}
	properties, _ := schema["properties"].(object)
	others, allowed := schema["additionalProperties"].(object)
	for _, key := range slices.Sorted(maps.Keys(v)) {
		inner, named := properties[key].(object)
		if !named {
			inner = others
		}
		if !named && !allowed && s.Strict && properties != nil {
			return fmt.Errorf("%s/%s: a key that the schema does not name", at, key)
		}
		if err := s.check(at+"/"+key, inner, v[key]); err != nil {
			return err
		}
	}
	return nil
}

func (s *Schema) checkArray(at string, schema object, v []any) error {
	length := number(json.Number(fmt.Sprint(len(v))))
	if least, ok := schema["minItems"].(json.Number); ok && length.Cmp(number(least)) < 0 {
		return fmt.Errorf("%s/: %d items are less than %v", at, len(v), least)
	}
	if most, ok := schema["maxItems"].(json.Number); ok && length.Cmp(number(most)) > 0 {
		return fmt.Errorf("%s/: %d items are more than %v", at, len(v), most)
	}
	if items, ok := schema["items"].(object); ok {
		for i, item := range v {
			if err := s.check(fmt.Sprintf("%s/%d", at, i), items, item); err != nil {
				return err
			}
		}
	}
	return nil
}

func isType(v any, name string) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case object:
		return name == "object"
	case []any:
		return name == "array"
	case string:
		return name == "string"
	case json.Number:
		return name == "number" || name == "integer" && number(v).IsInt()
	}
	return false
}

// equal compares values that are neither arrays nor objects.
func equal(a, b any) bool {
	x, ok := a.(json.Number)
	y, both := b.(json.Number)
	if ok && both {
		return number(x).Cmp(number(y)) == 0
	}
	return !is[object](a) && !is[[]any](a) && a == b
}

// number is the value of a JSON number, which the decoder has read as one.
func number(n json.Number) *big.Rat {
	r, ok := new(big.Rat).SetString(n.String())
	if !ok {
		panic("no number: " + n.String())
	}
	return r
}
