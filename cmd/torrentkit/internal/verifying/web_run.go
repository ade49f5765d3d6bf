package verifying

import (
	"cmp"
	"context"
	"errors"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/verify"
)

func (f *verifyFlags) webAccess() verify.WebAccess {
	return verify.WebAccess{
		URLs: f.web.urls, AllowPrivate: f.web.private, Connections: f.web.connections, Timeout: f.web.timeout, UserAgent: "torrentkit/" + command.BuildVersion().Version,
	}
}

// verifyWeb checks the web seeds of one torrent: a result for each.
func verifyWeb(ctx context.Context, con *console.Console, task verifyTask, f *verifyFlags, reports *verifyReports) error {
	t, err := command.ParseTorrent(ctx, con, task.input(), int64(f.maxSize))
	if err != nil {
		reports.add(verified{torrent: task.torrent, err: err})
		return err
	}
	p := con.StartProgress("fetching")
	defer p.Finish()
	o := f.webOptions()
	o.Progress = p.Set
	if o.Sample > 0 && o.Seed == 0 {
		o.Seed = seed(con)
	}
	seeds, err := verify.WebSeeds(ctx, t.Raw(), o)
	done, total := p.Now()
	p.Finish()
	if ctx.Err() != nil {
		con.Note(stopped(done, total, f, false))
	}
	if errors.Is(err, verify.ErrNoSeeds) {
		err = console.WithHint(err, "--web-seed URL checks one that the torrent does not name")
	}
	ok := true
	for _, w := range seeds {
		for i := range w.Faults {
			w.Faults[i].Asked = con.URL(w.Faults[i].Asked)
		}
		v := verified{torrent: task.torrent, report: w.Report, web: w}
		reports.add(v)
		ok = ok && w.OK()
		if shown := showWeb(con, v, f.brief); shown != nil {
			return cmp.Or(err, shown)
		}
	}
	if err == nil && !ok {
		return console.No()
	}
	return err
}

func faultToJSON(f *verify.WebFault, r *verify.Report) webFaultJSON {
	j := webFaultJSON{Kind: f.Kind, Message: f.Message}
	if f.File >= 0 {
		j.Path, j.Asked = r.Files[f.File].Path, f.Asked
	}
	return j
}
