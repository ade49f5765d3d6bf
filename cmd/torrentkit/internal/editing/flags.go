package editing

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/metainfo"
)

// editFlags are the flags of edit that are not fields of metainfo.Edit.
type editFlags struct {
	output, backup    string
	force, dryRun     bool
	recursive         bool
	many, first, used bool
	verbose           bool // what needs no change is told, too
	total             totals
	maxSize           command.SizeValue
	removeDead        string
	trackersFile      string
	undo              bool
	preset, presets   string
}

// totals are what became of all torrents.
type totals struct {
	changed, unchanged, refused int
	urls                        bool                    // those of one were changed
	missing                     map[metainfo.Rename]int // in how many torrents there was nothing to rename
}

// editFlagGroups binds the flags of edit into the options of the library.
func editFlagGroups(cmd *cobra.Command, o *metainfo.Edit, f *editFlags) {
	command.Group(cmd, "Trackers", func(fs *pflag.FlagSet) {
		command.TiersFlag(fs, "add-tracker", "a", "add the announce `URL` as a tier at the end; URL,URL share one (repeatable)", &o.Trackers.Add)
		command.TextsFlag(fs, "remove-tracker", "d", "remove the tracker `URL`, or all of a host (repeatable)", &o.Trackers.Remove)
		fs.StringVar(&f.removeDead, "remove-dead", "", "remove the trackers that are dead by the results of announce --json in `FILE`, or - for standard input")
		command.TiersFlag(fs, "set-trackers", "t", "have the announce `URL`s that are given, a tier each, instead of those there (repeatable)", &o.Trackers.Set)
		fs.StringVar(&f.trackersFile, "set-trackers-file", "", "the same from `FILE`, or - for standard input: a tier a line; # begins a comment")
		command.DoFlag(fs, "no-trackers", "remove all trackers", func() { o.Trackers.Set = [][]string{} })
		fs.FuncP("replace", "r", "replace part of every tracker and seed URL: `OLD=NEW`, or OLD=>NEW if OLD has an = (repeatable)", func(s string) error {
			old, now, err := parsePair(s)
			o.Replace = append(o.Replace, metainfo.Replacement{Old: old, New: now})
			return err
		})
		fs.BoolVar(&o.StripSecrets, "strip-secrets", false, "take passkeys, passwords and the state of clients out of all but info")
	})
	command.Group(cmd, "Seeds and nodes", func(fs *pflag.FlagSet) {
		command.ListFlags(fs, "web-seed", "web seed `URL` (BEP 19)", &o.WebSeeds)
		command.ListFlags(fs, "http-seed", "http seed `URL` (BEP 17)", &o.HTTPSeeds)
		command.ListFlags(fs, "node", "DHT node `HOST:PORT` (BEP 5)", &o.Nodes)
	})
	command.Group(cmd, "Fields", func(fs *pflag.FlagSet) {
		command.TextFlag(fs, "comment", "c", "set the comment to `TEXT`", &o.Comment)
		command.DoFlag(fs, "no-comment", "remove the comment", func() { o.Comment = new(string) })
		command.TextFlag(fs, "created-by", "", "set the creating program to `TEXT`", &o.CreatedBy)
		command.DoFlag(fs, "no-created-by", "remove the creating program", func() { o.CreatedBy = new(string) })
		fs.Func("date", "set the creation `DATE`: 2006-01-02, RFC 3339, or seconds since 1970", func(s string) error {
			t, err := command.ParseDate(s)
			o.CreationDate = &t
			return err
		})
		command.DoFlag(fs, "no-date", "remove the creation date", func() { o.CreationDate = new(time.Time) })
		command.EntriesFlag(fs, "set", "set any key outside of info: `KEY=JSON` (repeatable)", &o.Set)
		command.UnsetFlag(fs, "unset", "remove any `KEY` outside of info (repeatable)", &o.Set)
	})
	infoFlagGroup(cmd, o)
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.StringVarP(&f.output, "output", "o", "", "write to `FILE`, a folder, or - instead of in place")
		fs.StringVar(&f.backup, "backup", "", "keep the old torrent under its name with `SUFFIX` appended")
		fs.BoolVar(&f.undo, "undo", false, "put back what --backup SUFFIX has kept, and remove the backup")
		fs.BoolVarP(&f.dryRun, "dry-run", "n", false, "write nothing: show what would change")
		fs.BoolVar(&f.force, "force", false, "replace files of -o and --backup that exist")
		fs.BoolVarP(&f.verbose, "verbose", "v", false, "of several torrents, list those that need no change, too")
	})
	command.Group(cmd, "Input", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.recursive, "recursive", false, "edit all *.torrent files in folders that are named")
		fs.Var(&f.maxSize, "max-size", "refuse torrents larger than `SIZE`")
		fs.StringVar(&f.preset, "preset", "", "take trackers, seeds and fields that are not given from the preset `NAME` of create")
		fs.StringVar(&f.presets, "presets", "", "`FILE` of presets (default torrentkit/presets.yaml in $XDG_CONFIG_HOME)")
	})
	for _, pair := range [][]string{{"comment", "no-comment"}, {"created-by", "no-created-by"}, {"date", "no-date"}, {"source", "no-source"}, {"set-trackers", "set-trackers-file", "no-trackers"}} {
		cmd.MarkFlagsMutuallyExclusive(pair...)
	}
}

func infoFlagGroup(cmd *cobra.Command, o *metainfo.Edit) {
	command.Group(cmd, "Info", func(fs *pflag.FlagSet) {
		fs.BoolVar(&o.NewInfoHash, "new-infohash", false, "allow what the other flags of this group do: change the infohash")
		fs.BoolFunc("private", "keep the torrent to its trackers (BEP 27); --private=false undoes that", func(s string) error {
			yes, err := strconv.ParseBool(s)
			o.Private = &yes
			return err
		})
		command.TextFlag(fs, "source", "s", "set the source tag to `TEXT`", &o.Source)
		command.DoFlag(fs, "no-source", "remove the source tag", func() { o.Source = new(string) })
		command.TextFlag(fs, "name", "", "set the name of the content to `TEXT`", &o.Name)
		fs.Func("rename", "rename a file or folder of the content, or the content itself: `OLD=NEW`, paths with slashes, or OLD=>NEW if OLD has an = (repeatable; all at once)", func(s string) error {
			old, now, err := parsePair(s)
			o.Rename = append(o.Rename, metainfo.Rename{Old: plainPath(old), New: plainPath(now)})
			return err
		})
		fs.Func("normalize", "write the names of files and folders in Unicode's composed form: nfc (`FORM`: none, nfc)", func(s string) error {
			form := ""
			err := command.OneOf(&form, "none", "nfc").Set(s)
			o.Normalize = form == "nfc"
			return err
		})
		command.CompleteWith(fs, "normalize", "none", "nfc")
		fs.Func("keep-only", "make a hybrid into one `FORMAT`: v1 or v2", func(s string) (err error) {
			if o.KeepOnly, err = metainfo.ParseFormat(s); err == nil && o.KeepOnly == metainfo.Hybrid {
				err = errors.New("must be v1 or v2")
			}
			return err
		})
		command.CompleteWith(fs, "keep-only", "v1", "v2")
		command.ListFlags(fs, "collection", "collection `NAME` (BEP 38)", &o.Collections)
		command.EntropyFlag(fs, func(s string) { o.SetInfo = append(o.SetInfo, metainfo.TextEntry("entropy", s)) })
		command.EntriesFlag(fs, "set-info", "set any key of info: `KEY=JSON` (repeatable)", &o.SetInfo)
		command.UnsetFlag(fs, "unset-info", "remove any `KEY` of info (repeatable)", &o.SetInfo)
	})
}

// editsAnything tells whether a flag was given that changes torrents.
func editsAnything(cmd *cobra.Command) bool {
	edits := false
	cmd.Flags().Visit(func(f *pflag.Flag) {
		g := strings.Join(f.Annotations[command.GroupKey], "")
		edits = edits || g != "Output" && g != "Input" && g != "Global" && f.Name != "new-infohash"
	})
	return edits
}

// plainPath takes off what shells complete and people write around the path of a folder.
func plainPath(path string) string { return strings.TrimSuffix(strings.TrimPrefix(path, "./"), "/") }

// parsePair reads OLD=NEW or OLD=>NEW.
func parsePair(s string) (old, now string, err error) {
	old, now, ok := strings.Cut(s, "=>")
	if !ok {
		old, now, ok = strings.Cut(s, "=")
	}
	if !ok || old == "" {
		return "", "", errors.New("want OLD=NEW")
	}
	return old, now, nil
}
