package main

import (
	"errors"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/create"
)

// ruleValue is --exclude or --include. Both add to one list, since the order counts.
type ruleValue struct {
	rules   *[]create.Rule
	include bool
}

func (v *ruleValue) String() string { return "" }

// Type implements pflag.Value.
func (v *ruleValue) Type() string { return "GLOB" }

// Set implements pflag.Value.
func (v *ruleValue) Set(s string) error {
	if s == "" {
		return errors.New("an empty pattern matches nothing")
	}
	*v.rules = append(*v.rules, create.Rule{Pattern: s, Include: v.include})
	return nil
}

// readFlags are the flags of commands that read content.
type readFlags struct {
	workers int
	io      choice
	noCache bool
}

func (r *readFlags) bind(fs *pflag.FlagSet) {
	r.io = choice{value: "auto", allowed: []string{"auto", "parallel", "sequential"}}
	fs.IntVar(&r.workers, "workers", 0, "how many threads read and hash (default one a processor)")
	fs.Var(&r.io, "io", "how to read (`ORDER`): parallel streams, one sequential stream, or auto: by what the storage likes")
	fs.BoolVar(&r.noCache, "no-cache", false, "let the system drop what was read from its cache")
}

// parseDate reads a day, a time in RFC 3339, or seconds since 1970; from 1970 to 9999.
func parseDate(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.Parse("2006-01-02", s)
	}
	if err != nil {
		n, numErr := strconv.ParseInt(s, 10, 64)
		t, err = time.Unix(n, 0), numErr
	}
	if err != nil || t.Unix() < 0 || t.UTC().Year() > 9999 {
		return time.Time{}, errors.New(strconv.Quote(s) + " is not a date: want 2006-01-02, RFC 3339, or seconds since 1970")
	}
	return t.UTC(), nil
}
