package command

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// foreign are flags of other programs that make torrents, and what they are called here, for the commands that have such a flag,
// or a sentence where nothing is called so. The same stands in docs/coming-from.md.
const foreign = `
announce announce-tier = --tracker URL, a tier each; URL,URL share one | --add-tracker URL
announce-group = --set-trackers URL | --preset NAME
profile = --preset NAME
preset-file config trackers-config = --presets FILE
batch = --jobs FILE
output-dir out outfile = --output FILE or FOLDER
stdout = --output -
no-creator nocreator = --no-created-by
no-creation-date nodate = --no-date
creation-date = --date DATE
creator = --created-by NAME
anonymize = --no-date --no-created-by
piece-size piecesize = --piece-length SIZE, such as 256K or 4M
max-piece-size = --max-piece-length SIZE
target-piece-count = --target-pieces N
protocol = --format FORMAT | both formats of a hybrid are used
threads = --workers N
sort-by = --sort ORDER
md5 = --checksum md5
ignore = --gitignore
include-junk = --junk
glob = --include GLOB and --exclude GLOB
exclude-regex include-regex = --exclude and --include, as globs
exclude-pattern = --exclude GLOB
exclude-pattern-ci = --iexclude GLOB
cross-seed xseed = --entropy
noxseed = --unset-info entropy | there is no entropy without --entropy
dht-node = --node HOST:PORT | --add-node HOST:PORT
notorrent = --dry-run
yes = --force
fail-on-season-warning = --deny season-gap
merge = --set KEY=JSON
webseed = --web-seed URL
tracker = --set-trackers URL
web-seed = --add-web-seed URL
http-seed = --add-http-seed URL
collection = --add-collection NAME
similar = --set-info 'similar=["hex:INFOHASH"]'
show-padding-files = --pads
header info trackers no-header no-info no-trackers no-files flat iso truncate prefix = --field NAME
show-binary checksum = --query PATH
terminal = --human, with --color always
add = --add-tracker URL
delete = --remove-tracker URL
select-only = --select INDICES
extract-pattern = --keys, with --stats
noprivate no-private = --private=false | a torrent is private with --private only
notracker = --no-trackers | torrentkit edit --no-trackers takes them out of a torrent
nowebseed = --no-web-seeds | torrentkit edit --no-web-seeds takes them out of a torrent
nocomment = --no-comment | torrentkit edit --no-comment takes it out of a torrent
nosource = --no-source | torrentkit edit --no-source takes it out of a torrent
rename = torrentkit edit --rename renames files in a torrent
skip-prefix = no name gets a prefix
verbose = more is told by default; --quiet tells less
info-only = only the result is printed with --quiet
unstable = nothing has to be unlocked
version = torrentkit version prints it
no-cross-seed = a torrent gets --entropy only where it is asked for
simple-progress = it is chosen by whether standard error is a terminal; --progress shows it elsewhere
checksum-algorithms = torrentkit help create checksum lists them
list-mode = each list has flags for it: --add-tracker adds, --set-trackers replaces
show-pieces = torrentkit dump TORRENT prints it
human-readable = it is so on a terminal, or with --human
bytes = sizes are in bytes in a pipe and with --json
magnet = torrentkit magnet TORRENT prints the link
scrape = torrentkit scrape TORRENT asks the trackers
unsorted = files are shown in the torrent's order
cpuprofile = there is none: it is for who develops the program
follow-symlinks = links are followed by default; --symlinks skip leaves them out
include-hidden = hidden files are taken by default; --hidden skip leaves them out
input = it is an argument here: give it without a flag
base-directory = the folder is an argument here, after the torrent
link = the magnet link is part of the result
nomagnet = the magnet link is a line of the result, and a key of --json
open = xdg-open NAME.torrent opens it
show = torrentkit inspect TORRENT shows it
metainfo = torrentkit dump TORRENT prints it
output = the link goes to standard output; torrentkit magnet fetch -o writes a torrent
limit print = torrentkit inspect FOLDER shows all, in bounded memory
shell = torrentkit completion SHELL
dir = torrentkit completion install writes it where the shell looks
io-block-size = the size of reads is chosen
noreuse = nothing is reused without --reuse
novalidate = a torrent is refused only for what is used of it
noconfig = presets are used only where --preset asks for them
nohuman = it is chosen by whether standard output is a terminal; --json is for programs
`

// Foreign is what a flag of another program is called by a command, or "" where nothing is known of it.
func Foreign(cmd *cobra.Command, flag string) string {
	for _, line := range strings.Split(foreign, "\n") {
		names, answers, _ := strings.Cut(line, " = ")
		if !slices.Contains(strings.Fields(names), flag) {
			continue
		}
		for _, answer := range strings.Split(answers, " | ") {
			ours, isFlag := strings.CutPrefix(answer, "--")
			if !isFlag {
				return answer
			}
			if ours = strings.FieldsFunc(ours, func(r rune) bool { return strings.ContainsRune(" =,", r) })[0]; cmd.Flags().Lookup(ours) != nil {
				return "it is called " + answer + " here"
			}
		}
	}
	return ""
}

// plainly words an error about a flag's value without the words of the functions that read it.
func plainly(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	var number *strconv.NumError
	want := ""
	switch kind := invalid.GetFlag().Value.Type(); {
	case kind == "duration":
		want = "want a time such as 30s or 5m"
	case !errors.As(err, &number):
		return err
	case errors.Is(err, strconv.ErrRange):
		want = "the number is too large or too small"
	case kind == "bool" || kind == "boolfunc":
		want = "want true or false"
	default:
		want = "want a whole number"
	}
	return console.WithHint(fmt.Errorf("invalid argument %q for \"--%s\" flag: %s", invalid.GetValue(), invalid.GetFlag().Name, want), "see "+cmd.CommandPath()+" --help")
}
