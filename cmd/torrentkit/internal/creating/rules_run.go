package creating

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/create"
)

// trackerRule is what a file of presets says of torrents for the trackers of some hosts.
type trackerRule struct {
	hosts    string // a glob
	where    string
	settings []setting
	lengths  []lengthRule
}

// lengthRule is the piece length of content up to a size, both in bytes.
type lengthRule struct{ upTo, length int64 }

// ruleKeys are the flags that a rule may set.
func ruleKeys() []string {
	return []string{"max-piece-length", "max-torrent-size", "source", "private", "exclude", "iexclude"}
}

// rulesFile is the file of presets whose rules for trackers count: the one that was asked for, or the one in the folder of
// the configuration.
type rulesFile struct {
	name  string // "" is the one in the folder of the configuration
	asked bool   // it has to be there
	// lists are files of trackers that were read: standard input comes once, and may be asked about for several torrents.
	lists map[string][]string
}

func newRulesFile(name, preset string) *rulesFile {
	return &rulesFile{name, name != "" || preset != "", make(map[string][]string)}
}

// list reads a file of trackers.
func (r *rulesFile) list(ctx context.Context, con *console.Console, name string) (list []string, err error) {
	if name == "" || r.lists[name] != nil {
		return r.lists[name], nil
	}
	r.lists[name], err = command.ReadURLs(ctx, con, name)
	return r.lists[name], err
}

// read reads the section trackers of the file.
func (r *rulesFile) read(ctx context.Context, con *console.Console) (rules []trackerRule, err error) {
	file := r.name
	if file == "" {
		file = presetsFile(con)
	}
	if !r.asked {
		if _, err := os.Stat(file); err != nil || !filepath.IsAbs(file) {
			return nil, nil
		}
	}
	y := &yamlFile{con, file}
	top, err := y.top(ctx, presetSections()...)
	if err != nil || top["trackers"] == nil {
		return nil, err
	}
	return y.rules(top["trackers"])
}

// rules reads a mapping from hosts to what counts for their trackers.
func (y *yamlFile) rules(n *yaml.Node) (rules []trackerRule, err error) {
	err = y.each(n, func(hosts string, k, v *yaml.Node) error {
		if _, err := path.Match(hosts, ""); err != nil {
			return y.fail(k, "%q is no pattern for hosts", hosts)
		}
		r := trackerRule{hosts: strings.ToLower(hosts), where: y.where(k)}
		var err error
		r.settings, err = y.settings(v, func(key string, v *yaml.Node) (bool, error) {
			switch {
			case key == "piece-lengths":
				r.lengths, err = y.lengths(v)
				return true, err
			case !slices.Contains(ruleKeys(), key):
				return true, y.fail(v, "%q is no rule for trackers: want piece-lengths, %s", key, strings.Join(ruleKeys(), ", "))
			}
			return false, nil
		})
		rules = append(rules, r)
		return err
	})
	return rules, err
}

// lengths reads piece lengths by the size of the content, from the smallest on.
func (y *yamlFile) lengths(n *yaml.Node) (list []lengthRule, err error) {
	err = y.each(n, func(key string, k, v *yaml.Node) error {
		var r lengthRule
		if err := (*command.SizeValue)(&r.upTo).Set(key); err != nil {
			return y.fail(k, "%v", err)
		}
		if err := (*command.PieceLengthValue)(&r.length).Set(v.Value); err != nil {
			return y.fail(v, "%v", err)
		}
		list = append(list, r)
		return nil
	})
	sort.Slice(list, func(i, j int) bool { return list[i].upTo < list[j].upTo })
	return list, err
}

// concerns tells whether a rule is for one of the hosts. *.example.org is for example.org, too.
func (r *trackerRule) concerns(hosts []string) bool {
	return slices.ContainsFunc(hosts, func(host string) bool {
		ok, _ := path.Match(r.hosts, host) // the pattern was read
		return ok || r.hosts == "*."+host
	})
}

// ruled makes a job of layers, and of the rules for its trackers behind them. What applies is said.
func (r *rulesFile) ruled(ctx context.Context, con *console.Console, layers ...[]setting) (*createJob, error) {
	j, err := layered(layers...)
	if err != nil {
		return nil, err
	}
	list, err := r.list(ctx, con, j.f.trackersFile)
	if err != nil {
		return nil, err
	}
	if trackers := slices.Concat(j.f.trackers, list); len(trackers) > 0 || r.asked {
		rules, err := r.read(ctx, con)
		if err != nil {
			return nil, err
		}
		if j, err = withRules(con, j, rules, hostsOf(trackers), layers); err != nil {
			return nil, err
		}
	}
	j.f.trackers = append(j.f.trackers, list...)
	return j, nil
}

// hostsOf are the hosts of trackers.
func hostsOf(trackers []string) (hosts []string) {
	for _, u := range slices.Concat(command.Tiers(trackers)...) {
		if parsed, err := url.Parse(u); err == nil {
			hosts = append(hosts, strings.ToLower(parsed.Hostname()))
		}
	}
	return hosts
}

// withRules makes the job again with the rules that concern one of the hosts.
func withRules(con *console.Console, j *createJob, rules []trackerRule, hosts []string, layers [][]setting) (*createJob, error) {
	for i := range rules {
		r := &rules[i]
		if !r.concerns(hosts) {
			continue
		}
		var said []string
		var apply []setting
		for _, s := range r.settings {
			if !j.f.decided[topic(s.name)] && (s.name != "max-piece-length" || j.o.PieceLength == 0) {
				apply, said = append(apply, s), append(said, s.name+"="+s.value)
			}
		}
		lengths := j.f.lengths
		if len(r.lengths) > 0 && len(lengths) == 0 && !j.f.decided["piece-length"] && !j.f.decided["max-torrent-size"] {
			lengths, said = r.lengths, append(said, "piece-lengths")
		}
		if len(said) == 0 {
			continue
		}
		var err error
		con.Note(fmt.Sprintf("%srules for %s: %s", r.where, r.hosts, con.Redact(strings.Join(said, ", "))))
		layers = append(layers, apply)
		if j, err = layered(layers...); err != nil {
			return nil, err
		}
		j.f.lengths = lengths
	}
	return j, nil
}

// chooseLength gives content the piece length that the rules have for its size.
func (f *createFlags) chooseLength(content *create.Content, o *create.Options) {
	size := content.Size()
	for _, r := range f.lengths {
		if size <= r.upTo && o.PieceLength == 0 {
			o.PieceLength = r.length
		}
	}
}
