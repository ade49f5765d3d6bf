package command

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/metainfo"
)

// RuleFlag is a flag of patterns. All add to one list, since the order counts.
func RuleFlag(fs *pflag.FlagSet, name, usage string, kind create.Rule, rules *[]create.Rule) {
	fs.Func(name, usage, func(s string) error {
		if s == "" {
			return errors.New("an empty pattern matches nothing")
		}
		kind.Pattern = s
		*rules = append(*rules, kind)
		return nil
	})
}

// ReadFlags binds the flags of commands that read content.
func ReadFlags[O any](fs *pflag.FlagSet, workers *int, order *O, parse func(string) (O, error), dropCache *bool) {
	fs.IntVar(workers, "workers", 0, "read and hash with `N` threads (default one a processor)")
	fs.Func("io", "how to read (`ORDER`): parallel streams, one sequential stream, or auto: by what the storage likes", func(s string) (err error) {
		*order, err = parse(s)
		return err
	})
	CompleteWith(fs, "io", "auto", "parallel", "sequential")
	fs.BoolVar(dropCache, "no-cache", false, "let the system drop what was read from its cache")
}

// ParseDate reads a day, a time in RFC 3339, or seconds since 1970; from 1970 to 9999.
func ParseDate(s string) (time.Time, error) {
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

// TextFlag is a flag that sets a text which is nil where the flag is not given.
func TextFlag(fs *pflag.FlagSet, name, short, usage string, to **string) {
	fs.FuncP(name, short, usage, func(s string) error {
		*to = &s
		return nil
	})
}

// TextsFlag is a flag that can be given several times, each time with a text that is taken as it is.
func TextsFlag(fs *pflag.FlagSet, name, short, usage string, to *[]string) {
	fs.VarP(&texts{to: to}, name, short, usage)
}

// texts is the value of such a flag. Pflag's own makes a writer of CSV with a buffer to say that it is empty.
type texts struct{ to *[]string }

func (t *texts) Set(s string) error {
	*t.to = append(*t.to, s)
	return nil
}

func (t *texts) String() string {
	if t.to == nil {
		return ""
	}
	return strings.Join(*t.to, " ")
}

// Type is the one by which cobra knows that the flag completes again when it was given.
func (t *texts) Type() string { return "stringArray" }

// DoFlag is a flag without a value that does something.
func DoFlag(fs *pflag.FlagSet, name, usage string, do func()) {
	fs.BoolFunc(name, usage, func(s string) error {
		yes, err := strconv.ParseBool(s)
		if yes {
			do()
		}
		return err
	})
}

// ListFlags are the flags that change a list: --add-NAME, --remove-NAME, --set-NAMEs and --no-NAMEs.
func ListFlags(fs *pflag.FlagSet, name, what string, l *metainfo.ListEdit) {
	TextsFlag(fs, "add-"+name, "", "add the "+what+" (repeatable)", &l.Add)
	TextsFlag(fs, "remove-"+name, "", "remove the "+what+" (repeatable)", &l.Remove)
	TextsFlag(fs, "set-"+name+"s", "", "have the "+what+" instead of those there (repeatable)", &l.Set)
	plain := strings.ReplaceAll(name, "-", " ")
	DoFlag(fs, "no-"+name+"s", "remove every "+plain, func() { l.Set = []string{} })
}

// TiersFlag is a flag of announce URLs, a tier each.
func TiersFlag(fs *pflag.FlagSet, name, short, usage string, to *[][]string) {
	fs.FuncP(name, short, usage, func(s string) error {
		*to = append(*to, Tiers([]string{s})...)
		return nil
	})
}

// EntriesFlag is a flag of KEY=JSON.
func EntriesFlag(fs *pflag.FlagSet, name, usage string, to *[]metainfo.Entry) {
	fs.Func(name, usage, func(s string) error {
		e, err := metainfo.ParseEntry(s)
		*to = append(*to, e)
		return err
	})
}

// UnsetFlag is a flag of keys that are to be removed.
func UnsetFlag(fs *pflag.FlagSet, name, usage string, to *[]metainfo.Entry) {
	fs.Func(name, usage, func(s string) error {
		*to = append(*to, metainfo.Entry{Key: s})
		return nil
	})
}

// EntropyFlag is --entropy, whose value is random where it is not given.
func EntropyFlag(fs *pflag.FlagSet, set func(string)) {
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

// Shard is the value of --shard, I/N.
type Shard struct{ Index, Of int }

// Parse reads it.
func (v *Shard) Parse(s string) error {
	i, n, _ := strings.Cut(s, "/")
	index, err1 := strconv.ParseUint(i, 10, 31)
	of, err2 := strconv.ParseUint(n, 10, 31)
	if err1 != nil || err2 != nil || index < 1 || index > of {
		return errors.New("want I/N, with I from 1 to N")
	}
	v.Index, v.Of = int(index), int(of)
	return nil
}
