package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"
)

func newAnnounce(a *app) *cobra.Command {
	f := &announceFlags{failOn: "all"}
	cmd := &cobra.Command{
		Use:   "announce TRACKER|TORRENT|LINK|INFOHASH...",
		Short: "Announce once to trackers, and show what they answer",
		Long: `All trackers are asked at once, about every torrent named; without one, about a random infohash. With a tracker among the arguments, or with -t or --list, those of the torrents and links are not asked.

By default it is asked as a leecher that wants no peers and that says stopped afterwards, so that no swarm is disturbed. Hybrid torrents are asked about under both infohashes.`,
		Example: `  torrentkit announce udp://tracker.example:1337/announce
  torrentkit announce album.torrent --peers
  torrentkit announce --list trackers.txt --timeout 3s --json
  torrentkit announce https://tracker.example/announce 0123456789abcdef0123456789abcdef01234567 --explain
  torrentkit announce udp://tracker.example:1337 --count 10 --interval 1s`,
		Args: cobra.ArbitraryArgs,
	}
	cmd.RunE = runE(func(ctx context.Context, args []string) error { return a.announce(ctx, cmd, args, f) })
	f.bindRequest(cmd)
	f.targetFlags.bind(cmd)
	f.bindOutput(cmd)
	f.trackerFlags.bind(cmd)
	exits(cmd, "a tracker gave a good answer (--fail-on says which count)", "no tracker did")
	return cmd
}

// announce is the command.
func (a *app) announce(ctx context.Context, cmd *cobra.Command, args []string, f *announceFlags) error {
	if f.decode != "" {
		return a.decodeAnswer(ctx, f.decode, f.v6)
	}
	opt, err := f.request(cmd)
	if err != nil {
		return err
	}
	nothing := len(args)+len(f.trackers) == 0 && f.list == ""
	if checker, err := a.checkerConfig(ctx, f.config, nothing || f.config != ""); err != nil || checker != nil {
		if err != nil {
			return err
		}
		return a.check(ctx, checker, opt, f)
	}
	if nothing {
		return errors.New("an argument is missing: a tracker, a torrent, a link or an infohash")
	}
	t, err := a.targets(ctx, args, &f.targetFlags, false)
	if err != nil {
		return err
	}
	queries := t.queries()
	switch {
	case f.dryRun:
		return a.showQueries(queries, opt, f)
	case f.count > 0 || f.duration > 0 || f.nagios:
		return a.ping(ctx, queries, opt, f)
	}
	return a.probe(ctx, queries, opt, f)
}
