package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/torrentkit/torrentkit/verify"
)

// webSample is how many pieces of a web seed are read unless something else is asked for.
const webSample = 16

type webFlags struct {
	seeds       bool
	urls        []string
	full        bool
	private     bool
	connections int
	timeout     time.Duration
}

// wanted tells whether web seeds are to be checked, and not data on disk.
func (f *webFlags) wanted() bool { return f.seeds || len(f.urls) > 0 }

// webOptions are those of the library.
func (f *verifyFlags) webOptions() verify.WebOptions {
	o := verify.WebOptions{Selection: f.options.Selection, Memory: f.options.Memory, WebAccess: f.webAccess()}
	if o.Sample == 0 && !f.web.full && len(o.Pieces) == 0 {
		o.Sample = webSample
	}
	return o
}

func (f *verifyFlags) webAccess() verify.WebAccess {
	return verify.WebAccess{
		URLs: f.web.urls, AllowPrivate: f.web.private, Connections: f.web.connections, Timeout: f.web.timeout, UserAgent: "torrentkit/" + buildVersion().Version,
	}
}

// verifyWeb checks the web seeds of one torrent: a result for each.
func (a *app) verifyWeb(ctx context.Context, task verifyTask, f *verifyFlags, reports *verifyReports) error {
	t, err := a.parseTorrent(ctx, task.torrent, int64(f.maxSize))
	if err != nil {
		reports.add(verified{torrent: task.torrent, err: err})
		return err
	}
	p := a.startProgress("fetching")
	defer p.finish()
	o := f.webOptions()
	o.Progress = p.set
	if o.Sample > 0 && o.Seed == 0 {
		o.Seed = a.seed()
	}
	seeds, err := verify.WebSeeds(ctx, t.Raw(), o)
	p.finish()
	if errors.Is(err, verify.ErrNoSeeds) {
		err = withHint(err, "--web-seed URL checks one that the torrent does not name")
	}
	ok := true
	for _, w := range seeds {
		v := verified{torrent: task.torrent, report: w.Report, web: w}
		reports.add(v)
		ok = ok && w.OK()
		if shown := a.showWeb(v, f.brief); shown != nil {
			return cmp.Or(err, shown)
		}
	}
	if err == nil && !ok {
		return no()
	}
	return err
}

// showWeb prints what was found of one web seed.
func (a *app) showWeb(v verified, brief bool) error {
	w := v.web
	if a.options.JSON {
		return a.json(a.webToJSON(v))
	}
	result := resultCell(w.Report)
	if len(w.Faults) > 0 {
		result = textCell("not ok").in(red)
	}
	if brief {
		what := briefly(w.Report)
		if len(w.Faults) > 0 {
			what += ": " + w.Faults[0].Message
		}
		line := newTable(1, "result", "torrent", "seed", "what")
		line.row(result, textCell(v.torrent), textCell(a.url(w.URL)), textCell(what))
		a.showTable(line)
		return nil
	}
	faults := newTable(1, "fault", "file", "what")
	for _, f := range w.Faults {
		name := "-"
		if f.File >= 0 {
			name = w.Report.Files[f.File].Path
		}
		faults.row(textCell(f.Kind).in(red), textCell(name), textCell(f.Message))
	}
	for i := range w.Report.Files {
		if f := &w.Report.Files[i]; f.State == verify.Damaged {
			faults.row(stateCell(f), textCell(f.Path), textCell(whatIsWrong(f, a.number)))
		}
	}
	if len(faults.rows) > 0 {
		a.showTable(faults)
		if a.onTerminal() {
			a.print()
		}
	}
	var f fields
	f.text("web seed", a.url(w.URL))
	f.text("kind", w.Kind)
	f.add("pieces", ofCell(int64(w.Report.GoodPieces), int64(w.Report.Pieces-w.Report.SkippedPieces), "ok"))
	if w.Report.KnownPieces > 0 {
		f.count("from the journal", int64(w.Report.KnownPieces))
	}
	if w.Unremembered > 0 {
		f.count("not in the journal", int64(w.Unremembered))
		a.note(fmt.Sprintf("the journal cannot remember %d files: nothing in the server's answers tells their version for certain", w.Unremembered))
	}
	if w.Report.SkippedPieces > 0 {
		f.count("left out", int64(w.Report.SkippedPieces))
		f.text("seed", fmt.Sprint(w.Report.Seed))
	}
	f.count("requests", w.Requests)
	f.size("received", w.Received)
	f.add("result", result)
	a.show(&f)
	return nil
}

// webJSON is what "verify --web-seeds --json" prints for each seed.
type webJSON struct {
	reportJSON
	URL  string `json:"url"`
	Kind string `json:"kind"` // BEP 19 or BEP 17
	// Files whose pieces the journal cannot remember
	Unremembered int            `json:"files_not_in_journal,omitempty"`
	Requests     int64          `json:"requests"`
	Received     int64          `json:"received"` // bytes of content
	Faults       []webFaultJSON `json:"faults"`
}

type webFaultJSON struct {
	Kind    string `json:"kind"`
	Path    string `json:"path,omitempty"` // of the file that it is about
	Message string `json:"message"`
}

func (a *app) webToJSON(v verified) webJSON {
	w := v.web
	j := webJSON{
		reportJSON: verifiedToJSON(v), URL: a.url(w.URL), Kind: w.Kind, Requests: w.Requests, Received: w.Received, Unremembered: w.Unremembered, Faults: []webFaultJSON{},
	}
	j.OK = w.OK()
	j.Content = j.URL
	for _, f := range w.Faults {
		j.Faults = append(j.Faults, faultToJSON(&f, w.Report))
	}
	return j
}

func faultToJSON(f *verify.WebFault, r *verify.Report) webFaultJSON {
	j := webFaultJSON{Kind: f.Kind, Message: f.Message}
	if f.File >= 0 {
		j.Path = r.Files[f.File].Path
	}
	return j
}
