package creating

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// createAll makes what the command line, presets and jobs ask for.
func createAll(ctx context.Context, con *console.Console, paths []string, m *createModes) error {
	var also [][]setting
	for _, s := range m.also {
		list, err := parseAlso(s)
		if err != nil {
			return err
		}
		also = append(also, list)
	}
	if m.jobs != "" {
		return createJobs(ctx, con, paths, also, m)
	}
	var layers [][]setting
	if m.preset != "" || m.presets != "" {
		var err error
		if layers, err = presetLayers(ctx, con, m.presets, m.preset); err != nil {
			return err
		}
	}
	rules := newRulesFile(m.presets, m.preset)
	return createLayered(ctx, con, paths, rules, append([][]setting{m.given}, layers...), also, false)
}

// createJobs runs the jobs of a file. One that fails leaves the others made.
func createJobs(ctx context.Context, con *console.Console, paths []string, also [][]setting, m *createModes) error {
	if len(paths) > 0 || len(also) > 0 {
		return errors.New("with --jobs, paths and --also are in the file")
	}
	jobs, common, err := readJobs(ctx, con, m.jobs)
	if err != nil {
		return err
	}
	labels := make([]string, len(jobs))
	byLabel := make(map[string]*yamlJob)
	for i := range jobs {
		labels[i] = jobs[i].label
		byLabel[labels[i]] = &jobs[i]
	}
	return command.Each(ctx, con, labels, func(ctx context.Context, label string) error {
		j := byLabel[label]
		layers := [][]setting{m.given, j.own}
		preset := j.preset
		if preset == "" {
			preset = m.preset
		}
		if preset != "" || m.presets != "" {
			more, err := presetLayers(ctx, con, m.presets, preset)
			if err != nil {
				return fmt.Errorf("%s%w", label, err)
			}
			layers = append(layers, more...)
		}
		rules := newRulesFile(m.presets, preset)
		if err := createLayered(ctx, con, j.paths, rules, append(layers, common), j.also, label != labels[0]); err != nil {
			return fmt.Errorf("%s%w", label, err)
		}
		return nil
	})
}

// createLayered makes one torrent, or several of one pass.
func createLayered(ctx context.Context, con *console.Console, paths []string, rules *rulesFile, layers [][]setting, also [][]setting, another bool) error {
	first, err := rules.ruled(ctx, con, layers...)
	if err != nil {
		return err
	}
	first.f.another = another
	if len(also) == 0 {
		return runCreate(ctx, con, paths, &first.o, &first.f)
	}
	jobs := []*createJob{first}
	for _, own := range also {
		j, err := rules.ruled(ctx, con, append([][]setting{own}, layers...)...)
		if err != nil {
			return err
		}
		jobs = append(jobs, j)
	}
	return createTogether(ctx, con, paths, jobs)
}
