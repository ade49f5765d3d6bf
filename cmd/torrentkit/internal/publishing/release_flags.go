package publishing

import (
	"errors"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
)

// Release is how "create --publish" publishes what it made: flags, which presets may have.
type Release struct {
	On                     bool
	index, category, title string
	tags                   []string
}

// Bind binds the flags.
func (r *Release) Bind(cmd *cobra.Command) {
	command.Group(cmd, "Index", func(fs *pflag.FlagSet) {
		fs.BoolVar(&r.On, "publish", false, "put the torrent into the Torrust index of --index, as the command publish does; it asks before anything is hashed")
		fs.StringVar(&r.index, "index", "", "the index whose API is at `URL`")
		fs.StringVar(&r.category, "index-category", "", "file it there under the category `NAME`")
		command.TextsFlag(fs, "index-tag", "", "give it there the tag `NAME` (repeatable)", &r.tags)
		fs.StringVar(&r.title, "index-title", "", "list it there as `TEXT` (default the torrent's name)")
	})
}

// flags are those of publish that say the same.
func (r *Release) flags() (*publishFlags, error) {
	switch {
	case r.index == "":
		return nil, errors.New("--publish: no index given: --index URL")
	case r.category == "":
		return nil, errors.New("--publish: no category given: --index-category NAME")
	}
	return &publishFlags{
		indexFlags: indexFlags{to: r.index, timeout: 30 * time.Second, retries: 2},
		category:   r.category, tags: r.tags, title: r.title, parallel: 1,
	}, nil
}
