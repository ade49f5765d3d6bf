package command

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// wordsKey is the annotation of a flag with the words that complete it, each perhaps with a tab and what it is.
const wordsKey = "torrentkit_words"

// CompleteWith says which words complete the value of a flag. Those of OneOf are known.
func CompleteWith(fs *pflag.FlagSet, name string, words ...string) {
	f := fs.Lookup(name)
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[wordsKey] = words
}

// CompleteBy is CompleteWith for words that are looked up when they are wanted.
func CompleteBy(cmd *cobra.Command, name string, words func() []string) {
	err := cmd.RegisterFlagCompletionFunc(name, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return words(), cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // only if there is no such flag
	}
}

// wordsOf are the words that complete a flag.
func wordsOf(f *pflag.Flag) []string {
	value := f.Value
	if w, ok := value.(interface{ Unwrap() pflag.Value }); ok {
		value = w.Unwrap()
	}
	if c, ok := value.(*choice); ok {
		return c.allowed
	}
	return f.Annotations[wordsKey]
}

// Completions makes the shells complete what the commands below one take: the words of their flags, and torrents where
// arguments are torrents. Flags that complete already are left alone.
func Completions(cmd *cobra.Command) {
	register := func(f *pflag.Flag) {
		if _, has := cmd.GetFlagCompletionFunc(f.Name); has || f.NoOptDefVal != "" && len(wordsOf(f)) == 0 {
			return
		}
		if err := cmd.RegisterFlagCompletionFunc(f.Name, completionOf(f)); err != nil {
			panic(err) // only if it was registered twice
		}
	}
	cmd.LocalFlags().VisitAll(register)
	if cmd.ValidArgsFunction == nil && cmd.HasParent() {
		cmd.ValidArgsFunction = argumentsOf(cmd.Use)
	}
	for _, c := range cmd.Commands() {
		Completions(c)
	}
}

// argumentsOf completes arguments by what a usage line calls them.
func argumentsOf(use string) cobra.CompletionFunc {
	pathToo := strings.Contains(use, "[PATH]")
	switch {
	case strings.Contains(use, "TORRENT") || strings.Contains(use, "A B"):
		return func(_ *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
			if pathToo && len(args) > 0 {
				return nil, cobra.ShellCompDirectiveDefault
			}
			return torrentsAt(start)
		}
	case strings.Contains(use, "PATH") || strings.Contains(use, "FILE"):
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	return cobra.NoFileCompletions
}

// completionOf completes the value of a flag by the words that it has, or else by the name that its usage gives the value: what is
// no file has nothing to complete, for which shells would offer files.
func completionOf(f *pflag.Flag) cobra.CompletionFunc {
	value, _ := pflag.UnquoteUsage(f)
	words := wordsOf(f)
	directive := cobra.ShellCompDirectiveNoFileComp
	switch {
	case value == "TORRENT":
		return func(_ *cobra.Command, _ []string, start string) ([]string, cobra.ShellCompDirective) {
			return torrentsAt(start)
		}
	case value == "FILE":
		directive = cobra.ShellCompDirectiveDefault
	case value == "FOLDER" && len(words) == 0:
		directive = cobra.ShellCompDirectiveFilterDirs
	case value == "FOLDER":
		directive = cobra.ShellCompDirectiveDefault
	}
	return cobra.FixedCompletions(words, directive)
}

// PlainUsages takes the quotes around names of values out of what flags say of themselves, since shells show that as it is.
func PlainUsages(cmd *cobra.Command) {
	plain := func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) }
	cmd.Flags().VisitAll(plain)
	cmd.PersistentFlags().VisitAll(plain)
	for _, c := range cmd.Commands() {
		PlainUsages(c)
	}
}

// mostCompleted bounds what is offered of a folder.
const mostCompleted = 1000

// torrentsAt lists the torrents and folders whose paths begin with what was typed.
func torrentsAt(start string) ([]string, cobra.ShellCompDirective) {
	dir, begin := filepath.Split(start)
	in := dir
	if in == "" {
		in = "."
	}
	entries, err := os.ReadDir(in)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var found []string
	folders := false
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, begin) || begin == "" && strings.HasPrefix(name, ".") || len(found) == mostCompleted {
			continue
		}
		switch {
		case strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }): // which no shell would quote
		case IsFolder(filepath.Join(in, name)):
			folders = true
			found = append(found, dir+name+string(filepath.Separator))
		case strings.EqualFold(filepath.Ext(name), ".torrent"):
			found = append(found, dir+name)
		}
	}
	slices.Sort(found)
	if folders && len(found) == 1 {
		return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}
