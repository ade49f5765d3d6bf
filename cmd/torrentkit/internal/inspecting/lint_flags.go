package inspecting

import (
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/inspect"
)

type lintFlags struct {
	listRules bool
	format    string
	targets   targetsValue
	options   inspect.LintOptions
	maxSize   command.SizeValue
}

func targetNames() []string {
	var names []string
	for _, t := range inspect.Targets() {
		names = append(names, string(t))
	}
	return names
}

// targetsValue is --for.
type targetsValue []inspect.Target

func (v *targetsValue) String() string { return "" }

// Type implements pflag.Value.
func (v *targetsValue) Type() string { return "TARGET" }

// Set implements pflag.Value.
func (v *targetsValue) Set(s string) error {
	t, err := inspect.ParseTarget(s)
	if err == nil {
		*v = append(*v, t)
	}
	return err
}
