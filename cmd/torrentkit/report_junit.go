package main

import (
	"fmt"

	"github.com/torrentkit/torrentkit/verify"
)

// junitReport is a suite for each torrent, a case for each file.
func junitReport(outcomes []verified) []byte {
	suites := make([]junitSuite, 0, len(outcomes))
	for _, o := range outcomes {
		suites = append(suites, junitOf(o))
	}
	return junitDocument("torrentkit verify", suites)
}

func junitOf(o verified) junitSuite {
	s := junitSuite{Name: o.torrent}
	if o.web != nil {
		s.Name = redactURL(o.web.URL)
	}
	add := func(c junitCase) {
		c.Class = o.torrent
		s.add(c)
	}
	if o.report != nil {
		for i := range o.report.Files {
			add(junitFile(&o.report.Files[i]))
		}
		for _, e := range o.report.Extra {
			add(junitCase{Name: escape(e.Path), Failure: &junitMessage{Type: "extra", Message: "it is in the folder and not in the torrent"}})
		}
	}
	if o.web != nil {
		for _, f := range o.web.Faults {
			add(junitCase{Name: f.Kind, Failure: &junitMessage{Type: f.Kind, Message: escapeSentence(f.Message)}})
		}
	}
	if o.err != nil {
		add(junitCase{Name: "verify", Error: &junitMessage{Type: "error", Message: escapeSentence(redactText(o.err.Error()))}})
	} else if o.report != nil && o.report.Incomplete {
		add(junitCase{Name: "verify", Error: &junitMessage{Type: "incomplete", Message: "the run was stopped before everything was read"}})
	}
	return s
}

func junitFile(f *verify.FileReport) junitCase {
	c := junitCase{Name: escape(f.Path)}
	switch {
	case f.State == verify.Skipped:
		c.Skipped = &junitMessage{Message: "left out"}
	case f.State != verify.OK:
		c.Failure = &junitMessage{Type: f.State.String(), Message: escapeSentence(plainFinding(f))}
	case len(f.Unverified) > 0:
		c.Skipped = &junitMessage{Message: plainFinding(f)}
	}
	return c
}

// plainFinding words what is wrong with a file, with plain numbers.
func plainFinding(f *verify.FileReport) string {
	text := whatIsWrong(f, func(n int64) string { return fmt.Sprint(n) })
	if text == "" {
		return f.State.String()
	}
	return text
}
