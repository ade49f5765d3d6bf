package creating

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/publishing"
	"github.com/torrentkit/torrentkit/create"
	"github.com/torrentkit/torrentkit/magnet"
	"github.com/torrentkit/torrentkit/metainfo"
)

// createFlags are the flags of create that are not fields of create.Options.
type createFlags struct {
	selection            create.DiskSelection
	output               string
	another              bool // than that of which people have just read
	force, dryRun, table bool
	size                 int64 // of content that there is not yet
	peers                []string
	trackers             []string
	trackersFile         string
	createdBy, date      string
	noCreatedBy          bool
	noDate               bool
	format               string
	reuse                string
	expect               string
	expected             *metainfo.Torrent
	reports              []command.Report
	opened               *command.Reports // where reports go
	allow, deny          []string         // rules of lint
	lengths              []lengthRule     // by the size of the content, of the rules for its trackers
	decided              map[string]bool  // topics of flags that are given, or in a preset
	shard                command.Shard
	release              publishing.Release
	filesFrom, tar       string
	servers              serverFlags
	content              *create.Content // that is in an archive, came from standard input, or is on servers
	stream               bool            // content comes in one stream, which no journal knows
	list                 bool
	hidden, links        string
	normalize            string
	padding              string
	ownRules             bool // patterns are of the command line, and not of a preset
}

// createFlagGroups binds the flags of create into the options of the library.
func createFlagGroups(cmd *cobra.Command, o *create.Options, f *createFlags) {
	command.Group(cmd, "Output", func(fs *pflag.FlagSet) {
		fs.StringVarP(&f.output, "output", "o", "", "write to `FILE`, a folder, or - (default NAME.torrent in this folder)")
		fs.BoolVar(&f.force, "force", false, "replace a file that exists")
		fs.BoolVar(&f.dryRun, "dry-run", false, "read no content and write nothing: list files and sizes, the torrent's too")
		fs.BoolVar(&f.table, "plan", false, "read no content and write nothing: show what each piece length would give, and who would refuse it")
		fs.Var((*command.SizeValue)(&f.size), "size", "plan a file of `SIZE` that is not there yet, instead of PATH (with --plan or --dry-run)")
		fs.StringVar(&o.ExpectInfoHash, "expect-infohash", "", "write nothing unless the infohash is `HEX`")
		fs.StringVar(&f.expect, "expect", "", "write nothing unless it is the infohash of the old `TORRENT`; else name the files that differ. Its name, format and piece length are taken")
		command.ReportFlag(fs, "tell github what was made (outputs, summary), or write dotenv=FILE for GitLab (`KIND`; repeatable); names of the second torrent, by --also, end in -2", []string{"github", "dotenv"}, "github", &f.reports)
	})
	command.Group(cmd, "Rules", func(fs *pflag.FlagSet) {
		command.TextsFlag(fs, "deny", "", "make no torrent in which the `RULE` of lint finds something, as season-gap does (repeatable)", &f.deny)
		command.TextsFlag(fs, "allow", "", "do not warn of what the `RULE` of lint finds; with piece-length, make v1 torrents of any piece length (repeatable)", &f.allow)
	})
	command.Group(cmd, "Torrent", func(fs *pflag.FlagSet) {
		fs.VarP(command.OneOf(&f.format, "v1", "v2", "hybrid"), "format", "f", "metadata version: v1, v2 (BEP 52) or both (`FORMAT`: v1, v2, hybrid)")
		fs.StringVarP(&o.Name, "name", "n", "", "call the torrent `NAME` (default the name of PATH)")
		fs.BoolVarP(&o.Private, "private", "p", false, "keep the torrent to its trackers (BEP 27)")
		fs.StringVarP(&o.Source, "source", "s", "", "write the source tag `TEXT`, part of what the infohash covers")
		fs.StringVarP(&o.Comment, "comment", "c", "", "write the comment `TEXT`")
		fs.StringVar(&f.createdBy, "created-by", "", "call the creating program `NAME` (default torrentkit and its version)")
		fs.BoolVar(&f.noCreatedBy, "no-created-by", false, "name no creating program")
		fs.StringVar(&f.date, "date", "", "creation `DATE`: 2006-01-02, RFC 3339, seconds since 1970, or commit for that of git's HEAD (default SOURCE_DATE_EPOCH, else now)")
		command.CompleteWith(fs, "date", "commit\tthat of git's HEAD")
		fs.BoolVar(&f.noDate, "no-date", false, "write no creation date")
	})
	pieceLengthFlags(cmd, o)
	command.Group(cmd, "Peers", func(fs *pflag.FlagSet) {
		command.TextsFlag(fs, "tracker", "t", "announce `URL`, a tier each; URL,URL share one tier (repeatable)", &f.trackers)
		fs.StringVar(&f.trackersFile, "trackers-file", "", "announce URLs in `FILE`, or - for standard input: a tier a line, in which URL,URL share it; # begins a comment")
		command.TextsFlag(fs, "web-seed", "w", "`URL` where the content can be had (BEP 19; repeatable)", &o.WebSeeds)
		command.TextsFlag(fs, "http-seed", "", "`URL` of an HTTP seed (BEP 17; repeatable)", &o.HTTPSeeds)
		command.TextsFlag(fs, "node", "", "DHT node `HOST:PORT` (BEP 5; repeatable)", &o.Nodes)
		command.TextsFlag(fs, "peer", "", "name the peer `HOST:PORT` in the magnet link of the result (x.pe; repeatable)", &f.peers)
	})
	moreFieldFlags(cmd, o, f)
	f.release.Bind(cmd)
	selectionFlags(cmd, f)
	command.Group(cmd, "Servers", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.servers.list, "url-list", "", "take what the URLs in `FILE` or - lead to, one a line, beside those named as PATH")
		fs.StringVar(&f.servers.seedsOf, "from-web-seeds", "", "take the files that the web seeds of `TORRENT` have, instead of PATH")
		fs.IntVar(&f.servers.options.Connections, "connections", 0, "put `N` requests to a server side by side (default 4, and up to 16 that bring more than 256 MiB/s)")
		fs.BoolVar(&f.servers.options.AllowPrivate, "allow-private", false, "let redirects, and web seeds of a torrent, lead to loopback and private addresses")
	})
	command.Group(cmd, "Run", func(fs *pflag.FlagSet) {
		command.TextsFlag(fs, "journal", "", "remember what was hashed in `FILE`, and do not hash it again (repeatable: all are read, the first is written)", &o.Journals)
		fs.BoolVar(&o.Recheck, "recheck", false, "read everything though the journal, or --reuse, knows it, and compare")
		fs.StringVar(&f.reuse, "reuse", "", "take hashes over from the old `TORRENT` for files of the same path and size, after checking a sample of each; of a folder from the torrent in it that has most in common")
		fs.Func("shard", "hash the `I/N`th part only, into the journal; a run with all journals then makes the torrent", f.shard.Parse)
		command.ReadFlags(fs, &o.Workers, &o.ReadOrder, create.ParseReadOrder, &o.DropCache)
	})
}

// pieceLengthFlags binds what decides how long pieces are.
func pieceLengthFlags(cmd *cobra.Command, o *create.Options) {
	command.Group(cmd, "Piece length", func(fs *pflag.FlagSet) {
		fs.VarP((*command.PieceLengthValue)(&o.PieceLength), "piece-length", "l", "piece length, a power of two from 16K to 256M, or any in v1 with --allow piece-length (default fits the `SIZE`)")
		fs.IntVar(&o.TargetPieces, "target-pieces", 0, "the smallest piece length that gives at most `N` pieces")
		fs.Var((*command.SizeValue)(&o.MaxPieceLength), "max-piece-length", "choose no piece length over `SIZE` (default 16M)")
		for _, name := range []string{"piece-length", "max-piece-length"} {
			command.CompleteWith(fs, name, "16K", "32K", "64K", "128K", "256K", "512K", "1M", "2M", "4M", "8M", "16M", "32M", "64M", "128M", "256M")
		}
		fs.Var((*command.SizeValue)(&o.MaxTorrentSize), "max-torrent-size", "choose a piece length with which the .torrent is at most of `SIZE`")
	})
}

// moreFieldFlags binds the rarer fields.
func moreFieldFlags(cmd *cobra.Command, o *create.Options, f *createFlags) {
	command.Group(cmd, "More fields", func(fs *pflag.FlagSet) {
		fs.Func("similar", "infohash (`HEX`) of a torrent that has files in common (BEP 38; repeatable)", func(s string) error {
			h, err := metainfo.ParseHash(s)
			o.Similar = append(o.Similar, h.Swarms()...)
			return err
		})
		command.TextsFlag(fs, "collection", "", "`NAME` of a collection that the torrent belongs to (BEP 38; repeatable)", &o.Collections)
		fs.StringVar(&o.UpdateURL, "update-url", "", "`URL` of newer versions of the torrent (BEP 39)")
		command.EntropyFlag(fs, func(s string) { o.Entropy = s })
		fs.BoolVar(&o.Align, "align", false, "start every file on a piece boundary, by pad files (v1; BEP 47)")
		fs.Var(command.OneOf(&f.padding, "default", "none", "libtorrent-2.1"), "padding", "pad files: what the format wants, none, or as libtorrent 2.1 makes them, behind the last file too (`HOW`: default, none, libtorrent-2.1)")
		fs.BoolVar(&o.Attributes, "attributes", false, "keep the executable and hidden bits of files (BEP 47)")
		fs.Func("checksum", "write a checksum of every file: `KIND` is md5, sha1, sha256 or crc32 (repeatable)", func(s string) error {
			c, err := metainfo.ParseChecksum(s)
			o.Checksums = append(o.Checksums, c)
			return err
		})
		command.CompleteWith(fs, "checksum", "md5", "sha1", "sha256", "crc32")
		command.EntriesFlag(fs, "set", "set any key outside of info: `KEY=JSON` (repeatable)", &o.Set)
		command.EntriesFlag(fs, "set-info", "set any key of info: `KEY=JSON` (repeatable)", &o.SetInfo)
	})
}

// selectionFlags binds what decides which files are taken, and under which names.
func selectionFlags(cmd *cobra.Command, f *createFlags) {
	s := &f.selection
	command.Group(cmd, "Files", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.tar, "tar", "", "take what the tar archive `FILE` or - unpacks to, instead of PATH (plain, gzip, zstd or xz)")
		command.RuleFlag(fs, "exclude", "leave out what matches `GLOB`; ** spans folders, the last match of all rules wins (repeatable)", create.Rule{}, &s.Rules)
		command.RuleFlag(fs, "include", "take what matches `GLOB` (repeatable)", create.Rule{Include: true}, &s.Rules)
		command.RuleFlag(fs, "iexclude", "--exclude for upper and lower case alike: *.jpg is *.JPG too (`GLOB`; repeatable)", create.Rule{Fold: true}, &s.Rules)
		command.RuleFlag(fs, "iinclude", "--include for upper and lower case alike (`GLOB`; repeatable)", create.Rule{Include: true, Fold: true}, &s.Rules)
		command.TextsFlag(fs, "ignore-file", "", "leave out what the patterns in `FILE` match, in the syntax of .gitignore (repeatable)", &s.IgnoreFiles)
		fs.BoolVar(&s.GitIgnore, "gitignore", false, "obey .gitignore and .git/info/exclude, git's core.excludesFile and, above these, .ignore; leave out .git")
		fs.Var(command.OneOf(&f.hidden, "take", "skip"), "hidden", "hidden files and folders: take or skip (`WHAT`)")
		fs.BoolVar(&s.KeepJunk, "junk", false, "take files that operating systems leave behind too")
		fs.Var(command.OneOf(&f.links, "follow", "store", "skip", "error"), "symlinks", "symbolic links: follow them, store them as links (BEP 47), skip them, or call them an error (`WHAT`: follow, store, skip, error)")
		fs.StringVar(&f.filesFrom, "files-from", "", "take only the paths that `FILE` or - lists, relative to PATH; NUL or newline separated")
		fs.Var((*sortKeys)(&s.Order), "sort", "order of the files in v1: by path, natural or size, size:desc from the largest; files alike by one are sorted by the next (`ORDER`; repeatable)")
		command.CompleteWith(fs, "sort", "path", "path:desc", "natural", "natural:desc", "size", "size:desc")
		fs.Var(command.OneOf(&f.normalize, "none", "nfc"), "normalize", "write names in Unicode's composed form: nfc (`FORM`: none, nfc)")
		fs.BoolVar(&f.list, "list", false, "read no content and write nothing: tell of each file whether it is taken, and the rule that decides")
	})
}

// createModes are the flags of create that say where settings come from.
type createModes struct {
	given         []setting // on the command line
	also          []string
	preset        string
	presets, jobs string
}

// bind binds the flags that are about several torrents.
func (m *createModes) bind(cmd *cobra.Command) {
	command.Group(cmd, "Many torrents", func(fs *pflag.FlagSet) {
		command.TextsFlag(fs, "also", "", "make another torrent from the same pass: `KEY=VALUE,...` with names of flags as keys, as in source=X,piece-length=4M,output=x.torrent (repeatable)", &m.also)
		fs.StringVar(&m.preset, "preset", "", "take flags that are not given from the preset `NAME`")
		fs.StringVar(&m.presets, "presets", "", "`FILE` of presets (default torrentkit/presets.yaml in $XDG_CONFIG_HOME)")
		fs.StringVar(&m.jobs, "jobs", "", "make every torrent that `FILE` (YAML) asks for")
	})
	for _, pair := range [][]string{{"created-by", "no-created-by"}, {"date", "no-date"}, {"plan", "dry-run", "list"}, {"piece-length", "target-pieces"}} {
		cmd.MarkFlagsMutuallyExclusive(pair...)
	}
}

// createOptions completes the options of the library from the flags.
func createOptions(con *console.Console, o *create.Options, f *createFlags) (err error) {
	if o.Format, err = metainfo.ParseFormat(f.format); err != nil {
		return err
	}
	if err := padding(o, f.padding); err != nil {
		return err
	}
	if err := checkRules(slices.Concat(f.allow, f.deny)); err != nil {
		return err
	}
	for _, p := range f.peers {
		if err := magnet.CheckPeer(p); err != nil {
			return fmt.Errorf("--peer: %w", err)
		}
	}
	o.AnyPieceLength = slices.Contains(f.allow, "piece-length")
	o.Trackers = command.Tiers(f.trackers)
	f.selection.SkipHidden = f.hidden == "skip"
	f.selection.Links = map[string]create.LinkMode{"follow": create.FollowLinks, "store": create.StoreLinks, "skip": create.SkipLinks, "error": create.RefuseLinks}[f.links]
	f.selection.Normalize = f.normalize == "nfc"
	f.selection.Explain = f.list
	f.selection.LeaveOut = o.Journals
	switch {
	case f.shard.Of > 0 && len(o.Journals) == 0:
		return console.WithHint(errors.New("--shard needs a journal to write to"), "--journal FILE, another one for each shard")
	case o.Recheck && len(o.Journals) == 0 && f.reuse == "":
		return errors.New("--recheck compares with a journal: give --journal FILE")
	case (f.expect != "" || len(f.reports) > 0) && f.madeNothing():
		return errors.New("--expect and --report are about a torrent that is made, not for --dry-run, --plan, --list or --shard")
	case f.release.On && (f.madeNothing() || f.output == "-"):
		return errors.New("--publish is for a torrent that is made and written to a file")
	case f.reuse == "-":
		return errors.New("--reuse reads a file, not standard input")
	}
	switch {
	case f.createdBy != "":
		o.CreatedBy = f.createdBy
	case !f.noCreatedBy:
		o.CreatedBy = "torrentkit/" + command.BuildVersion().Version
	}
	if !f.noDate && f.date != ofCommit {
		o.CreationDate, err = creationDate(con, f.date)
	}
	return err
}

// padding reads --padding, which no format may contradict.
func padding(o *create.Options, how string) error {
	o.PadEnds = how == "libtorrent-2.1"
	switch {
	case how == "none" && o.Format == metainfo.Hybrid:
		return errors.New("--padding none: the files of a hybrid start on piece boundaries, so that its v1 part has the pieces of its v2 part (BEP 52)")
	case how == "none" && o.Align:
		return errors.New("--align is by pad files, and --padding none wants none")
	case o.PadEnds && o.Format == metainfo.V2:
		return errors.New("--padding libtorrent-2.1: a v2 torrent has no pad files, which are of v1 and hybrids")
	}
	return nil
}

// madeNothing tells whether no torrent is to be made.
func (f *createFlags) madeNothing() bool { return f.dryRun || f.table || f.list || f.shard.Of > 0 }

// ofCommit is the --date that git tells.
const ofCommit = "commit"

// creationDate reads --date, or SOURCE_DATE_EPOCH (reproducible-builds.org), or the clock, to the second.
func creationDate(con *console.Console, s string) (time.Time, error) {
	name := "--date"
	if s == "" {
		if s, name = con.Getenv("SOURCE_DATE_EPOCH"), "SOURCE_DATE_EPOCH"; s == "" {
			return con.Now().UTC().Truncate(time.Second), nil
		}
	}
	t, err := command.ParseDate(s)
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	return t, nil
}
