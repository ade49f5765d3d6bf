package verifying

import (
	"fmt"

	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
	"github.com/torrentkit/torrentkit/metainfo"
	"github.com/torrentkit/torrentkit/verify"
)

// junitReport is a suite for each torrent, a case for each file.
func junitReport(outcomes []verified) []byte {
	suites := make([]console.JunitSuite, 0, len(outcomes))
	for _, o := range outcomes {
		suites = append(suites, junitOf(o))
	}
	return console.JunitDocument("torrentkit verify", suites)
}

func junitOf(o verified) console.JunitSuite {
	s := console.JunitSuite{Name: o.torrent}
	if o.web != nil {
		s.Name = metainfo.Redact(o.web.URL)
	}
	add := func(c console.JunitCase) {
		c.Class = o.torrent
		s.Add(c)
	}
	if o.report != nil {
		for i := range o.report.Files {
			add(o.junitFile(i))
		}
		for _, e := range o.report.Extra {
			add(console.JunitCase{Name: console.Escape(e.Path), Failure: &console.JunitMessage{Type: "extra", Message: "it is in the folder and not in the torrent"}})
		}
		if o.report.MoreExtra > 0 {
			add(console.JunitCase{Name: moreExtra(o.report), Failure: &console.JunitMessage{Type: "extra", Message: "they are in the archive and not in the torrent"}})
		}
	}
	if o.web != nil {
		for _, f := range o.web.Faults {
			add(console.JunitCase{Name: f.Kind, Failure: &console.JunitMessage{Type: f.Kind, Message: console.EscapeSentence(f.Message)}})
		}
	}
	if o.err != nil {
		add(console.JunitCase{Name: "verify", Error: &console.JunitMessage{Type: "error", Message: console.EscapeSentence(metainfo.RedactText(o.err.Error()))}})
	} else if o.report != nil && o.report.Incomplete {
		add(console.JunitCase{Name: "verify", Error: &console.JunitMessage{Type: "incomplete", Message: "the run was stopped before everything was read"}})
	}
	return s
}

func (v *verified) junitFile(file int) console.JunitCase {
	f := &v.report.Files[file]
	c := console.JunitCase{Name: console.Escape(f.Path)}
	switch {
	case f.State == verify.Skipped:
		c.Skipped = &console.JunitMessage{Message: "left out"}
	case f.State == verify.Unchecked:
		c.Skipped = &console.JunitMessage{Message: plainFinding(v.report, file)}
	case f.State != verify.OK:
		c.Failure = &console.JunitMessage{Type: f.State.String(), Message: console.EscapeSentence(plainFinding(v.report, file) + v.whenFound(f))}
	}
	return c
}

// plainFinding words what is wrong with a file, with plain numbers.
func plainFinding(r *verify.Report, file int) string {
	f := &r.Files[file]
	text := whatIsWrong(f, func(n int64) string { return fmt.Sprint(n) })
	switch {
	case text != "":
		return text
	case f.State == verify.Unchecked:
		return fmt.Sprintf("%d of %d bytes are proved; the others were left out", r.Proved(file), f.Length)
	}
	return f.State.String()
}
