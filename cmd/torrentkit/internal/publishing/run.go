package publishing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

func runPublish(ctx context.Context, con *console.Console, names []string, f *publishFlags) error {
	if err := f.validate(len(names)); err != nil {
		return err
	}
	if f.output == "-" && con.Options.JSON {
		return errors.New("--json and -o - both want standard output")
	}
	c, err := f.client(ctx)
	if err != nil {
		return err
	}
	s := &session{client: c, con: con, f: &f.indexFlags}
	if err := s.open(ctx); err != nil {
		return verdict(s.explain(err))
	}
	switch {
	case f.list:
		err = list(ctx, con, s, f)
	case f.update != "":
		err = update(ctx, con, s, f)
	case f.delete != "":
		err = remove(ctx, con, s, f)
	case f.download != "":
		err = download(ctx, con, s, f)
	default:
		return publish(ctx, con, s, names, f)
	}
	return verdict(s.explain(err))
}

// plan is what all torrents of a run have in common, and what the index said before anything was sent.
type plan struct {
	index.Upload // without torrent and title
	tags         []string
	settings     index.Settings
}

// prepare asks the index, and refuses what it would.
func prepare(ctx context.Context, con *console.Console, s *session, f *publishFlags) (*plan, error) {
	p := &plan{tags: f.tags}
	var err error
	if p.settings, err = s.client.Settings(ctx); err != nil {
		return nil, err
	}
	if f.dryRun && s.client.Token() != "" {
		if err := s.client.Verify(ctx); err != nil {
			return nil, err
		}
	}
	if !f.dryRun && s.client.Token() == "" {
		return nil, console.WithHint(errors.New("who publishes must be logged in"), "torrentkit publish login --to "+s.client.String()+" --user NAME; or --token-file, or TORRUST_INDEX_TOKEN")
	}
	category, err := findCategory(ctx, s, f.category)
	if err != nil {
		return nil, err
	}
	p.Category = category.Name
	if p.Tags, err = findTags(ctx, s, f.tags); err != nil {
		return nil, err
	}
	if f.descriptionFile != "" {
		if p.Description, err = readDescription(ctx, con, f.descriptionFile); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// findCategory is the category of a name, of those that the index has.
func findCategory(ctx context.Context, s *session, name string) (index.Category, error) {
	all, err := s.client.Categories(ctx)
	if err != nil {
		return index.Category{}, err
	}
	var names []string
	for _, c := range all {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return index.Category{}, notThere("category", name, names)
}

// findTags are the IDs of tags, of those that the index has.
func findTags(ctx context.Context, s *session, names []string) ([]int64, error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := s.client.Tags(ctx)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, name := range names {
		i := slices.IndexFunc(all, func(t index.Tag) bool { return t.Name == name })
		if i < 0 {
			return nil, notThere("tag", name, tagNames(all))
		}
		if !slices.Contains(ids, all[i].ID) {
			ids = append(ids, all[i].ID)
		}
	}
	return ids, nil
}

func tagNames(tags []index.Tag) []string {
	names := make([]string, len(tags))
	for i, t := range tags {
		names[i] = t.Name
	}
	return names
}

// notThere is a no: only administrators make categories and tags.
func notThere(what, name string, have []string) error {
	const most = 30
	more := ""
	if len(have) > most {
		have, more = have[:most], " and more"
	}
	quoted := make([]string, len(have))
	for i, s := range have {
		quoted[i] = fmt.Sprintf("%q", s)
	}
	hint := "it has none: an administrator makes them"
	if len(have) > 0 {
		hint = "it has " + strings.Join(quoted, ", ") + more
	}
	return console.WithHint(console.NoBecause(fmt.Sprintf("the index has no %s %q", what, name)), hint)
}

// maxDescription is how long a description may be: it is in the request with the torrent.
const maxDescription = 1 << 20

func readDescription(ctx context.Context, con *console.Console, name string) (string, error) {
	text, err := command.Read(ctx, con, name, maxDescription)
	if err == nil && !utf8.Valid(text) {
		err = command.InputError(name, errors.New("a description must be UTF-8"))
	}
	return string(text), err
}

// state is what became of a torrent.
type state string

const (
	published state = "published"
	exists    state = "exists"  // the index has it already
	declined  state = "refused" // by the index, or before anything was sent
	failed    state = "failed"
	planned   state = "planned" // with --dry-run
)

// outcome is a torrent, and what became of it.
type outcome struct {
	input     string
	title     string
	state     state
	err       error
	torrent   *metainfo.Torrent
	predicted *inspect.IndexUpload
	id        int64
	stored    metainfo.HashV1
	raw       []byte // what was downloaded
	got       *metainfo.Torrent
	output    string
	took      time.Duration
}

// publish puts torrents into the index.
func publish(ctx context.Context, con *console.Console, s *session, names []string, f *publishFlags) error {
	p, err := prepare(ctx, con, s, f)
	if err != nil {
		return verdict(s.explain(err))
	}
	return publishAll(ctx, con, s, p, names, f)
}

// publishAll publishes several torrents at once, and tells of each in the order of the arguments.
func publishAll(ctx context.Context, con *console.Console, s *session, p *plan, names []string, f *publishFlags) error {
	sayTerms(con, p)
	results := make([]chan *outcome, len(names))
	slots := make(chan struct{}, f.parallel)
	for i := range results {
		results[i] = make(chan *outcome, 1)
	}
	go func() {
		for i, name := range names {
			slots <- struct{}{}
			go func() {
				results[i] <- publishOne(ctx, con, s, p, name, f)
				<-slots
			}()
		}
	}()
	worst := console.ExitYes
	for i := range results {
		o := <-results[i]
		if o.got != nil && f.output != "" {
			var err error
			o.output, err = write(ctx, con, o.raw, o.got, f)
			o.err = errors.Join(o.err, err)
		}
		if err := show(con, s, p, o, i == 0); err != nil {
			return err
		}
		worst = max(worst, con.Report(ctx, verdict(s.explain(o.err))))
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case worst != console.ExitYes:
		return console.Said(worst)
	}
	return nil
}
