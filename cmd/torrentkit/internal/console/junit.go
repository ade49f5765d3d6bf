package console

import (
	"encoding/xml"
	"strconv"
	"time"
)

// The elements of JUnit's XML that continuous integration reads.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Suites   []JunitSuite `xml:"testsuite"`
	}
	JunitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Time     string      `xml:"time,attr,omitempty"`
		Cases    []JunitCase `xml:"testcase"`
	}
	JunitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr,omitempty"`
		Failure *JunitMessage `xml:"failure"`
		Error   *JunitMessage `xml:"error"`
		Skipped *JunitMessage `xml:"skipped"`
	}
	JunitMessage struct {
		Type    string `xml:"type,attr,omitempty"`
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// Add appends a case and counts it.
func (s *JunitSuite) Add(c JunitCase) {
	s.Tests++
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

// JunitSeconds is a duration as JUnit writes it.
func JunitSeconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }

// JunitDocument sums the suites up and encodes them.
func JunitDocument(name string, suites []JunitSuite) []byte {
	all := junitSuites{Name: name, Suites: suites}
	for _, s := range suites {
		all.Tests += s.Tests
		all.Failures += s.Failures
		all.Errors += s.Errors
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		panic(err) // these types can be marshalled, whatever their strings hold
	}
	return append([]byte(xml.Header), append(data, '\n')...)
}
