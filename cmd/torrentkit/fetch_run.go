package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/torrentkit/torrentkit/magnet"
)

// fetchInputs are the links of the command line and of --list, where empty lines and those that begin with # are not links.
func (a *app) fetchInputs(ctx context.Context, args []string, f *fetchFlags) ([]string, error) {
	if f.list != "" {
		raw, err := a.readTorrent(ctx, f.list, 64<<20)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(raw)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
				args = append(args, line)
			}
		}
	}
	if len(args) == 0 {
		return nil, errors.New("no link given")
	}
	return args, nil
}

func (f *fetchFlags) validate(a *app, links int) error {
	switch {
	case f.output == "-" && a.options.JSON:
		return errors.New("--json and -o - both want standard output")
	case f.output == "-" && links > 1:
		return errors.New("several torrents cannot all go to standard output")
	case f.MaxPeers < 1 || f.parallel < 1:
		return errors.New("--max-peers and --parallel must be at least 1")
	case f.Timeout <= 0:
		return fmt.Errorf("--timeout %v: must be longer than nothing", f.Timeout)
	case f.noDHT && len(f.nodes) > 0:
		return errors.New("--no-dht and --dht-node exclude each other")
	}
	if f.output == "" || f.check {
		return nil
	}
	if info, err := os.Stat(f.output); err == nil && info.IsDir() {
		return nil // the names are not known yet
	}
	if links > 1 {
		return fmt.Errorf("several torrents cannot all be written to %q: -o must be a folder", f.output)
	}
	_, err := a.newOutput(f.output, outputOptions{force: f.force, binary: true})
	return err
}

// fetchAll fetches several links at once and tells each result as it comes.
func (a *app) fetchAll(ctx context.Context, links []string, f *fetchFlags, p *progress) error {
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
				res, err := a.fetchLink(ctx, link, f, board.of(i))
				<-slots
				outcomes <- outcome{link, res, err}
			})
		}
		group.Wait()
		close(outcomes)
	}()
	worst := exitYes
	for o := range outcomes {
		err := a.fetched(ctx, o.link, o.res, o.err, f)
		if code := exitCode(ctx, err); code == exitInterrupted {
			worst = code
			continue
		}
		worst = max(worst, a.report(ctx, err))
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case worst != exitYes:
		return said(worst)
	}
	return nil
}
