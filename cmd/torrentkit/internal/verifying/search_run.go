package verifying

import (
	"context"
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

// searchResult is what was found, and linked.
type searchResult struct {
	found  *verify.SearchReport
	linked verify.Linked
	output string // where; empty if nothing was asked for
}

// effort is what a search may cost, and where it shows how far it is.
func (f *searchFlags) effort(p *console.Progress) verify.Effort {
	return verify.Effort{MaxRead: int64(f.maxRead), Searching: func(done, total int64) {
		p.Known(0)
		p.Phase("searching")
		p.Set(done, total)
	}}
}

// noteEnd says that a search was ended before all candidates were tried, and how to try more.
func noteEnd(con *console.Console, f *searchFlags, stopped bool, more int64) {
	switch {
	case stopped:
		con.Note(fmt.Sprintf("the search ended behind %s (--max-read): not all candidates were tried", console.FormatSize(int64(f.maxRead))))
	case more > 0:
		con.Note(fmt.Sprintf("not all candidates were tried, as they would have to be hashed in too many ways: --max-read %dG tries more", (more+1<<30-1)>>30))
	}
}

// search looks for the files of one torrent, and assembles them.
func search(ctx context.Context, con *console.Console, p *console.Progress, torrent []byte, task verifyTask, o verify.Options, f *searchFlags) (verified, error) {
	s, err := verify.Search(ctx, torrent, task.content, f.dirs, verify.SearchOptions{Options: o, Effort: f.effort(p)})
	if err != nil {
		return verified{}, err
	}
	defer s.Close()
	noteEnd(con, f, s.Stopped, s.More)
	res := &searchResult{found: s}
	if f.link != "" {
		res.output = f.output
		res.linked, err = s.Link(ctx, f.output, f.linkKind())
	}
	return verified{report: s.Report, search: res}, err
}

// fix puts names and lengths right.
func fix(ctx context.Context, con *console.Console, p *console.Progress, torrent []byte, task verifyTask, o verify.Options, f *verifyFlags) (verified, error) {
	fixed, err := verify.Fix(ctx, torrent, task.content, verify.FixOptions{Options: o, Effort: f.search.effort(p), DryRun: f.repair.dryRun})
	if fixed == nil {
		return verified{}, err
	}
	noteEnd(con, &f.search, fixed.Stopped, fixed.More)
	return verified{report: fixed.Report, fixed: fixed}, err
}
