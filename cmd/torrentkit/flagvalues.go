package main

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
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

// readFlags binds the flags of commands that read content.
func readFlags[O any](fs *pflag.FlagSet, workers *int, order *O, parse func(string) (O, error), dropCache *bool) {
	fs.IntVar(workers, "workers", 0, "how many threads read and hash (default one a processor)")
	fs.Var(&orderValue[O]{order, parse}, "io", "how to read (`ORDER`): parallel streams, one sequential stream, or auto: by what the storage likes")
	fs.BoolVar(dropCache, "no-cache", false, "let the system drop what was read from its cache")
}

// orderValue is --io.
type orderValue[O any] struct {
	order *O
	parse func(string) (O, error)
}

func (v *orderValue[O]) String() string { return "" }

// Type implements pflag.Value.
func (v *orderValue[O]) Type() string { return "ORDER" }

// Set implements pflag.Value.
func (v *orderValue[O]) Set(s string) (err error) {
	*v.order, err = v.parse(s)
	return err
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

// textFlag is a flag that sets a text which is nil where the flag is not given.
func textFlag(fs *pflag.FlagSet, name, short, usage string, to **string) {
	fs.FuncP(name, short, usage, func(s string) error {
		*to = &s
		return nil
	})
}

// doFlag is a flag without a value that does something.
func doFlag(fs *pflag.FlagSet, name, usage string, do func()) {
	fs.BoolFunc(name, usage, func(s string) error {
		yes, err := strconv.ParseBool(s)
		if yes {
			do()
		}
		return err
	})
}

// listFlags are the flags that change a list: --add-NAME, --remove-NAME, --set-NAMEs and --no-NAMEs.
func listFlags(fs *pflag.FlagSet, name, what string, l *metainfo.ListEdit) {
	fs.StringArrayVar(&l.Add, "add-"+name, nil, "add the "+what+" (repeatable)")
	fs.StringArrayVar(&l.Remove, "remove-"+name, nil, "remove the "+what+" (repeatable)")
	fs.StringArrayVar(&l.Set, "set-"+name+"s", nil, "have the "+what+" instead of those there (repeatable)")
	plain := strings.ReplaceAll(name, "-", " ")
	doFlag(fs, "no-"+name+"s", "remove every "+plain, func() { l.Set = []string{} })
}

// tiersFlag is a flag of announce URLs, a tier each.
func tiersFlag(fs *pflag.FlagSet, name, short, usage string, to *[][]string) {
	fs.FuncP(name, short, usage, func(s string) error {
		*to = append(*to, tiers([]string{s})...)
		return nil
	})
}

// entriesFlag is a flag of KEY=JSON.
func entriesFlag(fs *pflag.FlagSet, name, usage string, to *[]metainfo.Entry) {
	fs.Func(name, usage, func(s string) error {
		e, err := metainfo.ParseEntry(s)
		*to = append(*to, e)
		return err
	})
}

func unsetFlag(fs *pflag.FlagSet, name, usage string, to *[]metainfo.Entry) {
	fs.Func(name, usage, func(s string) error {
		*to = append(*to, metainfo.Entry{Key: s})
		return nil
	})
}

// entropyFlag is --entropy, whose value is random where it is not given.
func entropyFlag(fs *pflag.FlagSet, set func(string)) {
	fs.Func("entropy", "add a random key to info, or --entropy=`TEXT`, so that the infohash is another", func(s string) error {
		if s == randomEntropy {
			s = create.NewEntropy()
		}
		set(s)
		return nil
	})
	fs.Lookup("entropy").NoOptDefVal = randomEntropy
}

const randomEntropy = "random"

// shardValue is --shard I/N.
type shardValue struct{ index, of int }

func (v *shardValue) String() string { return "" }

// Type implements pflag.Value.
func (v *shardValue) Type() string { return "I/N" }

// Set implements pflag.Value.
func (v *shardValue) Set(s string) error {
	i, n, _ := strings.Cut(s, "/")
	index, err1 := strconv.ParseUint(i, 10, 31)
	of, err2 := strconv.ParseUint(n, 10, 31)
	if err1 != nil || err2 != nil || index < 1 || index > of {
		return errors.New("want I/N, with I from 1 to N")
	}
	v.index, v.of = int(index), int(of)
	return nil
}
