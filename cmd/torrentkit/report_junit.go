package main

import (
	"encoding/xml"
	"fmt"

	"github.com/torrentkit/torrentkit/verify"
)

// The elements of a JUnit report: a suite for each torrent, a case for each file.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"`
		Skipped *junitMessage `xml:"skipped"`
	}
	junitMessage struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr"`
	}
)

func junitReport(outcomes []verified) []byte {
	all := junitSuites{Name: "torrentkit verify"}
	for _, o := range outcomes {
		s := junitOf(o)
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
		all.Suites = append(all.Suites, s)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		panic(err) // these types can be marshalled, whatever their strings hold
	}
	return append([]byte(xml.Header), append(data, '\n')...)
}

func junitOf(o verified) junitSuite {
	s := junitSuite{Name: o.torrent}
	add := func(c junitCase) {
		s.Tests++
		c.Class = o.torrent
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
		s.Cases = append(s.Cases, c)
	}
	if o.report != nil {
		for i := range o.report.Files {
			add(junitFile(&o.report.Files[i]))
		}
		for _, e := range o.report.Extra {
			add(junitCase{Name: escape(e.Path), Failure: &junitMessage{"extra", "it is in the folder and not in the torrent"}})
		}
	}
	if o.err != nil {
		add(junitCase{Name: "verify", Error: &junitMessage{"error", escapeSentence(redactText(o.err.Error()))}})
	} else if o.report != nil && o.report.Incomplete {
		add(junitCase{Name: "verify", Error: &junitMessage{"incomplete", "the run was stopped before everything was read"}})
	}
	return s
}

func junitFile(f *verify.FileReport) junitCase {
	c := junitCase{Name: escape(f.Path)}
	switch {
	case f.State == verify.Skipped:
		c.Skipped = &junitMessage{Message: "left out"}
	case f.State != verify.OK:
		c.Failure = &junitMessage{f.State.String(), escapeSentence(plainFinding(f))}
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
