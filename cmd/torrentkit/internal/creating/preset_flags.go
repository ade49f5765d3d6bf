package creating

import (
	"context"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// Setting is a flag of create that a preset gives a value.
type Setting struct {
	Name, Value string
	Where       string // it stands, to begin a message with
}

// Preset lists what a preset says, and the default section where the preset is silent, for commands that have some of
// create's flags.
func Preset(ctx context.Context, con *console.Console, file, name string) ([]Setting, error) {
	layers, err := presetLayers(ctx, con, file, name)
	if err != nil {
		return nil, err
	}
	if _, err := layered(layers...); err != nil {
		return nil, err
	}
	var list []Setting
	decided := make(map[string]bool)
	for _, layer := range layers {
		here := make(map[string]bool)
		for _, s := range layer {
			if t := topic(s.name); !decided[t] {
				here[t] = true
				list = append(list, Setting{s.name, s.value, s.where})
			}
		}
		for t := range here {
			decided[t] = true
		}
	}
	return list, nil
}

// PresetNames are the names of the presets in a file, for completions.
func PresetNames(ctx context.Context, con *console.Console, file string) []string {
	return presetNames(ctx, con, file)
}
