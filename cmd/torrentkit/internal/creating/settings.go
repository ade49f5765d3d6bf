package creating

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/create"
)

// What a torrent is to be like can come from the command line, from a preset, from a file of jobs and from --also. All of
// them say it in the words of the flags, so that there is one list of options and one way to read each of them: the
// sources are layers of settings, which are applied to a fresh set of flags.

// setting is a flag and a value that it is given.
type setting struct{ name, value, where string } // where it stands, for messages; "" is the command line

// createJob is the options of one torrent, and the flags that fill them.
type createJob struct {
	o     create.Options
	f     createFlags
	flags *cobra.Command
}

func newCreateJob() *createJob {
	j := &createJob{flags: &cobra.Command{}, f: defaultFlags()}
	createFlagGroups(j.flags, &j.o, &j.f)
	return j
}

func defaultFlags() createFlags {
	return createFlags{
		format:    "v1",
		hidden:    "take",
		links:     "follow",
		padding:   "default",
		normalize: "none",
	}
}

// recorded is a flag that remembers what it was set to.
type recorded struct {
	pflag.Value
	name string
	to   *[]setting
}

// Set implements pflag.Value. The value is checked here; it is used once all layers are known.
func (r *recorded) Set(s string) error {
	if err := r.Value.Set(s); err != nil {
		return err
	}
	*r.to = append(*r.to, setting{r.name, s, ""})
	return nil
}

// Unwrap is the flag that remembers.
func (r *recorded) Unwrap() pflag.Value { return r.Value }

// recordFlags gives cmd the flags of create, which do no more than remember.
func recordFlags(cmd *cobra.Command, to *[]setting) {
	var o create.Options
	f := defaultFlags()
	createFlagGroups(cmd, &o, &f)
	cmd.Flags().VisitAll(func(f *pflag.Flag) { f.Value = &recorded{f.Value, f.Name, to} })
}

// topic is one name for flags that speak of the same thing: the layer that has one of them decides.
func topic(name string) string {
	for _, one := range [...][]string{{"tracker", "trackers-file"}, {"date", "no-date"}, {"created-by", "no-created-by"}, {"piece-length", "target-pieces"}, {"exclude", "include", "iexclude", "iinclude"}} {
		if slices.Contains(one, name) {
			return one[0]
		}
	}
	return name
}

// layered makes a job of layers of settings. For each flag the first layer that has it counts.
func layered(layers ...[]setting) (*createJob, error) {
	j := newCreateJob()
	decided := make(map[string]bool)
	for i, layer := range layers {
		var here []string
		for _, s := range layer {
			f := j.flags.Flags().Lookup(s.name)
			if f == nil {
				return nil, fmt.Errorf("%sunknown key %q", s.where, s.name)
			}
			t := topic(s.name)
			if decided[t] {
				continue
			}
			here = append(here, t)
			if err := j.flags.Flags().Set(s.name, s.value); err != nil {
				return nil, fmt.Errorf("%s%s: %w", s.where, s.name, rootOfFlag(err))
			}
		}
		for _, t := range here {
			decided[t] = true
		}
		j.f.decided = decided
		j.f.ownRules = decided["exclude"] && (i == 0 || j.f.ownRules)
	}
	return j, nil
}

// rootOfFlag strips what pflag says about the flag.
func rootOfFlag(err error) error {
	if invalid, ok := err.(*pflag.InvalidValueError); ok {
		return invalid.Unwrap()
	}
	return err
}

// parseAlso reads KEY=VALUE,KEY=VALUE, with the names of create's flags as keys. A comma separates only where a key
// follows, since URLs may hold commas.
func parseAlso(s string) ([]setting, error) {
	flags := newCreateJob().flags.Flags()
	var list []setting
	for _, part := range strings.Split(s, ",") {
		key, value, hasValue := strings.Cut(part, "=")
		f := flags.Lookup(key)
		switch {
		case f != nil && hasValue:
			list = append(list, setting{key, value, "--also: "})
		case f != nil && f.NoOptDefVal != "":
			list = append(list, setting{key, f.NoOptDefVal, "--also: "})
		case len(list) > 0:
			list[len(list)-1].value += "," + part
		default:
			return nil, fmt.Errorf("--also: unknown key %q", key)
		}
	}
	if i := slices.IndexFunc(list, func(s setting) bool { return ofTheRun(s.name) }); i >= 0 {
		return nil, fmt.Errorf("--also: %s is the same for all torrents of one run", list[i].name)
	}
	return list, nil
}

// ofTheRun tells flags about the run or the files, which all torrents of one pass have in common.
func ofTheRun(name string) bool {
	return slices.Contains([]string{"journal", "recheck", "reuse", "expect", "report", "shard", "workers", "io", "no-cache", "exclude", "include", "ignore-file",
		"gitignore", "hidden", "junk", "symlinks", "files-from", "url-list", "from-web-seeds", "connections", "allow-private", "sort", "normalize", "allow", "deny", "peer", "size", "list", "plan", "dry-run",
		"publish", "index", "index-category", "index-tag", "index-title"}, name)
}
