package publishing

import (
	"context"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/inspect"
	"github.com/torrentkit/torrentkit/metainfo"
)

// publishOne reads a torrent, judges it, uploads it, and gets it back.
func publishOne(ctx context.Context, con *console.Console, s *session, p *plan, name string, f *publishFlags) *outcome {
	o := &outcome{input: name, state: failed}
	begun := con.Now()
	defer func() { o.took = con.Now().Sub(begun) }()
	raw, err := command.Read(ctx, con, name, command.MaxTorrent)
	if err != nil {
		o.err = err
		return o
	}
	u := p.Upload
	if o.err = o.judge(raw, f); o.err != nil {
		return o
	}
	u.Torrent, u.Title = raw, o.title
	if f.dryRun {
		o.dryRun(ctx, s, f)
		return o
	}
	o.upload(ctx, s, u, f)
	if o.state == published || o.state == exists {
		o.fetch(ctx, s)
	}
	return o
}

// judge refuses what the index would refuse, unless --force.
func (o *outcome) judge(raw []byte, f *publishFlags) error {
	t, problems := metainfo.Read(raw)
	if t == nil {
		return command.InputError(command.InputName(o.input), problems[len(problems)-1])
	}
	o.torrent, o.title = t, f.title
	if o.title == "" {
		o.title = t.Name
	}
	o.stored = t.Hashes().V1
	var err error
	o.predicted, err = inspect.PredictIndex(raw)
	switch {
	case err != nil:
		err = fmt.Errorf("publishing %s: %w", command.InputName(o.input), err)
	case o.predicted.Undownloadable != "":
		err = fmt.Errorf("publishing %s: nobody could download it: %s", command.InputName(o.input), o.predicted.Undownloadable)
	case len(raw) > index.MaxUpload-4<<10:
		err = fmt.Errorf("publishing %s: %s; an index takes 10 MiB with title and description", command.InputName(o.input), console.FormatSize(int64(len(raw))))
	case len(o.title) < index.MinTitle:
		err = console.WithHint(fmt.Errorf("publishing %s: the title %q is shorter than three bytes", command.InputName(o.input), o.title), "--title TEXT")
	default:
		o.stored = o.predicted.InfoHash
		return nil
	}
	if f.force {
		return nil
	}
	o.state = declined
	no := console.NoBecause(err.Error() + "; nothing was sent")
	var h *console.HintError
	if errors.As(err, &h) {
		return console.WithHint(no, h.Hint)
	}
	return console.WithHint(no, "torrentkit lint --for torrust-index says more; --force sends it all the same")
}

// dryRun asks whether the torrent is there.
func (o *outcome) dryRun(ctx context.Context, s *session, f *publishFlags) {
	there, err := s.client.Torrent(ctx, o.stored)
	var no *index.Refusal
	switch {
	case err == nil:
		o.conflict(f, there.Title)
		o.id = there.ID
	case errors.As(err, &no) && no.NotThere():
		o.state = planned
	default:
		o.err = err
	}
}

// upload sends the torrent. Where the answer is lost, the index is asked whether it has it.
func (o *outcome) upload(ctx context.Context, s *session, u index.Upload, f *publishFlags) {
	token := s.client.Token()
	done, err := s.client.Upload(ctx, u)
	if err != nil && s.again(ctx, token, err) {
		done, err = s.client.Upload(ctx, u) // which was refused, and so did nothing
	}
	var no *index.Refusal
	var lost *index.Failure
	switch {
	case err == nil:
		o.state, o.id, o.stored = published, done.ID, done.Canonical
	case errors.As(err, &no) && no.Conflict():
		o.conflict(f, "")
	case errors.As(err, &no):
		o.state, o.err = declined, o.about(err)
	case errors.As(err, &lost) && lost.Maybe && o.isThere(ctx, s):
		o.state = published
	default:
		o.err = o.about(err)
		if lost != nil && lost.Maybe {
			o.err = console.WithHint(o.err, "the torrent is not in the index, as far as that says: publish it again, with --skip-existing")
		}
	}
}

// about says which torrent an error is about.
func (o *outcome) about(err error) error {
	return fmt.Errorf("publishing %s: %w", command.InputName(o.input), err)
}

// conflict is that the index has the torrent.
func (o *outcome) conflict(f *publishFlags, title string) {
	o.state = exists
	if f.skipExisting {
		return
	}
	as := ""
	if title != "" {
		as = fmt.Sprintf(", as %q", title)
	}
	o.err = console.WithHint(console.NoBecause(fmt.Sprintf("publishing %s: the index has this torrent already%s", command.InputName(o.input), as)), "--skip-existing leaves it at that")
}

// isThere asks for the torrent whose upload had no answer.
func (o *outcome) isThere(ctx context.Context, s *session) bool {
	t, err := s.client.Torrent(ctx, o.torrent.Hashes().V1)
	if err != nil {
		return false
	}
	o.id, o.stored = t.ID, t.InfoHash
	return true
}

// fetch downloads what became of the torrent.
func (o *outcome) fetch(ctx context.Context, s *session) {
	raw, err := s.client.Download(ctx, o.stored)
	if err == nil {
		o.raw = raw
		var problems []metainfo.Problem
		if o.got, problems = metainfo.Read(raw); o.got == nil {
			err = fmt.Errorf("what the index sends is no torrent: %w", problems[len(problems)-1])
		}
	}
	if err != nil && o.err == nil {
		o.err = fmt.Errorf("downloading what was published of %s: %w", command.InputName(o.input), err)
	}
}
