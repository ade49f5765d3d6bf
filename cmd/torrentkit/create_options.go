package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

// createOptions completes the options of the library from the flags.
func (a *app) createOptions(o *create.Options, f *createFlags) (err error) {
	if o.Format, err = metainfo.ParseFormat(f.format); err != nil {
		return err
	}
	o.Trackers = tiers(f.trackers)
	f.selection.SkipHidden = f.hidden == "skip"
	f.selection.Links = map[string]create.LinkMode{"follow": create.FollowLinks, "store": create.StoreLinks, "skip": create.SkipLinks, "error": create.RefuseLinks}[f.links]
	f.selection.Order = map[string]create.Order{"path": create.ByPath, "natural": create.ByNatural, "size": create.BySize}[f.sort]
	f.selection.Normalize = f.normalize == "nfc"
	f.selection.Explain = f.list
	f.selection.LeaveOut = o.Journals
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
