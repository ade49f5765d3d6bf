package publishing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

// indexFlags say which index is asked, how, and as whom.
type indexFlags struct {
	to                            string
	user, passwordFile, tokenFile string
	timeout                       time.Duration
	retries                       int
	proxy, ca                     string
	insecure                      bool
}

func (f *indexFlags) bind(cmd *cobra.Command, tokens bool) {
	command.Group(cmd, "Index", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.to, "to", "", "the index whose API is at `URL`")
		fs.StringVar(&f.user, "user", "", "log in as `NAME`; the password is asked for on the terminal")
		fs.StringVar(&f.passwordFile, "password-file", "", "the password of --user is the first line of `FILE`, or of standard input for -")
		if tokens {
			fs.StringVar(&f.tokenFile, "token-file", "", "the token is the first line of `FILE`")
		}
	})
}

func (f *indexFlags) bindNetwork(cmd *cobra.Command) {
	command.Group(cmd, "Network", func(fs *pflag.FlagSet) {
		fs.DurationVar(&f.timeout, "timeout", 30*time.Second, "give the index `TIME` to answer, and an upload a second more for each 64 KiB")
		fs.IntVar(&f.retries, "retries", 2, "ask `N` times more what has no answer; nothing is uploaded twice")
		fs.StringVar(&f.proxy, "proxy", "", "go through the proxy at `URL`: http, https, socks5 or socks5h")
		fs.BoolVar(&f.insecure, "insecure", false, "accept any certificate")
		fs.StringVar(&f.ca, "ca", "", "trust the certificates in the PEM `FILE`, and no others")
	})
}

// client makes a client of the index, which has no token yet.
func (f *indexFlags) client(ctx context.Context) (*index.Client, error) {
	switch {
	case f.to == "":
		return nil, errors.New("no index given: --to URL")
	case f.timeout <= 0 || f.retries < 0:
		return nil, errors.New("--timeout and --retries cannot be negative, and --timeout not 0")
	}
	o := index.Options{UserAgent: "torrentkit/" + strings.Fields(command.BuildVersion().Version)[0], Timeout: f.timeout, Retries: f.retries}
	if f.retries == 0 {
		o.Retries = -1
	}
	var err error
	if o.Proxy, err = command.ParseProxy(f.proxy); err != nil {
		return nil, err
	}
	if o.TLS, err = command.TLSConfig(ctx, f.ca, "", f.insecure); err != nil {
		return nil, err
	}
	c, err := index.New(f.to, o)
	if err != nil {
		return nil, fmt.Errorf("--to: %w", err)
	}
	return c, nil
}

// publishFlags are the flags of publish.
type publishFlags struct {
	indexFlags
	category        string
	tags            []string
	title           string
	descriptionFile string
	skipExisting    bool
	dryRun, force   bool
	output          string
	parallel        int

	list                     bool
	search, sort             string
	limit                    int
	update, delete, download string

	changed func(flag string) bool
}

func (f *publishFlags) bind(cmd *cobra.Command) {
	f.sort = "newest"
	f.indexFlags.bind(cmd, true)
	command.Group(cmd, "Torrent", func(fs *pflag.FlagSet) {
		fs.StringVar(&f.category, "category", "", "file it under the category `NAME`, of those that the index has")
		command.TextsFlag(fs, "tag", "", "give it the tag `NAME`, of those that the index has (repeatable)", &f.tags)
		fs.StringVar(&f.title, "title", "", "list it as `TEXT`; without it, the torrent's name is the title")
		fs.StringVar(&f.descriptionFile, "description-file", "", "describe it by the Markdown in `FILE`, or in standard input for -")
		fs.BoolVar(&f.skipExisting, "skip-existing", false, "a torrent that the index has already is no failure")
		fs.BoolVarP(&f.dryRun, "dry-run", "n", false, "publish nothing: ask the index, and say what it would make of it")
		fs.StringVarP(&f.output, "output", "o", "", "write what is downloaded from the index to `FILE`, a folder, or - for standard output")
		fs.BoolVar(&f.force, "force", false, "replace files of -o, and send what the index is thought to refuse")
		fs.IntVar(&f.parallel, "parallel", 4, "publish `N` torrents side by side")
	})
	command.Group(cmd, "What is there", func(fs *pflag.FlagSet) {
		fs.BoolVar(&f.list, "list", false, "list torrents of the index, of --category and --tag where given")
		fs.StringVar(&f.search, "search", "", "list those with `TEXT` in their title")
		fs.Var(command.OneOf(&f.sort, slices.Sorted(maps.Keys(sorts()))...), "sort", "list them by `ORDER`: newest, oldest, seeders, leechers, title or size")
		fs.IntVar(&f.limit, "limit", 100, "list at most `N` of them; 0 is all")
		fs.StringVar(&f.update, "update", "", "change what the index says of the torrent `INFOHASH`: --title, --description-file, --category, --tag")
		fs.StringVar(&f.delete, "delete", "", "delete the torrent `INFOHASH` from the index; administrators only")
		fs.StringVar(&f.download, "download", "", "download the torrent `INFOHASH`")
	})
	f.bindNetwork(cmd)
	cmd.MarkFlagsMutuallyExclusive("list", "update", "delete", "download")
}

// sorts are the orders of lists.
func sorts() map[string]index.Sort {
	return map[string]index.Sort{
		"newest": index.UploadedDesc, "oldest": index.UploadedAsc, "seeders": index.SeedersDesc, "leechers": index.LeechersDesc,
		"title": index.NameAsc, "size": index.SizeDesc,
	}
}

// validate judges flags that exclude each other, where n torrents were named.
func (f *publishFlags) validate(n int) error {
	asks := f.list || f.update+f.delete+f.download != ""
	switch {
	case asks && n > 0:
		return errors.New("--list, --update, --delete and --download take no torrents")
	case f.search != "" && !f.list:
		return errors.New("--search is for --list")
	case (f.dryRun || f.skipExisting) && asks:
		return errors.New("--dry-run and --skip-existing are for publishing")
	case f.output != "" && f.download == "" && asks:
		return errors.New("-o is for what is published or downloaded")
	case f.limit < 0 || f.parallel < 1:
		return errors.New("--limit cannot be negative, and --parallel not less than 1")
	case asks:
		return nil
	case n == 0:
		return errors.New("no torrent given")
	case f.category == "":
		return errors.New("no category given: --category NAME; an index files each torrent under one")
	case n > 1 && f.title != "":
		return errors.New("--title is for one torrent: no two of an index have the same")
	case n > 1 && f.output != "" && !command.IsFolder(f.output):
		return fmt.Errorf("-o %q: the output of several torrents must be a folder that exists", f.output)
	case f.output != "" && f.dryRun:
		return errors.New("-o writes what was published, and --dry-run publishes nothing")
	}
	return nil
}
