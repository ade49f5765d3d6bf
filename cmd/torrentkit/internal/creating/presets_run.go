package creating

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// yamlJob is one entry of a file of jobs.
type yamlJob struct {
	label  string
	paths  []string
	preset string
	own    []setting
	also   [][]setting
}

// presetSections are what a file of presets has.
func presetSections() []string { return []string{"default", "presets", "trackers"} }

// presetLayers returns the settings of a preset and of the default section. An empty name is the default section alone.
func presetLayers(ctx context.Context, con *console.Console, file, name string) ([][]setting, error) {
	if file == "" {
		file = presetsFile(con)
	}
	y := &yamlFile{con, file}
	top, err := y.top(ctx, presetSections()...)
	if err != nil {
		return nil, err
	}
	var layers [][]setting
	if name != "" {
		var known []string
		found := false
		if n := top["presets"]; n != nil {
			err = y.each(n, func(key string, _, v *yaml.Node) error {
				known = append(known, key)
				list, err := y.settings(v, noOwn)
				if key == name {
					found = true
					layers = append(layers, list)
				} else if err != nil && strings.Contains(err.Error(), "in the environment") {
					return nil // of a preset that is not used
				}
				return err
			})
		}
		if err == nil && !found {
			err = console.WithHint(fmt.Errorf("%q has no preset %q", file, name), "it has "+strings.Join(known, ", "))
		}
	}
	if n := top["default"]; n != nil && err == nil {
		var list []setting
		list, err = y.settings(n, noOwn)
		layers = append(layers, list)
	}
	return layers, err
}

// presetNames are the names of the presets that there are.
func presetNames(ctx context.Context, con *console.Console, file string) []string {
	if file == "" {
		file = presetsFile(con)
	}
	y := &yamlFile{con, file}
	var names []string
	if top, err := y.top(ctx, presetSections()...); err == nil && top["presets"] != nil {
		_ = y.each(top["presets"], func(key string, _, _ *yaml.Node) error { // a file that is none completes nothing
			names = append(names, key)
			return nil
		})
	}
	return names
}

// presetsFile is where presets are when no file is named.
func presetsFile(con *console.Console) string { return command.ConfigFile(con, "presets.yaml") }

// readJobs reads a file of jobs, and its default section.
func readJobs(ctx context.Context, con *console.Console, file string) (jobs []yamlJob, common []setting, err error) {
	y := &yamlFile{con, file}
	top, err := y.top(ctx, "default", "jobs")
	if err != nil {
		return nil, nil, err
	}
	if n := top["default"]; n != nil {
		if common, err = y.settings(n, noOwn); err != nil {
			return nil, nil, err
		}
	}
	list := top["jobs"]
	if list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		return nil, nil, fmt.Errorf("reading %q: there are no jobs", file)
	}
	for _, n := range list.Content {
		j := yamlJob{label: y.where(n)}
		j.own, err = y.settings(n, func(key string, v *yaml.Node) (mine bool, err error) {
			return y.jobKey(&j, key, v)
		})
		if err == nil && len(j.paths) == 0 {
			err = y.fail(n, "the job has no path")
		}
		if err != nil {
			return nil, nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, common, nil
}

// jobKey reads the keys of a job that are no flags.
func (y *yamlFile) jobKey(j *yamlJob, key string, v *yaml.Node) (mine bool, err error) {
	switch key {
	case "path":
		j.paths, err = y.texts(v)
	case "preset":
		if v.Kind != yaml.ScalarNode {
			return true, y.fail(v, "want the name of a preset")
		}
		j.preset = v.Value
	case "also":
		if v.Kind != yaml.SequenceNode {
			return true, y.fail(v, "want a list")
		}
		for _, n := range v.Content {
			list, err := y.settings(n, noOwn)
			for _, s := range list {
				if ofTheRun(s.name) {
					err = errors.Join(err, y.fail(n, "%s is the same for all torrents of one job", s.name))
				}
			}
			if err != nil {
				return true, err
			}
			j.also = append(j.also, list)
		}
	default:
		return false, nil
	}
	return true, err
}
