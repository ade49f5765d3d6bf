package creating

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

var updateSchema = flag.Bool("update-schema", false, "write the schema")

// The schema of files of presets and jobs, for editors, is made of the flags.
func TestJobsSchema(t *testing.T) {
	settings := map[string]any{}
	newCreateJob().flags.Flags().VisitAll(func(f *pflag.Flag) {
		p := map[string]any{"description": strings.ReplaceAll(f.Usage, "`", ""), "type": []string{"string", "number"}}
		switch {
		case f.Value.Type() == "bool":
			p["type"] = "boolean"
		case f.Value.Type() == "int":
			p["type"] = "integer"
		case strings.Contains(f.Usage, "repeatable"):
			p["type"], p["items"] = []string{"string", "array"}, map[string]any{"type": "string"}
		}
		settings[f.Name] = p
	})
	ref := func(name string) map[string]any { return map[string]any{"$ref": "#/$defs/" + name} }
	job := map[string]any{
		"path":   map[string]any{"description": "the file or folder, or several", "type": []string{"string", "array"}, "items": map[string]any{"type": "string"}},
		"preset": map[string]any{"description": "a preset of the file of presets", "type": "string"},
		"also":   map[string]any{"description": "more torrents from the same pass", "type": "array", "items": ref("settings")},
	}
	for name, p := range settings {
		job[name] = p
	}
	rules := map[string]any{"piece-lengths": map[string]any{
		"description": "piece lengths of content up to a size", "type": "object", "additionalProperties": map[string]any{"type": []string{"string", "number"}},
	}}
	for _, name := range ruleKeys() {
		rules[name] = settings[name]
	}
	schema := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "torrentkit create: presets (--presets) and jobs (--jobs)",
		"type": "object", "additionalProperties": false,
		"properties": map[string]any{
			"default":  ref("settings"),
			"presets":  map[string]any{"type": "object", "additionalProperties": ref("settings")},
			"trackers": map[string]any{"type": "object", "additionalProperties": ref("rules")},
			"jobs":     map[string]any{"type": "array", "items": ref("job")},
		},
		"$defs": map[string]any{
			"rules":    map[string]any{"type": "object", "additionalProperties": false, "properties": rules},
			"settings": map[string]any{"type": "object", "additionalProperties": false, "properties": settings},
			"job":      map[string]any{"type": "object", "additionalProperties": false, "required": []string{"path"}, "properties": job},
		},
	}
	var want bytes.Buffer
	e := json.NewEncoder(&want)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(schema); err != nil {
		t.Fatal(err)
	}
	const name = "../../jobs.schema.json"
	if *updateSchema {
		if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(name); err != nil || !bytes.Equal(got, want.Bytes()) {
		t.Errorf("%s is not what the flags are: write it anew with go test ./cmd/torrentkit/internal/creating -update-schema (%v)", name, err)
	}
}
