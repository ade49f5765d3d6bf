package editing

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/creating"
)

// usePreset gives flags that were not given the values that a preset has for those of create. What a preset says about
// files and pieces is for create alone.
func usePreset(ctx context.Context, con *console.Console, cmd *cobra.Command, f *editFlags) error {
	if f.preset == "" {
		if f.presets != "" {
			return errors.New("--presets is a file of presets: --preset NAME names the one to use")
		}
		return nil
	}
	list, err := creating.Preset(ctx, con, f.presets, f.preset)
	if err != nil {
		return err
	}
	given := make(map[string]bool)
	for _, s := range list {
		for _, flag := range presetFlags(s.Name) {
			given[flag] = given[flag] || cmd.Flags().Changed(flag)
		}
	}
	used := false
	for _, s := range list {
		flags := presetFlags(s.Name)
		if len(flags) == 0 || slices.ContainsFunc(flags, func(flag string) bool { return given[flag] }) {
			continue
		}
		used = true
		if err := cmd.Flags().Set(flags[0], s.Value); err != nil {
			return fmt.Errorf("%s%s: %w", s.Where, s.Name, err)
		}
	}
	if !used && len(given) == 0 {
		return fmt.Errorf("the preset %q has nothing for edit: it changes trackers, seeds and fields", f.preset)
	}
	return nil
}

// presetFlags are the flag of edit that does what a flag of create does, and those that decide the same: where one of them
// was given, the preset is silent.
func presetFlags(name string) []string {
	switch name {
	case "tracker":
		return []string{"set-trackers", "set-trackers-file", "no-trackers"}
	case "trackers-file":
		return []string{"set-trackers-file", "set-trackers", "no-trackers"}
	case "web-seed", "http-seed", "node", "collection":
		return []string{"set-" + name + "s", "no-" + name + "s"}
	case "comment", "source", "date", "created-by":
		return []string{name, "no-" + name}
	case "no-date":
		return []string{name, "date"}
	case "no-created-by":
		return []string{name, "created-by"}
	case "private", "entropy", "set", "set-info", "normalize":
		return []string{name}
	}
	return nil
}

// setTrackersFrom reads the trackers of --set-trackers-file.
func setTrackersFrom(ctx context.Context, con *console.Console, name string) ([][]string, error) {
	list, err := command.ReadURLs(ctx, con, name)
	return command.Tiers(list), err
}
