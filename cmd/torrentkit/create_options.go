package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/create"
)

// createOptions completes the options of the library from the flags.
func (a *app) createOptions(o *create.Options, f *createFlags) (err error) {
	if o.Format, err = create.ParseFormat(f.format.value); err != nil {
		return err
	}
	o.Trackers = tiers(f.trackers)
	switch {
	case f.shard.of > 0 && len(o.Journals) == 0:
		return withHint(errors.New("--shard needs a journal to write to"), "--journal FILE, another one for each shard")
	case o.Recheck && len(o.Journals) == 0:
		return errors.New("--recheck compares with a journal: give --journal FILE")
	case f.reuse == "-":
		return errors.New("--reuse reads a file, not standard input")
	}
	switch {
	case f.createdBy != "":
		o.CreatedBy = f.createdBy
	case !f.noCreatedBy:
		o.CreatedBy = "torrentkit/" + buildVersion().Version
	}
	if !f.noDate {
		o.CreationDate, err = a.creationDate(f.date)
	}
	return err
}

// tiers makes tiers of announce URLs. Only a comma with a scheme behind it separates: URLs may contain commas.
func tiers(flags []string) [][]string {
	var all [][]string
	for _, s := range flags {
		var tier []string
		for part := range strings.SplitSeq(s, ",") {
			if len(tier) > 0 && !hasScheme(part) {
				tier[len(tier)-1] += "," + part
				continue
			}
			tier = append(tier, part)
		}
		all = append(all, tier)
	}
	return all
}

func hasScheme(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && isScheme(scheme)
}

// creationDate reads --date, or SOURCE_DATE_EPOCH (reproducible-builds.org), or the clock, to the second.
func (a *app) creationDate(s string) (time.Time, error) {
	name := "--date"
	if s == "" {
		if s, name = a.getenv("SOURCE_DATE_EPOCH"), "SOURCE_DATE_EPOCH"; s == "" {
			return a.now().UTC().Truncate(time.Second), nil
		}
	}
	t, err := parseDate(s)
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}

// createOutput decides where the torrent goes, before anything is read. A torrent that is written into the very folder
// that it is made of is no part of it.
func (a *app) createOutput(path string, o *create.Options, f *createFlags) (*output, error) {
	target := f.output
	name := o.Name + ".torrent"
	if target == "" {
		target = name
	}
	if target == "-" && a.global.json {
		return nil, errors.New("--json and -o - both want standard output")
	}
	if f.dryRun || f.table || f.shard.of > 0 {
		return nil, nil
	}
	out, err := a.newOutput(target, outputOptions{defaultName: name, force: f.force, binary: true})
	if err != nil {
		return nil, err
	}
	root, err1 := filepath.Abs(path)
	file, err2 := filepath.Abs(out.path)
	if out.kind == toFile && err1 == nil && err2 == nil {
		if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) && rel != "." {
			o.Rules = append(o.Rules, create.Rule{Pattern: "/" + escapeGlob(filepath.ToSlash(rel))})
		}
	}
	return out, nil
}

// escapeGlob makes a pattern that matches s only.
func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`, `{`, `\{`).Replace(s)
}
