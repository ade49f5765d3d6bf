package creating

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Presets and jobs are YAML whose keys are the long names of create's flags:
//
//	default: {private: true}
//	presets:
//	  mine: {tracker: ["https://tracker.example/${PASSKEY}/announce"], source: MINE}
//
//	jobs:
//	  - {path: album/, preset: mine, output: out/, also: [{source: OTHER, output: other.torrent}]}

// maxYAML bounds what is read of such a file.
const maxYAML = 16 << 20

// yamlFile reads files of presets and jobs.
type yamlFile struct {
	app  *console.Console
	name string
}

func (y *yamlFile) fail(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s%s", y.where(n), fmt.Sprintf(format, args...))
}

func (y *yamlFile) where(n *yaml.Node) string { return fmt.Sprintf("%q, line %d: ", y.name, n.Line) }

// top reads a file and returns the entries of its top mapping, of which only the allowed keys may be there.
func (y *yamlFile) top(ctx context.Context, allowed ...string) (map[string]*yaml.Node, error) {
	raw, err := command.Read(ctx, y.app, y.name, maxYAML)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("reading %q: no YAML: %s", y.name, strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, fmt.Errorf("reading %q: empty", y.name)
	}
	m := make(map[string]*yaml.Node)
	err = y.each(doc.Content[0], func(key string, k, v *yaml.Node) error {
		if !slices.Contains(allowed, key) {
			return y.fail(k, "unknown key %q: want %s", key, strings.Join(allowed, " or "))
		}
		m[key] = v
		return nil
	})
	return m, err
}

// each calls f for the entries of a mapping.
func (y *yamlFile) each(n *yaml.Node, f func(key string, k, v *yaml.Node) error) error {
	if n.Kind != yaml.MappingNode {
		return y.fail(n, "want keys with values")
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Kind != yaml.ScalarNode || v.Kind == yaml.AliasNode {
			return y.fail(k, "want a plain key with a value")
		}
		if seen[k.Value] {
			return y.fail(k, "%q stands there twice", k.Value)
		}
		seen[k.Value] = true
		if err := f(k.Value, k, v); err != nil {
			return err
		}
	}
	return nil
}

// texts reads a value or a list of values.
func (y *yamlFile) texts(v *yaml.Node) ([]string, error) {
	items := []*yaml.Node{v}
	if v.Kind == yaml.SequenceNode {
		items = v.Content
	}
	var list []string
	for _, item := range items {
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			return nil, y.fail(item, "want a value or a list of values")
		}
		s, err := command.Expand(y.app, item.Value)
		if err != nil {
			return nil, y.fail(item, "%v", err)
		}
		list = append(list, s)
	}
	return list, nil
}

// settings reads a mapping of flags; own are keys that are not.
func (y *yamlFile) settings(n *yaml.Node, own func(key string, v *yaml.Node) (bool, error)) ([]setting, error) {
	flags := newCreateJob().flags.Flags()
	var list []setting
	err := y.each(n, func(key string, k, v *yaml.Node) error {
		if mine, err := own(key, v); mine || err != nil {
			return err
		}
		if flags.Lookup(key) == nil {
			return y.fail(k, "unknown key %q: the keys are the long names of create's flags", key)
		}
		values, err := y.texts(v)
		for _, s := range values {
			list = append(list, setting{key, s, y.where(v)})
		}
		return err
	})
	return list, err
}

func noOwn(string, *yaml.Node) (bool, error) { return false, nil }
