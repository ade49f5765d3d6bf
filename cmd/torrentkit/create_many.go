package main

import (
	"context"
	"errors"
	"fmt"
)

// createModes are the flags of create that say where settings come from.
type createModes struct {
	given         []setting // on the command line
	also          []string
	preset        string
	presets, jobs string
}

// createAll makes what the command line, presets and jobs ask for.
func (a *app) createAll(ctx context.Context, paths []string, m *createModes) error {
	var also [][]setting
	for _, s := range m.also {
		list, err := parseAlso(s)
		if err != nil {
			return err
		}
		also = append(also, list)
	}
	if m.jobs != "" {
		return a.createJobs(ctx, paths, also, m)
	}
	var layers [][]setting
	if m.preset != "" || m.presets != "" {
		var err error
		if layers, err = a.presetLayers(ctx, m.presets, m.preset); err != nil {
			return err
		}
	}
	return a.createLayered(ctx, paths, append([][]setting{m.given}, layers...), also)
}

// createJobs runs the jobs of a file. One that fails leaves the others made.
func (a *app) createJobs(ctx context.Context, paths []string, also [][]setting, m *createModes) error {
	if len(paths) > 0 || len(also) > 0 {
		return errors.New("with --jobs, paths and --also are in the file")
	}
	jobs, common, err := a.readJobs(ctx, m.jobs)
	if err != nil {
		return err
	}
	labels := make([]string, len(jobs))
	byLabel := make(map[string]*yamlJob)
	for i := range jobs {
		labels[i] = jobs[i].label
		byLabel[labels[i]] = &jobs[i]
	}
	return a.each(ctx, labels, func(ctx context.Context, label string) error {
		j := byLabel[label]
		layers := [][]setting{m.given, j.own}
		preset := j.preset
		if preset == "" {
			preset = m.preset
		}
		if preset != "" || m.presets != "" {
			more, err := a.presetLayers(ctx, m.presets, preset)
			if err != nil {
				return fmt.Errorf("%s%w", label, err)
			}
			layers = append(layers, more...)
		}
		if err := a.createLayered(ctx, j.paths, append(layers, common), j.also); err != nil {
			return fmt.Errorf("%s%w", label, err)
		}
		return nil
	})
}

// createLayered makes one torrent, or several of one pass.
func (a *app) createLayered(ctx context.Context, paths []string, layers [][]setting, also [][]setting) error {
	first, err := layered(layers...)
	if err != nil {
		return err
	}
	if len(also) == 0 {
		return a.create(ctx, paths, &first.o, &first.f)
	}
	jobs := []*createJob{first}
	for _, own := range also {
		j, err := layered(append([][]setting{own}, layers...)...)
		if err != nil {
			return err
		}
		jobs = append(jobs, j)
	}
	return a.createTogether(ctx, paths, jobs)
}
