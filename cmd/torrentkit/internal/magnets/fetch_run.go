package magnets

import (
	"context"
	"errors"
	"sync"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/magnet"
)

// fetchInputs are the links of the command line and of --list, where empty lines and those that begin with # are not links.
func fetchInputs(ctx context.Context, con *console.Console, args []string, f *fetchFlags) ([]string, error) {
	if f.list != "" {
		list, err := command.ReadLines(ctx, con, f.list)
		if err != nil {
			return nil, err
		}
		args = append(args, list...)
	}
	if len(args) == 0 {
		return nil, errors.New("no link given")
	}
	return args, nil
}

// fetchAll fetches several links at once and tells each result as it comes.
func fetchAll(ctx context.Context, con *console.Console, links []string, f *fetchFlags, p *console.Progress) error {
	type outcome struct {
		link string
		res  *magnet.Result
		err  error
	}
	outcomes := make(chan outcome)
	slots := make(chan struct{}, f.parallel)
	board := newFetchBoard(p, len(links))
	go func() {
		var group sync.WaitGroup
		for i, link := range links {
			slots <- struct{}{}
			group.Go(func() {
				res, err := fetchLink(ctx, con, link, f, board.of(i))
				<-slots
				outcomes <- outcome{link, res, err}
			})
		}
		group.Wait()
		close(outcomes)
	}()
	worst := console.ExitYes
	for o := range outcomes {
		err := fetched(ctx, con, o.link, o.res, o.err, f)
		if code := console.ExitCode(ctx, err); code == console.ExitInterrupted {
			worst = code
			continue
		}
		worst = max(worst, con.Report(ctx, err))
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case worst != console.ExitYes:
		return console.Said(worst)
	}
	return nil
}

func magnetFetch(ctx context.Context, con *console.Console, args []string, f *fetchFlags) error {
	links, err := fetchInputs(ctx, con, args, f)
	if err != nil {
		return err
	}
	if err := f.validate(con, len(links)); err != nil {
		return err
	}
	f.Client = "torrentkit/" + command.BuildVersion().Version
	if !f.noDHT {
		d, err := magnet.OpenDHT(magnet.DHTOptions{Nodes: f.nodes, AllowPrivate: f.AllowPrivate})
		if err != nil {
			return err
		}
		defer func() { _ = d.Close() }()
		f.dht = d
	}
	p := con.StartProgress("fetching metadata")
	defer p.Finish()
	return fetchAll(ctx, con, links, f, p)
}
