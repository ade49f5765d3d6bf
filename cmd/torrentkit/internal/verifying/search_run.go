package verifying

import (
	"context"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// searchResult is what was found, and linked.
type searchResult struct {
	found  *verify.SearchReport
	linked verify.Linked
	output string // where; empty if nothing was asked for
}

// search looks for the files of one torrent, and assembles them.
func search(ctx context.Context, con *console.Console, torrent []byte, task verifyTask, o verify.Options, f *searchFlags) (verified, error) {
	s, err := verify.Search(ctx, torrent, task.content, f.dirs, o)
	if err != nil {
		return verified{}, err
	}
	defer s.Close()
	res := &searchResult{found: s}
	if f.link != "" {
		res.output = f.output
		res.linked, err = s.Link(ctx, f.output, f.linkKind())
	}
	return verified{report: s.Report, search: res}, err
}

// fix puts names and lengths right.
func fix(ctx context.Context, con *console.Console, torrent []byte, task verifyTask, o verify.Options, dryRun bool) (verified, error) {
	fixed, err := verify.Fix(ctx, torrent, task.content, verify.FixOptions{Options: o, DryRun: dryRun})
	if fixed == nil {
		return verified{}, err
	}
	return verified{report: fixed.Report, fixed: fixed}, err
}
